"""What a member types about an idea, one question or one group of questions per page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beers.enums import NamedAs, ProposalState
from beers.forms.fields import BeerName, ScaledField, Words, whole
from beers.rules.wording import NAME_LENGTH_MAX, WORDS_LENGTH_MAX


class NameForm(forms.Form):
    """What is proposed."""

    text = BeerName(
        label=_("What name do you propose?"),
        max_length=NAME_LENGTH_MAX,
        help_text=_("Up to 60 letters, in any language."),
        error_messages={
            "required": _("Type the name you propose."),
            "max_length": _("This name is longer than 60 letters. A label is small: please say it shorter."),
        },
    )


class RecipeNameForm(NameForm):
    """What the recipe is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What is your beer called?")


class FiguresForm(forms.Form):
    """The beer in the glass."""

    style = BeerName(
        label=_("Style"),
        max_length=60,
        help_text=_("For example best bitter, saison or rice lager."),
        error_messages={"required": _("Say what kind of beer it is, for example best bitter.")},
    )
    abv_hundredths = ScaledField(
        label=_("Strength in percent by volume"),
        help_text=_("For example 4.2."),
        decimals=2,
        low=1,
        high=2000,
        refusal=_("Type a strength up to 20 percent, for example 4.2."),
    )
    ibu = whole(
        label=_("Bitterness in IBU"),
        help_text=_("A wheat beer has about 12, a bitter 32, an India pale ale 55."),
        low=0,
        high=150,
        refusal=_("Type a bitterness between 0 and 150 IBU, for example 32."),
    )
    ebc = whole(
        label=_("Colour in EBC"),
        help_text=_("A pilsner has about 7, a bitter 20, a stout 80."),
        low=1,
        high=200,
        refusal=_("Type a colour between 1 and 200 EBC, for example 20."),
    )
    batch_ml = ScaledField(
        label=_("Litres in the fermenter"),
        help_text=_("The amounts on the next page are for this volume."),
        decimals=3,
        low=1000,
        high=5_000_000,
        refusal=_("Type a volume between 1 and 5,000 litres, for example 20."),
    )


class WordsForm(forms.Form):
    """What the author says about the beer."""

    description = Words(
        label=_("What is it like, and why should we brew it?"),
        required=False,
        max_length=WORDS_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Up to 600 letters, in English or Vietnamese."),
        error_messages={"max_length": _("This is longer than 600 letters. Please say it shorter.")},
    )


class NamedForm(forms.Form):
    """How the author stands under the idea; each choice shows the name itself."""

    named_as = forms.ChoiceField(
        label=_("How shall your name stand under it?"),
        widget=forms.RadioSelect,
        choices=NamedAs.choices,
        help_text=_("It stays there if your idea wins: on the ballot, on the page and on the label."),
        error_messages={"required": _("Choose how your name shall stand under it.")},
    )

    def __init__(self, *args: Any, names: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["named_as"].choices = names  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """The search above the ideas of a call. What cannot be read is left out."""

    q = forms.CharField(required=False, max_length=100, label=_("Words or author"))
    state = forms.ChoiceField(required=False, choices=[("", _("all")), *ProposalState.choices], label=_("Answer"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, use_required_attribute=False)
        self.is_valid()
        for field in self.fields.values():
            field.required = True  # judged already; only keeps "(optional)" out of every label of a search

    @property
    def chosen(self) -> dict[str, str]:
        """Return the readable values."""
        return {name: (self.cleaned_data.get(name) or "").replace("\x00", "") for name in self.fields}
