"""Whether it is decided where the money goes, so that statements can say it."""

from collections.abc import Iterable
from datetime import datetime

from core.errors import DomainError
from dividends.enums import DeclarationState
from dividends.errors import NotComputed, NothingApproved
from dividends.models import Declaration
from dividends.queries.owed import Asked, begins_on, somebody_payable
from payments.enums import RunState
from payments.errors import RunDraftWaits
from payments.models import PayoutRun

PURPOSE = "dividend"
STANDING = [RunState.APPROVED, RunState.PAYING, RunState.DONE]


def why_not_yet(declaration: Declaration, *, at: datetime) -> DomainError | None:
    """Return why statements of the dividend cannot be issued yet, or None when they can."""
    return not_issuable([declaration], at=at).get(declaration.pk)


def not_issuable(declarations: Iterable[Declaration], *, at: datetime) -> dict[int, DomainError]:
    """Return by key the dividends whose statements cannot be issued yet, and why. Three queries for any number.

    While a draft waits, nobody knows where the money goes; without an approved run only where nobody can be paid. A
    cancelled run decides nothing.
    """
    rows = list(declarations)
    refused: dict[int, DomainError] = {row.pk: NotComputed() for row in rows if row.state != DeclarationState.COMPUTED}
    runs = PayoutRun.objects.filter(purpose=PURPOSE)
    drafts = set(runs.filter(state=RunState.DRAFT).values_list("currency", flat=True))
    refused |= {row.pk: RunDraftWaits() for row in rows if row.pk not in refused and row.currency in drafts}
    asked = [row for row in rows if row.pk not in refused]
    standing = runs.filter(reference__in=[row.public_id for row in asked], state__in=STANDING)
    approved = set(standing.values_list("reference", flat=True))
    undecided = [_asked(row, at) for row in asked if row.public_id not in approved]
    return refused | {number: NothingApproved() for number in somebody_payable(undecided)}


def _asked(row: Declaration, at: datetime) -> Asked:
    return Asked(row.pk, row.currency, row.minimum_minor, max(begins_on(row.pay_on), at))
