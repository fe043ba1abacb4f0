"""Whether it is decided where the money goes, so that statements can say it."""

from datetime import datetime

from core.errors import DomainError
from dividends.enums import DeclarationState
from dividends.errors import NotComputed, NothingApproved
from dividends.models import Declaration
from dividends.queries.owed import begins_on, owed
from payments.enums import RunState
from payments.errors import RunDraftWaits
from payments.models import PayoutRun

PURPOSE = "dividend"
STANDING = [RunState.APPROVED, RunState.PAYING, RunState.DONE]


def why_not_yet(declaration: Declaration, *, at: datetime) -> DomainError | None:
    """Return why statements of the dividend cannot be issued yet, or None when they can.

    While a draft waits, nobody knows where the money goes; without an approved run only where nobody can be paid. A
    cancelled run decides nothing.
    """
    if declaration.state != DeclarationState.COMPUTED:
        return NotComputed()
    runs = PayoutRun.objects.filter(purpose=PURPOSE, currency=declaration.currency)
    if runs.filter(state=RunState.DRAFT).exists():
        return RunDraftWaits()
    if runs.filter(reference=declaration.public_id, state__in=STANDING).exists():
        return None
    usable_at = max(begins_on(declaration.pay_on), at)
    found = owed(declaration.currency, minimum_minor=declaration.minimum_minor, usable_at=usable_at)
    return NothingApproved() if found.payable.count else None
