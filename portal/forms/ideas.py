"""Forms by which staff open a call for ideas and answer an idea."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beers.enums import CallKind, ProposalState
from beers.models import Call, Proposal
from portal.forms.fields import MomentField
from portal.forms.lists import ANY, ListForm

ANSWERS = (
    (ProposalState.SHORTLISTED.value, _("onto the shortlist for the vote")),
    (ProposalState.DECLINED.value, _("declined")),
    (ProposalState.MERGED.value, _("taken together with another idea")),
)
LINES = {"rows": 3}


class IdeasForm(ListForm):
    """Ideas by words or author, answer and call."""

    q = forms.CharField(required=False, max_length=100, label=_("Words or author"))
    state = forms.ChoiceField(required=False, choices=[ANY, *ProposalState.choices], label=_("Answer"))
    call = forms.ChoiceField(required=False, choices=[ANY], label=_("Call"))


class AnswerForm(forms.Form):
    """What becomes of an idea, and why, in both languages."""

    state = forms.ChoiceField(
        label=_("What becomes of it?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of the idea.")},
    )
    merged_into = forms.ModelChoiceField(
        label=_("Together with"),
        queryset=Proposal.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("no other idea"),
        help_text=_("Only when it is taken together with another. Nobody's support is moved."),
    )
    reason = forms.CharField(
        label=_("Why, in English"),
        max_length=600,
        widget=forms.Textarea(attrs=LINES),
        help_text=_("Everybody reads this, with your name and the day."),
        error_messages={"required": _("Say why, in English.")},
    )
    reason_vi = forms.CharField(
        label=_("Why, in Vietnamese"),
        max_length=600,
        widget=forms.Textarea(attrs={**LINES, "lang": "vi"}),
        error_messages={"required": _("Say why, in Vietnamese.")},
    )

    def __init__(self, *args: Any, joinable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merged_into"].queryset = joinable  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a merge with nothing, and another idea beside any other answer."""
        data: dict[str, Any] = super().clean() or {}
        merges = data.get("state") == ProposalState.MERGED
        if merges and not data.get("merged_into") and "merged_into" not in self.errors:
            self.add_error("merged_into", _("Choose the idea that it is taken together with."))
        if data.get("state") and not merges and data.get("merged_into"):
            self.add_error("merged_into", _("Leave this empty, or choose that it is taken together with another."))
        return data


def _text(label: Any, *, lines: bool = False, language: str = "") -> forms.CharField:
    attrs = {**(LINES if lines else {}), **({"lang": language} if language else {})}
    widget = forms.Textarea(attrs=attrs) if lines else forms.TextInput(attrs=attrs)
    required = _("Fill in: %(label)s") % {"label": label}
    return forms.CharField(
        label=label, max_length=600 if lines else 160, widget=widget, error_messages={"required": required}
    )


class CallForm(forms.Form):
    """A new call for ideas. Once it is open its words stand: members answer to them."""

    kind = forms.ChoiceField(
        label=_("What do you ask members for?"),
        choices=CallKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you ask for.")},
    )
    slug = forms.SlugField(
        label=_("Address of its page"),
        max_length=50,
        help_text=_("Small letters, figures and hyphens, for example a-name-for-the-amber."),
        error_messages={
            "required": _("Give the page an address, for example a-name-for-the-amber."),
            "invalid": _("Use letters, figures and hyphens only, for example a-name-for-the-amber."),
        },
    )
    title = _text(_("Title in English"))
    title_vi = _text(_("Title in Vietnamese"), language="vi")
    question = _text(_("Question in English"), lines=True)
    question_vi = _text(_("Question in Vietnamese"), lines=True, language="vi")
    promise = _text(_("What is promised to the winner, in English"), lines=True)
    promise_vi = _text(_("What is promised to the winner, in Vietnamese"), lines=True, language="vi")
    opens_at = MomentField(label=_("Opens"), error_messages={"required": _("Say when it opens.")})
    closes_at = MomentField(label=_("Closes"), error_messages={"required": _("Say when it closes.")})

    def clean_slug(self) -> str:
        """Refuse an address that another call has."""
        slug: str = self.cleaned_data["slug"].lower()
        if Call.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("Another call has this address."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Refuse a call that closes before it opens."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
            self.add_error("closes_at", _("It must close after it opens."))
        return data
