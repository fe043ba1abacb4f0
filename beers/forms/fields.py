"""Fields that read names, words and numbers of beers; they validate and clean, and never save."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from beers.errors import WORDING_SENTENCES
from beers.rules.wording import WordingRefused, clean_beer_name, clean_words


class BeerName(forms.CharField):
    """A name as it may stand on a label, in NFC."""

    def clean(self, value: Any) -> str:
        """Return the name as it will be kept; a refusal says why."""
        text = super().clean(value)
        try:
            return clean_beer_name(text) if text else text
        except WordingRefused as refused:
            raise forms.ValidationError(WORDING_SENTENCES[refused.problem]) from refused


class Words(forms.CharField):
    """Some lines of text, in NFC."""

    def clean(self, value: Any) -> str:
        """Return the text as it will be kept; a refusal says why."""
        text = super().clean(value)
        try:
            return clean_words(text)
        except WordingRefused as refused:
            raise forms.ValidationError(WORDING_SENTENCES[refused.problem]) from refused


class ScaledField(forms.CharField):
    """A number with decimals, typed with a point or a comma; its value is a whole number of smaller units."""

    def __init__(self, *, decimals: int, low: int, high: int, refusal: Any, **kwargs: Any) -> None:
        self.decimals, self.low, self.high, self.refusal = decimals, low, high, refusal
        kwargs.setdefault("error_messages", {"required": refusal})
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> int | None:
        """Return whole units between the limits; never rounds what was typed."""
        text = super().clean(value).replace(",", ".").removesuffix("%").strip()
        if not text:
            return None
        try:
            units = Decimal(text).scaleb(self.decimals)
        except InvalidOperation as error:
            raise forms.ValidationError(self.refusal) from error
        if not units.is_finite() or units != int(units) or not self.low <= units <= self.high:
            raise forms.ValidationError(self.refusal)
        return int(units)

    def prepare_value(self, value: Any) -> Any:
        """Show kept units as people type them: 420 becomes 4.2."""
        if not isinstance(value, int):
            return value
        shown = Decimal(value).scaleb(-self.decimals)
        return f"{shown.normalize():f}" if shown else "0"


def whole(*, low: int, high: int, refusal: Any, **kwargs: Any) -> ScaledField:
    """Return a field for a whole number between the limits."""
    return ScaledField(decimals=0, low=low, high=high, refusal=refusal, **kwargs)
