"""The forms of an application; they validate and clean, and never save."""

import hashlib
import unicodedata
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.errors import BadName, HolderTwice
from accounts.rules.names import NameRefused, clean_name, search_key
from core.languages import localised
from equity.enums import HolderKind, InvestorCategory
from equity.models import Application, Offer, ProfileText

JOINT_MAX = 4
FIELDS_OF_HOLDER: dict[HolderKind, tuple[str, ...]] = {
    HolderKind.JOINT: tuple(f"joint_name_{position}" for position in range(2, JOINT_MAX + 1)),
    HolderKind.ORGANISATION: ("organisation_name", "organisation_number"),
    HolderKind.MINOR: ("designation",),
}
TEXT_MAX = 200
FORBIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


class PlainText(forms.CharField):
    """A line of text in NFC without control, direction or zero-width characters, which hide or reorder others."""

    def clean(self, value: Any) -> str:
        """Return the line with single spaces; refuse forbidden characters with a sentence."""
        text = " ".join(unicodedata.normalize("NFC", super().clean(value)).split())
        if any(unicodedata.category(letter) in FORBIDDEN for letter in text):
            raise forms.ValidationError(_("Please remove the characters that cannot be seen."))
        return text


class NameText(forms.CharField):
    """A name as it may stand in the register."""

    def __init__(self, *, organisation: bool = False, **kwargs: Any) -> None:
        self.organisation = organisation
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the name as it will be kept, or refuse it with the sentence for its owner."""
        text = super().clean(value)
        try:
            return clean_name(text, organisation=self.organisation) if text else text
        except NameRefused as refused:
            raise forms.ValidationError(BadName(refused.problem).sentence) from refused


def country_choices(codes: list[str]) -> list[tuple[str, str]]:
    """Return the countries with their names in the reader's language, by name."""
    territories = Locale.parse(get_language() or "en").territories
    return sorted(((code, territories.get(code, code)) for code in codes), key=lambda choice: choice[1])


class DetailsForm(forms.Form):
    """Name as the register shows it, service address, and what stays private."""

    forename = NameText(
        label=_("Forename"), max_length=TEXT_MAX, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    surname = NameText(
        label=_("Surname"), max_length=TEXT_MAX, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    address = PlainText(
        label=_("Service address: house and street"),
        max_length=TEXT_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    city = PlainText(
        label=_("Town or city"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    postcode = PlainText(
        label=_("Postcode"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    country = forms.ChoiceField(label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"}), choices=[])
    date_of_birth = forms.DateField(
        label=_("Date of birth"),
        help_text=_("For example 1984-03-27 or 27/03/1984. It is never shown to others."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "bday", "inputmode": "numeric"}),
        error_messages={"invalid": _("Enter your date of birth like 1984-03-27 or 27/03/1984.")},
    )
    phone = PlainText(
        label=_("Telephone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(offer.countries)  # type: ignore[attr-defined]

    def clean_date_of_birth(self) -> Any:
        """Refuse a birth before 1900, which is a typing error."""
        born = self.cleaned_data["date_of_birth"]
        if born.year < 1900:
            raise forms.ValidationError(_("Please check the year of your birth."))
        return born


class HolderKindForm(forms.Form):
    """Who will stand in the register."""

    holder_kind = forms.ChoiceField(
        label=_("Who will hold the shares?"),
        choices=HolderKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who will hold the shares.")},
    )


class HolderForm(forms.Form):
    """What the register needs of the others, by the kind that was chosen; fields of other kinds are left out."""

    joint_name_2 = NameText(
        label=_("Full name of the second holder"),
        max_length=300,
        error_messages={"required": _("Enter the name of at least one other holder.")},
    )
    joint_name_3 = NameText(label=_("Full name of the third holder"), max_length=300, required=False)
    joint_name_4 = NameText(label=_("Full name of the fourth holder"), max_length=300, required=False)
    organisation_name = NameText(
        organisation=True,
        label=_("Name of the organisation"),
        max_length=300,
        error_messages={"required": _("Enter the name of the organisation.")},
    )
    organisation_number = PlainText(label=_("Number of the organisation, if it has one"), max_length=32, required=False)
    designation = NameText(
        label=_("Initials of the child, which stand beside your name"),
        max_length=10,
        error_messages={"required": _("Enter the child's initials.")},
    )

    def __init__(self, *args: Any, kind: HolderKind, own_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.own_name = kind, own_name
        self.fields = {name: field for name, field in self.fields.items() if name in FIELDS_OF_HOLDER[kind]}

    def clean(self) -> dict[str, Any]:
        """Refuse a joint holder who stands there already; add ``others``: what the application keeps of the answers."""
        data: dict[str, Any] = super().clean() or {}
        found = {search_key(self.own_name)}
        for field in FIELDS_OF_HOLDER[HolderKind.JOINT]:
            key = search_key(data.get(field) or "")
            if key and key in found:
                self.add_error(field, HolderTwice.sentence)
            found.add(key)
        data["others"] = self._others(data)
        return data

    def _others(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.kind == HolderKind.JOINT:
            names = [data.get(f"joint_name_{position}", "") for position in range(2, JOINT_MAX + 1)]
            return {"joint_names": [name for name in names if name]}
        return {name: data.get(name, "") for name in FIELDS_OF_HOLDER[self.kind]}


class CategoryForm(forms.Form):
    """Which statement is true."""

    category = forms.ChoiceField(
        label=_("Which statement is true of you?"),
        choices=InvestorCategory.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the statement that is true of you. If none is, you cannot buy.")},
    )

    def __init__(self, *args: Any, statements: list[ProfileText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            (statement.kind, localised(statement, "title")) for statement in statements
        ]


class StatementForm(forms.Form):
    """The chosen statement: what of it is true, and that all of it was read."""

    limbs = forms.MultipleChoiceField(
        label=_("Tick what is true of you"),
        widget=forms.CheckboxSelectMultiple,
        choices=[],
        error_messages={"required": _("Tick at least one sentence of the statement.")},
    )
    confirm = forms.BooleanField(
        label=_("I have read the whole statement. It is true, and I know that I could lose all of this money."),
        error_messages={"required": _("Tick the box if the statement is true. If not, you cannot buy these shares.")},
    )

    def __init__(self, *args: Any, statement: ProfileText, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not statement.options:
            del self.fields["limbs"]
        else:
            self.fields["limbs"].choices = [  # type: ignore[attr-defined]
                (option["code"], localised_option(option)) for option in statement.options
            ]


def localised_option(option: dict[str, str]) -> str:
    """Return the words of an option in the reader's language."""
    return option["text_vi"] if (get_language() or "en").startswith("vi") else option["text"]


class QuizForm(forms.Form):
    """One choice per question; the answers stand in an order that is the same at every look but not the file's."""

    def __init__(self, *args: Any, questions: list[ProfileText], application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.version] = forms.ChoiceField(
                label=localised(question, "title"),
                choices=[
                    (option["code"], localised_option(option))
                    for option in sorted(question.options, key=lambda one: _shuffled(application, question, one))
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose an answer.")},
            )


def _shuffled(application: Application, question: ProfileText, option: dict[str, str]) -> str:
    text = f"{application.public_id}{question.version}{option['code']}"
    return hashlib.sha256(text.encode()).hexdigest()


class QuantityForm(forms.Form):
    """How many shares."""

    shares = forms.IntegerField(
        label=_("How many shares would you like?"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": _("Enter a whole number of shares, for example 2."),
            "required": _("Enter a number of shares, for example 2."),
        },
    )


class CheckForm(forms.Form):
    """What is accepted with the purchase: each document in its version."""

    def __init__(self, *args: Any, documents: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for document in documents:
            self.fields[f"document_{document.public_id}"] = forms.BooleanField(
                label=_("I have read “%(title)s”, version %(version)s, and apply on its terms.")
                % {
                    "title": localised(document, "title"),
                    "version": document.version,
                },
                error_messages={"required": _("Tick the box when you have read the document.")},
            )

    def accepted(self) -> list[str]:
        """Return the public ids of the documents that were ticked."""
        return [name.removeprefix("document_") for name, ticked in self.cleaned_data.items() if ticked]
