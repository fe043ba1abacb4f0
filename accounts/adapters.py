"""What allauth asks us: who may sign in and how, what a mail says, how secrets are kept."""

import io
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core import context as request_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import EmailTaken, SharedAddress, WrongCode
from accounts.freshness import remember_sign_in
from accounts.mails import send_account_mail, tell_of_claim
from accounts.models import User
from accounts.queries.claims import is_shared
from accounts.queries.evidence import has_password, has_signed_in_by_passkey
from accounts.queries.people import APP, factors_of, is_staff_member
from accounts.services.claims import claim_person
from accounts.services.factors import note_changed_factor
from accounts.services.people import register_person, take_sign_up_name
from accounts.sign_up import typed_at_sign_up
from core import clock
from core.errors import constraints_as
from core.secrets import seal, unseal
from core.transactions import atomic

FACTORS = "accounts.factors"
WRONG_PAIR = _("The e-mail address and the password do not belong together.")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by code for holders, by password and second factor for staff."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This sign-in was closed. Write to us if that is a mistake."),
        "email_password_mismatch": WRONG_PAIR,
        "email_taken": _("This address cannot be used. Sign in with it, or take another one."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": WrongCode.sentence,
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("Enter your e-mail address."),
        "invalid_or_expired_key": _("This link no longer works. Ask for a new one."),
        "invalid_password_reset": _("This link no longer works. Ask for a new one."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "unknown_email": WRONG_PAIR,
        "rate_limited": _("That was too often. Wait a minute, then try again."),
    }

    def get_login_stages(self) -> list[str]:
        """Ask for the second factor by our own rule."""
        return [
            "accounts.adapters.SecondFactorStage" if stage == "allauth.mfa.stages.AuthenticateStage" else stage
            for stage in super().get_login_stages()
        ]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # type: ignore[override]
        """Refuse staff who proved a mailbox only; everybody else goes on."""
        response = super().pre_login(request, user, **kwargs)
        if response is not None:
            return response
        proved = has_password(request, user) or has_signed_in_by_passkey(request, user)
        if is_staff_member(user) and not proved:
            clear_login(request)
            messages.error(request, gettext("Staff sign in with a password and a second factor, or with a passkey."))
            return HttpResponseRedirect(reverse("account_staff_login"))
        return None

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Count the sign-in itself as fresh: the same factor would be asked again a moment later."""
        response = super().post_login(request, user, **kwargs)
        remember_sign_in(request, user, by_mail=bool(kwargs.get("signup")))
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff begin in the office, holders at their shares."""
        return "/office/" if is_staff_member(request.user) else settings.LOGIN_REDIRECT_URL

    def is_safe_url(self, url: str) -> bool:
        """Redirect to our own host only; the other hosts we answer at (the sandbox bank's) are not ours to send to."""
        request = request_context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Write the person and the sign-in together; raise `EmailTaken` when another request was faster."""
        data = form.cleaned_data
        at = clock.now()
        with constraints_as({"user_email_is_one_persons": EmailTaken}), atomic():
            user.party = register_person(
                name=data["full_name"], language=data["language"], email=data["email"], by=None, at=at
            )
            user.email = data["email"]
            user.set_unusable_password()
            user.save()
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Become whom the books know by the address: see Note [Claims]; else take the name typed in this browser.

        What strangers typed elsewhere does not count: see Note [Names of strangers].
        """
        typed = typed_at_sign_up(request, email_address.email)
        with atomic():
            confirmed = bool(super().confirm_email(request, email_address))
            user = email_address.user
            party = claim_person(user=user, by=user, at=clock.now()) if confirmed else None
            if party is not None:
                tell_of_claim(request, user)
            elif confirmed and typed:
                take_sign_up_name(user=user, **typed, by=user, at=clock.now())
                self._tell_of_namesakes(request, user)
        return confirmed

    def _tell_of_namesakes(self, request: HttpRequest, user: User) -> None:
        """Say to whom to write when the books write to several people at the address, who are still somebody else."""
        if is_shared(user.email):
            messages.warning(request, SharedAddress.sentence)
            send_account_mail("shared_address", user.email, {})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue our own words for allauth's occasion."""
        send_account_mail(template_prefix.rpartition("/")[2], email, context)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send a link to staff; tell everybody else that they need no password."""
        name = "password_reset_key" if is_staff_member(user) else "no_password_needed"
        send_account_mail(name, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the link on our own origin, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_ORIGIN + path.replace("UID-KEY", key)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the user that a factor changed, and end their other sessions: allauth calls this after every change."""
        what = template_prefix.rpartition("/")[2]
        request = request_context.request
        keep = (request.session.session_key or "") if request.user == user else ""
        with atomic():
            note_changed_factor(user=user, what=what, keep_session=keep, by=user, at=clock.now())
        send_account_mail("factor_changed", email or user.email, {**(context or {}), "what": what})

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Pass on sentences; allauth's ready-made notices are left out: our pages say what happened themselves."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)


class SecondFactorStage(AuthenticateStage):
    """Ask staff for any second factor they have, holders for their app.

    A holder's passkey is a way in, not a second door: a lost phone must not lock a shareholder out (ADR 0040).
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None or did_use_passwordless_login(request, user):
            return False
        return bool(factors_of(user)) if is_staff_member(user) else APP in factors_of(user)


class FactorAdapter(DefaultMFAAdapter):
    """Keeps authenticator secrets encrypted and speaks our language."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Staff keep at least one factor. Add another one first."),
        "incorrect_code": WrongCode.sentence,
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt with the newest key."""
        return seal(text, purpose=FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt with whichever of our keys fits; raise when none does."""
        return unseal(encrypted_text, purpose=FACTORS)

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code, dark on light in every colour scheme: cameras read no other."""
        drawing = io.BytesIO()
        segno.make(url, error="m").save(drawing, kind="svg", xmldecl=False, border=4, dark="#1b1a17", light="#ffffff")
        return drawing.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff cannot take away their last factor."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        has_other = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return has_other or not is_staff_member(authenticator.user)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # type: ignore[override]
        """Number the passkeys, for those who give them no name."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:  # type: ignore[override]
        """Name the passkey as its owner is named."""
        shown = user.party.display_name if user.party else user.email
        return super().get_public_key_credential_user_entity(user) | {"display_name": shown}
