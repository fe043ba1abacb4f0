"""What part of the price is nominal capital, to the last minor unit."""

from collections.abc import Sequence
from decimal import Decimal


def nominal_parts(nominal_minor: Decimal, *, issued_before: int, quantities: Sequence[int]) -> list[int]:
    """Return for each allotment, in order, its nominal capital in whole minor units.

    A nominal value may be a fraction of a minor unit (0.1p). Each part is the difference of the floored totals before
    and after it, so that capital in the books always equals the floored nominal value of all shares issued.
    """
    parts = []
    issued = issued_before
    for quantity in quantities:
        parts.append(int(nominal_minor * (issued + quantity)) - int(nominal_minor * issued))
        issued += quantity
    return parts
