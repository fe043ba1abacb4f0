"""What the hall shows of one round: how full each glass stands, who is poured into whom; and chalk marks of a turnout.

Note [Glass]: a drawing 140 by 210 user units. The beer stands between `BOTTOM` and `BRIM`. A glass is full at three
fifths of all papers, so that the line of half of them, above which a candidate wins, lies below the brim; as papers run
out of choices the line sinks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agm.rules.bars import UNITS, shown_votes, votes_of

BRIM, BOTTOM, FOAM_FROM = 30.0, 190.0, 50.0
FULL_NUMERATOR, FULL_DENOMINATOR = 3, 5
BUNDLE, BUNDLES_MAX = 5, 100
ROW, ROW_OF_MANY, MANY = 10, 20, 30  # bundles in a row; with more than `MANY` rows are twice as long
BUNDLE_WIDTH, BUNDLE_HEIGHT = 64, 76


@dataclass(frozen=True)
class Glass:
    """A candidate's tally: the beer's surface and height in user units; ``foam`` from 0 to 1: a little has little."""

    name: str
    votes: Decimal
    y: float
    height: float
    foam: float
    is_elected: bool
    is_leaving: bool


@dataclass(frozen=True)
class Pour:
    """Papers that went from one glass to another before this round; without a target they had no choice left."""

    source: str
    target: str
    votes: Decimal


@dataclass(frozen=True)
class GlassRound:
    """One round in glasses.

    ``line_y`` is where a glass wins, ``needed`` the votes to get there, ``tie`` what broke one, empty without.
    """

    number: int
    glasses: tuple[Glass, ...]
    pours: tuple[Pour, ...]
    line_y: float
    needed: int
    exhausted: Decimal
    is_last: bool
    tie: str


@dataclass(frozen=True)
class TallyMarks:
    """Bundles of five as whole rows and a rest, in user units; each bundle stands for ``worth`` voters."""

    worth: int
    width: int
    height: int
    rows_height: int
    rest_width: int


def glass_round(result: Mapping[str, Any], number: int) -> GlassRound:
    """Return round ``number`` (from 1) of a count in rounds; nothing of a later one goes into it.

    Glasses stand in the order of the paper: a JSON from the database has its keys in another order.
    """
    each = result["rounds"][number - 1]
    gone = {name for earlier in result["rounds"][: number - 1] for name in earlier["eliminated"]}
    standing = [name for name in result["candidates"] if name in each["tallies"] and name not in gone]
    tallies = {name: votes_of(each["tallies"][name]) for name in standing}
    first = result["rounds"][0]
    full = _full(sum(map(votes_of, first["tallies"].values())) + votes_of(first["exhausted"]))
    elected = {name for until in result["rounds"][:number] for name in until["elected"]}
    needed = int(result["quota"]) if "quota" in result else sum(tallies.values()) // (2 * UNITS) + 1
    glasses = (
        Glass(
            name=name,
            votes=shown_votes(units),
            y=_surface(units, full),
            height=round(BOTTOM - _surface(units, full), 1),
            foam=round(min(1.0, (BOTTOM - _surface(units, full)) / FOAM_FROM), 2),
            is_elected=name in elected,
            is_leaving=name in each["eliminated"],
        )
        for name, units in tallies.items()
    )
    return GlassRound(
        number=number,
        glasses=tuple(glasses),
        pours=_pours(each, result["candidates"]),
        line_y=_surface(needed * UNITS, full),
        needed=needed,
        exhausted=shown_votes(votes_of(each["exhausted"])),
        is_last=number == len(result["rounds"]),
        tie=next((tie["broken_by"] for tie in result["ties"] if tie["round"] == number), ""),
    )


def _full(total: int) -> int:
    return max(1, total * FULL_NUMERATOR // FULL_DENOMINATOR)


def _surface(units: int, full: int) -> float:
    return round(BOTTOM - (BOTTOM - BRIM) * min(1.0, units / full), 1)


def _pours(each: Mapping[str, Any], candidates: Sequence[str]) -> tuple[Pour, ...]:
    pours = []
    for transfer in each["transfers"]:
        targets = {name: transfer["to"].get(name, "0") for name in candidates} | {"": transfer["exhausted"]}
        moved = {name: votes_of(text) for name, text in targets.items()}
        pours += [Pour(transfer["from"], name, shown_votes(units)) for name, units in moved.items() if units]
    return tuple(pours)


def tally_marks(count: int) -> TallyMarks:
    """Return a count in full fives as chalk marks; a large hall gets bundles that stand for 50, 500 and so on."""
    worth = BUNDLE
    while count // worth > BUNDLES_MAX:
        worth *= 10
    in_a_row = ROW if count // worth <= MANY else ROW_OF_MANY
    rows, rest = divmod(count // worth, in_a_row)
    return TallyMarks(
        worth=worth,
        width=in_a_row * BUNDLE_WIDTH,
        height=max(1, rows + (1 if rest else 0)) * BUNDLE_HEIGHT,
        rows_height=rows * BUNDLE_HEIGHT,
        rest_width=rest * BUNDLE_WIDTH,
    )
