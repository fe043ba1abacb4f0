"""The trail of who did what; one line at the end of every service."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Model

from core.models import AuditRecord
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def record(*, by: "User | None", at: datetime, verb: str, subject: Model, **detail: object) -> AuditRecord:
    """Write one audit row in the transaction of the act itself; ``detail`` must be JSON and hold no secret."""
    return AuditRecord.objects.create(
        at=at,
        by=by,
        verb=verb,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        detail=detail,
    )
