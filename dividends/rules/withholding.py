"""What tax the company keeps back: the law of the company's country, lowered by the holder's country and documents.

The rules are dated data with a source (`Rule.source`), never constants here. Without a rule nothing may be paid: a
missing line must not look like a rate of nil.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dividends.rules.refusals import Code, RuleBroken

PPM = 1_000_000


class HolderKind(StrEnum):
    """Whom a rule is about. Joint holders are persons: the first-named is paid (SI 2008/3229 Sch. 3 art. 72)."""

    ANY = ""
    PERSON = "person"
    ORGANISATION = "organisation"


class Basis(StrEnum):
    """Why a rate applies."""

    STATUTORY = "statutory"
    TREATY = "treaty"


class NoRule(RuleBroken):
    """No statutory rule covers this holder on this day; ``values`` say which."""

    def __init__(self, **values: object) -> None:
        super().__init__(Code.NO_WITHHOLDING_RULE, **values)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rate of the issuer's country, in parts per million (26.375 % = 263,750), from a day, up to but not on another.

    An empty ``holder_country`` or ``holder_kind`` means any. With ``evidence`` named, it holds only for who has such
    a document. Refuses (`RuleBroken`) a rate outside 0 to 100 %, a treaty rate without evidence, and an empty range.
    """

    issuer_country: str
    holder_country: str
    holder_kind: HolderKind
    rate_ppm: int
    basis: Basis
    evidence: str
    valid_from: date
    valid_to: date | None
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.rate_ppm <= PPM:
            raise RuleBroken(Code.TAX_RATE_OUT_OF_RANGE)
        if self.basis == Basis.TREATY and not self.evidence:
            raise RuleBroken(Code.TREATY_WITHOUT_EVIDENCE)
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise RuleBroken(Code.RULE_NEVER_VALID)

    @property
    def specificity(self) -> tuple[bool, bool]:
        """Return how closely the rule names its holder: a country outweighs a kind."""
        return (self.holder_country != "", self.holder_kind != HolderKind.ANY)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A holder's document: valid on both its first and its last day, as tax offices print them.

    ``country`` is the residence it proves, empty where it proves none. ``valid_until`` None: it does not run out.
    """

    kind: str
    country: str
    valid_from: date
    valid_until: date | None

    def covers(self, rule: Rule, *, holder_country: str, on: date) -> bool:
        """Return whether this is the document the rule asks for, about that country, valid on that day."""
        return (
            self.kind == rule.evidence
            and self.country in ("", holder_country)
            and self.valid_from <= on
            and (self.valid_until is None or on <= self.valid_until)
        )


def rule_for(
    rules: Iterable[Rule],
    *,
    issuer_country: str,
    holder_country: str,
    holder_kind: HolderKind,
    evidence: Sequence[Evidence],
    on: date,
) -> Rule:
    """Return the rule by which is withheld on that day (the payment date, not the record date).

    The closest rule that asks for no evidence is the base. Of the rules whose evidence is valid that day, for each
    kind of document the closest counts, and the lowest of them replaces the base if it is lower: evidence only ever
    lowers. Raises `NoRule` where there is no base, whatever the evidence, and `RuleBroken` where two equally close
    rules say different rates.
    """
    about = {"issuer_country": issuer_country, "holder_country": holder_country, "holder_kind": holder_kind, "on": on}
    fitting = [
        rule
        for rule in rules
        if rule.issuer_country == issuer_country
        and rule.holder_country in ("", holder_country)
        and rule.holder_kind in (HolderKind.ANY, holder_kind)
        and rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
    ]
    free = [rule for rule in fitting if not rule.evidence]
    if not free:
        raise NoRule(**about)
    chosen = _closest(free, about)
    held = {document.kind for document in evidence}
    for kind in sorted(held):
        proved = [
            rule
            for rule in fitting
            if rule.evidence == kind
            and any(document.covers(rule, holder_country=holder_country, on=on) for document in evidence)
        ]
        if proved and (lower := _closest(proved, about)).rate_ppm < chosen.rate_ppm:
            chosen = lower
    return chosen


def withheld_minor(gross_minor: int, rate_ppm: int) -> int:
    """Return the tax of a gross amount in minor units, half a unit upwards; never more than the gross.

    As the worked German example does: 26.375 % of EUR 138.00 is 36.3975, withheld 36.40 (34.50 and 1.90).
    Refuses (`RuleBroken`) a negative amount and a rate outside 0 to 100 %.
    """
    if gross_minor < 0:
        raise RuleBroken(Code.AMOUNT_NEGATIVE)
    if not 0 <= rate_ppm <= PPM:
        raise RuleBroken(Code.TAX_RATE_OUT_OF_RANGE)
    return (2 * gross_minor * rate_ppm + PPM) // (2 * PPM)


def _closest(rules: Sequence[Rule], about: dict[str, object]) -> Rule:
    """Return the most specific rule; refuse two that are equally specific and differ in rate."""
    nearest = max(rule.specificity for rule in rules)
    tied = [rule for rule in rules if rule.specificity == nearest]
    if len({rule.rate_ppm for rule in tied}) > 1:
        raise RuleBroken(Code.WITHHOLDING_RULES_CLASH, **about)
    return max(tied, key=lambda rule: (rule.valid_from, rule.source))
