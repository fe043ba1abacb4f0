"""Where a dividend stands, told to its holder: the state in words, when, and what next."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_exact, format_minor
from dividends.enums import Rounding
from payments.enums import PayoutRoute, PayoutState
from payments.queries.payout_words import payout_reason_words
from portal.queries.my_dividends import Dividend
from portal.rules.dividend_states import Stand


class Told(NamedTuple):
    """``state`` in a few words, ``sentence`` with when and what next; an act where the reader has something to do."""

    state: str
    sentence: str
    url: str = ""
    button_text: str = ""


def told(dividend: Dividend, *, at: datetime) -> Told:
    """Return where the dividend stands, in the reader's language."""
    return WORDS[dividend.stand](dividend, at)


def shown(amount_minor: int, currency: str) -> str:
    """Return an amount as the reader writes it."""
    return format_minor(amount_minor, currency, get_language() or "en")


def arrives(route: str) -> str:
    """Return how long a payment takes by the route."""
    if route == PayoutRoute.SANDBOX:
        return _("It usually arrives within seconds.")
    return _("It usually arrives within 2 working days.")


def day_of(moment: datetime | None) -> str:
    """Return the day of a moment in the reader's zone, written out; empty for none."""
    return date_format(localtime(moment), "DATE_FORMAT") if moment else ""


def _to(one: Dividend) -> dict[str, str]:
    payout = one.last
    return {"ending": payout.mandate.ending if payout else ""}


def _nothing(one: Dividend, at: datetime) -> Told:
    owed = one.entitlement
    if owed.gross_minor:
        return Told(_("Kept back as tax"), _("All of it was kept back as tax, so nothing is left to pay."))
    exact = "".join(format_exact(owed.exact_minor, one.currency, get_language() or "en"))
    state = _("Less than the smallest coin")
    if one.declaration.rounding == Rounding.CARRY:
        words = _("Your shares earned %(exact)s. It is carried to the next dividend and added there.")
        return Told(state, words % {"exact": exact})
    return Told(state, _("Your shares earned %(exact)s, which no coin can pay. Nothing is paid.") % {"exact": exact})


def _jar(one: Dividend, at: datetime) -> Told:
    words = _("%(kept)s of %(minimum)s. It is paid with the dividend that fills the jar.")
    amounts = {"kept": shown(one.open_minor, one.currency), "minimum": shown(one.minimum_minor, one.currency)}
    return Told(_("In the penny jar"), words % amounts)


def _no_details(one: Dividend, at: datetime) -> Told:
    if not one.may_decide:
        words = _("Whoever stands first in the register gives them: that is how joint holders are paid.")
        return Told(_("Waits for bank details"), words)
    words = _("It is yours. Tell us where to pay it, and it leaves with the next payment.")
    return Told(_("Waits for your bank details"), words, reverse("me_bank"), _("Tell us where to pay it"))


def _came_back(one: Dividend, at: datetime) -> Told:
    payout = one.last
    reason = payout_reason_words(payout.reason if payout else "")
    came = payout is not None and payout.state == PayoutState.RETURNED
    state = _("Came back") if came else _("Could not be paid")
    first = _("It came back on %(day)s.") if came else _("It could not be paid on %(day)s.")
    day = day_of(payout.ended_at if payout else None)
    sentence = f"{first % {'day': day}} {reason.why} {reason.what_to_do}"
    if not (reason.by_new_details and one.may_decide):
        return Told(state, sentence)
    return Told(state, sentence, reverse("me_bank"), _("Correct the bank details"))


def _hold(one: Dividend, at: datetime) -> Told:
    if one.mandate is None:
        return _owed(one, at)
    day = day_of(one.mandate.usable_from)
    words = _(
        "New bank details were given on %(given)s. To keep thieves out, nothing is paid to them before %(day)s; "
        "after that it leaves with the next payment."
    )
    return Told(_("Waits until %(day)s") % {"day": day}, words % {"given": day_of(one.mandate.given_at), "day": day})


def _held(one: Dividend, at: datetime) -> Told:
    payout = one.last
    reason = payout_reason_words(payout.reason if payout else "")
    held = _("A payment was held back on %(day)s.") % {"day": day_of(payout.ended_at if payout else None)}
    return Told(_("Held back"), f"{held} {reason.why} {reason.what_to_do} {_next_payment(one, at)}")


def _owed(one: Dividend, at: datetime) -> Told:
    return Told(_("Will be paid"), _next_payment(one, at))


def _next_payment(one: Dividend, at: datetime) -> str:
    """When money that nothing stops is paid: once its bank details may be used, on the dividend's day, or next time."""
    waits_until = one.mandate.usable_from if one.mandate else at
    facts = {"ending": one.mandate.ending if one.mandate else "", "day": ""}
    if waits_until > at:
        return _("After %(day)s it leaves with the next payment.") % {"day": day_of(waits_until)}
    if one.declaration.pay_on > localtime(at).date():
        facts["day"] = _written(one.declaration.pay_on)
        return _("It is to be paid on %(day)s to the account ending %(ending)s.") % facts
    return _("It leaves with the next payment, to the account ending %(ending)s.") % facts


def _written(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _prepared(one: Dividend, at: datetime) -> Told:
    words = _("A payment to the account ending %(ending)s is prepared. It leaves once a director has approved it.")
    return Told(_("Waits for approval"), words % _to(one))


def _approved(one: Dividend, at: datetime) -> Told:
    payout = one.last
    if payout is not None and payout.run.route == PayoutRoute.CSV:
        words = _("The payment to the account ending %(ending)s is approved. It leaves once the bank has our file.")
        return Told(_("Waits for the bank"), words % _to(one))
    if payout is None or payout.run.not_before <= at:
        return _waits_its_turn(one, at)
    words = _("It is paid on %(day)s to the account ending %(ending)s.")
    return Told(_("Waits for its day"), words % {**_to(one), "day": day_of(payout.run.not_before)})


def _waits_its_turn(one: Dividend, at: datetime) -> Told:
    words = _("The payment to the account ending %(ending)s is approved and waits its turn.")
    return Told(_("Waits its turn"), words % _to(one))


def _sending(one: Dividend, at: datetime) -> Told:
    return Told(_("Being sent"), _("The bank is told now to pay the account ending %(ending)s.") % _to(one))


def _sent(one: Dividend, at: datetime) -> Told:
    payout = one.last
    facts = {**_to(one), "day": day_of(payout.sent_at if payout else None)}
    words = _("It left on %(day)s for the account ending %(ending)s.") % facts
    return Told(_("Sent"), f"{words} {arrives(payout.run.route if payout else '')}")


def _paid(one: Dividend, at: datetime) -> Told:
    payout = one.last
    facts = {**_to(one), "day": day_of(payout.settled_at if payout else None)}
    return Told(_("Paid"), _("It arrived on %(day)s in the account ending %(ending)s.") % facts)


WORDS: dict[Stand, Callable[[Dividend, datetime], Told]] = {
    Stand.NOTHING: _nothing,
    Stand.JAR: _jar,
    Stand.NO_DETAILS: _no_details,
    Stand.CAME_BACK: _came_back,
    Stand.HOLD: _hold,
    Stand.HELD: _held,
    Stand.OWED: _owed,
    Stand.PREPARED: _prepared,
    Stand.APPROVED: _approved,
    Stand.TURN: _waits_its_turn,
    Stand.SENDING: _sending,
    Stand.SENT: _sent,
    Stand.PAID: _paid,
}
