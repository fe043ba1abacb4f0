"""The page that asks for a factor once more before an act that matters."""

from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import WrongCode
from accounts.forms import ConfirmForm
from accounts.freshness import remember_factor
from accounts.mails import send_account_mail
from accounts.models import User
from accounts.permissions import signed_in_user
from accounts.queries.people import APP, MAILED_CODE, PASSKEY, real_now, ways_to_confirm
from accounts.services.codes import find_waiting_code, send_confirmation_code, use_app_code, use_confirmation_code
from core.errors import DomainError
from core.transactions import atomic


def next_of(request: HttpRequest, otherwise: str) -> str:
    """Return where the visitor wanted to go, when that is on this host."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe else otherwise


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey or an app's code; those who have neither get a code by mail."""
    user = signed_in_user(request)
    ways = ways_to_confirm(user)
    if request.method == "POST":
        if request.POST.get("action") == "send" and MAILED_CODE in ways:
            return _send_code(request, user)
        if "credential" in request.POST and PASSKEY in ways:
            return _check_passkey(request, user)
        return _check_code(request, user, by_mail=MAILED_CODE in ways)
    return _page(request, user, ConfirmForm(by_mail=MAILED_CODE in ways))


def _send_code(request: HttpRequest, user: User) -> HttpResponse:
    if not request.session.session_key:
        request.session.save()
    try:
        with atomic():
            send_confirmation_code(
                user=user,
                session_key=request.session.session_key or "",
                at=real_now(),
                send=lambda code: send_account_mail("confirmation_code", user.email, {"code": code}),
            )
    except DomainError as error:
        form = ConfirmForm({"code": ""}, by_mail=True)
        form.errors.clear()
        form.add_error(None, str(error))
        return _page(request, user, form)
    return HttpResponseRedirect(f"{reverse('account_confirm')}?{urlencode({'next': next_of(request, '/')})}")


def _check_code(request: HttpRequest, user: User, *, by_mail: bool) -> HttpResponse:
    form = ConfirmForm(request.POST, by_mail=by_mail)
    if form.is_valid():
        sentence = _spend(request, user, form.cleaned_data["code"], by_mail=by_mail)
        if not sentence:
            return _proved(request, user, MAILED_CODE if by_mail else APP)
        form.add_error("code", sentence)
    return _page(request, user, form)


def _spend(request: HttpRequest, user: User, code: str, *, by_mail: bool) -> str:
    """Spend the code; return the sentence for what is wrong with it, nothing when it is right."""
    try:
        clear_attempts = check_rate_limit(user)
    except ValidationError as error:
        return str(error.messages[0])
    at = real_now()
    with atomic():
        if by_mail:
            key = request.session.session_key or ""
            problem = use_confirmation_code(user=user, session_key=key, code=code, at=at)
            wrong = str(problem) if problem else ""
        else:
            wrong = "" if use_app_code(user=user, code=code, at=at) else str(WrongCode.sentence)
    if not wrong:
        clear_attempts()
    return wrong


def _check_passkey(request: HttpRequest, user: User) -> HttpResponse:
    form = AuthenticateWebAuthnForm(request.POST, user=user)
    if form.is_valid():
        return _proved(request, user, PASSKEY)
    shown = ConfirmForm({"code": ""}, by_mail=False)
    shown.errors.clear()
    for sentence in form.errors.get("credential", []):
        shown.add_error(None, sentence)
    return _page(request, user, shown)


def _proved(request: HttpRequest, user: User, way: str) -> HttpResponse:
    """Remember the proof, for this act and for the office, and go where the visitor wanted to go."""
    if way == PASSKEY:
        record_authentication(request, user, "mfa", type=Authenticator.Type.WEBAUTHN, passwordless=True)
    elif way == APP:
        record_authentication(request, user, "mfa", type=Authenticator.Type.TOTP, reauthenticated=True)
    remember_factor(request, user, way)
    return HttpResponseRedirect(next_of(request, reverse("mfa_index")))


def _page(request: HttpRequest, user: User, form: ConfirmForm) -> HttpResponse:
    ways = ways_to_confirm(user)
    key = request.session.session_key or ""
    context = {
        "form": form,
        "next": next_of(request, "/"),
        "asks_passkey": PASSKEY in ways,
        "asks_app": APP in ways,
        "asks_mail": MAILED_CODE in ways,
        "is_mailed": MAILED_CODE in ways and find_waiting_code(user=user, session_key=key, at=real_now()) is not None,
        "email": user.email,
    }
    if PASSKEY in ways:
        context["js_data"] = {"request_options": passkeys.begin_authentication(user)}
    return render(request, "account/confirm.html", context)
