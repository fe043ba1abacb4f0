"""A counted contest without rounds as lying bars: approval, one choice, a resolution; and votes as they are written.

Input is the JSON of a count (`ballots.rules.counting.result.Result.as_json`). Lengths are user units of an SVG.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

PLACES, UNITS = 5, 100_000  # decimals of a vote in the JSON, and hundred-thousandths in a vote
BARS_WIDTH, BARS_LINE = 560, 52
WITHHELD = 2  # the place of a resolution's third option


@dataclass(frozen=True)
class LyingBar:
    """A tally without rounds, drawn from left to right; ``share_percent`` of what was cast, two decimals, or None."""

    name: str
    y: float
    width: float
    votes: Decimal
    state: Literal["standing", "elected"]
    ground: str
    share_percent: Decimal | None


@dataclass(frozen=True)
class BarsPicture:
    """A count without rounds: approval, one choice, a resolution."""

    width: float
    height: float
    bars: tuple[LyingBar, ...]
    method: str
    kind: Literal["bars"] = "bars"


def bars_picture(result: Mapping[str, Any], *, grounds: Mapping[str, str] | None = None) -> BarsPicture:
    """Return the only round as lying bars: a resolution in its own order, anything else from the most votes down."""
    only, method = result["rounds"][0], str(result["method"])
    tallies = {name: votes_of(only["tallies"][name]) for name in result["candidates"]}
    names = list(tallies) if method == "resolution" else sorted(tallies, key=lambda name: -tallies[name])
    most = max(tallies.values(), default=0) or 1
    bars = tuple(
        LyingBar(
            name=name,
            y=place * BARS_LINE,
            width=round(BARS_WIDTH * tallies[name] / most, 1),
            votes=shown_votes(tallies[name]),
            state="elected" if name in only["elected"] else "standing",
            ground=(grounds or {}).get(name, ""),
            share_percent=_share(result, name, tallies[name]),
        )
        for place, name in enumerate(names)
    )
    return BarsPicture(BARS_WIDTH, len(bars) * BARS_LINE, bars, method)


def votes_of(text: str) -> int:
    """Return a vote of the JSON in hundred-thousandths: ``"12.50000"`` is 1,250,000. Exact."""
    whole, _point, rest = text.partition(".")
    return int(f"{whole}{rest:0<{PLACES}}")


def shown_votes(units: int) -> Decimal:
    """Return votes as they are written: whole where they are whole."""
    exact = Decimal(units).scaleb(-PLACES).normalize()
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact


def _share(result: Mapping[str, Any], name: str, units: int) -> Decimal | None:
    """Return the share of the votes cast (a resolution's for and against) or of the papers; halves up."""
    if result["method"] == "resolution":
        if name in result["candidates"][WITHHELD:]:
            return None  # a vote withheld is not a vote in law
        whole = int(result["cast"])
    else:
        whole = int(result.get("papers") or 0) or sum(map(_whole, result["rounds"][0]["tallies"].values()))
    votes = units // UNITS
    return Decimal((20_000 * votes + whole) // (2 * whole)).scaleb(-2) if whole else None


def _whole(text: str) -> int:
    return votes_of(text) // UNITS
