"""Which facts the hashes of royalties bind, in which order: terms, a figure of sales, its sums, a statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from dividends.rules.statement_facts import facts_sha256


def royalty_number(number: int) -> str:
    """Return the number of a royalty statement as it is printed: R-000123."""
    return f"R-{number:06d}"


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The terms a director approves; ideas, beers and parties by their public ids. Days half-open, amounts minor."""

    idea: str
    beer: str
    currency: str
    base: str
    base_vi: str
    rate_ppm: int
    valid_from: date
    valid_to: date | None
    minimum_minor: int
    reference: str

    def sha256(self, shares: Iterable[tuple[str, int, int]]) -> str:
        """Return the hash of the terms with who shares in them: (party, numerator, denominator), in their order."""
        who = [str(cell) for share in shares for cell in share]
        return facts_sha256(["agreement", *_texts(self), *who])


@dataclass(frozen=True, slots=True)
class SalesFacts:
    """A figure of sales as it was entered; the same figures with the same note are the same figure."""

    beer: str
    kind: str
    corrects: str
    period_from: date
    period_to: date
    currency: str
    units: int
    units_returned: int
    gross_minor: int
    returns_minor: int
    discounts_minor: int
    tax_minor: int
    note: str

    def sha256(self) -> str:
        """Return the hash of the figure."""
        return facts_sha256(["sales", *_texts(self)])


def earning_sha256(content_sha256: str, lines: Sequence[tuple[str, int, int, Sequence[int]]]) -> str:
    """Return the hash of a figure with what it earns: (agreement, net before, net after, each creator's part).

    Whoever approves saw these sums; if another figure of the beer was approved meanwhile, they are others.
    """
    cells = [[agreement, str(before), str(after), *map(str, parts)] for agreement, before, after, parts in lines]
    return facts_sha256(["earning", content_sha256, *(cell for line in cells for cell in line)])


@dataclass(frozen=True, slots=True)
class RoyaltyFacts:
    """What a royalty statement says in figures. No name is among them: the hash stands on a public page.

    Whoever guesses a name must not be able to try it there.
    """

    company_number: str
    number: int
    period_from: date
    period_to: date
    currency: str
    units: int
    net_minor: int
    rate_ppm: int
    earned_minor: int
    numerator: int
    denominator: int
    opening_minor: int
    part_minor: int
    withheld_minor: int
    paid_minor: int
    closing_minor: int
    issued_on: date

    def sha256(self) -> str:
        """Return the hash of the statement."""
        return facts_sha256(["royalty", *_texts(self)])


def _texts(facts: AgreementFacts | SalesFacts | RoyaltyFacts) -> list[str]:
    values = (getattr(facts, field.name) for field in fields(facts))
    return ["" if value is None else value.isoformat() if isinstance(value, date) else str(value) for value in values]
