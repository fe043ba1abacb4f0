"""The register of members on any day, as it was known at any moment.

Note [Bitemporal]: an entry is true from ``effective_on`` and known since its batch's ``entered_at``. "The register on
day D as known at moment T" takes entries effective on or before D that were entered at or before T. As entered_at is
taken after the register's lock and strictly increases, the answer for a past T never changes.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from core import clock
from equity.models import RegisterHead
from equity.rules.register_rows import names_line

# Particulars as of the day; for a day before the first of them (shares entered later as effective earlier) the first.
ALL_LEGS = """
    SELECT account.member_id, account.share_class_id, account.designation, leg.signed, leg.paid, entry.effective_on
    FROM equity_registerentry entry
    JOIN equity_registerbatch batch ON batch.id = entry.batch_id
    CROSS JOIN LATERAL (VALUES (entry.to_account_id, entry.quantity::bigint, entry.paid_minor),
                               (entry.from_account_id, -entry.quantity::bigint, -entry.paid_minor))
        AS leg (account_id, signed, paid)
    JOIN equity_registeraccount account ON account.id = leg.account_id
    WHERE entry.effective_on <= %(on)s AND batch.entered_at <= %(known_at)s AND account.member_id IS NOT NULL
"""
# The same of one member, from the member's own accounts: a holder's page must not read the whole register.
MEMBER_LEGS = """
    SELECT account.member_id, account.share_class_id, account.designation, leg.signed, leg.paid, leg.effective_on
    FROM equity_registeraccount account
    CROSS JOIN LATERAL (
        SELECT batch_id, quantity::bigint AS signed, paid_minor AS paid, effective_on
        FROM equity_registerentry WHERE to_account_id = account.id
        UNION ALL SELECT batch_id, -quantity::bigint, -paid_minor, effective_on
        FROM equity_registerentry WHERE from_account_id = account.id) leg
    JOIN equity_registerbatch batch ON batch.id = leg.batch_id
    WHERE account.member_id = %(member)s AND leg.effective_on <= %(on)s AND batch.entered_at <= %(known_at)s
"""
REGISTER = """
WITH legs AS ({legs}), holdings AS (
    SELECT member_id, share_class_id, designation, SUM(signed) AS quantity, SUM(paid) AS paid,
           MIN(effective_on) AS registered_on, MAX(effective_on) AS last_on
    FROM legs GROUP BY member_id, share_class_id, designation
)
SELECT member.number, known.names, known.service_address, known.country, class.code, holdings.quantity,
       holdings.paid, class.currency, holdings.registered_on,
       CASE WHEN holdings.quantity = 0 THEN holdings.last_on END, holdings.designation
FROM holdings
JOIN equity_member member ON member.id = holdings.member_id
JOIN equity_shareclass class ON class.id = holdings.share_class_id
JOIN LATERAL (
    SELECT names, name_sort, service_address, country FROM equity_memberparticulars particulars
    WHERE particulars.member_id = member.id AND particulars.entered_at <= %(known_at)s
    ORDER BY particulars.effective_on <= %(on)s DESC,
             CASE WHEN particulars.effective_on <= %(on)s THEN particulars.effective_on END DESC,
             particulars.effective_on, particulars.entered_at DESC LIMIT 1) known ON true
WHERE %(former)s OR holdings.quantity > 0
ORDER BY known.name_sort, member.number, class.code, holdings.designation
"""


@dataclass(frozen=True)
class RegisterRow:
    """One member's holding of one class under one designation (CA 2006 s.113): whole shares, paid in minor units."""

    member_number: int
    names: tuple[str, ...]
    service_address: str
    country: str
    share_class: str
    quantity: int
    paid_minor: int
    currency: str
    registered_on: date
    ceased_on: date | None
    designation: str

    @property
    def names_line(self) -> str:
        """The names in one line, with the designation of shares held for a child: Siobhán O’Brien (T.O'B.)."""
        return " & ".join(names_line(self.names, self.designation))


def known_now() -> datetime:
    """Return the moment to ask with for what is known by now: the last entry may stand microseconds ahead."""
    last = RegisterHead.objects.values_list("last_entered_at", flat=True).first()
    now = clock.now()
    return max(now, last) if last else now


def register_on(
    day: date, *, known_at: datetime, member_id: int | None = None, former: bool = False
) -> Iterator[RegisterRow]:
    """Yield the register of the day as known at the moment, by name; former members too when asked for."""
    values = {"on": day, "known_at": known_at, "member": member_id, "former": former}
    with connection.cursor() as cursor:
        cursor.execute(REGISTER.format(legs=ALL_LEGS if member_id is None else MEMBER_LEGS), values)
        while rows := cursor.fetchmany(2000):
            for number, names, *rest in rows:
                yield _row(number, json.loads(names) if isinstance(names, str) else names, rest)


def _row(number: int, names: list[str], rest: list[Any]) -> RegisterRow:
    address, country, share_class, quantity, paid, currency, registered_on, ceased_on, designation = rest
    return RegisterRow(
        member_number=number,
        names=tuple(names),
        service_address=address,
        country=country,
        share_class=share_class,
        quantity=int(quantity),
        paid_minor=int(paid),
        currency=currency,
        registered_on=registered_on,
        ceased_on=ceased_on,
        designation=designation,
    )


def holding_of(member_id: int, *, on: date, known_at: datetime) -> dict[str, int]:
    """Return the member's shares by class code on the day."""
    shares: Counter[str] = Counter()
    for row in register_on(on, known_at=known_at, member_id=member_id):
        shares[row.share_class] += row.quantity
    return dict(shares)
