"""Handing queued mail to the mail server."""

import logging

from django.core.mail import EmailMultiAlternatives
from django.db import connection

from core.models import OutgoingMail
from core.storage import read_bytes

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 20

# A claim of a minute, longer with every attempt: a mail server that is down is asked less and less often.
CLAIM = """
UPDATE core_outgoingmail SET attempts = attempts + 1,
       claimed_until = clock_timestamp() + make_interval(secs => 60 * (attempts + 1))
WHERE id = (SELECT id FROM core_outgoingmail
            WHERE sent_at IS NULL AND attempts < %s AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
SENT = "UPDATE core_outgoingmail SET sent_at = kilderkin_now(), last_error = '' WHERE id = %s"


def deliver_waiting(limit: int = 200) -> int:
    """Send up to ``limit`` waiting mails; return how many left the house."""
    sent = 0
    for _turn in range(limit):
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [ATTEMPTS_MAX])
            row = cursor.fetchone()
        if row is None:
            break
        sent += deliver(OutgoingMail.objects.get(pk=row[0]))
    return sent


def deliver(mail: OutgoingMail) -> bool:
    """Send one mail; on failure keep the reason and let a later sweep try again."""
    try:
        message = EmailMultiAlternatives(subject=mail.subject, body=mail.text, to=[mail.to])
        if mail.html:
            message.attach_alternative(mail.html, "text/html")
        for file_name, sha256, media_type in mail.attachments:
            message.attach(file_name, read_bytes(sha256), media_type)
        message.send()
    except Exception as error:  # every mail server fails in its own way, and the queue must go on
        logger.warning("mail %s was not sent: %s", mail.public_id, error)
        OutgoingMail.objects.filter(pk=mail.pk).update(last_error=str(error)[:300])
        return False
    with connection.cursor() as cursor:
        cursor.execute(SENT, [mail.pk])
    return True
