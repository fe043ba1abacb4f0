"""What statements announced and creators have not been paid, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from dividends.models import RoyaltyPayoutLine
from payments.models import Payout

# A statement is open while no payout line stands for it.
OPEN = """
SELECT statement.id, statement.party_id, statement.paid_minor, statement.number
FROM dividends_royaltystatement statement
WHERE statement.currency = %(currency)s AND statement.paid_minor > 0
  AND (%(pay_on)s::date IS NULL OR statement.pay_on <= %(pay_on)s)
  AND (%(party)s::bigint IS NULL OR statement.party_id = %(party)s)
  AND NOT EXISTS (SELECT 1 FROM dividends_royaltypayoutline line
                  WHERE line.statement_id = statement.id AND line.released_at IS NULL)
"""
STANDING = f"""
SELECT open.party_id, mandate.id, sum(open.paid_minor)::bigint, array_agg(open.id ORDER BY open.id), max(open.number),
       CASE WHEN mandate.id IS NULL THEN 'waiting' WHEN mandate.usable_from > %(usable_at)s THEN 'held'
            ELSE 'payable' END
FROM ({OPEN}) open
LEFT JOIN payments_bankmandate mandate ON mandate.party_id = open.party_id AND mandate.ended_at IS NULL
GROUP BY open.party_id, mandate.id ORDER BY max(open.number)
"""  # noqa: S608  our own text


@dataclass(frozen=True)
class RoyaltyOwed:
    """A creator's open statements: their sum in minor units, and what they wait for.

    ``what`` is ``payable``, ``waiting`` (no bank details) or ``held`` (new details may not be used yet).
    """

    party_id: int
    mandate_id: int | None
    sum_minor: int
    statements: Sequence[int]
    number: int
    what: str


def is_royalty_owed_again(payout: Payout) -> bool:
    """Tell whether the payout released a statement that no other payout has taken up."""
    taken_up = RoyaltyPayoutLine.objects.filter(statement=OuterRef("statement"), released_at=None)
    return RoyaltyPayoutLine.objects.filter(~Exists(taken_up), payout=payout, released_at__isnull=False).exists()


def royalties_owed(
    currency: str, *, usable_at: datetime, pay_on: date | None = None, party_id: int | None = None
) -> list[RoyaltyOwed]:
    """Return what is open in the currency by creator, announced for ``pay_on`` or before where a day is given."""
    values: dict[str, Any] = {"currency": currency, "usable_at": usable_at, "pay_on": pay_on, "party": party_id}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, values)
        return [RoyaltyOwed(*row) for row in cursor.fetchall()]
