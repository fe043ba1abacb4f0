"""Forms of creators' shares: an agreement, sales, a round of statements. They validate and clean; the services save."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from accounts.queries.people import find_user
from beers.models import Adoption
from core import clock
from dividends.models import SoldBeer
from dividends.rules.fractions import NoFraction, even_fractions, read_fraction
from dividends.rules.withholding import PPM
from dividends.services.royalties import AgreementTerms
from equity.queries.company import get_company
from portal.forms.fields import AmountField, DayField
from portal.forms.offers import Pairs, SectionForm
from portal.forms.royalty_texts import BASE, BASE_VI

OTHERS_MAX = 2
DECIMALS_OF_A_RATE = 4
PAY_AFTER = timedelta(days=14)
# What LEGO Ideas pays the designer of a set: 1 % of net sales. A suggestion, to be changed.
SUGGESTED_PPM = 10_000


class RateField(forms.CharField):
    """A rate in percent with at most four decimals; its value is an integer of parts per million."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> int:
        """Return parts per million; refuse nothing, more than all, and more decimals than can be kept."""
        text = super().clean(value).removesuffix("%").strip().replace(",", ".")
        try:
            ppm = Decimal(text).scaleb(DECIMALS_OF_A_RATE)
        except InvalidOperation as error:
            raise ValidationError(_("Write a percentage, for example 1 or 2.5.")) from error
        if not ppm.is_finite() or ppm != int(ppm) or not 0 < ppm <= PPM:
            raise ValidationError(_("Write a percentage above 0 with at most four decimals, for example 1 or 2.5."))
        return int(ppm)

    def prepare_value(self, value: Any) -> Any:
        """Show kept parts per million as percent."""
        return f"{Decimal(value).scaleb(-DECIMALS_OF_A_RATE).normalize():f}" if isinstance(value, int) else value


class FractionField(forms.CharField):
    """A part of a whole as people write it: 1, 1/2, 33.5 %. Nothing typed is None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=16, required=False, widget=forms.TextInput(), **kwargs)

    def clean(self, value: Any) -> Fraction | None:
        """Return the exact fraction."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_fraction(text)
        except NoFraction as error:
            raise ValidationError(_("Write a part like 1, 1/2, 2/3 or 50 %.")) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a fraction as it is written."""
        return str(value) if isinstance(value, Fraction) else value


class AgreementForm(SectionForm):
    """What the creators of a winning idea get: of which beer, which rate, since when, and who shares.

    ``creators`` are those whom the idea names: its author, and the authors of ideas that were taken together with it.
    Others who made it with them are found by the address they sign in with.
    """

    beer = forms.ModelChoiceField(
        queryset=SoldBeer.objects.order_by("name"),
        to_field_name="public_id",
        required=False,
        empty_label=_("a beer that is new on the market"),
        label=_("Which beer is it?"),
    )
    name = forms.CharField(max_length=60, required=False, label=_("A new beer: its name"))
    sku = forms.CharField(
        max_length=32,
        required=False,
        label=_("A new beer: its number"),
        help_text=_("As it stands in your files of sales, for example TOW-330."),
    )
    rate_ppm = RateField(label=_("Rate, % of net sales"), help_text=_("1 % is usual for such ideas; change it freely."))
    base = forms.CharField(
        max_length=300, widget=forms.Textarea(attrs={"rows": 3}), label=_("Net sales are, in English")
    )
    base_vi = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "vi"}),
        label=_("Net sales are, in Vietnamese"),
    )
    valid_from = DayField(label=_("First day"))
    last_day = DayField(required=False, label=_("Last day"), help_text=_("Leave it empty for as long as it is sold."))
    reference = forms.CharField(
        max_length=120,
        label=_("Contract or minute"),
        help_text=_("Where the agreement is written down, for example: contract of 3 May 2026."),
    )

    def __init__(self, *args: Any, adoption: Adoption, creators: Sequence[Party], **kwargs: Any) -> None:
        self.adoption, self.creators = adoption, list(creators)
        self.pairs = (
            ("name", "sku"),
            ("base", "base_vi"),
            ("valid_from", "last_day"),
            *((f"who_{number}", f"other_{number}") for number in range(OTHERS_MAX)),
        )
        super().__init__(*args, **kwargs)
        self._add_minimum()
        self._add_creators()
        for name, value in self._begin().items():
            self.initial.setdefault(name, value)

    @property
    def currency(self) -> str:
        """The currency of the chosen beer, before one is chosen the company's."""
        found = SoldBeer.objects.filter(public_id=str(self.data.get("beer", ""))[:22]).first()
        return found.currency if found else get_company().currency

    def _add_minimum(self) -> None:
        self.fields["minimum_minor"] = AmountField(
            currency=self.currency,
            minimum_minor=0,
            label=_("Smallest payment"),
            help_text=_("What is less is carried to the next statement."),
        )
        self.name_field("minimum_minor")
        self.order_fields(["beer", "name", "sku", "rate_ppm", "base", "base_vi", "valid_from", "last_day"])

    def _add_creators(self) -> None:
        for number, party in enumerate(self.creators):
            label = _("The part of %(name)s") % {"name": party.display_name}
            self.fields[f"part_{number}"] = FractionField(label=label, help_text=_("For example 1, 1/2 or 50 %."))
        for number in range(OTHERS_MAX):
            self.fields[f"who_{number}"] = forms.EmailField(
                required=False, label=_("Somebody else who made it: e-mail address")
            )
            self.fields[f"other_{number}"] = FractionField(label=_("Their part"))

    def groups(self) -> Pairs:
        """Return the fields in order; nothing of what one of two fields must say is marked as optional."""
        for name in ("beer", "name", "sku", *(f"part_{number}" for number in range(len(self.creators)))):
            self.fields[name].required = True  # judged in `clean`; here for the label only
        return super().groups()

    def _begin(self) -> dict[str, Any]:
        """What stands in the form before anything is typed: 1 %, even parts, the day the vote was settled."""
        idea = self.adoption.proposal
        parts = even_fractions(len(self.creators)) if self.creators else []
        return {
            "name": idea.text if idea.recipe_id else "",
            "rate_ppm": SUGGESTED_PPM,
            "base": BASE,
            "base_vi": BASE_VI,
            "valid_from": self.adoption.adopted_at.date(),
            "minimum_minor": 100,
            **{f"part_{number}": part for number, part in enumerate(parts)},
        }

    def clean(self) -> dict[str, Any]:
        """Gather who shares; refuse a beer neither chosen nor named, days that run back, parts that are not 1."""
        data = super().clean() or {}
        if not data.get("beer"):
            for name in ("name", "sku"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose a beer above, or give the new one its name and its number."))
        first, last = data.get("valid_from"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        data["creators"] = self._creators(data)
        if not self.errors:
            self._refuse_parts(data["creators"])
        return data

    def _creators(self, data: dict[str, Any]) -> list[tuple[Party, Fraction]]:
        named = [(party, data.get(f"part_{number}")) for number, party in enumerate(self.creators)]
        found = [(party, part) for party, part in named if part]
        for number in range(OTHERS_MAX):
            address, part = data.get(f"who_{number}"), data.get(f"other_{number}")
            if not address and not part:
                continue
            party = self._party(number, address or "")
            if party and part:
                found.append((party, part))
            elif party and f"other_{number}" not in self.errors:
                self.add_error(f"other_{number}", _("Say which part is theirs."))
        return found

    def _party(self, number: int, address: str) -> Party | None:
        user = find_user(address) if address else None
        if user and user.party:
            return user.party
        if f"who_{number}" not in self.errors:
            self.add_error(f"who_{number}", _("Nobody signs in with this address. They need an account to be paid."))
        return None

    def _refuse_parts(self, creators: list[tuple[Party, Fraction]]) -> None:
        total = sum((part for _party, part in creators), Fraction(0))
        if total != 1:
            words = _("The parts add up to %(total)s. Together they must be exactly 1.")
            self.add_error("part_0" if self.creators else "other_0", words % {"total": total})

    def terms(self, beer: SoldBeer) -> AgreementTerms:
        """Return the agreed terms once the form is valid; days become half-open."""
        data = self.cleaned_data
        last: date | None = data["last_day"]
        names = ("rate_ppm", "base", "base_vi", "valid_from", "minimum_minor", "reference")
        return AgreementTerms(
            beer=beer, valid_to=last + timedelta(days=1) if last else None, **{name: data[name] for name in names}
        )


class RoundForm(forms.Form):
    """Up to which day statements are made, and when they are paid."""

    currency = forms.ChoiceField(label=_("Currency"))
    last_day = DayField(
        label=_("Sales up to and with"), help_text=_("The statements say this day. For example 2026-06-30.")
    )
    pay_on = DayField(label=_("To be paid on"))
    # Of the sums that were read; the page writes it itself, because a bound field would repeat the one before.
    sha256 = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput())

    def __init__(self, *args: Any, currencies: Sequence[str], **kwargs: Any) -> None:
        self.today = clock.today()
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["currency"]
        choice.choices = [(code, code) for code in currencies]
        if len(currencies) == 1:
            choice.widget = forms.HiddenInput()
        begin = {"last_day": self.today - timedelta(days=1), "pay_on": self.today + PAY_AFTER}
        for name, value in {"currency": next(iter(currencies), ""), **begin}.items():
            self.initial.setdefault(name, value)

    def clean_last_day(self) -> date:
        """Refuse a day that has not come yet: its sales are not known."""
        day: date = self.cleaned_data["last_day"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean_pay_on(self) -> date:
        """Refuse a day of payment that is past."""
        day: date = self.cleaned_data["pay_on"]
        if day < self.today:
            words = _("Choose today, %(today)s, or a later day.")
            raise ValidationError(words % {"today": date_format(self.today, "DATE_FORMAT")})
        return day
