"""How a beer looks and feels in words and colours: from the brewer's numbers to what a card shows."""

from enum import StrEnum

# Morey's colour is in SRM; analysts of the EBC read the same sample at 1.97 times that number (ASBC Beer-10A and
# EBC 9.6 measure at 430 nm in cells of 12.7 mm and 10 mm, and multiply by 12.7 and 25).
EBC_PER_SRM_HUNDREDTHS = 197


class Ground(StrEnum):
    """The colours a beer is printed in; the page's class is ``ground-`` and the value."""

    STRAW = "straw"
    GOLD = "gold"
    AMBER = "amber"
    COPPER = "copper"
    STOUT = "stout"


class Strength(StrEnum):
    """Alcohol by volume in words."""

    VERY_LIGHT = "very_light"
    LIGHT = "light"
    MEDIUM = "medium"
    STRONG = "strong"
    VERY_STRONG = "very_strong"


class Bitterness(StrEnum):
    """International bitterness units in words."""

    SOFT = "soft"
    GENTLE = "gentle"
    CLEAR = "clear"
    BITTER = "bitter"
    VERY_BITTER = "very_bitter"


# Each ground begins at this colour in EBC. Ink stands on the first three, paper on the last two: 25 EBC is where
# light no longer comes through a pint.
GROUND_FROM_EBC = {Ground.STRAW: 0, Ground.GOLD: 9, Ground.AMBER: 16, Ground.COPPER: 25, Ground.STOUT: 45}
DARK_GROUNDS = frozenset({Ground.COPPER, Ground.STOUT})
STRENGTH_FROM_HUNDREDTHS = {
    Strength.VERY_LIGHT: 0,
    Strength.LIGHT: 280,
    Strength.MEDIUM: 420,
    Strength.STRONG: 600,
    Strength.VERY_STRONG: 850,
}
BITTERNESS_FROM_IBU = {
    Bitterness.SOFT: 0,
    Bitterness.GENTLE: 15,
    Bitterness.CLEAR: 28,
    Bitterness.BITTER: 45,
    Bitterness.VERY_BITTER: 65,
}
STEPS = 5


def ground_of(ebc: int) -> Ground:
    """Return the ground for a colour in EBC."""
    return max((ground for ground, start in GROUND_FROM_EBC.items() if start <= ebc), key=GROUND_FROM_EBC.__getitem__)


def strength_of(abv_hundredths: int) -> Strength:
    """Return the word for a strength in hundredths of a percent by volume."""
    fitting = (word for word, start in STRENGTH_FROM_HUNDREDTHS.items() if start <= abv_hundredths)
    return max(fitting, key=STRENGTH_FROM_HUNDREDTHS.__getitem__)


def bitterness_of(ibu: int) -> Bitterness:
    """Return the word for a bitterness in IBU."""
    fitting = (word for word, start in BITTERNESS_FROM_IBU.items() if start <= ibu)
    return max(fitting, key=BITTERNESS_FROM_IBU.__getitem__)


def steps_of(word: Strength | Bitterness) -> int:
    """Return how many of five marks the word fills, one at least."""
    return list(type(word)).index(word) + 1


def srm_of(ebc: int) -> int:
    """Return the colour in SRM, half up."""
    return (ebc * 100 * 2 + EBC_PER_SRM_HUNDREDTHS) // (2 * EBC_PER_SRM_HUNDREDTHS)


def ebc_of(srm: int) -> int:
    """Return the colour in EBC, half up."""
    return (srm * EBC_PER_SRM_HUNDREDTHS * 2 + 100) // 200
