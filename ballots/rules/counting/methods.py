"""The methods by name: no others, for each more is one more way to be accused of choosing the winner."""

from enum import StrEnum

from ballots.rules.counting import approval, irv, plurality, resolution, schulze, scottish_stv
from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result
from ballots.rules.counting.seats import BadSeats


class Method(StrEnum):
    """What ``manage.py count --method`` takes."""

    RESOLUTION = resolution.METHOD
    PLURALITY = plurality.METHOD
    APPROVAL = approval.METHOD
    IRV = irv.METHOD
    SCOTTISH_STV = scottish_stv.METHOD
    SCHULZE = schulze.METHOD


COUNTS = {
    Method.PLURALITY: plurality.count,
    Method.APPROVAL: approval.count,
    Method.IRV: irv.count,
    Method.SCOTTISH_STV: scottish_stv.count,
    Method.SCHULZE: schulze.count,
}


def count(
    method: Method | str, papers: Papers, *, seats: int = 1, special: bool = False, lot: Lot | None = None
) -> Result:
    """Return the papers counted by the method. ``special`` asks a resolution for three quarters.

    Raises ValueError for an unknown method, ``BadSeats`` and ``BadPapers`` for what the method cannot count, and
    ``TieNeedsLot`` where the lot is strict.
    """
    method = Method(method)
    if method is Method.RESOLUTION:
        if seats != 1:
            raise BadSeats("A resolution has no seats to fill.")
        return resolution.count(papers, special=special)
    return COUNTS[method](papers, seats=seats, lot=lot)
