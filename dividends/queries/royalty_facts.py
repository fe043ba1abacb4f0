"""The fingerprints of what is stored about royalties, computed from the rows."""

from dataclasses import replace

from dividends.models import RoyaltyAgreement, RoyaltyStatement, SalesReport
from dividends.rules.royalty_facts import AgreementFacts, RoyaltyFacts, SalesFacts


def agreement_hashes(agreement: RoyaltyAgreement) -> set[str]:
    """Return the hash of an agreement's terms; with an end, that of the same terms without one, too.

    What was agreed without an end is ended by a successor, and its hash stays that of what was agreed.
    """
    shares = agreement.shares.order_by("position").select_related("party")
    whose = [(share.party.public_id, share.numerator, share.denominator) for share in shares]
    facts = AgreementFacts(
        idea=agreement.adoption.proposal.public_id,
        beer=agreement.beer.public_id,
        currency=agreement.currency,
        base=agreement.base,
        base_vi=agreement.base_vi,
        rate_ppm=agreement.rate_ppm,
        valid_from=agreement.valid_from,
        valid_to=agreement.valid_to,
        minimum_minor=agreement.minimum_minor,
        reference=agreement.reference,
    )
    return {facts.sha256(whose), replace(facts, valid_to=None).sha256(whose)}


def sales_sha256(report: SalesReport) -> str:
    """Return the hash of a figure of sales."""
    names = [name for name in SalesFacts.__dataclass_fields__ if name not in ("beer", "corrects")]
    return SalesFacts(
        beer=report.beer.public_id,
        corrects=report.corrects.public_id if report.corrects else "",
        **{name: getattr(report, name) for name in names},
    ).sha256()


def royalty_sha256(statement: RoyaltyStatement, *, company_number: str) -> str:
    """Return the hash of a royalty statement."""
    names = [name for name in RoyaltyFacts.__dataclass_fields__ if name != "company_number"]
    facts = RoyaltyFacts(company_number=company_number, **{name: getattr(statement, name) for name in names})
    return facts.sha256()
