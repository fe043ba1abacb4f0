"""The form in which a holder says where they want to be paid; it checks, and never saves."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.enums import MandateScheme
from payments.errors import BadBankDetails
from payments.rules.bank_details import (
    BankDetails,
    DetailRefused,
    Scheme,
    clean_account_number,
    clean_holder_name,
    clean_iban,
    clean_sort_code,
    iban_details,
    uk_details,
)

TYPED_MAX = 100  # twice an IBAN with a space between any two characters
NUMBERS = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}


class BankDetailsForm(forms.Form):
    """Sort code and account number, or an IBAN, and the name on the account; ``details`` once it is valid.

    Only the fields of the chosen way are looked at: the others may hold what was typed before choosing.
    """

    scheme = forms.ChoiceField(
        label=_("What kind of account is it?"),
        choices=[
            (MandateScheme.UK.value, _("An account in the United Kingdom")),
            (MandateScheme.IBAN.value, _("An account with an IBAN")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of account it is.")},
    )
    sort_code = forms.CharField(
        label=_("Sort code"),
        help_text=_("Six digits, for example 60-16-13. It stands on your card and on statements."),
        max_length=TYPED_MAX,
        required=False,
        widget=forms.TextInput(attrs={**NUMBERS, "inputmode": "numeric"}),
    )
    account_number = forms.CharField(
        label=_("Account number"),
        help_text=_("Eight digits; some older accounts have six or seven."),
        max_length=TYPED_MAX,
        required=False,
        widget=forms.TextInput(attrs={**NUMBERS, "inputmode": "numeric"}),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        help_text=_("For example DE89 3704 0044 0532 0130 00. Spaces and small letters do not matter."),
        max_length=TYPED_MAX,
        required=False,
        widget=forms.TextInput(attrs=NUMBERS),
    )
    holder_name = forms.CharField(
        label=_("Name on the account"),
        help_text=_("As it stands on your card or statement."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    details: BankDetails | None = None

    def clean(self) -> dict[str, Any]:
        """Check every part by itself, so that all that is wrong is said at once, then put them together."""
        typed = super().clean() or {}
        self._check("holder_name", clean_holder_name)
        if typed.get("scheme") == Scheme.UK:
            self._check("sort_code", clean_sort_code)
            self._check("account_number", clean_account_number)
        elif typed.get("scheme") == Scheme.IBAN:
            self._check("iban", clean_iban)
        if not self.errors:
            self._put_together(typed)
        return typed

    def _check(self, field: str, rule: Callable[[str], str]) -> None:
        if field in self.errors:
            return
        try:
            rule(self.cleaned_data.get(field, ""))
        except DetailRefused as refused:
            self.add_error(field, str(BadBankDetails(refused)))

    def _put_together(self, typed: dict[str, Any]) -> None:
        try:
            if typed["scheme"] == Scheme.UK:
                self.details = uk_details(
                    sort_code=typed["sort_code"],
                    account_number=typed["account_number"],
                    holder_name=typed["holder_name"],
                )
            else:
                self.details = iban_details(iban=typed["iban"], holder_name=typed["holder_name"])
        except DetailRefused as refused:  # the numbers inside an IBAN of the United Kingdom
            self.add_error("iban", str(BadBankDetails(refused)))
