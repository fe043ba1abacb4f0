"""Forms of payment runs: search, why one is stopped, what the bank answered, what was done about its messages."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.enums import PayoutState
from portal.forms.fields import DayField
from portal.forms.lists import ANY, ListForm
from portal.queries.office_payouts_back import BACK

ANSWER_BYTES_MAX = 5 * 1024 * 1024


class PayoutsForm(ListForm):
    """The payments of a run."""

    q = forms.CharField(required=False, max_length=200, label=_("Name or reference"))
    state = forms.ChoiceField(required=False, choices=[ANY, *PayoutState.choices], label=_("State"))


class BackForm(ListForm):
    """Payments that did not arrive."""

    q = forms.CharField(required=False, max_length=200, label=_("Name or reference"))
    state = forms.ChoiceField(
        required=False, choices=[ANY, *[(state.value, state.label) for state in BACK]], label=_("State")
    )
    all = forms.BooleanField(required=False, label=_("Those that were paid since, too"))


class AgainForm(forms.Form):
    """That the money goes to an account the bank refused, all the same; nothing to say where it did not."""

    same_account = forms.BooleanField(required=False)


class StopRunForm(forms.Form):
    """Why a run is cancelled, and that its file is not with the bank where one was made."""

    reason = forms.CharField(
        max_length=300,
        label=_("Why is it cancelled?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands on this page and in the audit trail."),
        error_messages={"required": _("Say why it is cancelled.")},
    )
    file_not_at_bank = forms.BooleanField(
        label=_("The bank does not have this file, and will not get it"),
        help_text=_(
            "What is in the file is owed again and is paid by a later run. The audit trail keeps what you say."
        ),
        error_messages={"required": _("Make sure first that the bank does not have the file.")},
    )

    def __init__(self, *args: Any, has_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_file:
            del self.fields["file_not_at_bank"]


class DealtWithForm(forms.Form):
    """What a person did about a message of the bank."""

    note = forms.CharField(
        max_length=300,
        label=_("What did you do?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence. It is kept with your name and the moment."),
        error_messages={"required": _("Say what was done.")},
    )


class AnswersForm(forms.Form):
    """What the bank answered, as a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: reference, outcome (paid, failed or returned), reason, date; more columns do no harm. "
            "You see what it means before anything is written."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Choose the bank's file."), "empty": _("This file is empty.")},
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Return the file's name and bytes; its size is judged before anything is read."""
        upload = self.cleaned_data["file"]
        if upload.size > ANSWER_BYTES_MAX:
            raise ValidationError(_("This file is larger than 5 MB. Split it in two."))
        return str(upload.name), upload.read()


class AllPaidForm(forms.Form):
    """That the bank paid everything it has, on one day."""

    paid_on = DayField(label=_("Paid on"), error_messages={"required": _("Say on which day the bank paid.")})

    def __init__(self, *args: Any, today: date, not_before: date, **kwargs: Any) -> None:
        self.today, self.not_before = today, not_before
        super().__init__(*args, **kwargs)

    def clean_paid_on(self) -> date:
        """Refuse a day that has not come yet or lies before the approval."""
        day: date = self.cleaned_data["paid_on"]
        if not self.not_before <= day <= self.today:
            raise ValidationError(_("Enter a day between the approval and today."))
        return day
