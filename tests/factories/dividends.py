"""A final dividend on any step of its way, made by the house's own services: accounts, vote, proposal, entitlements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import PrivateContact, User
from agm.enums import ItemKind
from core import clock
from core.money import minor_units
from core.transactions import atomic
from dividends.enums import AccountsKind, Basis, Income, Rounding
from dividends.models import Declaration, Entitlement, Recommendation, RelevantAccounts, WithholdingRule
from dividends.rules.reserves import Figures
from dividends.services import declarations
from equity.models import ShareClass
from tests.factories.agm import (
    World,
    cast,
    declare_vote,
    freeze,
    give_notice,
    make_world,
    open_session,
    open_vote,
)
from tests.factories.equity import make_company, make_share_class
from tests.factories.people import make_staff

STEPS = ("recommended", "carried", "proposed", "computed")
PDF = b"%PDF-1.7\n% accounts made for a test\n%%EOF\n"
FIGURES = Figures(
    realised_profits_minor=900_000_000_000,
    realised_losses_minor=100_000_000_000,
    net_assets_minor=2_000_000_000_000,
    called_up_capital_minor=500_000_000_000,
    undistributable_minor=300_000_000_000,
)


@dataclass
class Dividend:
    """A dividend and everybody around it; ``members`` hold the shares, in the order of the holdings."""

    world: World
    finance: User
    director: User
    share_class: ShareClass
    accounts: RelevantAccounts
    recommendation: Recommendation
    declaration: Declaration | None = None
    members: list[User] = field(default_factory=list)

    def entitlement(self, place: int) -> Entitlement:
        """Return the entitlement of the member at that place of the holdings."""
        return Entitlement.objects.select_related("declaration", "member", "party", "withholding_rule").get(
            declaration=self.declaration, party=self.members[place].party
        )


def make_dividend(
    *, step: str = "computed", holdings: Sequence[int] = (4, 100, 2000), countries: Sequence[str] = (), **terms: Any
) -> Dividend:
    """Write a dividend on the step of ``STEPS`` for members with these holdings, living in these countries (else GB).

    ``terms``: those of `terms_of_test`, and ``currency`` (of company and class), ``recommended`` (rate or pot where it
    is not what is declared), ``figures`` of the accounts, ``votes`` (of each member: for, against, withheld),
    ``share_class`` where it is not the one that the members hold.
    """
    currency = terms.pop("currency", "GBP")
    company = make_company(currency=currency)
    assert company.currency == currency, "one installation has one company, in one currency"
    share_class = terms.pop("share_class", None) or make_share_class(currency=currency)
    figures, votes = terms.pop("figures", FIGURES), terms.pop("votes", None)
    recommended = terms.pop("recommended", None) or amount_of(terms)
    text = resolution_text(share_class.currency, **recommended)
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), holdings=tuple(holdings), text=text)
    move_to(world.members, countries)
    make_rule()
    director, finance = make_staff("director"), make_staff("finance")
    accounts = make_accounts(by=finance, figures=figures)
    recommendation = recommend(world, share_class, by=director, **recommended)
    call(world)
    made = Dividend(world, finance, director, share_class, accounts, recommendation, members=world.members)
    if step != "recommended":
        carry(made, votes=votes)
    if step in ("proposed", "computed"):
        made.declaration = propose(made, **terms)
    if step == "computed":
        made.declaration = compute(made)
    return made


def next_dividend(before: Dividend, *, step: str = "computed", **terms: Any) -> Dividend:
    """Write another dividend for the same holders, by the same accounts, on a resolution of a meeting of its own."""
    recommended = terms.pop("recommended", None) or amount_of(terms)
    text = resolution_text(before.share_class.currency, **recommended)
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), members=before.members, text=text)
    recommendation = recommend(world, before.share_class, by=before.director, **recommended)
    call(world)
    made = Dividend(
        world, before.finance, before.director, before.share_class, before.accounts, recommendation, None, world.members
    )
    if step != "recommended":
        carry(made)
    if step in ("proposed", "computed"):
        made.declaration = propose(made, **terms)
    if step == "computed":
        made.declaration = compute(made)
    return made


def amount_of(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the rate or the pot among the terms; 2.5 minor units a share where there is neither."""
    given = {name: terms[name] for name in ("rate_minor", "pot_minor") if name in terms}
    return given or {"rate_minor": Decimal("2.5")}


def resolution_text(
    currency: str, *, rate_minor: Decimal | None = None, pot_minor: int | None = None
) -> tuple[str, str]:
    """Return the resolution in English and Vietnamese: it names what is recommended."""
    amount = Decimal(pot_minor or 0) if rate_minor is None else rate_minor
    figure = f"{currency} {amount.scaleb(-minor_units(currency)):f}"
    return f"THAT a final dividend of {figure} be declared.", f"Công bố cổ tức cuối kỳ {figure}."


def call(world: World) -> None:
    """Give notice of the meeting and freeze its roll."""
    give_notice(world)
    freeze(world)


def terms_of_test(**terms: Any) -> dict[str, Any]:
    """Return complete terms: 2.5 minor units a share, rounded down, register of a minute ago, paid in a fortnight."""
    now = clock.now()
    is_pot = "pot_minor" in terms
    return {
        "title": "Final dividend 2025",
        "title_vi": "Cổ tức cuối năm 2025",
        "period_from": date(2025, 1, 1),
        "period_to": date(2025, 12, 31),
        "rounding": Rounding.LARGEST_REMAINDER if is_pot else Rounding.FLOOR,
        "record_at": now - timedelta(minutes=1),
        "pay_on": clock.today() + timedelta(days=14),
        "minimum_minor": 0,
        **amount_of(terms),
        **terms,
    }


def make_accounts(*, by: User, figures: Figures = FIGURES, **fields: Any) -> RelevantAccounts:
    """Write annual accounts to the end of last year, rich enough for every test unless told otherwise."""
    defaults = {"kind": AccountsKind.ANNUAL, "made_up_to": date(clock.today().year - 1, 12, 31)}
    with atomic():
        return declarations.enter_accounts(
            figures=figures,
            document=PDF,
            document_name="accounts-2025.pdf",
            by=by,
            at=clock.now(),
            **{**defaults, **fields},
        )


def make_rule(**fields: Any) -> WithholdingRule:
    """Return a rule of withholding, written when new: nothing is withheld from anybody (United Kingdom)."""
    given = {
        "income": Income.DIVIDEND,
        "issuer_country": "GB",
        "holder_country": "",
        "holder_kind": "",
        "evidence": "",
        "valid_from": date(2016, 4, 6),
        **fields,
    }
    defaults = {
        "rate_ppm": given.pop("rate_ppm", 0),
        "basis": given.pop("basis", Basis.TREATY if given["evidence"] else Basis.STATUTORY),
        "valid_to": given.pop("valid_to", None),
        "source": given.pop("source", "invented for tests"),
        "entered_at": clock.now(),
    }
    return WithholdingRule.objects.get_or_create(**given, defaults=defaults)[0]


def recommend(
    world: World, share_class: ShareClass, *, by: User, at: datetime | None = None, **amount: Any
) -> Recommendation:
    """Let the directors recommend a dividend on the meeting's resolution, forty days ago."""
    with atomic():
        return declarations.recommend_dividend(
            contest=world.contest(ItemKind.RESOLUTION),
            share_class=share_class,
            minute_reference="Board 15, item 2",
            by=by,
            at=at or clock.now() - timedelta(days=40),
            **amount,
        )


def carry(dividend: Dividend, *, votes: Sequence[tuple[int, int, int]] | None = None) -> None:
    """Hold the meeting: everybody votes for it, or as ``votes`` say, and the result is declared."""
    world = dividend.world
    open_session(world)
    contest = open_vote(world, ItemKind.RESOLUTION)
    for place, member in enumerate(world.members):
        if votes is not None:
            cast(contest, member, votes=votes[place])
        elif place == 0:  # one vote for, none against, carries it as well as a thousand
            cast(contest, member, votes=(1, 0, 0))
    declare_vote(world, ItemKind.RESOLUTION)


def propose(dividend: Dividend, **terms: Any) -> Declaration:
    """Propose the dividend on its resolution; ``terms`` replace those of `terms_of_test`."""
    with atomic():
        return declarations.propose_dividend(
            recommendation=dividend.recommendation,
            accounts=dividend.accounts,
            by=dividend.finance,
            at=clock.now(),
            **terms_of_test(**terms),
        )


def compute(dividend: Dividend) -> Declaration:
    """Fix the entitlements now."""
    assert dividend.declaration is not None
    with atomic():
        return declarations.compute_entitlements(declaration=dividend.declaration, by=dividend.finance, at=clock.now())


def move_to(members: Sequence[User], countries: Sequence[str]) -> None:
    """Let the members live in these countries, in their order."""
    for member, country in zip(members, countries, strict=False):
        PrivateContact.objects.filter(party=member.party).update(country=country)
