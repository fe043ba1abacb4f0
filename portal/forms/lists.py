"""The search and filter fields above the lists. What cannot be read is left out, never an error page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equity.enums import ApplicationState
from portal.forms.fields import DayField, MomentField

ANY = ("", _("all"))


class ListForm(forms.Form):
    """A GET form; ``chosen`` holds what could be read. ``choices`` fills selects whose choices come from rows."""

    def __init__(self, data: Any, **choices: list[tuple[str, str]]) -> None:
        super().__init__(data, use_required_attribute=False)
        for name, offered in choices.items():
            self.fields[name].choices = [ANY, *offered]  # type: ignore[attr-defined]
        self.is_valid()
        for field in self.fields.values():
            field.required = True  # judged already; only keeps "(optional)" out of every label of a search

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the readable values by field, None or empty where nothing was asked."""
        return {name: self.cleaned_data.get(name) for name in self.fields}


class ApplicationsForm(ListForm):
    """Applications by name, address, reference, state and offer."""

    q = forms.CharField(required=False, max_length=200, label=_("Name, e-mail or reference"))
    state = forms.ChoiceField(required=False, choices=[ANY, *ApplicationState.choices], label=_("State"))
    offer = forms.ChoiceField(required=False, choices=[ANY], label=_("Offer"))


class RegisterForm(ListForm):
    """The register on a day, as it was known at a moment."""

    q = forms.CharField(required=False, max_length=200, label=_("Name or member number"))
    on = DayField(required=False, label=_("On the day"))
    known_at = MomentField(required=False, label=_("As it was known at"))
    former = forms.BooleanField(required=False, label=_("Former members too"))


class MailsForm(ListForm):
    """Mails by address and whether they left."""

    q = forms.CharField(required=False, max_length=254, label=_("Address"))
    state = forms.ChoiceField(
        required=False, choices=[ANY, ("sent", _("sent")), ("waiting", _("not sent yet"))], label=_("State")
    )


class TrailForm(ListForm):
    """The audit trail by person, subject and act."""

    q = forms.CharField(required=False, max_length=200, label=_("Address of the person, subject or its number"))
    verb = forms.ChoiceField(required=False, choices=[ANY], label=_("Act"))
