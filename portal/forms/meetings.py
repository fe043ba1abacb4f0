"""Forms of a meeting: its facts, who holds the key, what comes back, answers and promises."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agm.enums import Channel, CompanyProfile, MeetingKind, PartOfUk
from agm.rules import company_profile, working_days
from agm.services.meetings import MeetingDraft
from ballots.enums import PromiseState
from ballots.services.handovers import RETURN_BYTES_MAX
from portal.forms.fields import MomentField
from portal.forms.lists import ANY, ListForm
from portal.forms.offers import Pairs, SectionForm
from portal.queries.office_meeting_dates import Plan, refusals_of
from portal.queries.office_notices import LEFT, STUCK, UNDER_WAY

FIELD_OF = {"days": "notice_clear_days", "cutoff_at": "proxy_cutoff_at", "record_at": "record_at"}
DATE_FIELDS = ("kind", "profile", "part", "starts_at", *FIELD_OF.values())
KEY_BYTES_MAX = 4096
DAYS_MAX = 365
REACH = timedelta(days=366)
COMPUTED = _("Leave empty: it is computed as the law says.")


class MeetingForm(SectionForm):
    """Where, when and by which rules. ``plan`` holds what dates follow from, as far as it could be read."""

    pairs = (("title", "title_vi"), ("place", "address"), ("profile", "part"), ("starts_at", "notice_clear_days"),
             ("proxy_cutoff_at", "record_at"), ("welcome", "welcome_vi"))  # fmt: skip
    kind = forms.ChoiceField(choices=MeetingKind.choices, widget=forms.RadioSelect, label=_("Kind"))
    title = forms.CharField(max_length=120)
    title_vi = forms.CharField(max_length=120)
    place = forms.CharField(
        max_length=160, label=pgettext_lazy("where", "Place"), help_text=_("As people say it: The Old Maltings.")
    )
    address = forms.CharField(max_length=300, label=_("Address"), help_text=_("Street, town and postcode."))
    proxies_to = forms.CharField(
        max_length=300, label=_("Proxies are sent to"), help_text=_("A name with an address, on paper or by e-mail.")
    )
    profile = forms.ChoiceField(
        choices=CompanyProfile.choices, label=_("The company is"), help_text=_("Decides which rules of the Act bind.")
    )
    part = forms.ChoiceField(
        choices=PartOfUk.choices, label=_("Registered in"), help_text=_("Decides which days are working days.")
    )
    starts_at = MomentField(
        label=_("Day and time"), help_text=_("For example 2026-06-26 12:00, by the clock of London.")
    )
    notice_clear_days = forms.IntegerField(
        required=False, min_value=1, max_value=DAYS_MAX, label=_("Clear days of notice in the articles"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Leave empty: as many as the law asks for."),
    )  # fmt: skip
    proxy_cutoff_at = MomentField(required=False, label=_("Proxy cut-off in the articles"), help_text=COMPUTED)
    record_at = MomentField(required=False, label=_("Record date in the articles"), help_text=COMPUTED)
    welcome = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Words of welcome in English"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    welcome_vi = forms.CharField(
        max_length=2000, required=False, label=_("Words of welcome in Vietnamese"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    plan: Plan | None = None

    def clean(self) -> dict[str, Any]:
        """Refuse dates that the law makes void, each beside its field."""
        data = super().clean() or {}
        if bool(data.get("welcome")) != bool(data.get("welcome_vi")):
            self.add_error("welcome" if data.get("welcome_vi") else "welcome_vi", _("Say it in both languages."))
        self._refuse_far(data)
        self.plan = self._plan(data)
        for name, sentence in (refusals_of(self.plan) if self.plan else {}).items():
            self.add_error(FIELD_OF[name], sentence)
        return data

    def _refuse_far(self, data: dict[str, Any]) -> None:
        starts_at = data.get("starts_at")
        if starts_at and starts_at.year <= working_days.FIRST_YEAR + 1:
            self.add_error("starts_at", _("The meeting must lie in the future."))
        for name in ("proxy_cutoff_at", "record_at"):
            if starts_at and data.get(name) and starts_at - data[name] > REACH:
                self.add_error(name, _("This lies more than a year before the meeting."))

    def _plan(self, data: dict[str, Any]) -> Plan | None:
        if any(name in self.errors for name in DATE_FIELDS):
            return None
        return Plan(
            data["starts_at"],
            data["kind"],
            data["profile"],
            data["part"],
            days=data["notice_clear_days"],
            cutoff_at=data["proxy_cutoff_at"],
            record_at=data["record_at"],
        )

    def groups_of_rules(self) -> Pairs:
        """Return what stands before the computed dates."""
        return [group for group in self.groups() if group[0].name != "welcome"]

    def groups_of_words(self) -> Pairs:
        """Return what stands behind them."""
        return [group for group in self.groups() if group[0].name == "welcome"]

    def draft(self) -> MeetingDraft:
        """Return what was typed as the service takes it."""
        data = dict(self.cleaned_data)
        data["kind"] = MeetingKind(data["kind"])
        data["profile"] = company_profile.CompanyProfile(data["profile"])
        data["part"] = working_days.UkPart(data["part"])
        return MeetingDraft(**data)


def initial_of(meeting: Any, plan: Plan) -> dict[str, Any]:
    """Return a saved meeting as the form shows it: what the law computed stays empty."""
    names = ("kind", "title", "title_vi", "place", "address", "proxies_to", "profile", "welcome", "welcome_vi")
    moments = {"starts_at": plan.starts_at, "proxy_cutoff_at": plan.cutoff_at, "record_at": plan.record_at}
    return {
        **{name: getattr(meeting, name) for name in names},
        **moments,
        "part": meeting.part_of_uk,
        "notice_clear_days": plan.days,
    }


class ScrutineerForm(SectionForm):
    """Who opens the envelopes, and the public half of their key, pasted or as a file."""

    INDEPENDENT = (
        ("yes", _("Independent: neither of the company nor of its directors")),
        ("no", _("Not independent: every result page will say so")),
    )
    name = forms.CharField(max_length=160, label=_("Name"))
    paid_by = forms.CharField(max_length=160, label=_("Paid by"), help_text=_("Stands on every result page."))
    independent = forms.ChoiceField(
        choices=INDEPENDENT, widget=forms.RadioSelect, label=_("Is the scrutineer independent?")
    )
    public_key = forms.CharField(
        max_length=200, required=False, label=_("Public key"),
        help_text=_("64 characters, as “manage.py scrutineer_key” prints them. Never ask for the key file itself."),
    )  # fmt: skip
    key_file = forms.FileField(required=False, label=_("or a text file that holds only the public key"))

    def clean(self) -> dict[str, Any]:
        """Take the key from the one place where it was given."""
        data = super().clean() or {}
        upload = data.get("key_file")
        if upload and upload.size <= KEY_BYTES_MAX and not data.get("public_key"):
            data["public_key"] = upload.read().decode("ascii", errors="replace").strip()
        if not data.get("public_key") and "public_key" not in self.errors:
            self.add_error("public_key", _("Paste the public key, or choose the file that holds it."))
        return data


class ReturnForm(SectionForm):
    """The opened papers, as the scrutineer's command wrote them."""

    file = forms.FileField(label=_("The scrutineer's file"), help_text=_("As “manage.py open_envelopes” wrote it."))

    def clean_file(self) -> bytes:
        """Return the bytes; the size is judged before anything is read."""
        upload = self.cleaned_data["file"]
        if upload.size > RETURN_BYTES_MAX:
            raise ValidationError(_("This file is larger than any scrutineer's return could be."))
        data: bytes = upload.read()
        return data


class AnswerForm(SectionForm):
    """The answer to a challenge."""

    answer = forms.CharField(
        max_length=2000, label=_("Answer"), widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("It stands on the result page under your name, and stays."),
    )  # fmt: skip


class NewsForm(SectionForm):
    """A line of the public story of a promise."""

    pairs = (("text", "text_vi"),)
    state = forms.ChoiceField(choices=PromiseState.choices, widget=forms.RadioSelect, label=_("How does it stand?"))
    text = forms.CharField(max_length=600, label=_("In English"), widget=forms.Textarea(attrs={"rows": 4}))
    text_vi = forms.CharField(max_length=600, label=_("In Vietnamese"), widget=forms.Textarea(attrs={"rows": 4}))


class PostedForm(SectionForm):
    """On which day the printed notices were posted."""

    posted_at = MomentField(label=_("Posted at"))

    def __init__(self, *args: Any, now: datetime, not_before: datetime, **kwargs: Any) -> None:
        self.now, self.not_before = now, not_before
        super().__init__(*args, **kwargs)

    def clean_posted_at(self) -> datetime:
        """Refuse a moment to come, and one before the notice was approved."""
        at: datetime = self.cleaned_data["posted_at"]
        minute = self.not_before.replace(second=0, microsecond=0)
        if not minute <= at <= self.now:
            raise ValidationError(_("Enter a moment between the approval of the notice and now."))
        return at


class DeliveriesForm(ListForm):
    """Deliveries of a notice by member, way and state."""

    q = forms.CharField(required=False, max_length=200, label=_("Name or address"))
    channel = forms.ChoiceField(required=False, choices=[ANY, *Channel.choices], label=_("Way"))
    state = forms.ChoiceField(
        required=False,
        choices=[ANY, (LEFT, _("left")), (UNDER_WAY, _("under way")), (STUCK, _("could not be sent"))],
        label=_("State"),
    )
