"""Dividend statements of every way, issued by the house's own services after a payment run was approved."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Party
from accounts.services.people import make_joint_party, register_person
from core import clock
from core.transactions import atomic
from dividends.models import Declaration, Statement
from dividends.queries.statements import whole_statements
from dividends.services.paying import prepare_dividend_run
from dividends.services.statements import issue_statements
from equity.services.register import Issue, write_issues
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.equity import make_company, make_share_class
from tests.factories.payouts import approve

ADDRESS = "12 Tannery Row, Leith, Edinburgh, EH6 5AA"
# Shares by way, at 0.35 minor units a share and a minimum of 100: 700, 350, 175, 525, 35 and 0 minor units.
HOLDINGS = {"bank": 2000, "waiting": 1000, "held": 500, "next": 1500, "jar": 100, "nothing": 2}
RATE, MINIMUM = Decimal("0.35"), 100


def make_member(
    *names: str,
    shares: int = 200,
    language: str = "en",
    address: str = ADDRESS,
    country: str = "GB",
    currency: str = "GBP",
) -> Party:
    """Enter one person, or several as joint holders, in the register two months ago; before `make_dividend`."""
    at = clock.now() - timedelta(days=61)
    make_company(currency=currency)
    with atomic():
        people = [register_person(name=name, language=language, country=country, by=None, at=at) for name in names]
        party = people[0] if len(people) == 1 else make_joint_party(holders=people, by=None, at=at)
        write_issues(
            share_class=make_share_class(currency=currency),
            issues=[Issue(party, names, address, country, shares, shares * 100)],
            effective_on=at.date(),
            reference="Board 1, item 1",
            by=None,
            at=at,
            entered_at=at,
        )
    return party


def make_ways(*, language: str = "en", **terms: Any) -> dict[str, Statement]:
    """Issue one statement of each way by the members of one dividend; ``terms`` are those of `make_dividend`."""
    terms = {"rate_minor": RATE, "minimum_minor": MINIMUM, **terms}
    dividend = make_dividend(holdings=tuple(HOLDINGS.values()), **terms)
    parties = dict(zip(HOLDINGS, (user.party for user in dividend.members), strict=True))
    Party.objects.filter(pk__in=[party.pk for party in parties.values() if party]).update(language=language)
    for way in ("bank", "held"):
        usable_from = clock.now() + timedelta(days=30) if way == "held" else None
        make_mandate(parties[way], ending="4471", usable_from=usable_from)
    pay(dividend)
    make_mandate(parties["next"])
    issued = {row.entitlement.party_id: row for row in issue(dividend)}
    return {way: issued[party.pk] for way, party in parties.items() if party}


def make_statements(*, holdings: Sequence[int] = (4, 100, 2000), **terms: Any) -> list[Statement]:
    """Issue statements for members with these holdings, all of whom have bank details."""
    dividend = make_dividend(holdings=holdings, **terms)
    for member in dividend.members:
        make_mandate(member.party)
    pay(dividend)
    return issue(dividend)


def pay(dividend: Dividend) -> None:
    """Prepare the payment of a computed dividend and let another director approve it."""
    with atomic():
        run = prepare_dividend_run(declaration=computed(dividend), route="sandbox", by=dividend.finance, at=clock.now())
    approve(run, by=dividend.director)


def issue(dividend: Dividend) -> list[Statement]:
    """Issue the statements; their files are made by the job."""
    declaration = computed(dividend)
    with atomic():
        issue_statements(declaration=declaration, by=dividend.finance, at=clock.now())
    return list(whole_statements().filter(entitlement__declaration=declaration).order_by("number"))


def computed(dividend: Dividend) -> Declaration:
    """Return the dividend's declaration, freshly read."""
    assert dividend.declaration is not None
    return Declaration.objects.get(pk=dividend.declaration.pk)
