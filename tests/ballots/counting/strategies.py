"""Contests of all small shapes: blank papers, weights of zero, ties, one candidate, equal ranks."""

from itertools import groupby

from hypothesis import strategies as st

from ballots.rules.counting.papers import Papers, Row

NAMES = ("Amber", "Bitter", "Cask", "Dunkel", "Export", "Festbier")


@st.composite
def rows(draw: st.DrawFn, candidates: int, *, equal_ranks: bool = False, weight_max: int = 9) -> list[Row]:
    """Return rows of strict orders, cut anywhere; with ``equal_ranks`` neighbours may share a rank."""
    found: list[Row] = []
    for _ in range(draw(st.integers(0, 12))):
        order = draw(st.permutations(range(candidates)))[: draw(st.integers(0, candidates))]
        shared = [equal_ranks and draw(st.booleans()) for _ in order]
        starts = [number for number in range(len(order)) if number == 0 or not shared[number]]
        group_of = [sum(start <= number for start in starts) for number in range(len(order))]
        ranks = [
            tuple(one for one, _ in group) for _, group in groupby(zip(order, group_of, strict=True), lambda x: x[1])
        ]
        found.append((draw(st.integers(0, weight_max)), ranks))
    return found


@st.composite
def contests(draw: st.DrawFn, *, equal_ranks: bool = False) -> tuple[tuple[str, ...], list[Row]]:
    """Return names and rows of a contest."""
    candidates = draw(st.integers(1, len(NAMES)))
    return NAMES[:candidates], draw(rows(candidates, equal_ranks=equal_ranks))


def papers(contest: tuple[tuple[str, ...], list[Row]]) -> Papers:
    """Return the contest's papers."""
    return Papers.of(*contest)
