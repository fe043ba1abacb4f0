"""What the bank told and nobody could write."""

from django.db.models import QuerySet

from payments.models import ParkedNews


def all_news() -> QuerySet[ParkedNews]:
    """Return every message that was put aside, with its payout, run and payee, and who has dealt with it."""
    return ParkedNews.objects.select_related("payout__run", "payout__party", "closed_by__party")


def open_news() -> QuerySet[ParkedNews]:
    """Return what nobody has dealt with yet, latest first."""
    return all_news().filter(closed_at__isnull=True).order_by("-pk")


def stops_new_runs(route: str) -> bool:
    """Tell whether something that the bank told of the route differs from our record and waits for a person.

    Until it is dealt with, nobody knows whether what is owed was paid already (TRUST: a difference stops new runs). A
    mistake of ours alone, where the bank agrees with us, stops nothing.
    """
    return ParkedNews.objects.filter(route=route, mistake="", closed_at__isnull=True).exists()


def closed_news() -> QuerySet[ParkedNews]:
    """Return what somebody has dealt with, what was closed last first."""
    return all_news().filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
