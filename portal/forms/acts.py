"""Forms of acts: what is signed or approved by its hash, with reasons where one is owed."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import DayField


class ConfirmForm(forms.Form):
    """An act that only needs the button."""


class HashForm(forms.Form):
    """Binds an act to exactly what was read."""

    sha256 = forms.CharField(widget=forms.HiddenInput, validators=[RegexValidator(r"^[0-9a-f]{64}\Z")])


class ReasonForm(forms.Form):
    """Why something is sent back or laid aside."""

    reason = forms.CharField(
        max_length=300,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever prepared it reads these words."),
        error_messages={"required": _("Say why it goes back.")},
    )


class PauseForm(forms.Form):
    """Why a job waits."""

    reason = forms.CharField(
        max_length=300, label=_("Why does it wait?"), error_messages={"required": _("Say why it waits.")}
    )


class NoteForm(forms.Form):
    """How a person settled what the house could not."""

    note = forms.CharField(
        max_length=300, label=_("How was it settled?"), error_messages={"required": _("Say how it was settled.")}
    )


class PrepareForm(forms.Form):
    """The board's decision that an allotment rests on."""

    minute_reference = forms.CharField(
        max_length=120,
        label=_("Minute of the board"),
        error_messages={"required": _("Name the minute of the board.")},
        help_text=_("For example: Board 14 March 2026, item 3."),
    )
    resolved_on = DayField(
        label=_("Day of the resolution"),
        help_text=_("The shares count as allotted on this day. For example 2026-05-31."),
    )

    def __init__(self, *args: Any, today: Any, not_before: Any, **kwargs: Any) -> None:
        self.today, self.not_before = today, not_before
        super().__init__(*args, **kwargs)

    def clean_resolved_on(self) -> Any:
        """Refuse a board that has not met yet, and one that met before the offer was open."""
        day = self.cleaned_data["resolved_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        if day < self.not_before:
            raise forms.ValidationError(_("The offer was not open yet on this day."))
        return day


class DeliveredForm(forms.Form):
    """When the return of allotment was delivered."""

    delivered_on = DayField(label=_("Delivered on"))
    reference = forms.CharField(max_length=120, label=_("The registrar's receipt"))

    def __init__(self, *args: Any, today: Any, not_before: Any, **kwargs: Any) -> None:
        self.today, self.not_before = today, not_before
        super().__init__(*args, **kwargs)

    def clean_delivered_on(self) -> Any:
        """Refuse a day that has not come yet or lies before the allotment."""
        day = self.cleaned_data["delivered_on"]
        if not self.not_before <= day <= self.today:
            raise forms.ValidationError(_("Enter a day between the allotment and today."))
        return day
