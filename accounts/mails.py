"""The mails around signing in: our words, the receiver's language, queued like every other mail."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import context as request_context
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from accounts.models import User
from accounts.queries.people import find_unproved, find_user, is_staff_member, language_of
from core import clock
from core.mail import queue_mail
from core.transactions import atomic


def send_account_mail(name: str, email: str, context: dict[str, Any]) -> None:
    """Queue the mail ``templates/account/email/<name>.txt`` to the address, as text and as HTML of the same words.

    Somebody who asked for a code and is staff gets the mail that says how staff sign in: the page they see is the
    same for everybody.
    """
    user = None if name == "unknown_account" and find_unproved(email) else find_user(email)
    if name == "unknown_account" and user is not None:
        name = "staff_sign_in" if is_staff_member(user) else "sign_in_closed"
    language = language_of(user, get_language() or "en")
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


def _greeting(user: User | None) -> str:
    """Greet by name only whose address is proved: strangers sign others up under names that are adverts."""
    if user is None or user.party is None:
        return ""
    proved = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    return user.party.given_name if proved else ""


def _rendered(template: str, words: dict[str, Any]) -> str:
    lines = render_to_string(template, words, request_context.request).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"
