"""What the bank told and nobody could write."""

from django.db.models import QuerySet

from payments.models import ParkedNews


def all_news() -> QuerySet[ParkedNews]:
    """Return every message that was put aside, with its payout, run and payee, and who has dealt with it."""
    return ParkedNews.objects.select_related("payout__run", "payout__party", "closed_by__party")


def open_news() -> QuerySet[ParkedNews]:
    """Return what nobody has dealt with yet, latest first."""
    return all_news().filter(closed_at__isnull=True).order_by("-pk")


def closed_news() -> QuerySet[ParkedNews]:
    """Return what somebody has dealt with, what was closed last first."""
    return all_news().filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
