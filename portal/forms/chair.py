"""What the chair types in the meeting: heads counted, dice thrown, and which round the screen stood at."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FORM = {"form": "chair-form"}  # the one form of the console: its parts are swapped around it
DICE_LENGTH_MAX = 120
DICE = re.compile(r"[0-9]+(?:[ ,]*[0-9]+)*")


class QuorumForm(forms.Form):
    """The chair's count of qualifying persons (Companies Act 2006 s.318)."""

    qualifying_persons = forms.IntegerField(
        min_value=0,
        max_value=1_000_000,
        label=_("Members, proxies and representatives present"),
        help_text=_("Two proxies of one member count as one. Two are enough."),
        widget=forms.TextInput(attrs={**FORM, "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Count who is present."), "invalid": _("Enter a whole number.")},
    )


class DiceForm(forms.Form):
    """The public lot; asked for only when the count found a tie that nothing else breaks.

    ``asked`` comes from the page that asks for the dice: from there on they cannot be left out.
    """

    beacon = forms.CharField(
        required=False,
        max_length=DICE_LENGTH_MAX,
        label=_("What the dice show"),
        help_text=_("Thrown in front of everybody, in the order they fell. For example 3 6 1 4."),
        widget=forms.TextInput(attrs={**FORM, "autocomplete": "off"}),
    )
    asked = forms.BooleanField(required=False, widget=forms.HiddenInput(attrs=FORM))

    def clean_beacon(self) -> str:
        """Return the figures as typed: they are published, and anybody draws the lot again from them."""
        typed: str = self.cleaned_data["beacon"]
        if typed and not DICE.fullmatch(typed):
            raise ValidationError(_("Write what the dice show in figures, for example 3 6 1 4."))
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse an empty answer to the page that asks for the dice."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("asked") and not cleaned.get("beacon") and "beacon" not in self.errors:
            self.add_error("beacon", _("Enter what the dice show."))
        return cleaned


class RoundForm(forms.Form):
    """The round that was on the screen when the chair pressed: a second press at the same moment shows nothing more."""

    shown = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs=FORM))
