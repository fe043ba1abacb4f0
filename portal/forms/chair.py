"""What the chair types in the meeting: heads counted, dice thrown, and which round the screen stood at."""

from django import forms
from django.utils.translation import gettext_lazy as _

FORM = {"form": "chair-form"}  # the one form of the console: its parts are swapped around it
DICE_LENGTH_MAX = 120


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
    """The public lot; asked for only when the count found a tie that nothing else breaks."""

    beacon = forms.CharField(
        required=False,
        max_length=DICE_LENGTH_MAX,
        label=_("What the dice show"),
        help_text=_("Thrown in front of everybody, in the order they fell. For example 3 6 1 4."),
        widget=forms.TextInput(attrs={**FORM, "autocomplete": "off"}),
    )


class RoundForm(forms.Form):
    """The round that was on the screen when the chair pressed: a second press at the same moment shows nothing more."""

    shown = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs=FORM))
