"""The rows of a recipe: malts, hops, yeast. More rows come by a button, so that it works without JavaScript."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from beers.enums import YeastKind
from beers.forms.fields import BeerName, ScaledField, whole
from beers.models import ROWS_MAX

PARTS = ("malts", "hops", "yeast")
TITLES = {"malts": _("Malts, grain and sugar"), "hops": _("Hops"), "yeast": _("Yeast")}
ROW_TITLES = {"malts": _("Malt %(number)d"), "hops": _("Hop %(number)d"), "yeast": _("Yeast %(number)d")}
ROWS_FIRST = {"malts": 3, "hops": 3, "yeast": 1}
ROWS_MORE = 2
DRY_HOP = -1
WEIGHT_REFUSED = _("Type a weight in whole grams, for example 250.")


def _name() -> BeerName:
    too_long = _("This name is longer than 60 letters. Please say it shorter.")
    return BeerName(label=_("Name"), max_length=60, required=False, error_messages={"max_length": too_long})


def _grams(high: int) -> ScaledField:
    return whole(label=_("Grams"), low=1, high=high, refusal=WEIGHT_REFUSED, required=False)


def fields_of(part: str) -> dict[str, forms.Field]:
    """Return fresh fields of one row."""
    if part == "malts":
        colour = _("Type the malt's colour in EBC, as it stands on the bag, for example 6.")
        shade = whole(label=_("Colour in EBC"), low=1, high=2000, refusal=colour, required=False)
        return {"name": _name(), "grams": _grams(10_000_000), "ebc": shade}
    if part == "hops":
        late = _("Type minutes before the end of the boil, from 0 to 180; leave it empty for hops in the fermenter.")
        acid = _("Type the alpha acid in percent, as it stands on the bag, for example 5.2.")
        return {
            "name": _name(),
            "grams": _grams(1_000_000),
            "minutes": whole(label=_("Minutes in the boil"), low=0, high=180, refusal=late, required=False),
            "alpha_hundredths": ScaledField(
                label=_("Alpha acid in percent"), decimals=2, low=1, high=2500, refusal=acid, required=False
            ),
        }
    return {
        "name": _name(),
        "kind": forms.ChoiceField(label=_("Kind"), choices=YeastKind.choices, required=False),
        "is_dry": forms.BooleanField(label=_("dried"), required=False),
    }


class IngredientsForm(forms.Form):
    """A row left empty is left out; one half filled is asked for the rest. ``more`` shows further rows."""

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None, more: bool = False) -> None:
        super().__init__(data)
        kept = initial or {}
        self.rows: dict[str, list[dict[str, str]]] = {}
        for part in PARTS:
            told = kept.get(part, [])
            number = _rows_shown(data, part, len(told)) + (ROWS_MORE if more else 0)
            self.rows[part] = [
                self._add_row(part, position, told[position] if position < len(told) else {})
                for position in range(min(number, ROWS_MAX))
            ]

    def _add_row(self, part: str, position: int, kept: dict[str, Any]) -> dict[str, str]:
        names = {}
        for name, field in fields_of(part).items():
            full = f"{part}_{position}_{name}"
            field.initial = None if name == "minutes" and kept.get(name) == DRY_HOP else kept.get(name)
            self.fields[full] = field
            names[name] = full
        return names

    def as_typed(self) -> "IngredientsForm":
        """Return the form with what was typed and without a judgement, for the button that only shows more rows."""
        self._errors = ErrorDict()
        return self

    def sections(self) -> list[dict[str, Any]]:
        """Return the rows with their bound fields, for the page."""
        return [
            {
                "part": part,
                "title": TITLES[part],
                "rows": [
                    {
                        "title": ROW_TITLES[part] % {"number": position + 1},
                        "fields": [self[full] for full in row.values()],
                    }
                    for position, row in enumerate(rows)
                ],
            }
            for part, rows in self.rows.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Return ``malts``, ``hops`` and ``yeast`` as a recipe keeps them."""
        data: dict[str, Any] = super().clean() or {}
        told = {part: self._told(rows, data) for part, rows in self.rows.items()}
        if not self.errors and not told["malts"]:
            self.add_error("malts_0_name", _("A beer needs at least one malt."))
        if not self.errors and not told["yeast"]:
            self.add_error("yeast_0_name", _("A beer needs a yeast."))
        return told

    def _told(self, rows: list[dict[str, str]], data: dict[str, Any]) -> list[dict[str, Any]]:
        told = []
        for row in rows:
            values = {name: data.get(full) for name, full in row.items()}
            typed = any(value not in (None, "", False) for name, value in values.items() if name != "kind")
            if not typed:
                continue
            if "minutes" in values and values["minutes"] is None:
                values["minutes"] = DRY_HOP
            for name, full in row.items():
                if values[name] in (None, "") and full not in self.errors:
                    self.add_error(full, _("Fill this in, or empty the whole row."))
            told.append(values)
        return told


def _rows_shown(data: Any, part: str, kept: int) -> int:
    posted = sum(f"{part}_{position}_name" in data for position in range(ROWS_MAX)) if data is not None else 0
    return max(ROWS_FIRST[part], posted, kept)
