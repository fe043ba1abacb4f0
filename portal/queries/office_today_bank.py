"""What the bank told of payments that does not agree with our record, as the office's first page shows it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from core.languages import localised
from core.models import AuditRecord
from payments.models import Payout
from portal.queries.today_lines import Trouble

PARKED_VERB = "payout_news_parked"
SHOWN_DAYS, SHOWN_MAX = 30, 20


def parked_news(now: datetime) -> Iterator[Trouble]:
    """Yield what the bank told and nobody could write, each transfer once, the latest first. Two queries.

    The nightly reconciliation meets a transfer again and again, so the last word about it is what counts.
    """
    rows = AuditRecord.objects.filter(verb=PARKED_VERB, at__gt=now - timedelta(days=SHOWN_DAYS))
    last = rows.order_by("detail__payout", "detail__provider_id", "-pk").distinct(
        "detail__payout", "detail__provider_id"
    )
    latest = sorted(last, key=lambda row: row.pk, reverse=True)[:SHOWN_MAX]
    names = [row.detail["payout"] for row in latest]
    known = {row.public_id: row for row in Payout.objects.filter(public_id__in=names).select_related("run")}
    for row in latest:
        yield _trouble(row, known.get(row.detail["payout"]))


def _trouble(row: AuditRecord, payout: Payout | None) -> Trouble:
    facts = {"provider_id": row.detail["provider_id"], "differing": ", ".join(row.detail["differing"])}
    if payout is None:
        words = _("The bank holds a transfer that we did not order: %(provider_id)s (%(differing)s)") % facts
        return Trouble(row.at, words, reverse("office:payouts"), "office:payouts")
    facts |= {"reference": payout.reference, "title": localised(payout.run, "title")}
    words = (
        _("The bank's record of %(reference)s in %(title)s differs from ours: %(provider_id)s (%(differing)s)") % facts
    )
    return Trouble(row.at, words, reverse("office:payout", args=[payout.run.public_id]), "office:payout")
