"""What a round of statements would say, before it is issued: the same sums are shown and written."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.models import Party
from dividends.enums import RoyaltyWay
from dividends.models import RoyaltyAgreement, RoyaltyShare, RoyaltyStatement
from dividends.queries.royalty_taxes import RoyaltyTax, royalty_taxes
from dividends.rules.royalties import Settlement, settle
from payments.models import BankMandate

# Lines that no statement of the creator covers yet, summed over each agreement and creator.
NEW = """
SELECT line.agreement_id, part.party_id, last.id AS previous_id, min(line.position) AS first_position,
       max(line.position) AS last_position, max(report.period_to) AS sold_until,
       sum(report.units)::bigint AS units, sum(report.units_returned)::bigint AS units_returned,
       sum(report.gross_minor)::bigint AS gross_minor, sum(report.returns_minor)::bigint AS returns_minor,
       sum(report.discounts_minor)::bigint AS discounts_minor, sum(report.tax_minor)::bigint AS tax_minor,
       sum(report.net_minor)::bigint AS net_minor, sum(line.earned_minor)::bigint AS earned_minor,
       sum(part.amount_minor)::bigint AS part_minor
FROM dividends_royaltypart part
JOIN dividends_royaltyline line ON line.id = part.line_id
JOIN dividends_salesreport report ON report.id = line.report_id
JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
LEFT JOIN LATERAL (
    SELECT statement.id, statement.last_position FROM dividends_royaltystatement statement
    WHERE statement.agreement_id = line.agreement_id AND statement.party_id = part.party_id
    ORDER BY statement.last_position DESC LIMIT 1
) last ON true
WHERE agreement.currency = %(currency)s AND line.position > COALESCE(last.last_position, 0)
GROUP BY line.agreement_id, part.party_id, last.id
ORDER BY line.agreement_id, part.party_id
"""
SUMS = ("units", "units_returned", "gross_minor", "returns_minor", "discounts_minor", "tax_minor", "net_minor",
        "earned_minor", "part_minor")  # fmt: skip


@dataclass(frozen=True)
class Due:
    """What one creator's next statement under an agreement would say; amounts in minor units.

    ``problem`` is why it cannot be issued (see `RoyaltyTax`): the creator is left out, and nothing is lost.
    """

    agreement: RoyaltyAgreement
    party: Party
    share: RoyaltyShare
    previous: RoyaltyStatement | None
    first_position: int
    last_position: int
    sold_until: date
    sums: dict[str, int]
    settlement: Settlement
    tax: RoyaltyTax
    way: RoyaltyWay
    ending: str

    @property
    def problem(self) -> str:
        """Why nothing can be paid, where something would have to be."""
        return self.tax.problem if self.settlement.opening_minor + self.settlement.earned_minor > 0 else ""

    @property
    def period_from(self) -> date:
        """Where the last statement ended, else where the agreement begins."""
        return self.previous.period_to if self.previous else self.agreement.valid_from


def dues(currency: str, *, pay_on: date, usable_at: datetime) -> list[Due]:
    """Return everything that was earned in the currency since each creator's last statement, creators in order.

    ``usable_at`` is the moment of payment, by which bank details must have passed their waiting time.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEW, {"currency": currency})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    known = _known(rows, pay_on)
    return [_due(row, known, usable_at) for row in rows]


def dues_sha256(found: Iterable[Due]) -> str:
    """Return what binds a round to the sums that were read: the hash of every due that would be stated."""
    facts = [
        [due.agreement.pk, due.party.pk, due.first_position, due.last_position, asdict(due.settlement),
         due.way, due.ending, due.tax.rule.pk if due.tax.rule else None]
        for due in found if not due.problem
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class _Known:
    agreements: dict[int, RoyaltyAgreement]
    parties: dict[int, Party]
    shares: dict[tuple[int, int], RoyaltyShare]
    previous: dict[int, RoyaltyStatement]
    taxes: dict[int, RoyaltyTax]
    mandates: dict[int, BankMandate]


def _known(rows: list[dict[str, Any]], pay_on: date) -> _Known:
    agreement_ids = {row["agreement_id"] for row in rows}
    agreements = RoyaltyAgreement.objects.select_related("beer", "adoption__proposal").in_bulk(agreement_ids)
    parties = Party.objects.in_bulk({row["party_id"] for row in rows})
    shares = RoyaltyShare.objects.filter(agreement__in=agreement_ids)
    return _Known(
        agreements=agreements,
        parties=parties,
        shares={(share.agreement_id, share.party_id): share for share in shares},
        previous=RoyaltyStatement.objects.in_bulk({row["previous_id"] for row in rows} - {None}),
        taxes=royalty_taxes(parties.values(), on=pay_on),
        mandates={row.party_id: row for row in BankMandate.objects.filter(party__in=parties, ended_at=None)},
    )


def _due(row: dict[str, Any], known: _Known, usable_at: datetime) -> Due:
    agreement, party = known.agreements[row["agreement_id"]], known.parties[row["party_id"]]
    previous = known.previous.get(row["previous_id"])
    tax = known.taxes[party.pk]
    settlement = settle(
        previous.closing_minor if previous else 0,
        row["part_minor"],
        minimum_minor=agreement.minimum_minor,
        withheld_ppm=tax.rule.rate_ppm if tax.rule else 0,
    )
    mandate = known.mandates.get(party.pk)
    return Due(
        agreement=agreement,
        party=party,
        share=known.shares[agreement.pk, party.pk],
        previous=previous,
        first_position=row["first_position"],
        last_position=row["last_position"],
        sold_until=row["sold_until"],
        sums={name: row[name] for name in SUMS},
        settlement=settlement,
        tax=tax,
        way=_way(settlement, mandate, usable_at),
        ending=mandate.ending if mandate and settlement.paid_minor else "",
    )


def _way(settlement: Settlement, mandate: BankMandate | None, usable_at: datetime) -> RoyaltyWay:
    if settlement.paid_minor == 0:
        balance = settlement.closing_minor
        return RoyaltyWay.KEPT if balance > 0 else RoyaltyWay.OWED if balance < 0 else RoyaltyWay.NOTHING
    if mandate is None:
        return RoyaltyWay.WAITING
    return RoyaltyWay.HELD if mandate.usable_from > usable_at else RoyaltyWay.BANK
