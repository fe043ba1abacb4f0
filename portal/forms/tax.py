"""Forms of withholding: a rule with its source, its end, a holder's document. They clean; the services save."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from accounts.rules.names import search_key
from dividends.enums import Basis, HolderKind, Income
from dividends.models import TaxDocument, WithholdingRule
from dividends.queries.statement_words import country_name, percent
from dividends.rules.document_types import media_type_of
from dividends.rules.withholding import PPM
from dividends.services.withholding_rules import COUNTRY, RuleDraft
from dividends.tax_errors import EvidenceMissing, ValidityBackward
from portal.forms.fields import DayField
from portal.forms.lists import ANY, ListForm
from portal.forms.offers import PDF_BYTES_MAX, SectionForm
from portal.queries.office_tax import STATES

EVERYWHERE = EVERYBODY = "any"
DECIMALS_OF_A_RATE = 4
ONE_DAY = timedelta(days=1)
# Regions of the CLDR that no tax office sits in: Eurozone, outlying Oceania, United Nations, pseudo-accents, unknown.
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def countries() -> list[tuple[str, str]]:
    """Return every country by its name in the reader's language (ISO 3166-1)."""
    names = Locale.parse(get_language() or "en").territories
    codes = (code for code in names if COUNTRY.fullmatch(code) and code not in NO_COUNTRIES)
    return sorted(((code, country_name(code)) for code in codes), key=lambda choice: search_key(choice[1]))


class RulesForm(ListForm):
    """The rules by income and country, those that ended too when asked for."""

    income = forms.ChoiceField(required=False, choices=[ANY, *Income.choices], label=_("Of what"))
    country = forms.ChoiceField(required=False, choices=[ANY], label=_("Holders live in"))
    ended = forms.BooleanField(required=False, label=_("Rules that ended too"))


class DocumentsForm(ListForm):
    """Holders' documents by name, kind and state."""

    q = forms.CharField(required=False, max_length=200, label=_("Name or member number"))
    kind = forms.ChoiceField(required=False, choices=[ANY], label=_("Document"))
    state = forms.ChoiceField(required=False, choices=[ANY, *STATES.items()], label=_("State"))


class FindHolderForm(ListForm):
    """Whose document it is."""

    q = forms.CharField(
        required=False,
        max_length=200,
        label=_("Name, member number or reference"),
        help_text=_("The reference of an application or of a payment."),
    )


class TaxRateField(forms.CharField):
    """A rate of tax in percent with at most four decimals, nothing included; its value is parts per million."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> int:
        """Return parts per million; refuse less than nothing, more than all, and more decimals than can be kept."""
        text = super().clean(value).removesuffix("%").strip().replace(",", ".")
        words = _("Write a percentage from 0 to 100 with at most four decimals, for example 26.375.")
        try:
            ppm = Decimal(text).scaleb(DECIMALS_OF_A_RATE)
        except InvalidOperation as error:
            raise ValidationError(words) from error
        if not ppm.is_finite() or ppm != int(ppm) or not 0 <= ppm <= PPM:
            raise ValidationError(words)
        return int(ppm)


class RuleForm(SectionForm):
    """A rule of withholding with its source; what is entered never changes and only ends."""

    pairs = (("valid_from", "last_day"),)
    income = forms.ChoiceField(
        choices=Income.choices, widget=forms.RadioSelect, label=_("Of what is it kept back?"), initial=Income.DIVIDEND
    )
    holder_country = forms.ChoiceField(label=_("Holders who live in"))
    holder_kind = forms.ChoiceField(
        choices=[(kind.value or EVERYBODY, kind.label) for kind in HolderKind],
        widget=forms.RadioSelect,
        label=_("Kind of holder"),
        initial=EVERYBODY,
        help_text=_("Joint holders are persons. The rule that names its holders more closely counts."),
    )
    rate_ppm = TaxRateField(label=_("Rate, %"), help_text=_("0 where nothing is kept back; for example 15 or 26.375."))
    basis = forms.ChoiceField(choices=Basis.choices, widget=forms.RadioSelect, label=_("Why"), initial=Basis.STATUTORY)
    evidence = forms.CharField(
        max_length=40,
        required=False,
        label=_("Document that a holder must show"),
        help_text=_("Its usual name, for example W-8BEN. Then the rate holds only for who has a valid one."),
    )
    valid_from = DayField(label=_("First day"), help_text=_("The day of payment counts. For example 2026-04-06."))
    last_day = DayField(
        required=False, label=_("Last day"), help_text=_("Leave it empty for as long as the law stands.")
    )
    source = forms.CharField(
        max_length=300,
        label=_("Where is it written?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Act and section, or treaty and article, so that somebody else can look it up."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["holder_country"]
        choice.choices = [(EVERYWHERE, _("every country")), *countries()]

    def clean_evidence(self) -> str:
        """Return the document's name as it is kept: two names that differ by a space would be two documents."""
        return " ".join(str(self.cleaned_data["evidence"]).split())

    def clean(self) -> dict[str, Any]:
        """Refuse by their fields days that run back, a treaty without a document, and a second rate for the same."""
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        if data.get("basis") == Basis.TREATY and not data.get("evidence") and "evidence" not in self.errors:
            self.add_error("evidence", str(EvidenceMissing()))
        if not self.errors:
            self._refuse_clash()
        return data

    def _refuse_clash(self) -> None:
        """Two equally close rules with different rates stop every dividend: see `dividends.rules.withholding`."""
        draft = self.draft()
        rows = WithholdingRule.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=draft.valid_from),
            income=draft.income,
            issuer_country=draft.issuer_country,
            holder_country=draft.holder_country,
            holder_kind=draft.holder_kind,
            evidence=draft.evidence,
        ).exclude(rate_ppm=draft.rate_ppm)
        if draft.valid_to:
            rows = rows.filter(valid_from__lt=draft.valid_to)
        clash = rows.order_by("-valid_from").first()
        if clash:
            words = _("A rule for the same holders says %(rate)s since %(day)s. End that one first.")
            values = {"rate": percent(clash.rate_ppm), "day": date_format(clash.valid_from, "DATE_FORMAT")}
            self.add_error("valid_from", words % values)

    def draft(self) -> RuleDraft:
        """Return the rule as the service takes it, once the form is valid; days become half-open."""
        data = self.cleaned_data
        last: date | None = data["last_day"]
        country, kind = data["holder_country"], data["holder_kind"]
        return RuleDraft(
            issuer_country=settings.ISSUER_COUNTRY,
            rate_ppm=data["rate_ppm"],
            valid_from=data["valid_from"],
            source=data["source"],
            holder_country="" if country == EVERYWHERE else country,
            holder_kind=HolderKind.ANY if kind == EVERYBODY else HolderKind(kind),
            income=Income(data["income"]),
            basis=Basis(data["basis"]),
            evidence=data["evidence"],
            valid_to=last + ONE_DAY if last else None,
        )


class EndRuleForm(forms.Form):
    """The last day on which a rule holds."""

    last_day = DayField(
        label=_("Last day on which it holds"),
        error_messages={"required": _("Say on which day it holds for the last time.")},
    )

    def __init__(self, *args: Any, rule: WithholdingRule, **kwargs: Any) -> None:
        self.rule = rule
        super().__init__(*args, **kwargs)

    def clean_last_day(self) -> date:
        """Refuse a day before the rule began: it holds at least for one."""
        day: date = self.cleaned_data["last_day"]
        if day < self.rule.valid_from:
            words = _("It holds since %(day)s, so its last day cannot lie before.")
            raise ValidationError(words % {"day": date_format(self.rule.valid_from, "DATE_FORMAT")})
        return day


class TaxDocumentForm(SectionForm):
    """A holder's document; ``kinds`` are those that rules ask for, another would change nothing."""

    pairs = (("valid_from", "valid_until"),)
    kind = forms.ChoiceField(widget=forms.RadioSelect, label=_("Which document is it?"))
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(
        label=_("Valid until"), help_text=_("The last day on which it counts. For example 2026-12-31.")
    )
    file = forms.FileField(
        label=_("The document"),
        help_text=_("A PDF, or a photo as JPG or PNG, at most 10 MB. It is kept as it is, for finance only."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def __init__(self, *args: Any, party: Party, kinds: Sequence[str], **kwargs: Any) -> None:
        self.party = party
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["kind"]
        choice.choices = [(kind, kind) for kind in kinds]
        choice.error_messages["required"] = _("Choose which document it is.")
        if len(kinds) == 1:
            self.initial.setdefault("kind", kinds[0])

    @property
    def wants_file_again(self) -> bool:
        """Whether a good file was sent with something wrong beside it: a browser does not keep files."""
        return bool(self.files) and bool(self.errors) and "file" not in self.errors

    def clean_file(self) -> tuple[str, bytes]:
        """Return name and bytes of a PDF, JPG or PNG within the limit; the size is judged before anything is read."""
        upload = self.cleaned_data["file"]
        if upload.size > PDF_BYTES_MAX:
            raise ValidationError(_("This file is larger than 10 MB."))
        data: bytes = upload.read()
        if not media_type_of(data):
            raise ValidationError(_("This file is no PDF, JPG or PNG."))
        return str(upload.name)[:160], data

    def clean(self) -> dict[str, Any]:
        """Refuse by its field an end before the beginning, and what is entered already."""
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", str(ValidityBackward()))
        if not self.errors and self._is_entered(data):
            self.add_error(None, _("This document is entered already, with the same days."))
        return data

    def _is_entered(self, data: dict[str, Any]) -> bool:
        names = ("kind", "valid_from", "valid_until")
        same = TaxDocument.objects.filter(party=self.party, refused_at=None, **{name: data[name] for name in names})
        return same.exists()
