"""Forms of sales: typed one by one or read from a file, with the same judgement of every cell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from dividends.enums import ReportKind, ReportState
from dividends.models import SoldBeer
from dividends.rules.sales_file import (
    BYTES_MAX,
    COLUMNS,
    ROWS_MAX,
    FileFault,
    FileRow,
    UnreadableFile,
    read_sales_file,
)
from dividends.services.royalties_sales import SalesFigures
from equity.queries.company import get_company
from portal.forms.fields import AmountField, DayField
from portal.forms.lists import ANY, ListForm
from portal.forms.offers import SectionForm

AMOUNTS = {
    "gross": (_("Sold for, before anything is taken off"), ""),
    "returns": (_("Came back from customers"), ""),
    "discounts": (_("Discounts"), ""),
    "tax": (_("Taxes on the sale"), _("Value added tax and beer duty in the amounts above.")),
}
UNITS_MAX = 1_000_000_000
# A thousand such figures of a beer still add up within 64 bits.
AMOUNT_MAX = 1_000_000_000_000_000


class UnitsField(forms.IntegerField):
    """A number of bottles, cans, pints: whatever the beer is counted in."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        super().__init__(min_value=-UNITS_MAX, max_value=UNITS_MAX, widget=widget, **kwargs)
        self.error_messages["invalid"] = _("Write a whole number.")

    def to_python(self, value: Any) -> int | None:
        """Read a number with or without commas between the thousands."""
        text = str(value).replace(",", "").replace(" ", "").replace("−", "-") if value is not None else value
        number: int | None = super().to_python(text)
        return number


class SalesForm(SectionForm):
    """What was sold of a beer between two days, both of them included. What is left empty is nothing."""

    pairs = (("first_day", "last_day"), ("units", "units_returned"), ("gross", "returns"), ("discounts", "tax"))
    beer = forms.ModelChoiceField(
        queryset=SoldBeer.objects.order_by("name"),
        to_field_name="public_id",
        empty_label=None,
        label=_("Beer"),
        error_messages={"invalid_choice": _("There is no such beer.")},
    )
    kind = forms.ChoiceField(
        choices=ReportKind.choices,
        initial=ReportKind.SALES,
        widget=forms.RadioSelect,
        label=_("What is it?"),
        help_text=_("What came back later, or was wrong, is a line of its own about the days it was sold in."),
    )
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    units = UnitsField(label=_("Units sold"))
    units_returned = UnitsField(required=False, label=_("Units that came back"))
    note = forms.CharField(
        max_length=300, required=False, label=_("Note"), help_text=_("Creators read it. A correction must say why.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in AMOUNTS.items():
            self.fields[name] = AmountField(currency=self.currency, label=label, help_text=hint)
            self.fields[name].required = name == "gross"
            self.name_field(name)
        order = ["beer", "kind", "first_day", "last_day", "units", "units_returned", *AMOUNTS, "note"]
        self.order_fields(order)

    @property
    def currency(self) -> str:
        """The currency of the chosen beer, before one is chosen the company's."""
        found = SoldBeer.objects.filter(public_id=str(self.data.get("beer", ""))[:22]).first()
        return found.currency if found else get_company().currency

    def clean(self) -> dict[str, Any]:
        """Refuse days that run back or have not come yet, and figures whose signs do not fit what the line is."""
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        elif last and last > clock.today():
            self.add_error("last_day", _("This day has not come yet."))
        for name in ("units", "units_returned", *AMOUNTS):
            if data.get(name) is None and name not in self.errors:
                data[name] = 0
        for name in AMOUNTS:
            if abs(data.get(name) or 0) > AMOUNT_MAX:
                self.add_error(name, _("This amount is too large for one figure."))
        self._refuse_signs(data)
        return data

    def _refuse_signs(self, data: dict[str, Any]) -> None:
        kind = data.get("kind")
        if kind == ReportKind.SALES:
            for name in ("units", "units_returned", *AMOUNTS):
                if (data.get(name) or 0) < 0:
                    self.add_error(name, _("Sales are written without a sign."))
        elif kind == ReportKind.RETURNS:
            for name in ("units", "gross"):
                if data.get(name):
                    self.add_error(name, _("Of what came back nothing was sold anew: write 0 here."))
            if (data.get("returns") or 0) <= 0 and "returns" not in self.errors:
                self.add_error("returns", _("Say for how much it came back."))
            for name in ("discounts", "tax"):
                if (data.get(name) or 0) > 0:
                    self.add_error(name, _("What is given back with it is written with a minus sign."))
        elif kind == ReportKind.CORRECTION and not data.get("note", "").strip():
            self.add_error("note", _("Say what was wrong."))

    def figures(self) -> SalesFigures:
        """Return the figures once the form is valid; days become half-open."""
        data = self.cleaned_data
        return SalesFigures(
            beer=data["beer"],
            kind=data["kind"],
            period_from=data["first_day"],
            period_to=data["last_day"] + timedelta(days=1),
            units=data["units"],
            units_returned=data["units_returned"],
            **{f"{name}_minor": data[name] for name in AMOUNTS},
            note=data["note"],
        )


@dataclass(frozen=True)
class RowError:
    """What is wrong with a cell of a file: row as a spreadsheet counts, the column's name or nothing, a sentence."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class ReadRow:
    """A row of a file that can be entered."""

    row: int
    figures: SalesFigures


@dataclass(frozen=True)
class ReadFile:
    """A whole file: what could be read, and everything that is wrong with the rest."""

    rows: tuple[ReadRow, ...]
    errors: tuple[RowError, ...]


def read_rows(data: bytes) -> ReadFile:
    """Read a file of sales, each row judged by `SalesForm`; raises `ValidationError` where it is no such file.

    A beer is named by its number or its name; a kind left out means sales.
    """
    try:
        found = read_sales_file(data)
    except UnreadableFile as fault:
        raise ValidationError(_file_words(fault)) from fault
    beers = _beers()
    rows, errors = [], []
    for one in found:
        form = SalesForm(_typed(one, beers))
        if one.is_ragged:
            errors.append(RowError(one.number, "", str(_("This row has more or fewer cells than the first."))))
        elif form.is_valid():
            rows.append(ReadRow(one.number, form.figures()))
        else:
            errors += _errors_of(one.number, form)
    return ReadFile(tuple(rows), tuple(errors))


def _typed(row: FileRow, beers: dict[str, str]) -> dict[str, str]:
    cells = dict(row.cells)
    cells["beer"] = beers.get(cells.get("beer", "").casefold(), "-")
    cells["kind"] = cells.get("kind", "").lower() or ReportKind.SALES.value
    return cells


def _beers() -> dict[str, str]:
    """Every beer by its name and, stronger, by its number."""
    rows = list(SoldBeer.objects.values_list("name", "sku", "public_id"))
    by_name = {name.casefold(): public_id for name, _sku, public_id in rows}
    return by_name | {sku.casefold(): public_id for _name, sku, public_id in rows}


def _errors_of(number: int, form: SalesForm) -> Iterable[RowError]:
    for name, found in form.errors.items():
        column = "" if name == NON_FIELD_ERRORS else name
        yield from (RowError(number, column, str(error)) for error in found)


def _file_words(fault: UnreadableFile) -> str:
    columns = ", ".join(fault.columns)
    words = {
        FileFault.TOO_LARGE: _("This file is larger than %(most)s MB.") % {"most": BYTES_MAX // 1_000_000},
        FileFault.NOT_TEXT: _("This file is not a CSV file in UTF-8. Save it as “CSV UTF-8”."),
        FileFault.COLUMNS_MISSING: _("These columns are missing in the first row: %(columns)s.") % {"columns": columns},
        FileFault.COLUMNS_UNKNOWN: _("Nobody knows these columns: %(columns)s. Known are: %(known)s.")
        % {"columns": columns, "known": ", ".join(COLUMNS)},
        FileFault.COLUMNS_TWICE: _("These columns stand there twice: %(columns)s.") % {"columns": columns},
        FileFault.EMPTY: _("This file has no rows below its first."),
        FileFault.TOO_MANY_ROWS: _("This file has more than %(most)s rows. Split it.") % {"most": ROWS_MAX},
    }
    return str(words[fault.fault])


class UploadForm(forms.Form):
    """A file of sales."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Nothing is written before you have seen what it means."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
    )

    def clean_file(self) -> bytes:
        """Return the file's bytes; its size is judged before anything is read."""
        upload = self.cleaned_data["file"]
        if upload.size > BYTES_MAX:
            raise ValidationError(_file_words(UnreadableFile(FileFault.TOO_LARGE)))
        data: bytes = upload.read()
        return data


class SalesListForm(ListForm):
    """Figures of sales by beer, kind and state."""

    beer = forms.ChoiceField(required=False, choices=[ANY], label=_("Beer"))
    kind = forms.ChoiceField(required=False, choices=[ANY, *ReportKind.choices], label=_("Kind"))
    state = forms.ChoiceField(required=False, choices=[ANY, *ReportState.choices], label=_("State"))
