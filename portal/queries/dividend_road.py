"""The road of one dividend from the members' vote to the account, as stations of `components/tracker.html`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ballots.models import Contest
from core.languages import localised
from payments.enums import PayoutState
from payments.models import Payout
from payments.queries.payout_words import payout_reason_words
from portal.queries.dividend_words import arrives, shown, told
from portal.queries.my_dividends import Dividend
from portal.rules.dividend_states import ON_ITS_WAY, Stand

HAS_A_PAYOUT = ON_ITS_WAY | {Stand.PREPARED, Stand.PAID}
# Where the latest payment did not arrive and nothing happened since: how it ended is where we are, told once.
ENDED_HERE = {Stand.CAME_BACK, Stand.HELD}


@dataclass(frozen=True)
class Station:
    """One station: where we were, are, or get to next."""

    title: str
    state: Literal["done", "now", "next", "stopped"]
    sentence: str = ""
    at: datetime | None = None
    link_url: str = ""
    link_text: str = ""


def road_of(dividend: Dividend, *, at: datetime) -> list[Station]:
    """Return the stations in order; every payment that did not arrive stays on the road. One query."""
    stations = [_declared(dividend), _fixed(dividend)]
    live = dividend.last if dividend.stand in HAS_A_PAYOUT else None
    here = dividend.last if dividend.stand in ENDED_HERE else None
    for payout in dividend.payouts:
        if payout is not live:
            stations += _sent_before(payout)
            stations += [] if payout is here else [_ended(payout)]
    if live is not None:
        return stations + list(_under_way(dividend, live, at))
    words = told(dividend, at=at)
    ended_at = here.ended_at if here else None
    stations.append(Station(words.state, "now", words.sentence, ended_at, words.url, words.button_text))
    if dividend.stand != Stand.NOTHING:
        stations.append(Station(_("Paid"), "next"))
    return stations


def _declared(dividend: Dividend) -> Station:
    rows = Contest.objects.select_related("item__meeting")
    contest = rows.get(recommendation__declarations=dividend.declaration)
    meeting = contest.item.meeting
    facts = {"title": localised(contest, "title"), "meeting": localised(meeting, "title")}
    words = _("The members carried “%(title)s” at the %(meeting)s.") % facts
    url = reverse("agm:result", args=[meeting.slug, contest.public_id])
    return Station(
        _("Declared by the members"), "done", words, contest.declared_at, url, _("See the result of the vote")
    )


def _fixed(dividend: Dividend) -> Station:
    record = date_format(localtime(dividend.declaration.record_at), "DATETIME_FORMAT")
    facts = {"net": shown(dividend.entitlement.net_minor, dividend.currency), "when": record}
    words = _("From the register as it stood on %(when)s. Since then %(net)s are owed to you.") % facts
    return Station(_("Computed and booked"), "done", words, dividend.declaration.computed_at)


def _sent_before(payout: Payout) -> list[Station]:
    return [_sent(payout)] if payout.sent_at else []


def _ended(payout: Payout) -> Station:
    """How a payment ended that was to pay this and did not."""
    reason = payout_reason_words(payout.reason)
    title = {
        PayoutState.RETURNED: _("Came back"),
        PayoutState.FAILED: _("Could not be paid"),
        PayoutState.HELD: _("Held back"),
    }.get(PayoutState(payout.state), _("Stopped"))
    return Station(title, "stopped", str(reason.why), payout.ended_at)


def _under_way(dividend: Dividend, payout: Payout, at: datetime) -> Iterator[Station]:
    """The payment that is to pay this, or has: what was, what is now, what comes."""
    words = told(dividend, at=at)
    if dividend.stand != Stand.PREPARED:
        yield Station(_("Approved by a director"), "done", "", payout.run.approved_at)
    if payout.sent_at is None:
        yield Station(words.state, "now", words.sentence)
        yield Station(_("Paid"), "next")
        return
    yield _sent(payout)
    if payout.settled_at is None:
        yield Station(_("On its way to your account"), "now", arrives(payout.run.route))
        yield Station(_("Paid"), "next")
        return
    yield Station(_("Paid"), "done", words.sentence, payout.settled_at)


def _sent(payout: Payout) -> Station:
    words = _("To the account ending %(ending)s; on your bank statement it reads %(reference)s.")
    facts = {"ending": payout.mandate.ending, "reference": payout.reference}
    return Station(_("Sent"), "done", words % facts, payout.sent_at)
