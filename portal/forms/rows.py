"""Forms of several like rows, such as a ranking: one form, so that errors, titles and summaries work as everywhere."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equity.enums import RankKind
from portal.forms.fields import AmountField, DayField, PercentField
from portal.forms.offers import SectionForm

ROWS_MAX = 30
EMPTY_ROWS = 2


class RowsForm(SectionForm):
    """Rows of the same fields; an empty row is left out, rows stand in the order of their numbers.

    Cleaned, ``lines`` holds a dict for each row. ``keys`` are the fields that make a row be there at all.
    """

    keys: tuple[str, ...] = ()
    count = forms.IntegerField(min_value=1, max_value=ROWS_MAX, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: list[dict[str, Any]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        kept = lines or []
        self.row_count = self._typed_count() if self.is_bound else min(len(kept) + EMPTY_ROWS, ROWS_MAX)
        self.initial["count"] = self.row_count
        for number in range(self.row_count):
            self._add_row(number, kept[number] if number < len(kept) else {})

    def row_fields(self) -> dict[str, Callable[[], forms.Field]]:
        """Return what each row asks for."""
        raise NotImplementedError

    def _typed_count(self) -> int:
        text = str(self.data.get("count", ""))
        return min(int(text), ROWS_MAX) if len(text) < 4 and text.isdecimal() and int(text) else 1

    def _add_row(self, number: int, line: dict[str, Any]) -> None:
        place = forms.IntegerField(min_value=1, max_value=ROWS_MAX * 2, label=_("Place"), widget=forms.TextInput)
        self.fields[f"order_{number}"] = place
        self.initial[f"order_{number}"] = number + 1
        for name, make in self.row_fields().items():
            field = make()
            field.required = False
            self.fields[f"{name}_{number}"] = field
            if name in line:
                self.initial[f"{name}_{number}"] = line[name]

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the bound fields of each row."""
        names = ["order", *self.row_fields()]
        for name in self.needed():
            for number in range(self.row_count):
                self.fields[f"{name}_{number}"].required = True  # validated row by row; here for the label only
        return [[self[f"{name}_{number}"] for name in names] for number in range(self.row_count)]

    def clean(self) -> dict[str, Any]:
        """Gather the rows that were filled in; a row that lacks a part is told which."""
        data = super().clean() or {}
        lines = []
        for number in range(self.row_count):
            line = {name: data.get(f"{name}_{number}") for name in self.row_fields()}
            if not any(line[key] for key in self.keys):
                continue
            for name in self.needed():
                if line[name] in (None, "") and f"{name}_{number}" not in self.errors:
                    self.add_error(f"{name}_{number}", _("This part of the row is missing."))
            lines.append((data.get(f"order_{number}") or number + 1, number, line))
        data["lines"] = [line for _order, _number, line in sorted(lines, key=lambda row: row[:2])]
        if not data["lines"] and not self.errors:
            self.add_error(None, _("Fill in at least one row."))
        return data

    def needed(self) -> tuple[str, ...]:
        """Return the parts no row may lack."""
        return tuple(self.row_fields())


class RankingForm(RowsForm):
    """Who is paid first, with creditors."""

    keys = ("label", "label_vi", "amount_minor")

    def row_fields(self) -> dict[str, Callable[[], forms.Field]]:
        """Return kind, name in both languages, amount, its day, and yearly growth."""
        return {
            "label": lambda: forms.CharField(max_length=160, label=_("Who, in English")),
            "label_vi": lambda: forms.CharField(max_length=160, label=_("Who, in Vietnamese")),
            "kind": lambda: forms.ChoiceField(choices=RankKind.choices, label=_("Kind")),
            "amount_minor": lambda: AmountField(currency=self.currency, minimum_minor=0, label=_("Amount")),
            "as_of_on": lambda: DayField(label=_("As of"), help_text=""),
            "growth_bps": lambda: PercentField(label=_("Grows by, % a year")),
        }

    def needed(self) -> tuple[str, ...]:
        """Growth may be left out: the claim then stays as it is."""
        return ("label", "label_vi", "kind", "amount_minor", "as_of_on")


class UsesForm(RowsForm):
    """What the money is for."""

    keys = ("label", "label_vi", "amount_minor")

    def row_fields(self) -> dict[str, Callable[[], forms.Field]]:
        """Return name in both languages, amount, and whether it goes to selling holders."""
        return {
            "label": lambda: forms.CharField(max_length=160, label=_("What for, in English")),
            "label_vi": lambda: forms.CharField(max_length=160, label=_("What for, in Vietnamese")),
            "amount_minor": lambda: AmountField(currency=self.currency, minimum_minor=1, label=_("Amount")),
            "to_selling_holders": lambda: forms.BooleanField(label=_("Goes to selling holders")),
        }

    def needed(self) -> tuple[str, ...]:
        """Whether it goes to selling holders is a box."""
        return ("label", "label_vi", "amount_minor")
