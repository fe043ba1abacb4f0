"""The facts of a statement as one text with one hash, and its sum line by line.

The hash binds what a statement says, not how it looks: bytes of a PDF change with the version of the program.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.scale import TRILLION, from_trillionths, trillionths

SEPARATOR = "\x1f"  # ASCII "unit separator": names and amounts have none, and a field that has one is refused


class StepCode(StrEnum):
    """What a line of the sum is."""

    SHARES = "shares"
    RATE = "rate"
    POT = "pot"
    ALL_SHARES = "all_shares"
    EXACT = "exact"
    BROUGHT = "brought"
    CARRIED = "carried"
    ROUNDED_DOWN = "rounded_down"
    ROUNDED_UP = "rounded_up"
    GROSS = "gross"
    WITHHELD = "withheld"
    NET = "net"


class Sign(StrEnum):
    """What is done with a line's amount; read from the top the lines are a sum anybody can redo."""

    START = ""
    TIMES = "×"
    OVER = "÷"
    PLUS = "+"
    MINUS = "−"
    EQUALS = "="


@dataclass(frozen=True, slots=True)
class Step:
    """One line: amounts are minor units (but shares are shares) and never negative."""

    sign: Sign
    code: StepCode
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Owed:
    """An entitlement as it was stored. Exactly one of the rate and the pot with all its shares is given."""

    shares: int
    exact_minor: Decimal
    brought_fraction: Decimal
    gross_minor: int
    withheld_minor: int
    carried_fraction: Decimal
    rate_minor: Decimal | None = None
    pot_minor: int | None = None
    total_shares: int | None = None


def canonical(fields: Sequence[str]) -> str:
    """Return the fields in the order given as one text: NFC, joined by the unit separator.

    NFC, because the same name typed on two machines may differ in bytes (Vietnamese above all). Refuses (`RuleBroken`)
    an empty list and a field that holds the separator, so that different fields never make the same text.
    """
    if not fields:
        raise RuleBroken(Code.NO_FIELDS)
    for position, text in enumerate(fields):
        if SEPARATOR in text:
            raise RuleBroken(Code.FIELD_HAS_SEPARATOR, position=position)
    return SEPARATOR.join(unicodedata.normalize("NFC", text) for text in fields)


def facts_sha256(fields: Sequence[str]) -> str:
    """Return the SHA-256, in lower-case hexadecimal, of the canonical text of the fields in UTF-8."""
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def arithmetic(owed: Owed) -> tuple[Step, ...]:
    """Return the sum of an entitlement from its shares to its net, line by line; lines of nil are left out.

    Withholding is always a line: that nothing was withheld is a fact too. Refuses (`RuleBroken`) stored figures that do
    not follow from each other, rather than print a sum that is wrong.
    """
    exact = trillionths(owed.exact_minor)
    brought, carried = trillionths(owed.brought_fraction), trillionths(owed.carried_fraction)
    if exact != _exact(owed):
        raise RuleBroken(Code.SUM_DOES_NOT_ADD_UP, step=StepCode.EXACT)
    rounded = owed.gross_minor * TRILLION + carried - exact - brought
    if not -TRILLION < rounded < TRILLION:
        raise RuleBroken(Code.SUM_DOES_NOT_ADD_UP, step=StepCode.GROSS)
    if not 0 <= owed.withheld_minor <= owed.gross_minor:
        raise RuleBroken(Code.SUM_DOES_NOT_ADD_UP, step=StepCode.NET)
    middle = [
        (Sign.PLUS, StepCode.BROUGHT, brought),
        (Sign.MINUS, StepCode.CARRIED, carried),
        (Sign.MINUS, StepCode.ROUNDED_DOWN, max(0, -rounded)),
        (Sign.PLUS, StepCode.ROUNDED_UP, max(0, rounded)),
    ]
    return (
        *_first_lines(owed),
        Step(Sign.EQUALS, StepCode.EXACT, owed.exact_minor),
        *(Step(sign, code, from_trillionths(amount)) for sign, code, amount in middle if amount),
        Step(Sign.EQUALS, StepCode.GROSS, Decimal(owed.gross_minor)),
        Step(Sign.MINUS, StepCode.WITHHELD, Decimal(owed.withheld_minor)),
        Step(Sign.EQUALS, StepCode.NET, Decimal(owed.gross_minor - owed.withheld_minor)),
    )


def _exact(owed: Owed) -> int:
    """Return the exact entitlement in trillionths, a pot's cut down to them."""
    if owed.rate_minor is not None and owed.pot_minor is None:
        return owed.shares * trillionths(owed.rate_minor)
    if owed.rate_minor is not None or owed.pot_minor is None or not owed.total_shares:
        raise RuleBroken(Code.RATE_OR_POT)
    return owed.pot_minor * owed.shares * TRILLION // owed.total_shares


def _first_lines(owed: Owed) -> tuple[Step, ...]:
    shares = Decimal(owed.shares)
    if owed.rate_minor is not None:
        return (Step(Sign.START, StepCode.SHARES, shares), Step(Sign.TIMES, StepCode.RATE, owed.rate_minor))
    return (
        Step(Sign.START, StepCode.POT, Decimal(owed.pot_minor or 0)),
        Step(Sign.TIMES, StepCode.SHARES, shares),
        Step(Sign.OVER, StepCode.ALL_SHARES, Decimal(owed.total_shares or 0)),
    )
