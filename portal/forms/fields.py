"""Fields that read what people type into whole minor units, basis points and days."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.money import decimal_from_minor, parse_amount
from equity.rules.quantity import SHARES_MAX

EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
# The day first, as in Britain and Vietnam; an American order is not guessed.
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y")


class AmountField(forms.CharField):
    """An amount of money as text; its value is an integer of minor units, None when it may be left out and is."""

    def __init__(self, *, currency: str, minimum_minor: int | None = None, **kwargs: Any) -> None:
        self.currency = currency
        self.minimum_minor = minimum_minor
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> int | None:
        """Return minor units; refuse what the currency cannot hold, never round it."""
        text = super().clean(value)
        if not text:
            return None
        try:
            amount_minor = parse_amount(text.replace("−", "-"), self.currency)
        except DomainError as error:
            example = f"{Decimal('1234.5').quantize(decimal_from_minor(1, self.currency)):,}"
            told = {"currency": self.currency, "example": example}
            raise ValidationError(
                _("This is not an amount in %(currency)s. Write it like %(example)s."), params=told
            ) from error
        if self.minimum_minor is not None and amount_minor < self.minimum_minor:
            raise ValidationError(_("This amount is too small."))
        return amount_minor

    def prepare_value(self, value: Any) -> Any:
        """Show kept minor units as people type them: 2375 becomes 23.75."""
        return f"{decimal_from_minor(value, self.currency):,}" if isinstance(value, int) else value


class PercentField(forms.CharField):
    """A rate in percent with at most two decimals; its value is an integer of basis points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> int:
        """Return basis points; nothing typed is 0."""
        text = super().clean(value).removesuffix("%").strip()
        try:
            bps = Decimal(text or "0").scaleb(2)
        except InvalidOperation as error:
            raise ValidationError(_("Enter a percentage, for example 18 or 4.5.")) from error
        if not bps.is_finite() or bps != int(bps) or not 0 <= bps <= 1_000_000:
            raise ValidationError(_("Enter a percentage, for example 18 or 4.5."))
        return int(bps)

    def prepare_value(self, value: Any) -> Any:
        """Show kept basis points as percent."""
        return f"{Decimal(value).scaleb(-2).normalize():f}" if isinstance(value, int) else value


class DayField(forms.DateField):
    """A calendar day within reach of a company's life."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("For example 2026-05-31 or 31/05/2026."))
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d"), input_formats=DAY_FORMATS, **kwargs)
        self.error_messages["invalid"] = _("Write the day like 2026-05-31 or 31/05/2026.")

    def clean(self, value: Any) -> date | None:
        """Return the day; refuse typing slips such as the year 0206."""
        day: date | None = super().clean(value)
        if day and not EARLIEST <= day <= LATEST:
            raise ValidationError(_("Enter a day between 1900 and 2199."))
        return day


class MomentField(forms.DateTimeField):
    """A moment in the company's time zone, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("For example 2026-05-31 12:00, in the company's own time zone."))
        formats = [f"{day} %H:%M" for day in DAY_FORMATS]
        super().__init__(widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M"), input_formats=formats, **kwargs)
        self.error_messages["invalid"] = _("Write day and time like 2026-05-31 12:00.")

    def clean(self, value: Any) -> Any:
        """Return the aware moment; refuse typing slips such as the year 0206."""
        moment = super().clean(value)
        if moment and not EARLIEST <= moment.date() <= LATEST:
            raise ValidationError(_("Enter a day between 1900 and 2199."))
        return moment


class SharesField(forms.IntegerField):
    """A number of shares."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        super().__init__(min_value=1, max_value=SHARES_MAX, widget=widget, **kwargs)
        self.error_messages["invalid"] = _("Write a whole number of shares.")

    def to_python(self, value: Any) -> int | None:
        """Read a number with or without commas between the thousands."""
        text = str(value).replace(",", "").replace(" ", "") if value is not None else value
        number: int | None = super().to_python(text)
        return number
