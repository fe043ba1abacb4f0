"""Three Sluices Brewery plc, of Wenlow: a company that never was, with members, debts, a loss, an open offer
and a meeting to come.

The town, the people, the firms, the bank and every number are invented. History stands at fixed days of the past, the
open offer at days counted back from now.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.enums import PartyKind
from accounts.models import Party, User
from accounts.services.demo_people import ensure_demo_people
from accounts.services.people import make_organisation, register_person
from core import audit
from core.errors import DomainError
from core.transactions import needs_transaction
from equity.enums import CompanyKind
from equity.models import Company, Lot, Offer, ShareClass
from equity.services.certificates import write_certificates
from equity.services.profiles import load_profile
from portal.rules.example_names import HolderPlan, holder_plans
from portal.services.demo_scrutineer import appoint_demo_scrutineer
from portal.services.example_applications import allot_early, early_buyers, waiting_buyers, write_paid
from portal.services.example_dividend import make_example_dividend, write_bank_details
from portal.services.example_history import (
    CUSTOMER_ROUNDS,
    issue_to,
    moment_on,
    write_customer_round,
    write_round,
)
from portal.services.example_meeting import make_example_meeting
from portal.services.example_offer import (
    GROWTH_BPS,
    INVESTOR_PRICE_MINOR,
    INVESTOR_SHARES,
    INVESTOR_SINCE,
    Staff,
    make_open_offer,
    opened_at,
    staff_of,
)
from portal.services.example_people import Addresses, ExampleHolder, write_holders

PROFILE = "uk_2026"
MEMBERS_MIN = 50
FOUNDED_ON = date(2011, 3, 14)
FOUNDERS = (("Harriet Oakshott", "en", 1_050_000), ("Trần Minh Quân", "vi", 750_000))
NOMINAL_MINOR = 10
HOLDER_EMAIL, HOLDER_SHARES = "holder@demo.example", 4
HOLDER_ADDRESS = "7 Balance Beam Court, Wenlow, QW2 4PT"
REGISTERED_OFFICE = "The Old Toll House, 1 Sluice Street, Wenlow, QW1 1AA"
NEW_BUYERS, RETURNING_BUYERS = 16, 20
RETURNING_WAITING, NEW_WAITING = 6, 0
AUTHORS = 20
OTHERS = len(FOUNDERS) + 2  # besides the customers: the founders, the investor, the demo's holder


class CompanyStands(DomainError):
    """The database holds a company already."""

    sentence = _("A company is there already. The example company goes into an empty database only.")
    code = "company_stands"


class TooFewMembers(DomainError):
    """The example needs enough members for its story."""

    sentence = _("The example company needs at least 50 members.")
    code = "too_few_members"


class OnlyInTheDemo(DomainError):
    """An invented company has no place in a real register."""

    sentence = _("The example company is made in the demo only.")
    code = "only_in_the_demo"


@needs_transaction
def make_example_company(*, members: int, seed: int, at: datetime) -> Company:
    """Write the company with that many members in its register, all at once; the same seed tells the same story.

    Raises `CompanyStands`, `TooFewMembers`, `OnlyInTheDemo`.
    """
    if not settings.DEMO:
        raise OnlyInTheDemo()
    if Company.objects.exists():
        raise CompanyStands()
    if members < MEMBERS_MIN:
        raise TooFewMembers()
    people = ensure_demo_people(at=at)
    profile = load_profile(code=PROFILE, by=None, at=at)
    company = _company()
    founders, customers, investor = _classes()
    story = _Story(seed, at)
    _found(founders)
    holders = story.customers(customers, investor, members - OTHERS - NEW_BUYERS, _party_of(people[HOLDER_EMAIL]))
    staff = staff_of(people)
    offer = make_open_offer(share_class=customers, profile=profile, staff=staff, at=at)
    story.first_days(offer, holders, staff)
    authors = [holder.party for holder in holders if holder.party.kind == PartyKind.PERSON][:AUTHORS]
    scrutineer = appoint_demo_scrutineer(paid_by=company.name, at=at)
    meeting = make_example_meeting(authors=authors, scrutineer=scrutineer, secretary=staff.secretary, at=at)
    make_example_dividend(meeting=meeting, company=company, share_class=customers, staff=staff, at=at)
    write_bank_details(holders=holders, random=story.random, at=at)
    audit.record(by=None, at=at, verb="example_company_made", subject=company, members=members, seed=seed)
    return company


class _Story:
    """What must be the same for the same seed: one source of chance, one row of invented people."""

    def __init__(self, seed: int, at: datetime) -> None:
        self.at = at
        self.random = Random(seed)  # noqa: S311  invented people, no secrets
        self.plans = holder_plans(self.random)
        self.addresses = Addresses()

    def write(self, count: int, at: datetime) -> list[ExampleHolder]:
        """Write the next so many invented holders."""
        return write_holders(plans=list(islice(self.plans, count)), addresses=self.addresses, at=at)

    def at_home(self, count: int, at: datetime) -> list[ExampleHolder]:
        """Write the next so many who live where the offer is made."""
        return write_holders(
            plans=list(islice(filter(_is_at_home, self.plans), count)), addresses=self.addresses, at=at
        )

    def customers(
        self, customers: ShareClass, investor: ShareClass, count: int, demo_holder: Party
    ) -> list[ExampleHolder]:
        """Write the customer rounds and the investor's, in the order of their days; return the customers."""
        holders: list[ExampleHolder] = []
        for sale in CUSTOMER_ROUNDS[:-1]:
            new = self.write(count * sale.part_percent // 100, sale.at)
            write_customer_round(share_class=customers, sale=sale, new=new, early=holders, random=self.random)
            holders += new
        _invest(investor)
        last = CUSTOMER_ROUNDS[-1]
        new = self.write(count - len(holders), last.at)
        first = issue_to(
            demo_holder, address=HOLDER_ADDRESS, country="GB", quantity=HOLDER_SHARES, price_minor=last.price_minor
        )
        written = write_customer_round(
            share_class=customers, sale=last, new=new, early=holders, first=first, random=self.random
        )
        _write_digital_certificate(customers, written.lots[0], at=opened_at(self.at) - timedelta(days=1))
        return [*holders, *new]

    def first_days(self, offer: Offer, holders: list[ExampleHolder], staff: Staff) -> None:
        """Write the offer's first applications: allotted a week after its opening, and six that wait."""
        opened = opened_at(self.at)
        at_home = [holder for holder in holders if _is_at_home(holder.plan)]
        returning = self.random.sample(at_home, RETURNING_BUYERS + RETURNING_WAITING)
        early = [*returning[:RETURNING_BUYERS], *self.at_home(NEW_BUYERS, opened)]
        self.random.shuffle(early)
        write_paid(offer=offer, buyers=early_buyers(early, offer, self.random))
        allot_early(offer=offer, staff=staff, at=opened + timedelta(days=7))
        waiting = [*returning[RETURNING_BUYERS:], *self.at_home(NEW_WAITING, self.at - timedelta(days=3))]
        write_paid(offer=offer, buyers=waiting_buyers(waiting, self.at))


def _is_at_home(plan: HolderPlan) -> bool:
    return plan.address.country == "GB"


def _party_of(user: User) -> Party:
    return Party.objects.get(user=user)


def _company() -> Company:
    return Company.objects.create(
        name="Three Sluices Brewery plc",
        short_name="Three Sluices",
        number="QX002011",  # begins with letters that the registrar of companies does not use
        kind=CompanyKind.PLC,
        registered_office=REGISTERED_OFFICE,
        registered_in="England and Wales",
        founded_on=FOUNDED_ON,
        currency="GBP",
        logo="img/demo/three-sluices.svg",
        email="shares@threesluices.example",
        certificate_signatory="José Almeida",
        certificate_signatory_office="Director",
        certificate_cosignatory="Agnes Whitlock",
        certificate_cosignatory_office="Company secretary",
    )


def _classes() -> tuple[ShareClass, ShareClass, ShareClass]:
    """Class A of the founders and B of the customers share what class C leaves."""
    same = {"nominal_minor": Decimal(NOMINAL_MINOR), "currency": "GBP", "votes_per_share": 1}
    founders = ShareClass.objects.create(code="A", name="Class A ordinary", name_vi="phổ thông loại A", rank=2, **same)
    customers = ShareClass.objects.create(code="B", name="Class B ordinary", name_vi="phổ thông loại B", rank=2, **same)
    investor = ShareClass.objects.create(
        code="C",
        name="Class C preferred",
        name_vi="ưu đãi loại C",
        rank=1,
        preference_per_share_minor=INVESTOR_PRICE_MINOR,
        preference_growth_bps=GROWTH_BPS,
        preference_since=INVESTOR_SINCE,
        **same,
    )
    return founders, customers, investor


def _found(founders: ShareClass) -> None:
    """The founders' shares, for their nominal value."""
    at = moment_on(FOUNDED_ON)
    issues = [
        issue_to(
            register_person(name=name, language=language, country="GB", by=None, at=at),
            address=REGISTERED_OFFICE,
            country="GB",
            quantity=quantity,
            price_minor=NOMINAL_MINOR,
        )
        for name, language, quantity in FOUNDERS
    ]
    write_round(share_class=founders, issues=issues, reference="Founders, memorandum of 2011", on=FOUNDED_ON)


def _invest(investor: ShareClass) -> None:
    """The investor's shares, which rank ahead."""
    name, at = "Saltmarsh Growth Partners LP", moment_on(INVESTOR_SINCE)
    party = make_organisation(
        name=name, number="QX019428", representatives=[], language="en", country="GB", by=None, at=at
    )
    issue = issue_to(
        party,
        address="4 Wharf Parade, Kingsluice, VX1 2RT",
        country="GB",
        quantity=INVESTOR_SHARES,
        price_minor=INVESTOR_PRICE_MINOR,
    )
    write_round(share_class=investor, issues=[issue], reference="Class C, board minute 2019/08", on=INVESTOR_SINCE)


def _write_digital_certificate(customers: ShareClass, lot: Lot, *, at: datetime) -> None:
    """The certificate of the demo's holder, on paper until now, made in digital form by the real job."""
    reference = "Board minute: certificates in digital form"
    write_certificates(share_class=customers, lots=[lot], minute_reference=reference, by=None, at=at)
