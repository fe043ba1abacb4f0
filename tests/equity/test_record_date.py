"""Who holds what at a record moment: effective by its day, entered by its moment, whatever is registered later."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Party, PrivateContact
from accounts.services.people import make_joint_party, make_organisation
from core import clock
from core.transactions import atomic
from equity.models import RegisterBatch
from equity.queries.record_date import RecordHolding, holdings_at, record_day, register_sha256_at
from equity.services.register import Issue, write_issues
from tests.factories.equity import make_share_class
from tests.factories.people import make_holder

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
RECORD_AT = datetime(2026, 6, 12, 18, 0, tzinfo=LONDON)  # six in the evening, summer time
MINUTE = timedelta(minutes=1)


def issue(
    party: Party, shares: int, *, effective_on: date, entered_at: datetime, country: str = "GB", code: str = "B",
    designation: str = "",
) -> None:  # fmt: skip
    with atomic():
        write_issues(
            share_class=make_share_class(code=code),
            issues=[Issue(party, ("A",), "1 Lock Lane", country, shares, shares, designation=designation)],
            effective_on=effective_on,
            reference="Board 1",
            by=None,
            at=entered_at,
            entered_at=entered_at,
        )


def held(record_at: datetime = RECORD_AT, code: str = "B") -> list[RecordHolding]:
    return list(holdings_at(share_class_id=make_share_class(code=code).pk, record_at=record_at))


def shares_of(party: Party, record_at: datetime = RECORD_AT) -> int:
    return sum(row.shares for row in held(record_at) if row.party_id == party.pk)


@pytest.fixture
def party() -> Party:
    return make_holder().party


@pytest.mark.parametrize(
    ("effective_on", "entered_at", "shares"),
    [
        (date(2026, 6, 12), RECORD_AT, 100),
        (date(2026, 6, 12), RECORD_AT + timedelta(microseconds=1), 0),
        (date(2026, 6, 1), RECORD_AT + MINUTE, 0),
        (date(2026, 6, 13), RECORD_AT - MINUTE, 0),
    ],
)
def test_entry_counts_by_its_day_and_the_moment_it_was_entered(
    party: Party, effective_on: date, entered_at: datetime, shares: int
) -> None:
    issue(party, 100, effective_on=effective_on, entered_at=entered_at)

    assert shares_of(party) == shares


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (RECORD_AT, date(2026, 6, 12)),
        (datetime(2026, 6, 12, 0, 0, tzinfo=LONDON), date(2026, 6, 11)),
        (datetime(2026, 6, 12, 0, 0, 0, 1, tzinfo=LONDON), date(2026, 6, 12)),
        (datetime(2026, 6, 11, 23, 30, tzinfo=ZoneInfo("UTC")), date(2026, 6, 12)),  # half past midnight in London
    ],
)
def test_record_day_is_the_companys_own(moment: datetime, day: date) -> None:
    assert record_day(moment) == day


def test_holding_is_one_row_over_parts_and_designations_of_one_class(party: Party) -> None:
    for designation in ("", "T.O'B."):
        issue(party, 10, effective_on=date(2026, 6, 1), entered_at=RECORD_AT - MINUTE, designation=designation)
    issue(party, 7, effective_on=date(2026, 6, 1), entered_at=RECORD_AT - MINUTE, code="C")

    assert held() == [RecordHolding(party.member.pk, party.member.number, party.pk, 20, "GB", "person")]
    assert [row.shares for row in held(code="C")] == [7]


def test_holders_are_told_by_member_number_and_kind() -> None:
    first, second = (make_holder().party for _number in range(2))
    with atomic():
        joint = make_joint_party(holders=[first, second], by=None, at=clock.now())
        firm = make_organisation(
            name="Cask Ltd", number="", representatives=[], language="en", by=None, at=clock.now(), country="DE"
        )
    for party in (joint, firm, first):
        issue(party, 5, effective_on=date(2026, 6, 1), entered_at=RECORD_AT - MINUTE, country="FR")

    assert [(row.number, row.country, row.kind) for row in held()] == [
        (1, "FR", "person"), (2, "DE", "organisation"), (3, "GB", "person"),
    ]  # fmt: skip


def test_country_without_a_contact_is_that_of_the_register_as_it_was(party: Party) -> None:
    PrivateContact.objects.filter(party=party).update(country="")
    issue(party, 5, effective_on=date(2026, 6, 1), entered_at=RECORD_AT - 3 * MINUTE, country="FR")
    issue(party, 5, effective_on=date(2026, 6, 2), entered_at=RECORD_AT - 2 * MINUTE, country="IE")
    issue(party, 5, effective_on=date(2026, 6, 20), entered_at=RECORD_AT - MINUTE, country="DE")
    issue(party, 5, effective_on=date(2026, 6, 3), entered_at=RECORD_AT + MINUTE, country="VN")

    assert [(row.shares, row.country) for row in held()] == [(10, "IE")]


def test_hash_of_the_register_is_the_last_one_known_then(party: Party) -> None:
    before = register_sha256_at(RECORD_AT)
    issue(party, 5, effective_on=date(2026, 6, 1), entered_at=RECORD_AT)
    issue(party, 5, effective_on=date(2026, 6, 1), entered_at=RECORD_AT + MINUTE)

    assert (before, register_sha256_at(RECORD_AT)) == ("", RegisterBatch.objects.get(sequence=1).sha256)
