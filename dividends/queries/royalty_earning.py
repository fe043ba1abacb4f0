"""What a figure of sales earns whom, before anything is written: the same sums are shown, approved and booked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Q

from accounts.models import Party
from core.languages import localised
from dividends.enums import AgreementState
from dividends.models import RoyaltyAgreement, RoyaltyLine, RoyaltyShare, SalesReport, SoldBeer
from dividends.royalty_errors import PeriodCrosses, ReturnedAboveSold
from dividends.rules.portions import Portion, split_change
from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.royalties import SalesLine, earned_to_date, earnings
from dividends.rules.royalty_facts import earning_sha256


@dataclass(frozen=True)
class CreatorPart:
    """One creator's part of what a figure earned, in minor units; ``exact`` is what it would be unrounded."""

    party: Party
    fraction: Fraction
    exact: Fraction
    amount_minor: int


@dataclass(frozen=True)
class Earning:
    """What a figure earns under one agreement, and how it is shared; the next line of the agreement's totals."""

    agreement: RoyaltyAgreement
    position: int
    net_before_minor: int
    net_after_minor: int
    earned_minor: int
    parts: tuple[CreatorPart, ...]

    @property
    def net_minor(self) -> int:
        """The figure's net sales."""
        return self.net_after_minor - self.net_before_minor

    @property
    def title(self) -> str:
        """The idea it is earned by."""
        return idea_of(self.agreement)


def idea_of(agreement: RoyaltyAgreement) -> str:
    """Return the winning idea's words; no query when the adoption was read with its proposal."""
    return agreement.adoption.proposal.text


def base_of(agreement: RoyaltyAgreement) -> str:
    """Return what net sales are under the agreement, in the reader's language."""
    return localised(agreement, "base")


def earnings_of(beer: SoldBeer, *, period_from: date, period_to: date, net_minor: int) -> list[Earning]:
    """Return what net sales of the period (half-open) earn under each agreement in force then; none may be.

    Raises `PeriodCrosses` for a period that lies partly in an agreement, `ReturnedAboveSold`.
    """
    touching = RoyaltyAgreement.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=period_from),
        beer=beer,
        state=AgreementState.APPROVED,
        valid_from__lt=period_to,
    )
    found = list(touching.select_related("adoption__proposal").prefetch_related("shares__party").order_by("pk"))
    for agreement in found:
        if period_from < agreement.valid_from or (agreement.valid_to and period_to > agreement.valid_to):
            raise PeriodCrosses(agreement.valid_from, agreement.valid_to)
    return [earning_under(agreement, net_minor) for agreement in found]


def earning_under(agreement: RoyaltyAgreement, net_minor: int) -> Earning:
    """Return the next line of the agreement's totals; raises `ReturnedAboveSold`."""
    last = RoyaltyLine.objects.filter(agreement=agreement).order_by("-position").first()
    before = last.net_after_minor if last else 0
    # Only the net counts: a correction's gross or returns may have either sign, which the rule's line has not.
    line = SalesLine(agreement.rate_ppm, gross_minor=max(0, net_minor), returns_minor=max(0, -net_minor))
    try:
        earned = earnings([line], net_to_date={agreement.rate_ppm: before})[0]
    except RuleBroken as broken:
        if broken.code == Code.RETURNED_ABOVE_SOLD:
            raise ReturnedAboveSold() from broken
        raise
    return Earning(
        agreement=agreement,
        position=last.position + 1 if last else 1,
        net_before_minor=earned.net_before_minor,
        net_after_minor=earned.net_after_minor,
        earned_minor=earned.earned_minor,
        parts=_parts(agreement, earned.net_before_minor, earned.net_after_minor),
    )


def _parts(agreement: RoyaltyAgreement, net_before: int, net_after: int) -> tuple[CreatorPart, ...]:
    shares = sorted(agreement.shares.all(), key=lambda share: share.position)
    by_position = {share.position: share for share in shares}
    parts = split_change(
        earned_to_date(net_before, agreement.rate_ppm),
        earned_to_date(net_after, agreement.rate_ppm),
        [Portion(share.position, fraction_of(share)) for share in shares],
    )
    return tuple(
        CreatorPart(by_position[part.key].party, part.fraction, part.exact, part.amount_minor) for part in parts
    )


def fraction_of(share: RoyaltyShare) -> Fraction:
    """Return a creator's fraction."""
    return Fraction(share.numerator, share.denominator)


def earnings_of_report(report: SalesReport) -> list[Earning]:
    """Return what an entered figure would earn if it were approved now; raises as `earnings_of`."""
    return earnings_of(
        report.beer, period_from=report.period_from, period_to=report.period_to, net_minor=report.net_minor
    )


def approval_sha256(report: SalesReport, found: Sequence[Earning]) -> str:
    """Return the hash of a figure with all the sums that come of it: what a second person approves."""
    return earning_sha256(report.content_sha256, [_line(earning) for earning in found])


def _line(earning: Earning) -> tuple[str, int, int, list[int]]:
    amounts = [part.amount_minor for part in earning.parts]
    return earning.agreement.public_id, earning.net_before_minor, earning.net_after_minor, amounts


def earned_total(found: Iterable[Earning]) -> int:
    """Return what all agreements together earn, in minor units."""
    return sum(earning.earned_minor for earning in found)
