"""The sandbox's payment page. It stands on another origin and looks like another company's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.errors import Busy
from core.money import format_minor, minor_units
from core.transactions import atomic
from payments.models import SandboxIntent, SandboxSession
from payments.rules.stripe_amounts import from_stripe
from payments.sandbox.cards import NUMBERS, Card, confirm, pay

Page = Callable[[HttpRequest, SandboxSession], HttpResponse]
SEE_OTHER = 303


def for_session(view: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """Load the session, speak its language, and let its forms lead back to the shop, which is another origin."""

    @wraps(view)
    def loaded(request: HttpRequest, session_id: str) -> HttpResponse:
        session = SandboxSession.objects.filter(session_id=session_id).first()
        if session is None:
            return not_here(request)
        with translation.override(language_of(session)):
            try:
                response = view(request, session)
            except Busy as busy:
                response = page(request, session, problem=str(busy), status=503)
        # What django-csp's own decorator sets; the decorator would read the setting at import.
        response._csp_update = {"form-action": [settings.SITE_ORIGIN]}  # type: ignore[attr-defined]
        return response

    # No cookie of any kind on this origin: the secret is the session's id in the address, as at Stripe.
    return csrf_exempt(never_cache(loaded))


@require_GET
@for_session
def show_page(request: HttpRequest, session: SandboxSession) -> HttpResponse:
    """Show the cards, the bank's question, or that it is over."""
    return page(request, session)


@require_POST
@for_session
def pay_by_card(request: HttpRequest, session: SandboxSession) -> HttpResponse:
    """Try the chosen card."""
    if request.POST.get("card") not in set(Card):
        return page(request, session, problem=_("Please choose a card."), status=422)
    with atomic():
        session = pay(session.pk, Card(request.POST["card"]), at=clock.now())
    return onward(session)


@require_POST
@for_session
def answer_bank(request: HttpRequest, session: SandboxSession) -> HttpResponse:
    """Take the payer's answer to their bank's question."""
    with atomic():
        session = confirm(session.pk, is_me=request.POST.get("answer") == "yes", at=clock.now())
    return onward(session)


def onward(session: SandboxSession) -> HttpResponse:
    """Send the payer back to the shop when the page is done with, else to the page again."""
    address = success_url(session) if session.status == "complete" else f"/pay/{session.pk}/"
    response = HttpResponseRedirect(address)
    response.status_code = SEE_OTHER
    return response


def page(request: HttpRequest, session: SandboxSession, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Render the session's page as it stands."""
    intent = SandboxIntent.objects.filter(session=session).first()
    is_open = session.status == "open" and session.expires_at > clock.now()
    template = "over" if not is_open else "secure" if intent and intent.status == "requires_action" else "pay"
    currency = session.currency.upper()
    amount = format_minor(
        from_stripe(session.amount, currency, minor_units(currency)), currency, translation.get_language() or "en"
    )
    context = {
        "session": session,
        "amount": amount,
        "what": session.params["line_items"][0]["price_data"]["product_data"]["name"],
        "email": session.params.get("customer_email", ""),
        "cards": cards(),
        "problem": problem or said_no(intent),
        "cancel_url": session.params.get("cancel_url", settings.SITE_ORIGIN),
        "success_url": success_url(session),
        "is_paid": session.status == "complete",
    }
    return rendered(request, template, context, status)


def rendered(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Render without the house's context processors: this is not its page."""
    shown = {**context, "language": translation.get_language()}
    return HttpResponse(render_to_string(f"payments/sandbox/{template}.html", shown), status=status)


def cards() -> list[tuple[str, str, str]]:
    """Return (value, number, what will happen) of the test cards."""
    stories = {
        Card.GOOD: _("Pays at once"),
        Card.NO_FUNDS: _("Is declined: not enough money. You can try another card."),
        Card.SECURE: _("Your bank asks first whether it is you (3-D Secure)"),
        Card.SLOW: _("Is slow: the money arrives after about 20 seconds"),
        Card.SLOW_FAIL: _("Is slow, and then fails"),
    }
    return [(card.value, NUMBERS[card], story) for card, story in stories.items()]


def said_no(intent: SandboxIntent | None) -> str:
    """Return in words why the last card did not pay."""
    if intent is None:
        return ""
    reasons = {
        "do_not_honor": _("The bank of this card declined it. Nothing was taken. Try another card, or the same again."),
        "insufficient_funds": _("The card was declined: not enough money. Nothing was taken. Try another card."),
        "authentication_failed": _("Your bank was not told that it is you. Nothing was taken. Try again."),
    }
    return reasons.get(intent.error_code, "")


def success_url(session: SandboxSession) -> str:
    """Return where the payer goes after paying."""
    return str(session.params["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.pk)


def language_of(session: SandboxSession) -> str:
    """Return the language the session was opened in, or the house's first."""
    asked = session.params.get("locale", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing at this address of the sandbox."""
    return rendered(request, "missing", {"shop": settings.SITE_ORIGIN}, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that this page failed; the house's own page would lead to addresses that do not exist here."""
    return rendered(request, "missing", {"shop": settings.SITE_ORIGIN}, 500)
