"""A person's own page about signing in: passkeys, app, recovery codes, password, sessions."""

from typing import Any

from allauth.account import views as account_views
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as factor_views
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import auth as passkeys
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.adapters import FactorAdapter
from accounts.freshness import fresh_factor_required, remember_factor
from accounts.mails import send_account_mail
from accounts.permissions import signed_in_user
from accounts.queries.people import APP, PASSKEY, is_staff_member
from accounts.queries.sessions import sessions_of
from accounts.services.codes import make_recovery_codes
from accounts.services.factors import note_changed_factor
from accounts.services.sessions import end_sessions
from core import clock
from core.transactions import atomic


class FactorsView(factor_views.IndexView):
    """Everything about one's own signing in, on one page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether this is staff, who needs a second factor, and how many recovery codes are left."""
        context = super().get_context_data(**kwargs)
        user = self.request.user
        recovery = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
        context["is_staff_member"] = is_staff_member(user)
        context["has_factor"] = {"totp", "webauthn"} & set(context["authenticators"])
        context["recovery_codes_left"] = len(recovery.data["hashes"]) if recovery else 0
        context["has_password"] = user.has_usable_password()
        return context


class ActivateAppView(app_views.ActivateTOTPView):
    """Set up an authenticator app; its first code counts as given in this session."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Activate, and remember that the app was just proved."""
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP)
        remember_factor(self.request, self.request.user, APP)
        return response

    def get_success_url(self) -> str:
        """Staff go on to print recovery codes."""
        return reverse("account_recovery_codes") if is_staff_member(self.request.user) else reverse("mfa_index")


class AddPasskeyView(passkey_views.AddWebAuthnView):
    """Make a passkey that works without typing an address."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the browser for a passkey that is kept on the device and knows its owner."""
        context = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": passkeys.begin_registration(self.request.user, True)}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """Add it, and remember that it was just used."""
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.WEBAUTHN)
        remember_factor(self.request, self.request.user, PASSKEY)
        return response

    def get_success_url(self) -> str:
        """Show the list again."""
        return reverse("mfa_index")


class RemovePasskeyView(passkey_views.RemoveWebAuthnView):
    """Take a passkey away, unless it is the last factor of staff."""

    success_url = reverse_lazy("mfa_index")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go back to the list when the passkey is not theirs or is gone, as after a second click."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return HttpResponseRedirect(reverse("mfa_index"))

    def form_valid(self, form: Any) -> HttpResponse:
        """Refuse to leave staff without a factor."""
        if not FactorAdapter().can_delete_authenticator(self.get_object()):
            raise PermissionDenied
        return super().form_valid(form)


class DeactivateAppView(app_views.DeactivateTOTPView):
    """Take the app away."""


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show ten new recovery codes once; earlier ones stop working."""
    user = signed_in_user(request)
    if request.method == "GET":
        return render(request, "mfa/recovery_codes.html", {})
    at = clock.now()
    with atomic():
        codes = make_recovery_codes(user=user, at=at)
        keep = request.session.session_key or ""
        note_changed_factor(user=user, what="recovery_codes", keep_session=keep, by=user, at=at)
        send_account_mail("factor_changed", user.email, {"what": "recovery_codes"})
    return render(request, "mfa/recovery_codes.html", {"codes": codes})


@login_required
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where the user is signed in."""
    shown = sessions_of(signed_in_user(request), here=request.session.session_key or "")
    return render(request, "usersessions/usersession_list.html", {"sessions": shown})


@login_required
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one session of the user, or all but this one."""
    user = signed_in_user(request)
    which = request.POST.get("session", "")
    here = request.session.session_key or ""
    with atomic():
        end_sessions(
            user=user,
            by=user,
            at=clock.now(),
            keep=here,
            only=int(which) if which.isdecimal() and len(which) < 19 else None,
        )
    return HttpResponseRedirect(reverse("usersessions_list"))


index = login_required(FactorsView.as_view())
give_second_factor = factor_views.authenticate
activate_app = fresh_factor_required(ActivateAppView.as_view())
deactivate_app = fresh_factor_required(DeactivateAppView.as_view())
add_passkey = fresh_factor_required(AddPasskeyView.as_view())
remove_passkey = fresh_factor_required(RemovePasskeyView.as_view())
fresh_recovery_codes = fresh_factor_required(recovery_codes)
change_password = fresh_factor_required(account_views.password_change)
