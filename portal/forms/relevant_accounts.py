"""The form of accounts that justify a dividend."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from dividends.enums import AccountsKind
from dividends.queries.reserves import is_public
from dividends.rules.reserves import Figures, Reserves, available
from equity.queries.company import get_company
from portal.forms.fields import AmountField, DayField
from portal.forms.offers import PDF_BYTES_MAX, SectionForm

FIGURES = {
    "realised_profits_minor": _("Accumulated realised profits"),
    "realised_losses_minor": _("Accumulated realised losses"),
    "net_assets_minor": _("Net assets"),
    "called_up_capital_minor": _("Called-up share capital"),
    "undistributable_minor": _("Undistributable reserves"),
}
FIGURE_HINTS = {
    "realised_profits_minor": _("What was not distributed or capitalised before (s.830)."),
    "realised_losses_minor": _("Without a sign. Provisions are among them (s.841)."),
    "net_assets_minor": _("All assets less all liabilities, as they stand in these accounts."),
    "undistributable_minor": _("Share premium, capital redemption reserve and the others of s.831(4)."),
}


class AccountsForm(SectionForm):
    """Figures of accounts that justify a dividend, and the document they are read from."""

    kind = forms.ChoiceField(choices=AccountsKind.choices, widget=forms.RadioSelect, label=_("Kind"))
    made_up_to = DayField(label=_("Made up to"))
    file = forms.FileField(
        label=_("PDF file"),
        help_text=_("The accounts themselves, at most 10 MB. They are kept as they are."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in FIGURES.items():
            hint = FIGURE_HINTS.get(name, "")
            lowest = None if name == "net_assets_minor" else 0
            field = AmountField(currency=self.currency, minimum_minor=lowest, label=label, help_text=hint)
            self.fields[name] = field
            self.name_field(name)
        self.order_fields(["kind", "made_up_to", *FIGURES, "file"])
        self.initial.setdefault("kind", AccountsKind.ANNUAL.value)

    @property
    def currency(self) -> str:
        """Accounts are in the company's currency."""
        return get_company().currency

    def clean_made_up_to(self) -> date:
        """Refuse accounts of a day that has not come."""
        day: date = self.cleaned_data["made_up_to"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean_file(self) -> tuple[str, bytes]:
        """Return name and bytes of a PDF within the limit; the size is judged before anything is read."""
        upload = self.cleaned_data["file"]
        if upload.size > PDF_BYTES_MAX:
            raise ValidationError(_("This file is larger than 10 MB."))
        data: bytes = upload.read()
        if not data.startswith(b"%PDF"):
            raise ValidationError(_("This file is not a PDF."))
        return str(upload.name)[:160], data

    def find_reserves(self) -> Reserves | None:
        """Return the sum of what has been typed so far, None while a figure is missing; for a bound form."""
        self.is_valid()
        typed = {name: self.cleaned_data.get(name) for name in FIGURES}
        if any(amount is None for amount in typed.values()):
            return None
        return available(Figures(**typed), is_public=is_public(), distributed_since=0)  # type: ignore[arg-type]
