"""Certificates as their holders and the public see them."""

from django.db.models import Q, QuerySet

from accounts.models import User
from equity.models import Certificate


def find_by_code(code: str) -> Certificate | None:
    """Return the certificate with the printed code, its file and its end."""
    rows = Certificate.objects.select_related("file", "end__replaced_by")
    return rows.filter(check_code=code).first()


def certificates_of(user: User) -> QuerySet[Certificate]:
    """Return the certificates of holdings that are the person's: alone, as first or later joint holder, as
    representative of an organisation. The owner filter of every page that shows one."""
    party = user.party_id
    mine = Q(lot__account__member__party=party) | Q(lot__account__member__party__members__person=party)
    rows = Certificate.objects.filter(mine, lot__account__member__isnull=False) if party else Certificate.objects.none()
    return rows.select_related("file", "end", "lot__account__share_class").order_by("-issued_at", "-id").distinct()
