"""What people type to get in; allauth's forms with our words and our rules."""

from typing import Any, cast

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.errors import BadName, EmailTaken, WrongCode
from accounts.models import User
from accounts.queries.people import find_unproved, is_staff_member, real_now
from accounts.rules.names import NAME_LENGTH_MAX, given_name_of
from accounts.rules.totp import matching_counter, typed_digits
from accounts.services.claims import prepare_claim
from accounts.services.codes import spend_counter, use_app_code, use_recovery_code
from accounts.services.people import cleaned, take_sign_up_name
from accounts.sign_up import remember_sign_up
from core import clock
from core.transactions import atomic

EMAIL_LABEL = _("Your e-mail address")
EMAIL_MISSING = {
    "required": _("Enter your e-mail address."),
    "invalid": _("Enter an e-mail address like name@example.com."),
}


def password_hint() -> str:
    """Return what a password needs, in the reader's language."""
    return " ".join(password_validators_help_texts())


def say(field: forms.Field, *, label: Any, help_text: Any = "", **errors: Any) -> None:
    """Give the field our words, and no placeholder: it vanishes when one begins to type."""
    field.label = label
    field.help_text = help_text
    field.error_messages |= errors
    field.widget.attrs.pop("placeholder", None)


def say_code(field: forms.Field, *, label: Any, help_text: Any = "") -> None:
    """Make the field ask for six digits."""
    say(field, label=label, help_text=help_text, required=_("Enter the code."))
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "characters"}


class EnterForm(account_forms.LoginForm):
    """An address; a code follows by mail. Staff get a mail that says how staff sign in, on the same page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["login"], label=EMAIL_LABEL, help_text=_("We send you a code. There is no password."))
        self.fields["login"].error_messages |= EMAIL_MISSING

    def clean(self) -> dict[str, Any]:
        """Forget the user again when a mailed code must not let them in: see Note [Names of strangers].

        Unless its proof makes them somebody of our books: see Note [Claims].
        """
        data = super().clean()
        if isinstance(self.user, User) and (is_staff_member(self.user) or find_unproved(self.user.email)):
            self.user = None
        if self.user is None and not self.errors:
            self.user = claimant_at(data["login"])
        return data


def claimant_at(email: str) -> User | None:
    """Return whom a code mailed to the address would make somebody of our books, also when asked twice at once."""
    try:
        with atomic():
            return prepare_claim(email=email, at=real_now())
    except EmailTaken:
        with atomic():
            return prepare_claim(email=email, at=real_now())


class StaffSignInForm(account_forms.LoginForm):
    """An address and a password; a second factor follows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["login"], label=EMAIL_LABEL)
        self.fields["login"].error_messages |= EMAIL_MISSING
        say(self.fields["password"], label=_("Password"), required=_("Enter your password."))

    def _setup_password_field(self) -> None:
        """Keep the field that holders do not have."""


class SignUpForm(account_forms.SignupForm):
    """The least we need: where to write to, how you are called, in which language.

    Note [Names of strangers]: anybody can sign up with anybody's address. Only name and language typed in the browser
    that proves the address count; signing in does not prove it, for there no name was typed.
    """

    full_name = forms.CharField(
        label=_("Your full name"),
        help_text=_(
            "As it should stand in the register of members, for example Nguyễn Thị Ánh Tuyết or Siobhán O’Brien."
        ),
        max_length=NAME_LENGTH_MAX,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Enter your full name."),
            "max_length": _("This name is longer than the 300 characters our register can hold."),
        },
    )
    language = forms.ChoiceField(
        label=_("The language we write to you in"), choices=Language.choices, widget=forms.RadioSelect
    )
    field_order = ["full_name", "email", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["email"], label=EMAIL_LABEL, help_text=_("We send you a code to this address."))
        self.fields["email"].error_messages |= EMAIL_MISSING
        self.fields["language"].initial = "vi" if (get_language() or "en").startswith("vi") else "en"
        self.fields["language"].error_messages["required"] = _("Choose a language.")

    def clean_full_name(self) -> str:
        """Refuse what cannot stand in the register."""
        return name_or_error(self.cleaned_data["full_name"])

    def validate_unique_email(self, value: str) -> str:
        """Take an address that nobody has proved for a new one."""
        email: str = super().validate_unique_email(value)
        self.account_already_exists = self.account_already_exists and find_unproved(email) is None
        return email

    def save(self, request: HttpRequest) -> User:
        """Write the person, or go on with the sign-up that nobody proved; keep what was typed until the code comes."""
        data = self.cleaned_data
        typed = {"name": data["full_name"], "language": data["language"]}
        remember_sign_up(request, email=data["email"], **typed)
        if (unproved := find_unproved(data["email"])) is None:
            return cast(User, super().save(request))
        with atomic():
            take_sign_up_name(user=unproved, **typed, by=None, at=clock.now())
        return unproved

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save, or behave as if saved when the address is known, also when it became known this very moment."""
        try:
            return super().try_save(request)
        except EmailTaken:
            self.account_already_exists = True
            return super().try_save(request)


def name_or_error(name: str) -> str:
    """Return the name as it can stand in the register; raise the form's error otherwise."""
    try:
        return cleaned(name)
    except BadName as error:
        raise forms.ValidationError(error.sentence, code=error.code) from error


class SignInCodeForm(account_forms.ConfirmLoginCodeForm):
    """The code that was mailed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_code(self.fields["code"], label=_("Code"), help_text=_("Six digits. It works for ten minutes."))


class SignUpCodeForm(account_forms.ConfirmEmailVerificationCodeForm):
    """The code that was mailed to a new address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_code(self.fields["code"], label=_("Code"), help_text=_("Six digits. It works for ten minutes."))


class AskPasswordForm(account_forms.ResetPasswordForm):
    """Where to send the link for a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["email"], label=EMAIL_LABEL)
        self.fields["email"].error_messages |= EMAIL_MISSING


class NewPasswordForm(account_forms.ResetPasswordKeyForm):
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_passwords(self.fields)


class ChangePasswordForm(account_forms.ChangePasswordForm):
    """The old password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["oldpassword"], label=_("Your password now"), required=_("Enter your password."))
        say_passwords(self.fields)


def say_passwords(fields: dict[str, forms.Field]) -> None:
    """Give the pair of password fields our words."""
    hint = lazy(password_hint, str)()
    say(fields["password1"], label=_("New password"), help_text=hint, required=_("Enter a new password."))
    say(fields["password2"], label=_("New password, again"), required=_("Enter the new password again."))


class SecondFactorForm(factor_forms.AuthenticateForm):
    """A code of the app, or one of the printed recovery codes; each works once, and a row remembers it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_code(
            self.fields["code"],
            label=_("Code from your authenticator app"),
            help_text=_("Six digits."),
        )

    def clean_code(self) -> str:
        """Spend the code; count the attempt against the user."""
        clear_attempts = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        at = real_now()
        with atomic():
            factor = use_app_code(user=self.user, code=code, at=at) or use_recovery_code(
                user=self.user, code=code, at=at
            )
        if factor is None:
            raise forms.ValidationError(WrongCode.sentence, code=WrongCode.code)
        factor.user = self.user
        self.authenticator = factor
        clear_attempts()
        return code


class ActivateAppForm(ActivateTOTPForm):
    """The first code of a new app: it proves that the secret arrived, and is spent by that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_code(self.fields["code"], label=_("Code that the app shows"), help_text=_("Six digits."))

    def clean_code(self) -> str:
        """Accept the app's code of this minute once."""
        validate_can_add_authenticator(self.user)
        clear_attempts = check_rate_limit(self.user, error_key="rate_limited")
        code = self.cleaned_data["code"]
        at = real_now()
        counter = matching_counter(self.secret, typed_digits(code), at.timestamp())
        with atomic():
            if counter is None or not spend_counter(user=self.user, counter=counter, at=at):
                raise forms.ValidationError(WrongCode.sentence, code=WrongCode.code)
        clear_attempts()
        return code


class AddPasskeyForm(AddWebAuthnForm):
    """What the browser made, and how its owner calls it. Every passkey knows its owner (finger, face or PIN)."""

    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["name"], label=_("Name of this passkey"), help_text=_("So that you know it again."))
        self.fields["name"].max_length = 60
        self.fields["credential"].error_messages["required"] = _("The browser made no passkey. Please try again.")


class ConfirmForm(forms.Form):
    """The code that confirms one act, from the app or from a mail."""

    code = forms.CharField(max_length=40)

    def __init__(self, *args: Any, by_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("Code from the e-mail") if by_mail else _("Code from your authenticator app")
        say_code(self.fields["code"], label=label, help_text=_("Six digits."))


class NameForm(forms.Form):
    """How somebody is shown, greeted and written to."""

    full_name = forms.CharField(label=_("Your full name"), max_length=NAME_LENGTH_MAX, strip=False)
    given_name = forms.CharField(
        label=_("What we call you"),
        help_text=_("As in “Hello Tuyết”."),
        max_length=NAME_LENGTH_MAX,
        required=False,
        strip=False,
    )
    language = forms.ChoiceField(
        label=_("The language we write to you in"), choices=Language.choices, widget=forms.RadioSelect
    )

    def clean_full_name(self) -> str:
        """Refuse what cannot stand in the register."""
        return name_or_error(self.cleaned_data["full_name"])

    def clean_given_name(self) -> str:
        """Guess the greeting when none was typed."""
        typed = self.cleaned_data["given_name"].strip()
        if typed:
            return name_or_error(typed)
        full_name = self.cleaned_data.get("full_name", "")
        return given_name_of(full_name, get_language() or "en") if full_name else ""
