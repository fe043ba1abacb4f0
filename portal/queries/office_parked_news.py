"""What the bank told and nobody could write, in words: what it says beside what we hold, and what to do."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.languages import localised
from core.money import format_minor
from payments.enums import PayoutState
from payments.models import ParkedNews, Payout
from payments.rules.payout_states import UNREAD, PayoutStatus
from portal.queries.office_payout_words import why_not_words
from portal.queries.office_people import name_of

# What may differ, as `payments.services.payouts.compare` calls it: its name, and what somebody does about it.
TERMS: dict[str, Promise] = {
    "payout_id": gettext_lazy("our number of the payment"),
    "provider_id": gettext_lazy("the bank's number"),
    "amount_minor": gettext_lazy("the amount"),
    "currency": gettext_lazy("the currency"),
    "state": gettext_lazy("where it stands"),
    UNREAD: gettext_lazy("something that cannot be read"),
}
ADVICE: dict[str, Promise] = {
    "payout_id": gettext_lazy(
        "The bank holds a transfer under a number that is none of ours. Ask it who ordered that transfer."
    ),
    "provider_id": gettext_lazy("The bank holds another transfer for the same payment. Ask it whether it paid twice."),
    "amount_minor": gettext_lazy("The bank holds another amount than was ordered. Ask it what it paid."),
    "currency": gettext_lazy("The bank holds another currency than was ordered. Ask it what it paid."),
    "state": gettext_lazy(
        "By our record the bank was never asked for this payment, or refused it, and yet it holds it. "
        "Ask the bank before the payment is sent again."
    ),
}
UNREAD_ADVICE = gettext_lazy(
    "The bank says something of this transfer that this system does not understand. Ask the bank what it means, and "
    "tell who runs this system."
)
CONTRADICTED = gettext_lazy(
    "The bank told one thing of this payment and then another. Ask it which of them holds: whether the money arrived, "
    "and whether it may be sent again."
)
SAID: dict[str, Promise] = {
    PayoutStatus.ACCEPTED.value: gettext_lazy("taken, not paid yet"),
    PayoutStatus.SETTLED.value: gettext_lazy("paid"),
    PayoutStatus.FAILED.value: gettext_lazy("failed"),
    PayoutStatus.RETURNED.value: gettext_lazy("came back"),
}


@dataclass(frozen=True)
class Term:
    """One thing that the bank says and what we hold; an empty side is shown as a dash."""

    label: str
    bank: str
    ours: str
    differs: bool


@dataclass(frozen=True)
class Line:
    """A parked message in a list; ``title`` and ``run_url`` are empty where the bank named no payment of ours."""

    news: ParkedNews
    payee: str
    title: str
    run_url: str
    amount: str
    what: str
    closed_by: str


@dataclass(frozen=True)
class Message:
    """A parked message on its page; ``now`` is where our payment stands today, where that is elsewhere than then."""

    line: Line
    advice: list[str]
    terms: list[Term]
    list_url: str
    now: str


def lines_of(rows: list[ParkedNews]) -> list[Line]:
    """Return the rows in words; no query."""
    return [_line(row) for row in rows]


def _line(news: ParkedNews) -> Line:
    payout = news.payout
    return Line(
        news=news,
        payee=payout.party.display_name if payout else _("a transfer that we did not order"),
        title=localised(payout.run, "title") if payout else "",
        run_url=reverse("office:payout", args=[payout.run.public_id]) if payout else "",
        amount=_said_amount(news),
        what=what_differs(news),
        closed_by=name_of(news.closed_by) if news.closed_by_id else "",
    )


def what_differs(news: ParkedNews) -> str:
    """Return the terms that differ, or the mistake of ours, for a list."""
    if news.mistake:
        return _("a mistake of ours (%(name)s)") % {"name": news.mistake}
    return ", ".join(str(TERMS.get(name, name)) for name in news.differing)


def message_of(news: ParkedNews) -> Message:
    """Return everything the page of a message shows; no query."""
    payout = news.payout
    moved = payout is not None and payout.state != news.our_state
    return Message(
        line=_line(news),
        advice=_advice(news),
        terms=_terms(news, payout),
        list_url=_list_url(payout) if payout else "",
        now=str(PayoutState(payout.state).label) if payout and moved else "",
    )


def _advice(news: ParkedNews) -> list[str]:
    if news.mistake:
        words = _(
            "The bank's record agrees with ours. A mistake of ours (%(name)s) kept it from being written: tell who "
            "runs this system. While the payment is on its way, it is tried again every night."
        )
        return [words % {"name": news.mistake}]
    advice = {**ADVICE, UNREAD: UNREAD_ADVICE, **({"state": CONTRADICTED} if _is_contradiction(news) else {})}
    return [str(advice[name]) for name in news.differing if name in advice]


def _is_contradiction(news: ParkedNews) -> bool:
    """Tell whether the bank had told of the payment before: it never had of one that it was not asked for or refused.

    A payment that was refused at once has no number of the bank, and never gets one.
    """
    told = news.payout is not None and news.payout.provider_id is not None
    return told and news.our_state in {PayoutState.SETTLED, PayoutState.FAILED, PayoutState.RETURNED}


def _terms(news: ParkedNews, payout: Payout | None) -> list[Term]:
    differing = set(news.differing)
    said = SAID.get(news.said_status, news.said_status)
    terms = [
        Term(_("Our number of the payment"), news.said_payout_id, payout.public_id if payout else _("no such payment"),
             "payout_id" in differing),
        Term(_("The bank's number"), news.said_provider_id, (payout and payout.provider_id) or "",
             "provider_id" in differing),
        Term(_("Amount"), _said_amount(news),
             _money(payout.amount_minor, payout.currency) if payout else "",
             bool(differing & {"amount_minor", "currency"})),
        Term(_("Where it stands"), str(said), str(PayoutState(news.our_state).label) if news.our_state else "",
             "state" in differing or news.said_status not in SAID),
    ]  # fmt: skip
    if news.said_reason or (payout and payout.reason):
        ours = why_not_words(payout.reason) if payout and payout.reason else ""
        bank = why_not_words(news.said_reason) if news.said_reason else ""
        terms.append(Term(_("Why"), bank, ours, differs=False))
    return terms


def _said_amount(news: ParkedNews) -> str:
    """Return the bank's amount; nothing where it could not be read."""
    return _money(news.said_amount_minor, news.said_currency) if news.said_amount_minor else ""


def _list_url(payout: Payout) -> str:
    return f"{reverse('office:payout_list', args=[payout.run.public_id])}?q={payout.reference.rpartition(' ')[2]}"


def _money(amount_minor: int, currency: str) -> str:
    return format_minor(amount_minor, currency, get_language() or "en")
