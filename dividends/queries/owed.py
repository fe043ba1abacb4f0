"""What holders are owed and have not been paid, and why not.

An entitlement is open while no payout line stands for it. What a party can be paid is the sum of its open entitlements
in one currency, over all declarations whose payment day has come by then: what stayed below the minimum of an earlier
dividend is paid with a later one, and nothing is paid before its day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from dividends.models import PayoutLine
from payments.models import Payout

OPEN = """
SELECT owed.id, owed.party_id, owed.member_id, owed.net_minor
FROM dividends_entitlement owed
JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
WHERE declaration.currency = %(currency)s AND declaration.state = 'computed' AND owed.net_minor > 0
  AND declaration.pay_on <= %(due_on)s
  AND (%(party)s::bigint IS NULL OR owed.party_id = %(party)s)
  AND NOT EXISTS (SELECT 1 FROM dividends_payoutline line
                  WHERE line.entitlement_id = owed.id AND line.released_at IS NULL)
"""
STANDING = f"""
WITH standing AS (
    SELECT open.party_id, min(member.number) AS member_number, array_agg(open.id ORDER BY open.id) AS entitlements,
           sum(open.net_minor)::bigint AS sum_minor, mandate.id AS mandate_id,
           CASE WHEN sum(open.net_minor) < %(minimum)s THEN 'jar'
                WHEN mandate.id IS NULL THEN 'waiting'
                WHEN mandate.usable_from > %(usable_at)s THEN 'held'
                ELSE 'payable' END AS what
    FROM ({OPEN}) open
    JOIN equity_member member ON member.id = open.member_id
    LEFT JOIN payments_bankmandate mandate ON mandate.party_id = open.party_id AND mandate.ended_at IS NULL
    GROUP BY open.party_id, mandate.id
)
"""  # noqa: S608  our own text
PAYABLE = f"""{STANDING}
SELECT party_id, member_number, mandate_id, sum_minor, entitlements FROM standing WHERE what = 'payable'
ORDER BY member_number
"""  # noqa: S608  our own text
TALLY = f"{STANDING} SELECT what, count(*), sum(sum_minor)::bigint FROM standing GROUP BY what"  # noqa: S608  our own text
# Several questions at once, each with its own currency, minimum and moment; those that somebody can be paid by.
IN_ITS_WORDS = {
    "currency": "asked.currency",
    "minimum": "asked.minimum",
    "usable_at": "asked.usable_at",
    "due_on": "asked.due_on",
    "party": "NULL",
}
SOMEBODY_PAYABLE = f"""
SELECT asked.number FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[], %s::date[])
    AS asked(number, currency, minimum, usable_at, due_on)
WHERE EXISTS ({STANDING % IN_ITS_WORDS} SELECT 1 FROM standing WHERE what = 'payable')
"""  # noqa: S608  our own text


def begins_on(day: date) -> datetime:
    """Return the first moment of the day in the company's time zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))


def day_of(moment: datetime) -> date:
    """Return the company's calendar day of the moment."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@dataclass(frozen=True)
class Payable:
    """A party that can be paid: the sum of its open entitlements in minor units, and where to."""

    party_id: int
    member_number: int
    mandate_id: int
    sum_minor: int
    entitlements: tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """Whether somebody can be paid in the currency at the moment; ``number`` is the asker's own."""

    number: int
    currency: str
    minimum_minor: int
    usable_at: datetime


@dataclass(frozen=True)
class Tally:
    """How many parties, and how much in minor units."""

    count: int = 0
    sum_minor: int = 0


@dataclass(frozen=True)
class Owed:
    """What is owed in a currency: payable now, below the minimum, without bank details, in their seven days' hold."""

    payable: Tally
    jar: Tally
    waiting: Tally
    held: Tally


def payable(
    currency: str, *, minimum_minor: int, usable_at: datetime, party_id: int | None = None
) -> Iterator[Payable]:
    """Yield, by member number, who can be paid at that moment; of one party only where named."""
    values = _values(currency, minimum_minor, usable_at, party_id)
    with connection.cursor() as cursor:
        cursor.execute(PAYABLE, values)
        while rows := cursor.fetchmany(5000):
            for party, number, mandate, total, entitlements in rows:
                yield Payable(party, number, mandate, total, tuple(entitlements))


def owed(currency: str, *, minimum_minor: int, usable_at: datetime, party_id: int | None = None) -> Owed:
    """Return how much is open in the currency and what it waits for."""
    with connection.cursor() as cursor:
        cursor.execute(TALLY, _values(currency, minimum_minor, usable_at, party_id))
        found = {what: Tally(count, total) for what, count, total in cursor.fetchall()}
    return Owed(*(found.get(what, Tally()) for what in ("payable", "jar", "waiting", "held")))


def is_owed_again(payout: Payout) -> bool:
    """Tell whether the payout released an entitlement that no other payout has taken up."""
    taken_up = PayoutLine.objects.filter(entitlement=OuterRef("entitlement"), released_at=None)
    return PayoutLine.objects.filter(~Exists(taken_up), payout=payout, released_at__isnull=False).exists()


def somebody_payable(asked: Sequence[Asked]) -> set[int]:
    """Return the numbers of the questions to which `payable` would yield anybody. One query, none for no question."""
    if not asked:
        return set()
    rows = [(one.number, one.currency, one.minimum_minor, one.usable_at, day_of(one.usable_at)) for one in asked]
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY_PAYABLE, [list(column) for column in zip(*rows, strict=True)])
        return {row[0] for row in cursor.fetchall()}


def _values(currency: str, minimum_minor: int, usable_at: datetime, party_id: int | None) -> dict[str, Any]:
    return {
        "currency": currency,
        "minimum": minimum_minor,
        "usable_at": usable_at,
        "due_on": day_of(usable_at),
        "party": party_id,
    }
