"""Remembering that the return of allotment was delivered."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from core import audit
from core.locks import lock
from core.models import AuditRecord
from core.transactions import needs_transaction
from equity.enums import BatchState
from equity.errors import NothingToAllot
from equity.models import AllotmentBatch
from portal.queries.office_allotments import RETURN_VERB, find_return

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def record_return(
    *, batch: AllotmentBatch, delivered_on: date, reference: str, by: "User", at: datetime
) -> AuditRecord:
    """Write to the audit trail once that the return (CA 2006 s.555, form SH01) was delivered; its clock stops."""
    batch = lock(AllotmentBatch.objects.all(), pk=batch.pk)
    if batch.state != BatchState.APPROVED:
        raise NothingToAllot()
    detail = {"delivered_on": delivered_on.isoformat(), "reference": reference[:120]}
    return find_return(batch) or audit.record(by=by, at=at, verb=RETURN_VERB, subject=batch, **detail)
