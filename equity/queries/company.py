"""The issuer and its shares."""

from datetime import date

from django.db.models import Case, F, Sum, When

from equity.models import Company, RegisterEntry, ShareClass


def get_company() -> Company:
    """Return the issuer; raises ``Company.DoesNotExist`` on an installation that was never set up."""
    return Company.objects.get()


def find_company() -> Company | None:
    """Return the issuer, or None on an installation that was never set up."""
    return Company.objects.first()


def issued_shares(*, on: date | None = None) -> dict[int, int]:
    """Return issued shares by share class id: what left the unissued pool less what came back."""
    entries = RegisterEntry.objects.all()
    if on is not None:
        entries = entries.filter(effective_on__lte=on)
    issued = dict.fromkeys(ShareClass.objects.values_list("id", flat=True), 0)
    moved = (
        entries.annotate(
            pool_class=Case(
                When(from_account__member__isnull=True, then=F("from_account__share_class")),
                When(to_account__member__isnull=True, then=F("to_account__share_class")),
            ),
            signed=Case(
                When(from_account__member__isnull=True, then=F("quantity")),
                When(to_account__member__isnull=True, then=-F("quantity")),
            ),
        )
        .filter(pool_class__isnull=False)
        .values("pool_class")
        .annotate(total=Sum("signed"))
    )
    for row in moved:
        issued[row["pool_class"]] = row["total"]
    return issued
