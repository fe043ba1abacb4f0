"""Who holds how many shares of a class at a record moment: what a dividend is shared out by.

Note [Record moment]: of entries, those count that are effective on or before the record day and were entered by the
record moment. A transfer registered later changes nothing, whatever day it is effective from: seller and buyer settle
it between themselves, and what was computed once is computed the same ever after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from equity.models import RegisterBatch

# One row per member with shares: member_id, number, party_id, shares, country, kind. Residence is what the holder told
# us, else the country of the address in the register as it was then (see `equity.queries.register`), looked up only for
# those who told nothing; joint holders are persons (SI 2008/3229 Sch. 3 para. 72: the first named is paid).
HOLDINGS = """
SELECT member.id AS member_id, member.number, member.party_id, holding.shares,
       COALESCE(NULLIF(contact.country, ''), (
           SELECT particulars.country FROM equity_memberparticulars particulars
           WHERE particulars.member_id = member.id AND particulars.entered_at <= %(record_at)s
           ORDER BY particulars.effective_on <= %(record_day)s DESC,
                    CASE WHEN particulars.effective_on <= %(record_day)s THEN particulars.effective_on END DESC,
                    particulars.effective_on, particulars.entered_at DESC LIMIT 1), '') AS country,
       CASE party.kind WHEN 'organisation' THEN 'organisation' ELSE 'person' END AS kind
FROM (
    SELECT account.member_id, SUM(leg.signed)::bigint AS shares
    FROM equity_registerentry entry
    JOIN equity_registerbatch batch ON batch.id = entry.batch_id
    CROSS JOIN LATERAL (VALUES (entry.to_account_id, entry.quantity::bigint),
                               (entry.from_account_id, -entry.quantity::bigint))
        AS leg (account_id, signed)
    JOIN equity_registeraccount account ON account.id = leg.account_id
    WHERE entry.effective_on <= %(record_day)s AND batch.entered_at <= %(record_at)s
      AND account.share_class_id = %(share_class)s AND account.member_id IS NOT NULL
    GROUP BY account.member_id HAVING SUM(leg.signed) > 0
) holding
JOIN equity_member member ON member.id = holding.member_id
JOIN accounts_party party ON party.id = member.party_id
LEFT JOIN accounts_privatecontact contact ON contact.party_id = member.party_id
"""


@dataclass(frozen=True, slots=True)
class RecordHolding:
    """A member's whole holding of the class; ``country`` is where it lives (ISO 3166-1 alpha-2), as far as known."""

    member_id: int
    number: int
    party_id: int
    shares: int
    country: str
    kind: str


def record_day(moment: datetime) -> date:
    """Return the day whose register a moment asks for: at midnight itself the day that ends, in the company's zone."""
    return (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def holdings_values(*, share_class_id: int, record_at: datetime) -> dict[str, Any]:
    """Return the values that `HOLDINGS` asks for."""
    return {"share_class": share_class_id, "record_at": record_at, "record_day": record_day(record_at)}


def holdings_at(*, share_class_id: int, record_at: datetime) -> Iterator[RecordHolding]:
    """Yield the holdings of the class at the moment, by member number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({HOLDINGS}) held ORDER BY number",  # noqa: S608  constants only
            holdings_values(share_class_id=share_class_id, record_at=record_at),
        )
        while rows := cursor.fetchmany(5000):
            yield from (RecordHolding(*row) for row in rows)


def register_sha256_at(moment: datetime) -> str:
    """Return the end of the register's chain as it was known at the moment, empty before its first entry."""
    batches = RegisterBatch.objects.filter(entered_at__lte=moment).order_by("-entered_at")
    return batches.values_list("sha256", flat=True).first() or ""
