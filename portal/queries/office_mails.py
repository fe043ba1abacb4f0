"""The log of what was mailed."""

from django.db.models import QuerySet

from core.mail.delivery import ATTEMPTS_MAX
from core.models import OutgoingMail

SECRET_KINDS = ("account.", "bank.")  # mails that carry codes, or the link that stops bank details


def mails_for_office(*, search: str = "", state: str = "") -> QuerySet[OutgoingMail]:
    """Return mails, latest first, to addresses that hold the words; only sent or only waiting ones when asked."""
    rows = OutgoingMail.objects.order_by("-id").defer("text", "html")
    if search:
        rows = rows.filter(to__icontains=search)
    if state in ("sent", "waiting"):
        rows = rows.filter(sent_at__isnull=state == "waiting")
    return rows


def holds_secret(mail: OutgoingMail) -> bool:
    """Tell whether the text lets its reader act as somebody else; staff never see such a text."""
    return mail.kind.startswith(SECRET_KINDS)


def troubled_mails() -> QuerySet[OutgoingMail]:
    """Return mails that did not leave although they were tried, latest first."""
    return (
        OutgoingMail.objects.filter(sent_at__isnull=True).exclude(last_error="").order_by("-id").defer("text", "html")
    )


def has_given_up(mail: OutgoingMail) -> bool:
    """Tell whether nobody tries any more."""
    return mail.sent_at is None and mail.attempts >= ATTEMPTS_MAX
