"""What a work earns its creators, and what they are paid of it.

A royalty is not a dividend: own agreement, own statement, own tax. The base is net sales: gross less returns, discounts
and tax. Nothing is ever edited: a correction is a later line. Errors known from publishing that this answers: returns
taken back at another rate than they were paid at (a line carries its rate), one work's debt set against another's
(every agreement settles alone), a negative balance asked back (it is carried).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dividends.rules.jar import Fate, jar
from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.withholding import PPM, withheld_minor

NOTHING_BEFORE: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SalesLine:
    """Sales, or returns, of one period at one rate, in minor units; the rate in parts per million (1 % = 10,000).

    A line of returns carries the rate its sales were paid at. Gross and returns are not negative; discounts and tax
    are negative where they are given back with returned goods.
    """

    rate_ppm: int
    gross_minor: int = 0
    returns_minor: int = 0
    discounts_minor: int = 0
    tax_minor: int = 0

    def __post_init__(self) -> None:
        if min(self.gross_minor, self.returns_minor) < 0:
            raise RuleBroken(Code.SALES_NEGATIVE)
        if not 0 <= self.rate_ppm <= PPM:
            raise RuleBroken(Code.TAX_RATE_OUT_OF_RANGE)

    @property
    def net_minor(self) -> int:
        """Return gross less returns, discounts and tax; negative where more came back than was sold."""
        return self.gross_minor - self.returns_minor - self.discounts_minor - self.tax_minor


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """A line with what it earned: ``rate * net_after`` less ``rate * net_before``, both rounded down.

    ``net_before_minor`` and ``net_after_minor`` are the net sales to date at the line's rate.
    """

    line: SalesLine
    net_before_minor: int
    net_after_minor: int
    earned_minor: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A creator's account for a period, in minor units: opening + earned - withheld - paid = closing."""

    opening_minor: int
    earned_minor: int
    withheld_minor: int
    paid_minor: int
    closing_minor: int
    fate: Fate


def earned_to_date(net_minor: int, rate_ppm: int) -> int:
    """Return what net sales to date earn at a rate, rounded down to the minor unit; the rest waits for later lines."""
    return net_minor * rate_ppm // PPM


def earnings(lines: Sequence[SalesLine], *, net_to_date: Mapping[int, int] = NOTHING_BEFORE) -> tuple[EarnedLine, ...]:
    """Return what each line earned, in order, on top of the agreement's net sales to date per rate.

    Rounding is done on the running total of each rate, so that a sale returned in pieces takes back exactly what it
    earned, and many small lines earn what one large line would. Refuses (`RuleBroken`) returns above all that was
    sold at their rate: such a line was paid at another rate, or never.
    """
    running = dict(net_to_date)
    found = []
    for line in lines:
        before = running.get(line.rate_ppm, 0)
        after = before + line.net_minor
        if after < 0:
            raise RuleBroken(Code.RETURNED_ABOVE_SOLD, rate_ppm=line.rate_ppm, net_minor=after)
        running[line.rate_ppm] = after
        earned = earned_to_date(after, line.rate_ppm) - earned_to_date(before, line.rate_ppm)
        found.append(EarnedLine(line, before, after, earned))
    return tuple(found)


def settle(opening_minor: int, earned_minor: int, *, minimum_minor: int, withheld_ppm: int = 0) -> Settlement:
    """Return what is paid of the balance of one agreement and creator.

    All of it once the net of tax reaches the minimum, else nothing: the balance is carried, and so is a negative one,
    which nobody is asked to pay back. Tax is withheld only when paid (UK: 20 % where the creator lives abroad, ITA
    2007 s.906; the rate is given in parts per million).
    """
    due = opening_minor + earned_minor
    tax = withheld_minor(max(0, due), withheld_ppm)
    fate = jar(max(0, due) - tax, minimum_minor=minimum_minor).fate
    if fate == Fate.PAY:
        return Settlement(opening_minor, earned_minor, tax, due - tax, 0, fate)
    fate = Fate.KEEP if due else Fate.NOTHING
    return Settlement(opening_minor, earned_minor, 0, 0, due, fate)
