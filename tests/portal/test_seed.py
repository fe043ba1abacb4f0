"""The example company: its books tie out, the chain holds, parties in bulk are what the services write."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import override_settings
from pypdf import PdfReader

from accounts.models import Party, PartyMember, PrivateContact, User
from accounts.services.people import make_joint_party, make_organisation, register_person
from core import clock, jobs
from core.jobs import engine
from core.models import Job, OutgoingMail
from core.storage import read_bytes
from core.transactions import atomic
from equity.models import (
    Application,
    Certificate,
    Company,
    Member,
    MemberParticulars,
    Offer,
    RegisterBatch,
    RegisterHead,
    ShareClass,
)
from equity.queries.company import issued_shares
from equity.queries.offers import gate, latest_documents
from equity.queries.register import register_on
from equity.services.endings import withdraw
from ledger.queries.balances import balances
from payments.models import Payment
from payments.services.sweeping import sweep as sweep_payments
from portal.queries.proofs import findings
from portal.rules.example_names import HolderPlan, holder_plans
from portal.services.example_company import make_example_company
from portal.services.example_people import Addresses, write_holders
from tests.databases import written_once

MEMBERS = 50
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Company]:
    """Make the company once for all tests here; each of them runs in a savepoint, and at the end nothing is left."""
    with override_settings(FILES_ROOT=tmp_path_factory.mktemp("files")), written_once(django_db_blocker):
        yield make_example_company(members=MEMBERS, seed=1, at=clock.now())


def test_the_books_hold_together(company: Company) -> None:
    assert list(findings()) == []


def test_the_register_has_that_many_members(company: Company) -> None:
    now = clock.now()
    holders = {row.member_number for row in register_on(now.date(), known_at=now)}

    assert holders == set(range(1, MEMBERS + 1))
    assert RegisterHead.objects.get().last_member_number == MEMBERS


def test_there_are_people_joint_sets_organisations_and_members_abroad(company: Company) -> None:
    kinds = set(Member.objects.values_list("party__kind", flat=True))
    languages = set(Member.objects.values_list("party__language", flat=True))

    assert kinds == {"person", "joint", "organisation"}
    assert languages == {"en", "vi"}
    assert MemberParticulars.objects.exclude(country="GB").exists()


def test_history_was_entered_in_order_and_in_the_past(company: Company) -> None:
    moments = list(RegisterBatch.objects.order_by("sequence").values_list("entered_at", flat=True))

    assert moments == sorted(set(moments))
    assert moments[-1] < clock.now()
    assert [moment.year for moment in moments[:5]] == [2011, 2014, 2017, 2019, 2021]
    assert len(moments) == 6
    assert RegisterHead.objects.get().last_entered_at == moments[-1]


def test_the_register_of_a_past_day_knows_only_its_past(company: Company) -> None:
    now = clock.now()
    classes = {row.share_class for row in register_on(date(2018, 1, 1), known_at=now)}

    assert classes == {"A", "B"}


def test_money_paid_on_shares_is_capital_and_premium(company: Company) -> None:
    now = clock.now()
    paid = sum(row.paid_minor for row in register_on(now.date(), known_at=now))
    books = {balance.code: balance.balance_minor for balance in balances()}
    nominal = sum(ShareClass.objects.get(pk=pk).nominal_minor * shares for pk, shares in issued_shares().items())

    assert -(books["share_capital:GBP"] + books["share_premium:GBP"]) == paid
    assert -books["share_capital:GBP"] == nominal
    kept = -books["retained_earnings:GBP"]
    assert books["bank:GBP"] + books["provider_clearing:GBP"] == paid + kept - books["application_money:GBP"]


def test_counters_and_authority_count_the_applications(company: Company) -> None:
    offer = Offer.objects.select_related("capacity", "authority").get()
    shares = dict(Application.objects.values_list("state").annotate(Sum("quantity")))

    assert shares.keys() == {"allotted", "paid"}
    assert offer.capacity.kept_shares == sum(shares.values())
    assert offer.authority is not None
    assert offer.authority.used_shares == shares["allotted"] >= offer.minimum_shares
    assert offer.allowances.aggregate(sum=Sum("kept_shares"))["sum"] == sum(shares.values())
    assert Application.objects.filter(state="paid").count() == 6


def test_nothing_would_keep_the_offer_closed_on_its_first_day(company: Company) -> None:
    offer = Offer.objects.get()
    assert offer.opened_at is not None

    missing = gate(offer, on=offer.opened_at.date())

    assert (offer.state, missing) == ("open", [])


def test_the_offer_document_says_who_is_paid_first_in_both_languages(company: Company) -> None:
    (document,) = latest_documents(Offer.objects.get())
    data = read_bytes(document.sha256)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())

    assert len(data) == document.size_bytes
    for words in (
        "£9,600,000.00",
        "£9.600.000,00",
        "Wharfside Bank, loan secured on the brewery",
        "Ngân hàng Wharfside, khoản vay thế chấp bằng nhà máy bia",
        "Two shares. £47.50.",
        "Hai cổ phần. £47,50.",
        "Don't invest unless you're prepared to lose all the money you invest.",
    ):
        assert words in text


def test_the_demo_holder_has_four_shares_and_gets_a_certificate_by_the_job(company: Company) -> None:
    certificate = Certificate.objects.get(lot__account__member__party__user__email="holder@demo.example")
    engine.run()
    certificate.refresh_from_db()

    assert certificate.lot.quantity == 4
    assert certificate.serial == "B-000001"
    assert read_bytes(certificate.file.sha256).startswith(b"%PDF")
    assert {jobs.progress_of(job).failed for job in Job.objects.all()} == {0}
    assert list(findings()) == []


def test_the_demo_customer_has_no_shares_and_nobody_got_mail(company: Company) -> None:
    customer = User.objects.get(email="customer@demo.example")

    assert not Member.objects.filter(party=customer.party).exists()
    assert OutgoingMail.objects.count() == 0


def test_a_waiting_payment_goes_back_through_the_sandbox(company: Company) -> None:
    application = Application.objects.filter(state="paid").first()
    assert application is not None
    secretary = User.objects.get(email="secretary@demo.example")

    with atomic():
        withdraw(application=application, by=secretary, at=clock.now())
    sweep_payments()
    application.refresh_from_db()

    assert application.state == "refunded"
    assert Payment.objects.get(reference=application.public_id).state == "refunded"
    assert list(findings()) == []


def sample() -> list[HolderPlan]:
    return list(islice(holder_plans(Random(5)), MEMBERS))


def test_parties_in_bulk_are_what_the_services_write_one_by_one() -> None:
    at = clock.now()
    with atomic():
        one_by_one = _rows(_by_services(sample(), at))
        in_bulk = _rows([holder.party for holder in write_holders(plans=sample(), addresses=Addresses(), at=at)])

    assert in_bulk == one_by_one
    assert {row["kind"] for row in in_bulk} == {"person", "joint", "organisation"}


def _by_services(plans: list[HolderPlan], at: datetime) -> Iterator[Party]:
    addresses = Addresses()
    for plan in plans:
        people = [
            register_person(
                name=person.display_name,
                given_name=person.given_name,
                forename=person.forename,
                surname=person.surname,
                language=person.language,
                email=addresses.of(person.display_name),
                date_of_birth=person.born_on,
                country=plan.address.country,
                by=None,
                at=at,
            )
            for person in plan.people
        ]
        if plan.organisation:
            yield make_organisation(
                name=plan.organisation,
                number=plan.organisation_number,
                representatives=people,
                language=people[0].language,
                email=addresses.of(plan.organisation),
                country=plan.address.country,
                by=None,
                at=at,
            )
        else:
            yield make_joint_party(holders=people, by=None, at=at) if plan.is_joint else people[0]


def _rows(parties: Any) -> list[dict[str, Any]]:
    """Return every column of the parties, their contacts and their members, ids left out."""
    return [_row(party) for party in parties]


def _row(party: Party) -> dict[str, Any]:
    members = PartyMember.objects.filter(joint=party).order_by("position").select_related("person")
    return {
        **_columns(Party, party.pk, by="pk"),
        "contact": _columns(PrivateContact, party.pk, by="party"),
        "members": [(member.position, member.role, _row(member.person)) for member in members],
    }


def _columns(model: Any, pk: int, *, by: str) -> dict[str, Any]:
    found = model.objects.filter(**{by: pk}).values().first() or {}
    return {name: value for name, value in found.items() if name not in {"id", "public_id", "party_id"}}


def test_no_invented_postcode_is_a_real_one() -> None:
    """No postcode of the United Kingdom begins with Q, V or X."""
    at_home = [plan.address.postcode for plan in sample() if plan.address.country == "GB"]

    assert at_home
    assert {postcode[0] for postcode in at_home} <= set("QVX")


def test_the_register_is_written_as_the_role_of_the_web(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")

        assert cursor.fetchone() == ("kilderkin_app",)
