"""The geometry of a counted contest as a picture: rounds from left to right, every candidate in a lane of its own.

Input is the JSON of a count (`ballots.rules.counting.result.Result.as_json`); output are numbers in user units of an
SVG, so that the server draws and no script has to. The same numbers stand beside the picture in a table.

Note [Lanes]: a candidate keeps one lane over all rounds, in the order of the first round's tallies. A lane is as high
as the candidate's largest tally shown, so that papers that arrive have their place and no two names overlap. Papers
move as ribbons: those that stay along the lane, those of a loser or of a surplus across to other lanes.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from agm.rules.bars import BarsPicture, bars_picture, shown_votes, votes_of

ROUNDED_METHODS = ("irv", "scottish-stv")
LABEL_WIDTH, LABEL_LETTERS, LABEL_LINE = 212, 24, 17
NARROW_LETTERS = 13
BAR_WIDTH, TOP, LANE_GAP, LANE_MIN = 56, 34, 10, 2 * LABEL_LINE + 4
PICTURE_HEIGHT = 420  # what all papers together would be high
STEP_MAX, STEP_MIN, WIDTH_WANTED = 170, 80, 1150
FITS_MAX = 12  # rounds that fit the width of a desk and can still be read
PANEL_MAX = 4  # rounds that fit a panel beside a poster

State = Literal["standing", "elected", "eliminated"]


@dataclass(frozen=True)
class Label:
    """A candidate's name at its lane; ``lines`` are at most two, the second cut with an ellipsis where it must be.

    ``narrow_lines`` are the same for a phone, where the names stay in sight while the rounds scroll under them.
    """

    name: str
    lines: tuple[str, ...]
    narrow_lines: tuple[str, ...]
    x: float
    y: float
    ground: str


@dataclass(frozen=True)
class Bar:
    """A tally. ``lane`` is the place of the candidate from the top; ``ground`` the colour it was given, or nothing."""

    name: str
    lane: int
    x: float
    y: float
    width: float
    height: float
    middle_y: float
    votes: Decimal
    state: State
    ground: str


@dataclass(frozen=True)
class Ribbon:
    """Papers between two rounds. ``kind``: ``kept``, ``exclusion`` or ``surplus``; an empty ``target``: no choice left.

    ``path`` is the outline, for the attribute ``d``.
    """

    round: int
    kind: str
    source: str
    target: str
    votes: Decimal
    path: str
    ground: str


@dataclass(frozen=True)
class Column:
    """A round: its number from 1, where it stands, its bars, and what ran out of choices."""

    number: int
    x: float
    middle_x: float
    bars: tuple[Bar, ...]
    exhausted: Decimal
    exhausted_bar: Bar | None
    elected: tuple[str, ...]
    eliminated: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """What the table says of a candidate in a round; no votes once it is gone."""

    votes: Decimal | None
    state: State | Literal["gone"]


@dataclass(frozen=True)
class Row:
    """A candidate over all rounds."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FlowPicture:
    """A count in rounds; ``is_whole`` unless later rounds are still kept back."""

    width: float
    height: float
    labels: tuple[Label, ...]
    columns: tuple[Column, ...]
    ribbons: tuple[Ribbon, ...]
    rows: tuple[Row, ...]
    exhausted: tuple[Decimal, ...]
    exhausted_y: float | None
    is_whole: bool
    kind: Literal["flow"] = "flow"

    @property
    def is_wide(self) -> bool:
        """Whether it wants the whole width of a desk."""
        return len(self.columns) > PANEL_MAX

    @property
    def is_fitting(self) -> bool:
        """Whether all rounds are seen at once on a desk; else they scroll there too."""
        return len(self.columns) <= FITS_MAX


def picture_of(
    result: Mapping[str, Any], *, rounds: int | None = None, grounds: Mapping[str, str] | None = None
) -> FlowPicture | BarsPicture | None:
    """Return the picture that fits the method; None for Schulze, whose pairs are a table."""
    if not result["rounds"]:
        return None
    if result["method"] in ROUNDED_METHODS:
        return flow_picture(result, rounds=rounds, grounds=grounds)
    return bars_picture(result, grounds=grounds)


def flow_picture(
    result: Mapping[str, Any], *, rounds: int | None = None, grounds: Mapping[str, str] | None = None
) -> FlowPicture:
    """Return the picture of the first ``rounds`` rounds (all without); nothing of a later round goes into it.

    ``grounds`` gives candidates a colour by name. Raises ValueError for a result without rounds, or for none shown.
    """
    shown = list(result["rounds"])[: len(result["rounds"]) if rounds is None else rounds]
    if not shown:
        raise ValueError("A picture of rounds needs a round.")
    return _Drawing(shown, tuple(result["candidates"]), grounds or {}).picture(
        is_whole=len(shown) == len(result["rounds"])
    )


def _round(number: float) -> float:
    return round(number, 1)


class _Drawing:
    """One picture in the making. Heights are papers times ``scale``; ``lanes`` maps a name to the top of its lane."""

    def __init__(
        self, rounds: Sequence[Mapping[str, Any]], candidates: tuple[str, ...], grounds: Mapping[str, str]
    ) -> None:
        self.rounds = rounds
        self.grounds = grounds
        self.tallies = [{name: votes_of(text) for name, text in each["tallies"].items()} for each in rounds]
        self.exhausted = [votes_of(each["exhausted"]) for each in rounds]
        total = sum(self.tallies[0].values()) + self.exhausted[0]
        self.scale = PICTURE_HEIGHT / (total or 1)
        places = {name: place for place, name in enumerate(candidates)}
        self.names = sorted(self.tallies[0], key=lambda name: (-self.tallies[0][name], places[name]))
        self.step = max(STEP_MIN, min(STEP_MAX, (WIDTH_WANTED - LABEL_WIDTH) / len(rounds)))
        self.lanes, self.bottom = self._lanes()
        self.exhausted_y = self.bottom if any(self.exhausted) else None

    def picture(self, *, is_whole: bool) -> FlowPicture:
        columns = tuple(self._column(number) for number in range(len(self.rounds)))
        below = (LANE_MIN if self.exhausted_y is None else max(LANE_MIN, max(self.exhausted) * self.scale)) + LANE_GAP
        return FlowPicture(
            width=_round(LABEL_WIDTH + self.step * (len(self.rounds) - 1) + BAR_WIDTH + 8),
            height=_round(self.bottom + (below if self.exhausted_y is not None else 0)),
            labels=tuple(self._label(name) for name in self.names),
            columns=columns,
            ribbons=tuple(ribbon for number in range(1, len(self.rounds)) for ribbon in self._ribbons(number)),
            rows=tuple(Row(name, tuple(self._cells(name))) for name in self.names),
            exhausted=tuple(map(shown_votes, self.exhausted)),
            exhausted_y=None if self.exhausted_y is None else _round(self.exhausted_y),
            is_whole=is_whole,
        )

    def _lanes(self) -> tuple[dict[str, float], float]:
        lanes, top = {}, float(TOP)
        for name in self.names:
            lanes[name] = top
            largest = max(tallies.get(name, 0) for tallies in self.tallies)
            top += max(LANE_MIN, largest * self.scale) + LANE_GAP
        return lanes, top

    def _label(self, name: str) -> Label:
        y = _round(self.lanes[name] + LABEL_LINE - 3)
        return Label(
            name, _wrapped(name, LABEL_LETTERS), _wrapped(name, NARROW_LETTERS), 0, y, self.grounds.get(name, "")
        )

    def _x(self, number: int) -> float:
        return LABEL_WIDTH + self.step * number

    def _column(self, number: int) -> Column:
        x, each = self._x(number), self.rounds[number]
        standing = [name for name in self.names if not self._is_gone(name, number)]
        return Column(
            number=number + 1,
            x=_round(x),
            middle_x=_round(x + BAR_WIDTH / 2),
            bars=tuple(self._bar(name, number) for name in standing),
            exhausted=shown_votes(self.exhausted[number]),
            exhausted_bar=self._exhausted_bar(number),
            elected=tuple(each["elected"]),
            eliminated=tuple(each["eliminated"]),
        )

    def _is_gone(self, name: str, number: int) -> bool:
        """Tell whether the candidate left before this round: IRV no longer names it, the statute's tables say 0."""
        return name not in self.tallies[number] or any(name in each["eliminated"] for each in self.rounds[:number])

    def _state(self, name: str, number: int) -> State:
        if any(name in each["elected"] for each in self.rounds[: number + 1]):
            return "elected"
        return "eliminated" if name in self.rounds[number]["eliminated"] else "standing"

    def _bar(self, name: str, number: int) -> Bar:
        units = self.tallies[number][name]
        return self._drawn(name, number, units, self.lanes[name], self._state(name, number), self.names.index(name))

    def _exhausted_bar(self, number: int) -> Bar | None:
        if self.exhausted_y is None or not self.exhausted[number]:
            return None
        return self._drawn("", number, self.exhausted[number], self.exhausted_y, "standing", len(self.names))

    def _drawn(self, name: str, number: int, units: int, y: float, state: State, lane: int) -> Bar:
        height = units * self.scale
        return Bar(
            name=name,
            lane=lane,
            x=_round(self._x(number)),
            y=_round(y),
            width=BAR_WIDTH,
            height=_round(height),
            middle_y=_round(y + max(height, 18) / 2),
            votes=shown_votes(units),
            state=state,
            ground=self.grounds.get(name, ""),
        )

    def _cells(self, name: str) -> Iterator[Cell]:
        for number, tallies in enumerate(self.tallies):
            if self._is_gone(name, number):
                yield Cell(None, "gone")
            else:
                yield Cell(shown_votes(tallies[name]), self._state(name, number))

    def _ribbons(self, number: int) -> Iterator[Ribbon]:
        """Yield what moved into a round: first what stayed, at the top of each bar, then what came from others."""
        leaving = dict.fromkeys(self.names, 0.0)
        arriving = dict(leaving) | {"": self.exhausted[number - 1] * self.scale}
        if self.exhausted[number - 1]:
            yield self._ribbon(number, "kept", "", "", self.exhausted[number - 1], (0.0, 0.0))
        moved = _moved(self.rounds[number]["transfers"])
        for name in self.names:
            kept = self.tallies[number - 1].get(name, 0) - sum(votes for source, _, _, votes in moved if source == name)
            if kept > 0 and not self._is_gone(name, number):
                yield self._ribbon(number, "kept", name, name, kept, (0.0, 0.0))
                leaving[name] = arriving[name] = kept * self.scale
        for source, kind, target, votes in sorted(moved, key=self._top_down):
            yield self._ribbon(number, kind, source, target, votes, (leaving[source], arriving[target]))
            leaving[source] += votes * self.scale
            arriving[target] += votes * self.scale

    def _top_down(self, move: tuple[str, str, str, int]) -> tuple[float, float]:
        source, _kind, target, _votes = move
        return self.lanes[source], self.lanes.get(target, self.bottom)

    def _ribbon(
        self, number: int, kind: str, source: str, target: str, units: int, below: tuple[float, float]
    ) -> Ribbon:
        thick = units * self.scale
        left, right = self._x(number - 1) + BAR_WIDTH, self._x(number)
        from_y = self.lanes.get(source, self.bottom) + below[0]
        to_y = self.lanes.get(target, self.bottom) + below[1]
        path = _band(left, from_y, right, to_y, thick)
        return Ribbon(number + 1, kind, source, target, shown_votes(units), path, self.grounds.get(source, ""))


def _wrapped(name: str, letters: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(name, letters, max_lines=2, placeholder=" …") or [name[:letters]])


def _moved(transfers: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, int]]:
    """Return source, kind, target and votes of everything that moved; what ran out of choices has no target."""
    moved = []
    for transfer in transfers:
        targets = {
            **{name: votes_of(text) for name, text in transfer["to"].items()},
            "": votes_of(transfer["exhausted"]),
        }
        moved += [(transfer["from"], transfer["kind"], target, votes) for target, votes in targets.items() if votes]
    return moved


def _band(left: float, from_y: float, right: float, to_y: float, thick: float) -> str:
    """Return the outline of a band of equal thickness that leaves and arrives level."""
    middle = (left + right) / 2
    numbers = (left, from_y, middle, right, to_y, to_y + thick, from_y + thick)
    x1, y1, bend, x2, y2, y3, y4 = (f"{number:.1f}".removesuffix(".0") for number in numbers)
    return f"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}V{y3}C{bend} {y3} {bend} {y4} {x1} {y4}Z"
