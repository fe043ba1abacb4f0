"""Twelve decimals of a minor unit, held as whole trillionths so that no step of a sum can round.

Decimal's ordinary context keeps 28 digits: a rate of 24 digits times a holding of 6 would already be rounded silently.
"""

from decimal import Context, Decimal, DecimalException, FloatOperation, Inexact, InvalidOperation, Overflow

from dividends.rules.refusals import Code, RuleBroken

DECIMALS = 12
TRILLION = 1_000_000_000_000
WHOLE_DIGITS_MAX = 60  # before the point: more than any holding times any rate
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow, FloatOperation])


def trillionths(figure: Decimal) -> int:
    """Return the figure, in minor units, as a whole number of trillionths of one.

    Refuses (`RuleBroken`) what is no number, has more than 12 decimals or more than 60 digits before the point;
    anything but a Decimal, above all a float, is a `TypeError`.
    """
    if not isinstance(figure, Decimal):
        raise TypeError(f"not a Decimal: {figure!r}")
    if not figure.is_finite() or figure.adjusted() >= WHOLE_DIGITS_MAX:
        raise RuleBroken(Code.FIGURE_NOT_EXACT)
    try:
        scaled = figure.scaleb(DECIMALS, EXACT)
    except DecimalException as error:
        raise RuleBroken(Code.FIGURE_NOT_EXACT) from error
    if scaled != scaled.to_integral_value():
        raise RuleBroken(Code.FIGURE_NOT_EXACT)
    return int(scaled)


def from_trillionths(count: int) -> Decimal:
    """Return whole trillionths as a Decimal of minor units with exactly 12 decimals."""
    return Decimal(count).scaleb(-DECIMALS, EXACT)
