"""The mails around signing in: our words, the receiver's language, queued like every other mail."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import context as request_context
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext, override

from accounts.models import User
from accounts.queries.claims import find_claimable, is_shared
from accounts.queries.people import find_unproved, find_user, is_staff_member, language_of
from core import clock
from core.mail import queue_mail
from core.transactions import atomic


def send_account_mail(name: str, email: str, context: dict[str, Any]) -> None:
    """Queue the mail ``templates/account/email/<name>.txt`` to the address, as text and as HTML of the same words.

    Somebody who asked for a code and is staff gets the mail that says how staff sign in, and somebody whose address
    several people of the books have is told to write to us: the page they see is the same for everybody.
    """
    user = None if name == "unknown_account" and find_unproved(email) else find_user(email)
    if name == "unknown_account" and user is not None:
        name = "staff_sign_in" if is_staff_member(user) else "sign_in_closed"
    elif name == "unknown_account" and is_shared(email):
        name = "shared_address"
    language = _language(user, email)
    with override(language):
        words = {
            **context,
            "given_name": _greeting(user),
            "origin": settings.SITE_ORIGIN,
        }
        subject = _rendered(f"account/email/{name}_subject.txt", words).strip()
        text = _rendered(f"account/email/{name}.txt", words)
        html = _rendered("account/email/frame.html", {**words, "subject": subject, "body": text, "language": language})
    with atomic():
        queue_mail(
            to=email, subject=subject, text=text, html=html, kind=f"account.{name}", language=language, at=clock.now()
        )


def tell_of_claim(request: HttpRequest, user: User) -> None:
    """Say on the next page whose sign-in was opened, and write to the address, for whoever else reads it."""
    name = user.party.display_name if user.party else ""
    words = gettext("Our books know this address as that of %(name)s: from now on you sign in here as this person.")
    messages.success(request, words % {"name": name})
    send_account_mail("sign_in_opened", user.email, {"name": name})


def _language(user: User | None, email: str) -> str:
    """Return the language of who signs in, else of who could as soon as the address is proved, else of the page."""
    known = None if user and user.party else find_claimable(email)
    return known.language if known else language_of(user, get_language() or "en")


def _greeting(user: User | None) -> str:
    """Greet by name only whose address is proved: strangers sign others up under names that are adverts."""
    if user is None or user.party is None:
        return ""
    proved = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    return user.party.given_name if proved else ""


def _rendered(template: str, words: dict[str, Any]) -> str:
    lines = render_to_string(template, words, request_context.request).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"
