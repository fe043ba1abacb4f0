"""Words of the brewing trade in the reader's language.

A recipe is kept as its author typed it. Most of it are words that every brewer uses for the same thing ("Pilsner malt",
"Dark mild"); who votes in Vietnamese reads those in Vietnamese. Proper names stay: hops, "Saison", "Carapils".
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

from beers.rules.wording import language_of

STYLES: Mapping[str, str | Promise] = {
    "oatmeal stout": pgettext_lazy("beer style", "Oatmeal stout"),
    "best bitter": pgettext_lazy("beer style", "Best bitter"),
    "baltic porter": pgettext_lazy("beer style", "Baltic porter"),
    "barley wine": pgettext_lazy("beer style", "Barley wine"),
    "brown ale": pgettext_lazy("beer style", "Brown ale"),
    "dark mild": pgettext_lazy("beer style", "Dark mild"),
    "golden lager ale": pgettext_lazy("beer style", "Golden lager ale"),
    "pale ale": pgettext_lazy("beer style", "Pale ale"),
    "red rye ale": pgettext_lazy("beer style", "Red rye ale"),
    "rice lager": pgettext_lazy("beer style", "Rice lager"),
    "table beer": pgettext_lazy("beer style", "Table beer"),
}
MALTS: Mapping[str, str | Promise] = {
    "pale ale malt": pgettext_lazy("malt", "Pale ale malt"),
    "extra pale malt": pgettext_lazy("malt", "Extra pale malt"),
    "mild ale malt": pgettext_lazy("malt", "Mild ale malt"),
    "pilsner malt": pgettext_lazy("malt", "Pilsner malt"),
    "vienna malt": pgettext_lazy("malt", "Vienna malt"),
    "munich malt": pgettext_lazy("malt", "Munich malt"),
    "melanoidin malt": pgettext_lazy("malt", "Melanoidin malt"),
    "wheat malt": pgettext_lazy("malt", "Wheat malt"),
    "rye malt": pgettext_lazy("malt", "Rye malt"),
    "amber malt": pgettext_lazy("malt", "Amber malt"),
    "brown malt": pgettext_lazy("malt", "Brown malt"),
    "black malt": pgettext_lazy("malt", "Black malt"),
    "dehusked black malt": pgettext_lazy("malt", "Dehusked black malt"),
    "chocolate malt": pgettext_lazy("malt", "Chocolate malt"),
    "light crystal": pgettext_lazy("malt", "Light crystal"),
    "crystal 120": pgettext_lazy("malt", "Crystal 120"),
    "crystal 150": pgettext_lazy("malt", "Crystal 150"),
    "roasted barley": pgettext_lazy("malt", "Roasted barley"),
    "torrefied wheat": pgettext_lazy("malt", "Torrefied wheat"),
    "flaked oats": pgettext_lazy("malt", "Flaked oats"),
    "flaked rice": pgettext_lazy("malt", "Flaked rice"),
    "invert sugar no. 3": pgettext_lazy("malt", "Invert sugar no. 3"),
}
YEASTS: Mapping[str, str | Promise] = {
    "clean american ale": pgettext_lazy("yeast", "Clean American ale"),
    "cologne ale": pgettext_lazy("yeast", "Cologne ale"),
    "czech lager": pgettext_lazy("yeast", "Czech lager"),
    "english ale, low attenuation": pgettext_lazy("yeast", "English ale, low attenuation"),
    "english ale, strong": pgettext_lazy("yeast", "English ale, strong"),
    "farmhouse ale": pgettext_lazy("yeast", "Farmhouse ale"),
    "german lager": pgettext_lazy("yeast", "German lager"),
    "yorkshire square": pgettext_lazy("yeast", "Yorkshire square"),
}
GLOSSARY: Mapping[str, Mapping[str, str | Promise]] = {"style": STYLES, "malt": MALTS, "yeast": YEASTS}


def brewing_word(typed: str, kind: str) -> tuple[str, str]:
    """Return a word of a recipe for the reader, and the language it is in where that is not the reader's, else "".

    ``kind`` is one of ``GLOSSARY``. A word the trade has no common word for stays as it was typed.
    """
    reader, written = (get_language() or "en")[:2], language_of(typed)
    if written == reader:
        return typed, ""
    known = str(GLOSSARY[kind].get(typed.casefold(), typed))
    return (known, "") if known != typed else (typed, written)
