"""Forms of a dividend: accounts, recommendation, terms, reasons. They validate and clean; the services save."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ballots.models import Contest
from core import clock
from core.languages import localised
from core.money import SYMBOLS, format_minor, minor_units
from core.templatetags.money import rate
from dividends.enums import Rounding
from dividends.errors import (
    AboveRecommendation,
    NotAsResolved,
    PaymentBeforeRecord,
    PeriodBackward,
    RecordBeforeRecommendation,
    RuleRefuses,
)
from dividends.models import Declaration, Recommendation, RelevantAccounts
from dividends.queries.allocation import Terms
from dividends.queries.reserves import accounts_to_choose
from dividends.queries.resolutions import votes_to_come
from dividends.rules.measure import rate_trillionths
from dividends.rules.refusals import RuleBroken
from dividends.rules.scale import EXACT
from equity.models import ShareClass
from equity.queries.company import get_company
from equity.queries.record_date import record_day
from payments.enums import PayoutRoute
from portal.forms.fields import AmountField, DayField, MomentField
from portal.forms.lists import ANY, ListForm
from portal.forms.offers import SectionForm
from portal.queries.office_holders import FILTERS

IN_PENCE = frozenset({"GBP"})
PAY_AFTER = timedelta(days=21)
POT = _("Sum for the whole class")
RATE_HINT = _("Every decimal counts, up to twelve: for example 17.55 or 0.0034.")
# A comma parts thousands and nothing else: "17,55" of people who write so would be a hundred times too much.
NUMBER = re.compile(r"([0-9]{1,30}|[1-9][0-9]{0,2}(,[0-9]{3}){1,9})(\.[0-9]{0,30})?|\.[0-9]{1,30}")


class RateField(forms.CharField):
    """A rate a share with every decimal; its value is a Decimal of minor units.

    Where people count in pence it is typed in pence ("17.55"), else in the currency ("0.1755"); a sign of the currency
    in front always means the currency.
    """

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        self.in_pence = currency in IN_PENCE
        kwargs.setdefault("label", _("Pence a share") if self.in_pence else _("Amount a share"))
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """Return minor units a share, exact; refuse what has more than twelve decimals or is nothing."""
        text = super().clean(value)
        if not text:
            return None
        typed = text.replace(" ", "").removesuffix("p")
        symbol = SYMBOLS.get(self.currency, self.currency)
        is_major = not self.in_pence or typed.startswith(symbol)
        number = typed.removeprefix(symbol).removesuffix(symbol)
        if not NUMBER.fullmatch(number):
            raise ValidationError(_("Write a number, for example 17.55."))
        rate = Decimal(f"0{number}".replace(",", ""))
        if is_major:
            rate = rate.scaleb(minor_units(self.currency), EXACT)
        try:
            rate_trillionths(rate)
        except RuleBroken as refused:
            raise ValidationError(str(RuleRefuses(refused.code))) from refused
        return rate

    def prepare_value(self, value: Any) -> Any:
        """Show minor units as people type them."""
        if not isinstance(value, Decimal):
            return value
        rate = value if self.in_pence else value.scaleb(-minor_units(self.currency))
        return f"{rate.normalize():f}"


class RecommendForm(SectionForm):
    """What the directors recommend at most on a resolution that is still to be voted on."""

    contest = forms.ModelChoiceField(
        queryset=Contest.objects.none(), widget=forms.RadioSelect, empty_label=None, label=_("Resolution")
    )
    share_class = forms.ModelChoiceField(queryset=ShareClass.objects.order_by("rank", "code"))
    form_of = forms.ChoiceField(
        choices=[("rate", _("a rate a share")), ("pot", _("a sum for the whole class"))],
        widget=forms.RadioSelect,
        label=_("The directors recommend"),
        initial="rate",
    )
    minute_reference = forms.CharField(
        max_length=120, label=_("Minute of the board"), help_text=_("For example: Board 14 March 2026, item 3.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["contest"]
        choice.queryset = votes_to_come().select_related("item__meeting")
        choice.label_from_instance = _resolution_words
        currency = self.currency
        self.fields["rate_minor"] = RateField(currency=currency, required=False, help_text=RATE_HINT)
        self.fields["pot_minor"] = AmountField(currency=currency, required=False, minimum_minor=1, label=POT)
        self.order_fields(["contest", "share_class", "form_of", "rate_minor", "pot_minor", "minute_reference"])

    @property
    def currency(self) -> str:
        """The class that was chosen decides in which currency the amount is read."""
        typed = str(self.data.get("share_class", ""))
        found = ShareClass.objects.filter(pk=typed).first() if typed.isdecimal() and len(typed) < 19 else None
        return found.currency if found else get_company().currency

    def clean(self) -> dict[str, Any]:
        """Keep the amount of the chosen form; say by its field when it is missing."""
        data = super().clean() or {}
        wanted, other = ("pot_minor", "rate_minor") if data.get("form_of") == "pot" else ("rate_minor", "pot_minor")
        if data.get(wanted) is None and wanted not in self.errors:
            self.add_error(wanted, _("Fill in: %(label)s") % {"label": self.fields[wanted].label})
        data[other] = None
        return data


def _resolution_words(contest: Contest) -> str:
    meeting = contest.item.meeting if hasattr(contest, "item") else None
    title: str = localised(contest, "title")
    return f"{title} ({localised(meeting, 'title')})" if meeting else title


class TermsForm(SectionForm):
    """The terms of a dividend on what the members resolved, no more and no less. Sent by GET: it changes nothing."""

    pairs = (("title", "title_vi"), ("period_from", "period_to"), ("record_at", "pay_on"))
    title = forms.CharField(max_length=120)
    title_vi = forms.CharField(max_length=120)
    period_from = DayField(label=_("Period from"))
    period_to = DayField(label=_("Period to"))
    record_at = MomentField(
        label=_("Record moment"), help_text=_("Who stands in the register then is paid. Company's own time zone.")
    )
    pay_on = DayField(label=_("Payment date"))
    accounts = forms.ModelChoiceField(
        queryset=RelevantAccounts.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        label=_("Accounts that justify it"),
    )

    def __init__(self, *args: Any, recommendation: Recommendation, **kwargs: Any) -> None:
        self.recommendation = recommendation
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self._add_amount()
        self.fields["minimum_minor"] = AmountField(
            currency=recommendation.currency,
            minimum_minor=0,
            label=_("Smallest payment"),
            help_text=_("Who is owed less keeps it in the penny jar until a later dividend fills it."),
        )
        choice: Any = self.fields["accounts"]
        choice.queryset = accounts_to_choose(recommendation.currency)
        choice.label_from_instance = _accounts_words
        self.order_fields(["title", "title_vi", "rate_minor", "pot_minor", "rounding", "period_from", "period_to",
                           "record_at", "pay_on", "minimum_minor", "accounts"])  # fmt: skip

    def _add_amount(self) -> None:
        currency, is_pot = self.recommendation.currency, self.recommendation.pot_minor is not None
        ways = [Rounding.LARGEST_REMAINDER] if is_pot else [Rounding.FLOOR, Rounding.CARRY]
        resolved = gettext("The members resolved %(amount)s; it is declared exactly so.") % {"amount": self._most()}
        if is_pot:
            self.fields["pot_minor"] = AmountField(currency=currency, minimum_minor=1, label=POT, help_text=resolved)
        else:
            self.fields["rate_minor"] = RateField(currency=currency, help_text=resolved)
        self.fields["rounding"] = forms.ChoiceField(
            choices=[(way.value, way.label) for way in ways],
            widget=forms.RadioSelect,
            label=_("Parts of the smallest coin"),
            initial=ways[0].value,
        )
        for name in ("rate_minor", "pot_minor", "rounding"):
            if name in self.fields:
                self.name_field(name)

    @property
    def currency(self) -> str:
        """The currency of the recommendation."""
        return self.recommendation.currency

    def clean(self) -> dict[str, Any]:
        """Refuse by its field what is not the amount resolved, or runs backwards in time."""
        data = super().clean() or {}
        name = "pot_minor" if self.recommendation.pot_minor is not None else "rate_minor"
        most, typed = getattr(self.recommendation, name), data.get(name)
        if typed is not None and typed > most:
            self.add_error(name, str(AboveRecommendation(self._most())))
        elif typed is not None and typed != most:
            self.add_error(name, str(NotAsResolved()))
        if data.get("period_from") and data.get("period_to") and data["period_to"] <= data["period_from"]:
            self.add_error("period_to", str(PeriodBackward()))
        if data.get("record_at"):
            if data["record_at"] < self.recommendation.recommended_at:
                self.add_error("record_at", str(RecordBeforeRecommendation()))
            elif data.get("pay_on") and data["pay_on"] < record_day(data["record_at"]):
                self.add_error("pay_on", str(PaymentBeforeRecord()))
        return data

    def _most(self) -> str:
        """Return what was recommended, as the reader writes it."""
        told = self.recommendation
        if told.rate_minor is None:
            return format_minor(told.pot_minor or 0, told.currency, get_language() or "en")
        return gettext("%(rate)s a share") % {"rate": rate(told.rate_minor, told.currency)}

    @property
    def terms(self) -> Terms:
        """Return the terms of a valid form, to try them out."""
        data = self.cleaned_data
        return Terms(
            share_class_id=self.recommendation.share_class_id,
            currency=self.recommendation.currency,
            rate_minor=data.get("rate_minor"),
            pot_minor=data.get("pot_minor"),
            rounding=Rounding(data["rounding"]),
            record_at=data["record_at"],
            pay_on=data["pay_on"],
            minimum_minor=data["minimum_minor"],
            accounts=data["accounts"],
        )

    def typed(self) -> list[tuple[str, str]]:
        """Return names and values as they were typed, to send them on unchanged."""
        return [(name, str(self.data.get(self.add_prefix(name), ""))) for name in self.fields]


def first_terms(recommendation: Recommendation) -> dict[str, Any]:
    """Return what the form begins with: what was recommended, the last accounts' year, tomorrow's register."""
    accounts = accounts_to_choose(recommendation.currency).first()
    last = Declaration.objects.filter(currency=recommendation.currency).order_by("-pk").first()
    begin: dict[str, Any] = {
        "rate_minor": recommendation.rate_minor,
        "pot_minor": recommendation.pot_minor,
        "minimum_minor": last.minimum_minor if last else 0,
        "record_at": _evening(clock.today() + timedelta(days=1)),
        "pay_on": clock.today() + timedelta(days=1) + PAY_AFTER,
    }
    if accounts is not None:
        ended = accounts.made_up_to
        begin |= {
            "accounts": accounts.pk,
            "period_from": _year_before(ended) + timedelta(days=1),
            "period_to": ended,
            "title": _title(ended.year, "en"),
            "title_vi": _title(ended.year, "vi"),
        }
    return begin


def _title(year: int, language: str) -> str:
    with translation.override(language):
        return gettext("Final dividend %(year)s") % {"year": year}


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(18), ZoneInfo(settings.TIME_ZONE))


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def _accounts_words(accounts: RelevantAccounts) -> str:
    words = _("%(kind)s to %(day)s")
    return str(words % {"kind": accounts.get_kind_display(), "day": date_format(accounts.made_up_to, "DATE_FORMAT")})


class DropForm(forms.Form):
    """Why a proposal is dropped."""

    reason = forms.CharField(
        max_length=300,
        label=_("Why is it dropped?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays readable, with this reason; then the dividend can be proposed anew."),
        error_messages={"required": _("Say why it is dropped.")},
    )


class RouteForm(forms.Form):
    """The way on which a dividend is paid."""

    route = forms.ChoiceField(
        choices=PayoutRoute.choices,
        widget=forms.RadioSelect,
        label=_("How is it paid?"),
        error_messages={"required": _("Choose how it is paid.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [PayoutRoute.SANDBOX, PayoutRoute.CSV] if settings.PAYMENTS == "sandbox" else [PayoutRoute.CSV]
        choice: Any = self.fields["route"]
        choice.choices = [(way.value, way.label) for way in ways]
        choice.initial = ways[0].value


class HoldersForm(ListForm):
    """The holders of a dividend."""

    q = forms.CharField(required=False, max_length=200, label=_("Name or member number"))
    state = forms.ChoiceField(required=False, choices=[ANY, *FILTERS.items()], label=_("State"))
