"""Writing a mail in the transaction of what it tells about."""

from collections.abc import Sequence
from datetime import datetime

from core.jobs.hints import after_commit
from core.models import OutgoingMail
from core.transactions import needs_transaction

SUBJECT_LENGTH_MAX = 300


@needs_transaction
def queue_mail(
    *,
    to: str,
    subject: str,
    text: str,
    kind: str,
    language: str,
    at: datetime,
    html: str = "",
    attachments: Sequence[tuple[str, str, str]] = (),
) -> OutgoingMail:
    """Write the mail; it leaves after commit, at least once.

    ``attachments`` are (file name, sha256 in the document store, media type). Line breaks in the subject become
    spaces: names that people typed end up there.
    """
    row = OutgoingMail.objects.create(
        to=to,
        subject=" ".join(subject.split())[:SUBJECT_LENGTH_MAX],
        text=text,
        html=html,
        kind=kind,
        language=language,
        queued_at=at,
        attachments=[list(attachment) for attachment in attachments],
    )
    after_commit("core.tasks.deliver_mail")
    return row
