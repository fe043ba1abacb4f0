"""What a person holds, at a glance."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import PartyMember, User
from equity.models import Member, OfferDisclosure
from equity.queries.company import issued_shares
from equity.queries.register import register_on


@dataclass(frozen=True)
class Holding:
    """Shares of one class; prices in minor units."""

    shares: int
    issued_shares: int
    class_code: str
    designation: str
    since_on: date
    years: int
    currency: str
    last_traded_price_minor: int | None
    last_traded_on: date | None


def memberships_of(user: User) -> list[Member]:
    """Return the register's members that the person is, or is one of, or represents."""
    if user.party_id is None:
        return []
    # Two lookups by index: one condition over a join would read all members.
    joint = PartyMember.objects.filter(person=user.party_id).values_list("joint_id", flat=True)
    return list(Member.objects.filter(party_id__in=[user.party_id, *joint]).order_by("number"))


def holdings_of(user: User, *, on: date, known_at: datetime) -> list[Holding]:
    """Return the person's holdings, one per member, class and designation, the largest first."""
    traded = OfferDisclosure.objects.filter(last_traded_on__isnull=False).order_by("-last_traded_on").first()
    total = sum(issued_shares().values())
    holdings = []
    for member in memberships_of(user):
        for row in register_on(on, known_at=known_at, member_id=member.pk):
            years = on.year - row.registered_on.year
            years -= (on.month, on.day) < (row.registered_on.month, row.registered_on.day)
            holdings.append(
                Holding(
                    shares=row.quantity,
                    issued_shares=total,
                    class_code=row.share_class,
                    designation=row.designation,
                    since_on=row.registered_on,
                    years=years,
                    currency=row.currency,
                    last_traded_price_minor=traded.last_traded_price_minor if traded else None,
                    last_traded_on=traded.last_traded_on if traded else None,
                )
            )
    return sorted(holdings, key=lambda holding: -holding.shares)
