"""What becomes of a creator's share, in one sentence, and what happens next: the same words on paper and in mails.

All of it as things stood when the statement was issued.
"""

from datetime import date, timedelta
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from dividends.enums import Basis, RoyaltyWay, Way
from dividends.models import RoyaltyAgreement, RoyaltyStatement
from dividends.queries.statement_words import country_name, ordered_next, percent, waiting_next


def royalty_sentence(statement: RoyaltyStatement, *, way: RoyaltyWay | None = None, ending: str = "") -> str:
    """Return the sentence on top: how much of which beer, where to, when; ``way`` and ``ending`` as issued or now."""
    balance = statement.paid_minor or abs(statement.closing_minor)
    values = {
        "amount": _money(statement, balance),
        "beer": statement.beer_name,
        "ending": ending or statement.ending,
        "day": _day(statement.pay_on),
    }
    match way or statement.way:
        case RoyaltyWay.BANK:
            return _("“%(beer)s”: %(amount)s is due on %(day)s, to the account ending %(ending)s.") % values
        case RoyaltyWay.WAITING:
            return _("“%(beer)s”: %(amount)s waits for your bank details.") % values
        case RoyaltyWay.HELD:
            return _("“%(beer)s”: %(amount)s waits until your new bank details may be used.") % values
        case RoyaltyWay.KEPT:
            return _("“%(beer)s”: %(amount)s is carried to your next statement.") % values
        case RoyaltyWay.OWED:
            return _("“%(beer)s”: more came back than was sold, so your account stands %(amount)s below nil.") % values
    return _("“%(beer)s” earned you nothing this time.") % values


def royalty_next(statement: RoyaltyStatement, *, way: RoyaltyWay | None = None) -> str:
    """Return what happens next, and what the creator can do about it; ``way`` as issued or as it is now."""
    match way or statement.way:
        case RoyaltyWay.BANK:
            return ordered_next(f"ROYALTY {statement}")
        case RoyaltyWay.WAITING:
            return waiting_next(Way.WAITING)
        case RoyaltyWay.HELD:
            return waiting_next(Way.HELD)
        case RoyaltyWay.KEPT:
            minimum = _money(statement, statement.agreement.minimum_minor)
            return _("It is paid as soon as it reaches %(minimum)s after tax. It is not lost.") % {"minimum": minimum}
        case RoyaltyWay.OWED:
            return _("Nobody asks you to pay it back: it is taken from what the beer earns you next.")
    return _("You need not do anything.")


def royalty_withholding(statement: RoyaltyStatement) -> str:
    """Return by which law tax was kept back, and why; that nothing was, is said too."""
    rule = statement.withholding_rule
    if rule is None:
        return _("Tax is looked at when something is paid.")
    values = {
        "country": country_name(rule.issuer_country),
        "rate": percent(statement.withheld_ppm),
        "residence": country_name(statement.country),
        "evidence": rule.evidence,
    }
    if rule.basis == Basis.TREATY:
        words = _("%(country)s: %(rate)s by treaty (residence: %(residence)s, %(evidence)s).") % values
    else:
        words = _("%(country)s: %(rate)s by statute (residence: %(residence)s).") % values
    nothing = _("Nothing was kept back.")
    return words if statement.withheld_minor else f"{words} {nothing}"


def days_shown(begins_on: date, end: date | None) -> str:
    """Return half-open days as people say them, with the last day in them; without an end "from ... on"."""
    if end is None:
        return _("from %(first)s on") % {"first": _day(begins_on)}
    last = end - timedelta(days=1)
    if last < begins_on:
        return _("up to %(last)s") % {"last": _day(last)}
    return _("%(first)s to %(last)s") % {"first": _day(begins_on), "last": _day(last)}


def fraction_shown(fraction: Fraction) -> str:
    """Return a fraction as it was agreed: 1/2, or "all of it"."""
    return _("all of it") if fraction == 1 else f"{fraction.numerator}/{fraction.denominator}"


def terms_shown(agreement: RoyaltyAgreement) -> str:
    """Return rate and days of an agreement in one line."""
    values = {"rate": percent(agreement.rate_ppm), "days": days_shown(agreement.valid_from, agreement.valid_to)}
    return _("%(rate)s of net sales, %(days)s") % values


def _money(statement: RoyaltyStatement, amount_minor: int) -> str:
    return format_minor(amount_minor, statement.currency, get_language() or "en")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
