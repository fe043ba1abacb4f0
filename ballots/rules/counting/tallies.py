"""Adding papers up: exact whole numbers over whole columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.unsignedinteger]


def sums(numbers: Ranks, amounts: NDArray[Any], candidates: int) -> list[int]:
    """Return for 0 (nobody) and each candidate from 1 the sum of the amounts beside the number.

    Exact for 64-bit integers whose total fits, and for arrays of Python integers.
    """
    totals = np.zeros(candidates + 1, dtype=amounts.dtype)
    np.add.at(totals, numbers, amounts)
    return [int(total) for total in totals.tolist()]


def next_choices(rankings: Ranks, rows: NDArray[np.intp], standing: NDArray[np.bool_]) -> Ranks:
    """Return for each of the rows the first candidate on the paper who is standing, or 0 for nobody.

    ``standing`` says for each candidate number from 1 whether papers may go there; its element 0 must be False.
    """
    found = np.zeros(len(rows), dtype=rankings.dtype)
    waiting = np.arange(len(rows))
    for place in range(rankings.shape[1]):
        here = rankings[rows[waiting], place]
        stands = standing[here]
        found[waiting[stands]] = here[stands]
        waiting = waiting[~stands & (here != 0)]
        if not waiting.size:
            break
    return found


def first_choices(rankings: Ranks) -> Ranks:
    """Return the first choice on each paper, 0 on a blank one."""
    return rankings[:, 0] if rankings.shape[1] else np.zeros(len(rankings), dtype=rankings.dtype)
