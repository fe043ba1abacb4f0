"""How many shares a person may ask for."""

from enum import StrEnum

SHARES_MAX = 2_000_000_000


class Refusal(StrEnum):
    """Why a number of shares cannot be asked for."""

    NOT_POSITIVE = "not_positive"
    NOT_WHOLE_BLOCKS = "not_whole_blocks"
    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    MORE_THAN_LEFT = "more_than_left"


def refusal(
    quantity: int, *, block: int, person_min: int, person_max: int, person_kept: int, left: int
) -> Refusal | None:
    """Return why the quantity is refused, or None when it may be asked for.

    ``person_kept`` are the shares of the person's other live applications, ``left`` what the cap still allows.
    """
    if quantity <= 0:
        return Refusal.NOT_POSITIVE
    if quantity > SHARES_MAX:
        return Refusal.ABOVE_MAXIMUM
    if quantity % block:
        return Refusal.NOT_WHOLE_BLOCKS
    if quantity < person_min:
        return Refusal.BELOW_MINIMUM
    if quantity + person_kept > person_max:
        return Refusal.ABOVE_MAXIMUM
    return Refusal.MORE_THAN_LEFT if quantity > left else None
