"""What becomes of a dividend, in one sentence, and what happens next: the same words on paper, in mails and on pages.

All of it as things stood when the statement was issued.
"""

from datetime import date
from decimal import Decimal

from babel import Locale
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from dividends.enums import Basis, Rounding, Way
from dividends.models import Declaration, Entitlement, Statement
from dividends.queries.statements import pays_on, usable_on


def sentence_of(statement: Statement) -> str:
    """Return the sentence on top: how much, where to, when. It says what was ordered, so that it stays true."""
    amount = _money(statement, statement.paid_minor or statement.kept_minor)
    match statement.way:
        case Way.BANK:
            day = pays_on(statement)
            return ordered_sentence(amount, statement.ending, day if day >= statement.issued_on else None)
        case Way.JAR:
            return _("%(amount)s stays in your penny jar.") % {"amount": amount}
        case Way.NOTHING if statement.kept_minor:
            return _("Nothing new this time: %(amount)s stays in your penny jar.") % {"amount": amount}
        case Way.NOTHING:
            return _("This time your dividend is less than the smallest coin.")
    usable = usable_on(statement) if statement.way == Way.HELD else None
    return waiting_sentence(Way(statement.way), amount, usable_on=usable)


def next_of(statement: Statement) -> str:
    """Return what happens next, and what the holder can do about it."""
    declaration = statement.entitlement.declaration
    match statement.way:
        case Way.BANK:
            return ordered_next(statement.payout.reference if statement.payout else "")
        case Way.JAR:
            minimum = _money(statement, declaration.minimum_minor)
            return _("It is paid with a later dividend, once the jar holds %(minimum)s.") % {"minimum": minimum}
        case Way.NOTHING:
            return _nothing_next(declaration)
    return waiting_next(Way(statement.way))


def ordered_sentence(amount: str, ending: str, day: date | None) -> str:
    """Return the sentence about a payment that a director approved, for the day where one is ahead."""
    values = {"amount": amount, "ending": ending}
    if day is None:
        return _("%(amount)s is ordered to the account ending %(ending)s.") % values
    return _("%(amount)s is ordered to the account ending %(ending)s for %(day)s.") % {**values, "day": _day(day)}


def ordered_next(reference: str) -> str:
    """Return what follows an order. Whether it arrives nobody knows yet, so nothing is promised."""
    reads = _("On your bank statement it reads %(reference)s.") % {"reference": reference}
    return f"{reads} {if_it_fails()}"


def if_it_fails() -> str:
    """Return what a holder of an ordered payment can rely on."""
    return _("If the bank cannot pay it, we write to you.")


def waiting_sentence(way: Way, amount: str, *, usable_on: date | None) -> str:
    """Return the sentence about money in no payment yet: `Way.WAITING`, `Way.HELD` or `Way.NEXT`."""
    if way == Way.WAITING:
        return _("%(amount)s waits for your bank details.") % {"amount": amount}
    if way == Way.NEXT:
        return _("%(amount)s goes to your account with the next payment.") % {"amount": amount}
    if usable_on is None:
        return _("%(amount)s waits until your new bank details may be used.") % {"amount": amount}
    values = {"amount": amount, "day": _day(usable_on)}
    return _("%(amount)s waits for your new bank details, which may be used from %(day)s.") % values


def waiting_next(way: Way) -> str:
    """Return what follows, and what the holder can do about it."""
    if way == Way.WAITING:
        words = _("Give them at %(url)s. The money is yours; it goes out with the next payment after that.")
        return words % {"url": f"{settings.SITE_ORIGIN}/me/"}
    if way == Way.NEXT:
        return if_it_fails()
    return _(
        "New bank details wait, so that nobody can turn your money away unseen. Then it goes out with the next payment."
    )


def _nothing_next(declaration: Declaration) -> str:
    if declaration.rounding == Rounding.CARRY:
        return _("The fraction is not lost: it is added to your next dividend.")
    if declaration.rounding == Rounding.LARGEST_REMAINDER:
        return _("The whole sum was shared out, and the last coins went to larger fractions.")
    return _("What is less than a coin cannot be paid and stays with the company.")


def rounding_rule(declaration: Declaration) -> str:
    """Return the rule for the part that is smaller than a coin, in words."""
    coin = {"coin": format_minor(1, declaration.currency, _language())}
    match declaration.rounding:
        case Rounding.CARRY:
            return _("Rounded down to %(coin)s; what is less goes to your next dividend.") % coin
        case Rounding.LARGEST_REMAINDER:
            return _("The whole sum is shared out: the last %(coin)s go to the largest fractions.") % coin
    return _("Rounded down to %(coin)s; what is less stays with the company.") % coin


def withholding_words(owed: Entitlement) -> str:
    """Return which country's tax was kept back, at which rate and why; that nothing was, is said too."""
    rule = owed.withholding_rule
    country, rate = country_name(rule.issuer_country), percent(owed.withheld_ppm)
    values = {"country": country, "rate": rate, "evidence": rule.evidence, "residence": country_name(owed.country)}
    if rule.basis == Basis.TREATY:
        words = _("%(country)s: %(rate)s by treaty, for residents of %(residence)s (%(evidence)s).") % values
    else:
        words = _("%(country)s: %(rate)s by statute.") % values
    nothing = _("Nothing was kept back.")
    return words if owed.withheld_minor else f"{words} {nothing}"


def country_name(code: str) -> str:
    """Return the country's name in the reader's language; the code itself where no name is known."""
    return str(Locale.parse(_language()).territories.get(code, code))


def percent(ppm: int) -> str:
    """Return parts per million as per cent with every decimal: 26.375 %."""
    figures = f"{(Decimal(ppm) / 10_000).normalize():f}"
    return f"{figures.replace('.', ',') if _language().startswith('vi') else figures} %"


def _money(statement: Statement, amount_minor: int) -> str:
    return format_minor(amount_minor, statement.entitlement.declaration.currency, _language())


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _language() -> str:
    return get_language() or "en"
