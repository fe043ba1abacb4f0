"""Rules of withholding as dated data: entered with their source, ended, and loaded as samples from the repository."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.formats import date_format

from core import audit
from core.errors import constraints_as
from core.transactions import atomic, needs_transaction
from dividends.enums import Basis, HolderKind, Income
from dividends.errors import LAWS, StandsForGood
from dividends.models import Entitlement, RoyaltyStatement, WithholdingRule
from dividends.tax_errors import CountryUnknown, RuleInUse

if TYPE_CHECKING:
    from accounts.models import User

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "withholding_rules.json"
SAMPLE, UNCONFIRMED = "Sample to be checked", "not yet checked against the source"
COUNTRY = re.compile("[A-Z]{2}")
KEY = ("income", "issuer_country", "holder_country", "holder_kind", "evidence", "valid_from")


class RulesChanged(ValueError):
    """The file says another rate than a rule that stands: a rule is ended, and the new rate is a new rule."""


@dataclass(frozen=True)
class RuleDraft:
    """A rule of the company's country; the rate in parts per million, valid up to but not on ``valid_to``.

    An empty ``holder_country`` or ``holder_kind`` means any, ``evidence`` names the document that has to be shown.
    """

    issuer_country: str
    rate_ppm: int
    valid_from: date
    source: str
    holder_country: str = ""
    holder_kind: HolderKind = HolderKind.ANY
    income: Income = Income.DIVIDEND
    basis: Basis = Basis.STATUTORY
    evidence: str = ""
    valid_to: date | None = None


@needs_transaction
def enter_withholding_rule(*, draft: RuleDraft, by: "User | None", at: datetime) -> WithholdingRule:
    """Write a rule; from then on it never changes and only ends.

    Raises `CountryUnknown`, `RuleEnteredTwice`, `RateImpossible`, `ValidityBackward`, `EvidenceMissing`,
    `SourceMissing`. Two rules that are equally close to a holder and differ are found when a dividend is computed.
    """
    if not COUNTRY.fullmatch(draft.issuer_country) or not COUNTRY.fullmatch(draft.holder_country or "ZZ"):
        raise CountryUnknown()
    with constraints_as(LAWS), atomic():
        rule = WithholdingRule.objects.create(entered_at=at, **asdict(draft))
    audit.record(by=by, at=at, verb="withholding_rule_entered", subject=rule, rate_ppm=rule.rate_ppm)
    return rule


@needs_transaction
def end_withholding_rule(*, rule: WithholdingRule, valid_to: date, by: "User | None", at: datetime) -> WithholdingRule:
    """Let a rule end on a day, the first on which it does not hold; ended so already: returned as it is.

    Raises `StandsForGood` when it ended on another day, `ValidityBackward` for a day before it began, `RuleInUse` when
    tax was computed by it for a payment on that day or later: such a rule ends after the last of those days.
    """
    rule = WithholdingRule.objects.get(pk=rule.pk)
    if rule.valid_to == valid_to:
        return rule
    if rule.valid_to is not None:
        raise StandsForGood()
    _refuse_in_use(rule, valid_to)
    rule.valid_to = valid_to
    with constraints_as(LAWS), atomic():
        rule.save(update_fields=["valid_to"])
    audit.record(by=by, at=at, verb="withholding_rule_ended", subject=rule, valid_to=valid_to.isoformat())
    return rule


def _refuse_in_use(rule: WithholdingRule, valid_to: date) -> None:
    paid_on = [
        Entitlement.objects.filter(withholding_rule=rule).aggregate(last=Max("declaration__pay_on"))["last"],
        RoyaltyStatement.objects.filter(withholding_rule=rule).aggregate(last=Max("pay_on"))["last"],
    ]
    last = max((day for day in paid_on if day), default=None)
    if last is not None and last >= valid_to:
        raise RuleInUse(date_format(last, "DATE_FORMAT"))


@needs_transaction
def load_withholding_rules(*, at: datetime, by: "User | None" = None) -> list[WithholdingRule]:
    """Write the samples of the repository that are not there yet, and end those that the file ends; return the new.

    Raises `RulesChanged`, and nothing is written, when a rule that stands has another rate or basis than the file says.
    """
    new = []
    for draft in map(_draft, json.loads(SAMPLES.read_text(encoding="utf-8"))["rules"]):
        standing = WithholdingRule.objects.filter(**{name: getattr(draft, name) for name in KEY}).first()
        if standing is None:
            new.append(enter_withholding_rule(draft=draft, by=by, at=at))
            continue
        if (standing.rate_ppm, standing.basis) != (draft.rate_ppm, draft.basis):
            raise RulesChanged(f"{standing} since {standing.valid_from}, the file says {draft.rate_ppm} ppm")
        if draft.valid_to is not None:
            end_withholding_rule(rule=standing, valid_to=draft.valid_to, by=by, at=at)
    return new


def _draft(line: dict[str, Any]) -> RuleDraft:
    """Read a line of the file; whoever is shown the rule sees that it is a sample, and whether anybody checked it."""
    doubt = "" if line["confirmed"] else f" [{UNCONFIRMED}]"
    return RuleDraft(
        issuer_country=line["issuer_country"],
        rate_ppm=line["rate_ppm"],
        valid_from=date.fromisoformat(line["valid_from"]),
        source=f"{SAMPLE}: {line['source']}{doubt}",
        holder_country=line["holder_country"],
        holder_kind=HolderKind(line["holder_kind"]),
        income=Income(line["income"]),
        basis=Basis(line["basis"]),
        evidence=line["evidence"],
        valid_to=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
    )
