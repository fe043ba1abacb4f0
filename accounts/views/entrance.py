"""The ways in: by mailed code, by passkey, and the staff door. allauth does the steps, we choose which exist."""

from typing import Any

from allauth.account import views as account_views
from allauth.mfa.webauthn import views as passkey_views
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.views.generic import RedirectView

from accounts.errors import SharedAddress
from accounts.forms import SignInCodeForm, StaffSignInForm
from accounts.mails import tell_of_claim
from accounts.queries.people import find_unproved
from accounts.services.claims import claim_person
from core import clock
from core.transactions import atomic


class StaffSignInView(account_views.LoginView):
    """Sign in with a password; the second factor is asked next, or set up."""

    template_name = "account/staff_login.html"

    def get_form_class(self) -> type[StaffSignInForm]:
        """Ask for the password, which holders do not have."""
        return StaffSignInForm


class SignInCodeView(account_views.ConfirmLoginCodeView):
    """Take the code; the first one of somebody our books know makes them that person: see Note [Claims]."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Claim before allauth signs in: nobody comes in as a person that a stranger typed, or as none."""
        user = self.stage.login.user
        if not isinstance(form, SignInCodeForm) or not find_unproved(user.email):
            return super().form_valid(form)
        with atomic():
            if claim_person(user=user, by=user, at=clock.now()) is not None:
                tell_of_claim(self.request, user)
        if find_unproved(user.email):
            messages.error(self.request, SharedAddress.sentence)
            return self.stage.abort()
        return super().form_valid(form)


class ConfirmAddressView(account_views.ConfirmEmailVerificationCodeView):
    """Take the code of a new address; only during sign-up."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send people who are signed in already to their sign-in page."""
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("mfa_index"))
        return super().dispatch(request, *args, **kwargs)


class PasskeySignInView(passkey_views.LoginWebAuthnView):
    """Sign in with a passkey."""


class ToEntrance(RedirectView):
    """Older names of the entrance that allauth still points to."""

    url = reverse_lazy("account_login")
    query_string = True


sign_in = account_views.login
sign_in_code = SignInCodeView.as_view()
sign_up = account_views.signup
sign_up_code = ConfirmAddressView.as_view()
sign_out = account_views.logout
staff_sign_in = StaffSignInView.as_view()
passkey_sign_in = PasskeySignInView.as_view()
inactive = account_views.account_inactive
to_entrance = ToEntrance.as_view()
ask_password = account_views.password_reset
ask_password_done = account_views.password_reset_done
new_password = account_views.password_reset_from_key
new_password_done = account_views.password_reset_from_key_done
