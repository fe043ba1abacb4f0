"""Whose dividend waits for nothing but bank details."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core.models import AuditRecord
from dividends.enums import DeclarationState
from dividends.models import Declaration
from dividends.queries.owed import STANDING

ASKED = "dividend_details_asked"
# What was computed longer ago is no news: its statements have told everybody where they stand.
NEWS_FOR = timedelta(days=14)
# A dividend of nothing asks for nothing, whatever else is open.
WAITING = f"""{STANDING}
SELECT owed.id FROM standing JOIN dividends_entitlement owed ON owed.party_id = standing.party_id
WHERE standing.what = 'waiting' AND owed.declaration_id = %(declaration)s AND owed.net_minor > 0 ORDER BY owed.id
"""  # noqa: S608  our own text


def declarations_to_ask_about(*, at: datetime) -> list[Declaration]:
    """Return dividends computed lately about which nobody was asked yet."""
    asked = AuditRecord.objects.filter(verb=ASKED, subject_kind=Declaration._meta.label_lower)
    rows = Declaration.objects.filter(state=DeclarationState.COMPUTED, computed_at__gt=at - NEWS_FOR).order_by("pk")
    known = set(asked.filter(at__gt=at - 2 * NEWS_FOR).values_list("subject_id", flat=True))
    return [row for row in rows if str(row.pk) not in known]


def entitlements_without_details(declaration: Declaration, *, at: datetime) -> list[int]:
    """Return the entitlements that are payable but for bank details: in no payout, and above the least payment."""
    values: dict[str, Any] = {
        "declaration": declaration.pk,
        "currency": declaration.currency,
        "minimum": declaration.minimum_minor,
        "usable_at": at,
        "due_on": declaration.pay_on,
        "party": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(WAITING, values)
        return [row[0] for row in cursor.fetchall()]
