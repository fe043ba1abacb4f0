"""Handing queued mail to the mail server.

Note [At least once]: a worker that dies between the server's yes and our own row sends the mail again; every try
carries the same Message-ID, so that mailboxes can tell.
"""

import logging
import smtplib
import time

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from core.models import OutgoingMail
from core.storage import read_bytes

logger = logging.getLogger(__name__)
# A wait of two minutes more after every try, at most an hour: 120 tries are four and a half days, the time after which
# a sender may give up (RFC 5321, 4.5.4.1).
ATTEMPTS_MAX = 120
ROUND_SECONDS = 30
# Nobody would get through: the rest of the queue waits for the next round instead of using up its tries.
SERVER_DOWN = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, ConnectionError, TimeoutError)

# New mail first: one that the server never takes must not stand in front of all others.
CLAIM = """
UPDATE core_outgoingmail SET attempts = attempts + 1,
       claimed_until = clock_timestamp() + make_interval(secs => LEAST(120 * (attempts + 1), 3600))
WHERE id = (SELECT id FROM core_outgoingmail
            WHERE sent_at IS NULL AND attempts < %s AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
            ORDER BY attempts, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
SENT = "UPDATE core_outgoingmail SET sent_at = kilderkin_now(), last_error = '' WHERE id = %s"


def deliver_waiting(limit: int = 200) -> int:
    """Send up to ``limit`` waiting mails in half a minute at most; return how many left the house.

    Safe to run side by side: a mail is claimed before it is sent. A failure keeps its reason and is tried again later.
    """
    sent = 0
    until = time.monotonic() + ROUND_SECONDS
    for _turn in range(limit):
        mail = claim() if time.monotonic() < until else None
        if mail is None:
            break
        try:
            deliver(mail)
            sent += 1
        except SERVER_DOWN as error:
            _keep_reason(mail, error)
            break
        except Exception as error:  # every mail server fails in its own way, and the queue must go on
            _keep_reason(mail, error)
    return sent


def claim() -> OutgoingMail | None:
    """Take one mail that waits; nobody else takes it until its claim runs out."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [ATTEMPTS_MAX])
        row = cursor.fetchone()
    return OutgoingMail.objects.get(pk=row[0]) if row else None


def deliver(mail: OutgoingMail) -> None:
    """Send one claimed mail and write that it left; raises whatever the mail server or the document store raise."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers={"Message-ID": f"<{mail.public_id}@{domain}>"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file_name, sha256, media_type in mail.attachments:
        message.attach(file_name, read_bytes(sha256), media_type)
    message.send()
    with connection.cursor() as cursor:
        cursor.execute(SENT, [mail.pk])


def _keep_reason(mail: OutgoingMail, error: Exception) -> None:
    logger.warning("mail %s was not sent: %s", mail.public_id, error)
    reason = f"{type(error).__name__}: {error}".replace("\0", "")
    OutgoingMail.objects.filter(pk=mail.pk).update(last_error=reason[:300])
