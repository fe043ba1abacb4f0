"""Asking holders where to pay, as soon as a dividend is computed: weeks before its day there is time to answer."""

from datetime import datetime
from typing import TYPE_CHECKING

from core import audit, jobs
from core.locks import lock
from core.models import AuditRecord, Job
from core.transactions import needs_transaction
from dividends.enums import DeclarationState
from dividends.errors import NotComputed
from dividends.models import Declaration
from dividends.queries.details_wanted import ASKED, entitlements_without_details

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "dividend_details"


@needs_transaction
def ask_for_details(*, declaration: Declaration, by: "User | None", at: datetime) -> Job | None:
    """Start the job that writes to everybody whose dividend waits for bank details, once for each dividend.

    None when that was done before, or when nobody waits. Raises `NotComputed`.
    """
    declaration = lock(Declaration.objects.all(), pk=declaration.pk)
    if declaration.state != DeclarationState.COMPUTED:
        raise NotComputed()
    subject = {"subject_kind": Declaration._meta.label_lower, "subject_id": str(declaration.pk)}
    if AuditRecord.objects.filter(verb=ASKED, **subject).exists():
        return None
    items = entitlements_without_details(declaration, at=at)
    audit.record(by=by, at=at, verb=ASKED, subject=declaration, holders=len(items))
    return jobs.start(kind=JOB_KIND, items=items, by=by, at=at) if items else None
