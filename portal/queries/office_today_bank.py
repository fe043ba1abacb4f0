"""What the bank told of payments and nobody has dealt with, as the office's first page shows it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.languages import localised
from payments.models import ParkedNews
from payments.queries.parked_news import open_news
from portal.queries.office_parked_news import what_differs
from portal.queries.today_lines import FINANCE, Trouble, Waiting

SHOWN_MAX = 20


def parked_waits() -> Iterator[Waiting]:
    """Yield how many messages of the bank wait for finance. One query."""
    count = open_news().count()
    if count:
        words = ngettext("%(count)d message of the bank must be looked at",
                         "%(count)d messages of the bank must be looked at", count)  # fmt: skip
        yield Waiting(words % {"count": count}, FINANCE, "", None, reverse("office:payout_news"), "office:payout_news")


def parked_news() -> Iterator[Trouble]:
    """Yield what the bank told and nobody could write or has dealt with, the latest first. One query."""
    for news in open_news()[:SHOWN_MAX]:
        url = reverse("office:payout_news_message", args=[news.public_id])
        yield Trouble(news.parked_at, _sentence(news), url, "office:payout_news_message")


def _sentence(news: ParkedNews) -> str:
    facts = {"provider_id": news.said_provider_id, "differing": what_differs(news)}
    if news.payout is None:
        return _("The bank holds a transfer that we did not order: %(provider_id)s (%(differing)s)") % facts
    facts |= {"reference": news.payout.reference, "title": localised(news.payout.run, "title")}
    if news.mistake:
        return _("The bank's word on %(reference)s in %(title)s could not be written: %(differing)s") % facts
    return (
        _("The bank's record of %(reference)s in %(title)s differs from ours: %(provider_id)s (%(differing)s)") % facts
    )
