"""Agreements about a creator's share: one person makes them, a director approves exactly their terms.

Note [Royalties]: a winning idea's creators get a rate of a beer's net sales. A recipe and a name of one beer are two
agreements on it. Every figure of sales that two people stand behind earns a line under each agreement of its period
(`dividends.services.royalties_accrual`); a statement settles a creator's lines (`royalties_statements`), and what it
says is paid goes out with a payment run (`royalties_paying`). A royalty is no dividend: own terms, own statement, own
accounts in the money book, own tax; no reserves are needed for it, and whoever made the idea need not hold a share.
There are no advances, no reserves against returns and no rates that rise: nothing is paid before it is earned, and a
return is taken from later earnings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from accounts.models import Party
from accounts.queries.people import name_of
from beers.models import Adoption, Recipe
from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.transactions import atomic, needs_transaction
from dividends.enums import AgreementState, ReportState
from dividends.models import RoyaltyAgreement, RoyaltyShare, SalesReport, SoldBeer
from dividends.royalty_errors import (
    LAWS,
    ChangedSinceRead,
    CreatorTwice,
    DecidedAlready,
    HouseIdea,
    MakerCannotAgree,
    PeriodCrosses,
    SharesNotWhole,
)
from dividends.rules.portions import Portion, check_portions
from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.royalty_facts import AgreementFacts
from dividends.services.royalties_accrual import accrue

if TYPE_CHECKING:
    from accounts.models import User

Creators = Sequence[tuple[Party, Fraction]]


@dataclass(frozen=True)
class AgreementTerms:
    """What is agreed: days half-open, the rate in parts per million, the smallest payment in minor units."""

    beer: SoldBeer
    rate_ppm: int
    base: str
    base_vi: str
    valid_from: date
    valid_to: date | None
    minimum_minor: int
    reference: str


@needs_transaction
def open_beer(
    *, name: str, sku: str, recipe: Recipe | None, currency: str, by: "User | None", at: datetime
) -> SoldBeer:
    """Write a beer that sales will be reported of; ``sku`` is its number in files of sales. Raises `BeerNameTaken`."""
    with constraints_as(LAWS), atomic():
        beer = SoldBeer.objects.create(
            name=_plain(name), sku=_plain(sku), recipe=recipe, currency=currency, made_at=at, made_by=by
        )
    audit.record(by=by, at=at, verb="sold_beer_opened", subject=beer, sku=beer.sku)
    return beer


@needs_transaction
def propose_agreement(
    *, adoption: Adoption, terms: AgreementTerms, creators: Creators, by: "User", at: datetime
) -> RoyaltyAgreement:
    """Write an agreement that a director has still to approve; nothing is earned before.

    Raises `HouseIdea`, `SharesNotWhole`, `CreatorTwice`, `ProposalWaits`, `TermsImpossible`.
    """
    if adoption.proposal.author_id is None:
        raise HouseIdea()
    _refuse_bad_shares(creators)
    beer = terms.beer
    facts = AgreementFacts(
        idea=adoption.proposal.public_id,
        beer=beer.public_id,
        currency=beer.currency,
        base=_plain(terms.base),
        base_vi=_plain(terms.base_vi),
        rate_ppm=terms.rate_ppm,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        minimum_minor=terms.minimum_minor,
        reference=_plain(terms.reference),
    )
    whose = [(party.public_id, part.numerator, part.denominator) for party, part in creators]
    with constraints_as(LAWS), atomic():
        agreement = RoyaltyAgreement.objects.create(
            adoption=adoption,
            beer=beer,
            currency=facts.currency,
            base=facts.base,
            base_vi=facts.base_vi,
            rate_ppm=facts.rate_ppm,
            valid_from=facts.valid_from,
            valid_to=facts.valid_to,
            minimum_minor=facts.minimum_minor,
            reference=facts.reference,
            terms_sha256=facts.sha256(whose),
            made_at=at,
            made_by=by,
        )
        RoyaltyShare.objects.bulk_create(_shares(agreement, creators))
    audit.record(by=by, at=at, verb="royalty_proposed", subject=agreement, sha256=agreement.terms_sha256)
    return agreement


def _plain(text: str) -> str:
    """Without line breaks and control characters, which no hash and no line of a statement can hold."""
    return " ".join(text.split())


def _refuse_bad_shares(creators: Creators) -> None:
    try:
        check_portions([Portion(party.pk, fraction) for party, fraction in creators])
    except RuleBroken as broken:
        raise (CreatorTwice if broken.code == Code.HOLDER_TWICE else SharesNotWhole)() from broken


def _shares(agreement: RoyaltyAgreement, creators: Creators) -> list[RoyaltyShare]:
    return [
        RoyaltyShare(
            agreement=agreement,
            party=party,
            position=position,
            numerator=fraction.numerator,
            denominator=fraction.denominator,
        )
        for position, (party, fraction) in enumerate(creators, 1)
    ]


@needs_transaction
def approve_agreement(*, agreement: RoyaltyAgreement, sha256: str, by: "User", at: datetime) -> RoyaltyAgreement:
    """Put exactly the terms that were read into force; sales of its days that were approved before earn at once.

    An agreement without an end for the same idea ends where this one begins. Where members chose a name, the beer is
    called so from now on. Raises `DecidedAlready`, `MakerCannotAgree`, `ChangedSinceRead`, `AnotherInForce`,
    `EarnedLater`, `PeriodCrosses` and what `accrue` raises.
    """
    beer = lock(SoldBeer.objects.all(), pk=agreement.beer_id)
    agreement = _undecided(agreement)
    if agreement.made_by_id == by.pk:
        raise MakerCannotAgree()
    if agreement.terms_sha256 != sha256:
        raise ChangedSinceRead()
    with constraints_as(LAWS), atomic():
        _end_the_one_before(agreement, by=by, at=at)
        agreement.state, agreement.approved_at, agreement.approved_by = AgreementState.APPROVED, at, by
        agreement.save(update_fields=["state", "approved_at", "approved_by"])
        _call_beer(beer, agreement)
    audit.record(by=by, at=at, verb="royalty_agreed", subject=agreement, sha256=sha256)
    for report in _reports_within(agreement):
        accrue(report=report, agreement=agreement, by=by, at=at)
    return agreement


def _undecided(agreement: RoyaltyAgreement) -> RoyaltyAgreement:
    people = ("approved_by__party", "dropped_by__party", "adoption__proposal")
    found = lock(RoyaltyAgreement.objects.select_related(*people), pk=agreement.pk)
    who = found.approved_by or found.dropped_by
    if found.state != AgreementState.PROPOSED:
        raise DecidedAlready(name_of(who) if who else "")
    return found


def _end_the_one_before(agreement: RoyaltyAgreement, *, by: "User", at: datetime) -> None:
    before = RoyaltyAgreement.objects.filter(
        adoption=agreement.adoption_id,
        state=AgreementState.APPROVED,
        valid_to=None,
        valid_from__lt=agreement.valid_from,
    ).first()
    if before is None:
        return
    before.valid_to = agreement.valid_from
    before.save(update_fields=["valid_to"])
    audit.record(by=by, at=at, verb="royalty_ended", subject=before, successor=agreement.public_id)


def _call_beer(beer: SoldBeer, agreement: RoyaltyAgreement) -> None:
    idea = agreement.adoption.proposal
    if idea.recipe_id is None and beer.name != idea.text:
        beer.name = idea.text
        beer.save(update_fields=["name"])


def _reports_within(agreement: RoyaltyAgreement) -> list[SalesReport]:
    """Approved figures of its days, the oldest first; raises `PeriodCrosses` for one that lies partly outside."""
    approved = SalesReport.objects.filter(beer=agreement.beer_id, state=ReportState.APPROVED)
    touching = approved.filter(period_to__gt=agreement.valid_from)
    if agreement.valid_to:
        touching = touching.filter(period_from__lt=agreement.valid_to)
    found = list(touching.order_by("approved_at", "pk"))
    for report in found:
        if report.period_from < agreement.valid_from or (agreement.valid_to and report.period_to > agreement.valid_to):
            raise PeriodCrosses(agreement.valid_from, agreement.valid_to)
    return found


@needs_transaction
def drop_agreement(*, agreement: RoyaltyAgreement, reason: str, by: "User", at: datetime) -> RoyaltyAgreement:
    """Lay a proposal aside, with the reason; raises `DecidedAlready`."""
    agreement = _undecided(agreement)
    agreement.state, agreement.dropped_at, agreement.dropped_by = AgreementState.DROPPED, at, by
    agreement.drop_reason = _plain(reason)[:300]
    agreement.save(update_fields=["state", "dropped_at", "dropped_by", "drop_reason"])
    audit.record(by=by, at=at, verb="royalty_dropped", subject=agreement, reason=agreement.drop_reason)
    return agreement
