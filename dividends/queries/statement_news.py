"""What a mail says of a statement's money: as it stands when the mail is written, which may be long after the issue.

A statement stands as issued, and its file says what was ordered. A mail that repeated it after the bank had refused the
payment would contradict what the holder was told the day before.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from dividends.enums import RoyaltyWay, Way
from dividends.models import PayoutLine, RoyaltyPayoutLine, RoyaltyStatement, Statement
from dividends.queries.owed import begins_on
from dividends.queries.royalty_words import royalty_next, royalty_sentence
from dividends.queries.statement_words import (
    next_of,
    ordered_next,
    ordered_sentence,
    sentence_of,
    waiting_next,
    waiting_sentence,
)
from payments.enums import PayoutState
from payments.models import BankMandate, Payout
from payments.queries.mandates import mandate_of
from payments.queries.payout_words import payout_reason_words

ENDED = (PayoutState.FAILED, PayoutState.RETURNED, PayoutState.HELD, PayoutState.CANCELLED)
BY_DETAILS = (Way.WAITING, Way.HELD, Way.NEXT)
ROYALTY_BY_DETAILS = (RoyaltyWay.BANK, RoyaltyWay.WAITING, RoyaltyWay.HELD)


@dataclass(frozen=True)
class MoneyNow:
    """``payout`` is the latest a director approved for it, whatever became of it; ``mandate`` the details in force."""

    payout: Payout | None
    mandate: BankMandate | None
    at: datetime


class News(NamedTuple):
    """The first words of a mail. ``wants_details``: the payment did not arrive, and other bank details mend that."""

    sentence: str
    next: str
    did_not_arrive: bool = False
    wants_details: bool = False


def money_now(statement: Statement, *, at: datetime) -> MoneyNow:
    """Return where the money of a dividend's statement stands. Two queries."""
    lines = PayoutLine.objects.filter(entitlement=statement.entitlement_id, payout__run__approved_at__isnull=False)
    line = lines.select_related("payout__run", "payout__mandate").order_by("payout_id").last()
    return MoneyNow(line.payout if line else None, mandate_of(statement.entitlement.party_id), at)


def royalty_money_now(statement: RoyaltyStatement, *, at: datetime) -> MoneyNow:
    """Return where the money of a creator's statement stands. Two queries."""
    lines = RoyaltyPayoutLine.objects.filter(statement=statement, payout__run__approved_at__isnull=False)
    line = lines.select_related("payout__run", "payout__mandate").order_by("payout_id").last()
    return MoneyNow(line.payout if line else None, mandate_of(statement.party_id), at)


def news_of(statement: Statement, now: MoneyNow) -> News:
    """Return what the mail with a dividend's statement says first, in the active language."""
    if now.payout is not None:
        amount = _money(now.payout.amount_minor, now.payout.currency)
        return _told(now, now.payout, whole=amount, amount=amount)
    if statement.way in BY_DETAILS:
        return News(*_waits(now, _money(statement.kept_minor, statement.entitlement.declaration.currency)))
    return News(sentence_of(statement), next_of(statement))


def royalty_news_of(statement: RoyaltyStatement, now: MoneyNow) -> News:
    """Return what the mail with a creator's statement says first, in the active language."""
    amount = _money(statement.paid_minor, statement.currency)
    if now.payout is not None:
        whole = _("“%(beer)s”: %(amount)s") % {"beer": statement.beer_name, "amount": amount}
        return _told(now, now.payout, whole=whole, amount=amount)
    way, ending = RoyaltyWay(statement.way), statement.ending
    if way in ROYALTY_BY_DETAILS:
        way, ending = _royalty_way(now, max(begins_on(statement.pay_on), now.at))
    return News(royalty_sentence(statement, way=way, ending=ending), royalty_next(statement, way=way))


def _told(now: MoneyNow, payout: Payout, *, whole: str, amount: str) -> News:
    """``whole`` is the amount with what it is for, ``amount`` the bare one for a second mention."""
    if payout.state in ENDED:
        return _did_not_arrive(now, payout, whole=whole, amount=amount)
    ending, reads = payout.mandate.ending, {"reference": payout.reference}
    if payout.settled_at is not None:
        words = _("%(amount)s was paid to the account ending %(ending)s on %(day)s.")
        sentence = words % {"amount": whole, "ending": ending, "day": _day(payout.settled_at)}
        return News(sentence, _("On your bank statement it reads %(reference)s.") % reads)
    day, today = (timezone.localtime(moment).date() for moment in (payout.run.not_before, now.at))
    return News(ordered_sentence(whole, ending, day if day >= today else None), ordered_next(payout.reference))


def _did_not_arrive(now: MoneyNow, payout: Payout, *, whole: str, amount: str) -> News:
    reason = payout_reason_words(payout.reason)
    values = {"amount": whole, "ending": payout.mandate.ending, "day": _day(payout.ended_at)}
    words = {
        PayoutState.FAILED: _("%(amount)s could not be paid to the account ending %(ending)s on %(day)s."),
        PayoutState.RETURNED: _("%(amount)s came back from the account ending %(ending)s on %(day)s."),
    }.get(PayoutState(payout.state), _("%(amount)s was held back on %(day)s, before it left."))
    sentence = f"{words % values} {reason.why}"
    if reason.by_new_details and _is_given_since(now.mandate, payout):
        return News(sentence, " ".join(_waits(now, amount)), did_not_arrive=True)
    what_next = str(reason.what_to_do)
    if payout.state == PayoutState.HELD:
        what_next = " ".join([what_next, *_waits(now, amount)])
    return News(sentence, what_next, did_not_arrive=True, wants_details=reason.by_new_details)


def _is_given_since(mandate: BankMandate | None, payout: Payout) -> bool:
    return mandate is not None and payout.ended_at is not None and mandate.given_at > payout.ended_at


def _waits(now: MoneyNow, amount: str) -> tuple[str, str]:
    """Money that is in no payment, by the bank details there are now: the sentence, and what next."""
    if now.mandate is None:
        way, usable_on = Way.WAITING, None
    else:
        usable_on = _local(now.mandate.usable_from)
        way = Way.HELD if now.mandate.usable_from > now.at else Way.NEXT
    return waiting_sentence(way, amount, usable_on=usable_on), waiting_next(way)


def _royalty_way(now: MoneyNow, paid_at: datetime) -> tuple[RoyaltyWay, str]:
    if now.mandate is None:
        return RoyaltyWay.WAITING, ""
    return (RoyaltyWay.HELD if now.mandate.usable_from > paid_at else RoyaltyWay.BANK), now.mandate.ending


def _money(amount_minor: int, currency: str) -> str:
    return format_minor(amount_minor, currency, get_language() or "en")


def _day(moment: datetime | None) -> str:
    return date_format(_local(moment), "DATE_FORMAT") if moment else ""


def _local(moment: datetime) -> date:
    return timezone.localtime(moment).date()
