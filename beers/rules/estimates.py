"""Brewers' rules of thumb: what grain and hops would make, so that a typing slip in a recipe is seen.

Estimates only; nobody's vote or money hangs on them, so they are floats and are shown rounded.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LITRES_PER_GALLON = 3.785411784
GRAMS_PER_POUND = 453.59237
EBC_PER_SRM = 1.97
# Extract of a kilogram of malt in litre-degrees, all of it dissolved: base malts give 295 to 310.
LITRE_DEGREES_PER_KILOGRAM = 300
ATTENUATION = 0.77  # apparent, of an ordinary ale yeast
ABV_PER_GRAVITY = 131.25


@dataclass(frozen=True)
class Estimate:
    """What a recipe would make: hundredths of a percent, EBC, IBU, and the gravity in points above 1000."""

    abv_hundredths: int
    ebc: int
    ibu: int
    gravity_points: int


def estimate(
    *,
    malts: Iterable[dict[str, Any]],
    hops: Iterable[dict[str, Any]],
    batch_ml: int,
    efficiency_percent: int,
    attenuation: float = ATTENUATION,
) -> Estimate:
    """Return what the rows of a `Recipe` would make in that many millilitres."""
    grist = list(malts)
    points = gravity_points(grist, batch_ml=batch_ml, efficiency_percent=efficiency_percent)
    return Estimate(
        abv_hundredths=round(points / 1000 * attenuation * ABV_PER_GRAVITY * 100),
        ebc=round(morey_ebc(grist, batch_ml=batch_ml)),
        ibu=round(sum(tinseth_ibu(hop, batch_ml=batch_ml, points=points) for hop in hops)),
        gravity_points=round(points),
    )


def gravity_points(malts: Iterable[dict[str, Any]], *, batch_ml: int, efficiency_percent: int) -> float:
    """Return the original gravity in points above 1000: litre-degrees per litre in the fermenter."""
    kilograms: float = sum(malt["grams"] for malt in malts) / 1000
    return kilograms * LITRE_DEGREES_PER_KILOGRAM * efficiency_percent / 100 / (batch_ml / 1000)


def morey_ebc(malts: Iterable[dict[str, Any]], *, batch_ml: int) -> float:
    """Return the colour by Morey (Brewing Techniques 1995): SRM = 1.4922 * MCU ** 0.6859, in EBC."""
    gallons = batch_ml / 1000 / LITRES_PER_GALLON
    units = sum(malt["grams"] / GRAMS_PER_POUND * lovibond(malt["ebc"]) for malt in malts) / gallons
    return float(1.4922 * units**0.6859 * EBC_PER_SRM)


def lovibond(ebc: float) -> float:
    """Return a malt's colour in degrees Lovibond: SRM = 1.3546 * L - 0.76."""
    return (ebc / EBC_PER_SRM + 0.76) / 1.3546


def tinseth_ibu(hop: dict[str, Any], *, batch_ml: int, points: float) -> float:
    """Return one addition's bitterness by Tinseth (1997); hops after the boil add none."""
    if hop["minutes"] <= 0:
        return 0.0
    bigness = 1.65 * 0.000125 ** (points / 1000)
    boil = (1 - math.exp(-0.04 * hop["minutes"])) / 4.15
    milligrams_per_litre = hop["alpha_hundredths"] / 10_000 * hop["grams"] * 1000 / (batch_ml / 1000)
    return float(bigness * boil * milligrams_per_litre)
