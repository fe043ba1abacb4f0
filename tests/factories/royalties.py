"""A winning idea with its creators' agreement, sales of its beer, statements and payments, by the house's services."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

from accounts.models import Party, User
from beers.models import Adoption
from beers.services import adopt_winner
from core import clock
from core.jobs import engine
from core.transactions import atomic
from dividends.enums import ReportKind
from dividends.models import RoyaltyAgreement, RoyaltyRound, SalesReport, SoldBeer, WithholdingRule
from dividends.queries.royalty_earning import approval_sha256, earnings_of_report
from dividends.services.royalties import AgreementTerms, approve_agreement, open_beer, propose_agreement
from dividends.services.royalties_sales import SalesFigures, approve_sales, enter_sales
from dividends.services.royalties_statements import issue_royalty_statements
from tests.factories.beers import answer, make_call, make_name, make_person, make_recipe
from tests.factories.equity import make_company
from tests.factories.people import make_staff

_numbers = count(1)
BEGINS = date(2025, 1, 1)
QUARTER = (date(2025, 1, 1), date(2025, 4, 1))
BASE = "What the company was paid for the beer, less returns, discounts and taxes on the sale."
BASE_VI = "Số tiền công ty nhận được từ bia, trừ hàng trả lại, giảm giá và thuế bán hàng."


def make_adopted(
    kind: str = "recipe", text: str = "", *, author: Party | None = None, house: bool = False, **facts: Any
) -> Adoption:
    """Write an idea that won its vote; by a new person, or by the house itself."""
    author = None if house else author or make_person()
    text = text or f"Towpath {next(_numbers)}"
    call = make_call(kind)
    make = make_recipe if kind == "recipe" else make_name
    proposal = answer(make(call, text, author=author, **facts))
    reference = proposal.recipe.public_id if proposal.recipe else proposal.public_id
    with atomic():
        return adopt_winner(reference=reference, contest_reference=f"contest-{next(_numbers)}", by=None, at=clock.now())


def make_beer(name: str = "", *, recipe: Any = None, currency: str = "GBP") -> SoldBeer:
    """Write a beer on the market."""
    number = next(_numbers)
    with atomic():
        return open_beer(
            name=name or f"Beer {number}",
            sku=f"SKU-{number}",
            recipe=recipe,
            currency=currency,
            by=None,
            at=clock.now(),
        )


def make_agreement(
    *,
    adoption: Adoption | None = None,
    beer: SoldBeer | None = None,
    creators: Sequence[tuple[Party, Fraction]] = (),
    approved: bool = True,
    by: User | None = None,
    approver: User | None = None,
    **terms: Any,
) -> RoyaltyAgreement:
    """Write an agreement of 1 % from the first of January 2025 on, minimum £1.00, and have a director approve it."""
    make_company()
    adoption = adoption or make_adopted()
    author = adoption.proposal.author or make_person()
    defaults: dict[str, Any] = {
        "beer": beer or make_beer(recipe=adoption.proposal.recipe),
        "rate_ppm": 10_000,
        "base": BASE,
        "base_vi": BASE_VI,
        "valid_from": BEGINS,
        "valid_to": None,
        "minimum_minor": 100,
        "reference": "Agreement of 2 January 2025",
    }
    with atomic():
        agreement = propose_agreement(
            adoption=adoption,
            terms=AgreementTerms(**{**defaults, **terms}),
            creators=creators or [(author, Fraction(1))],
            by=by or make_staff("finance"),
            at=clock.now(),
        )
    if not approved:
        return agreement
    with atomic():
        return approve_agreement(
            agreement=agreement,
            sha256=agreement.terms_sha256,
            by=approver or make_staff("director"),
            at=clock.now(),
        )


def make_sales(
    beer: SoldBeer,
    *,
    net_minor: int = 100_000,
    period: tuple[date, date] = QUARTER,
    kind: str = ReportKind.SALES,
    approved: bool = True,
    by: User | None = None,
    approver: User | None = None,
    **figures: Any,
) -> SalesReport:
    """Enter sales of the period with these net sales, and have somebody else approve them."""
    is_sales = kind == ReportKind.SALES
    defaults: dict[str, Any] = {
        "units": 400 if is_sales else 0,
        "units_returned": 0,
        "gross_minor": net_minor if is_sales or kind == ReportKind.CORRECTION else 0,
        "returns_minor": -net_minor if kind == ReportKind.RETURNS else 0,
        "discounts_minor": 0,
        "tax_minor": 0,
        "note": "" if is_sales else f"Note {next(_numbers)}",
    }
    with atomic():
        report = enter_sales(
            figures=SalesFigures(
                beer=beer, kind=kind, period_from=period[0], period_to=period[1], **{**defaults, **figures}
            ),
            by=by or make_staff("finance"),
            at=clock.now(),
        )
    return approve(report, by=approver) if approved else report


def approve(report: SalesReport, *, by: User | None = None) -> SalesReport:
    """Have somebody approve the figure with the sums as they are now."""
    with atomic():
        return approve_sales(
            report=report,
            sha256=approval_sha256(report, earnings_of_report(report)),
            by=by or make_staff("director"),
            at=clock.now(),
        )


def make_royalty_rule(country: str = "", rate_ppm: int = 0, **fields: Any) -> WithholdingRule:
    """Write what a royalty to somebody in the country is taxed with; everywhere without a country."""
    defaults: dict[str, Any] = {
        "income": "royalty",
        "issuer_country": "GB",
        "holder_country": country,
        "rate_ppm": rate_ppm,
        "basis": "statutory",
        "valid_from": date(2020, 4, 6),
        "source": "ITA 2007 s.906",
        "entered_at": clock.now(),
    }
    rule, _made = WithholdingRule.objects.get_or_create(
        income="royalty", issuer_country="GB", holder_country=country, defaults={**defaults, **fields}
    )
    return rule


def make_rules() -> None:
    """Write the two samples of the United Kingdom: nothing at home, the basic rate of 20 % abroad."""
    make_royalty_rule("GB", 0)
    make_royalty_rule("", 200_000)


def make_round(
    *, currency: str = "GBP", period_to: date | None = None, pay_on: date | None = None, by: User | None = None
) -> RoyaltyRound:
    """Issue statements of everything earned so far, up to tomorrow, to be paid in a fortnight."""
    make_rules()
    today = clock.today()
    with atomic():
        return issue_royalty_statements(
            currency=currency,
            period_to=period_to or today + timedelta(days=1),
            pay_on=pay_on or today + timedelta(days=14),
            by=by or make_staff("finance"),
            at=clock.now(),
        )


def make_files() -> None:
    """Let the worker make what jobs wait for."""
    engine.run()
