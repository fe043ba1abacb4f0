"""The register on any day as known at any moment, held against a plain folding of its entries."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.services.people import register_person
from core import clock
from core.transactions import atomic
from equity.integrity import broken_chain, findings
from equity.models import Member, MemberParticulars, RegisterAccount, RegisterBatch, RegisterEntry
from equity.queries.register import register_on
from equity.rules.digests import FIRST, batch_header, batch_sha256
from equity.services.register import Issue, write_issues
from tests.factories.equity import make_company, make_share_class

pytestmark = pytest.mark.django_db
FIRST_DAY = date(2026, 1, 1)
BATCHES = st.lists(
    st.tuples(
        st.integers(0, 20),  # effective on the first day plus so many
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 1000)), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=6,
)


def holders(number: int = 4) -> list:
    return [
        register_person(name=f"Ada Holder{chr(65 + i)}", language="en", by=None, at=clock.now()) for i in range(number)
    ]


def write(people, share_class, day: date, issues) -> datetime:
    """Enter one batch; return the moment at which it was entered."""
    written = write_issues(
        share_class=share_class,
        issues=[
            Issue(people[person], (people[person].display_name,), "1 Lock Lane, Tarn", "GB", quantity, quantity * 10)
            for person, quantity in issues
        ],
        effective_on=day,
        reference="BM 1",
        by=None,
        at=clock.now(),
    )
    return written.batch.entered_at


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES, on_offset=st.integers(-1, 21), known=st.integers(0, 6))
def test_register_on_equals_a_plain_folding(batches, on_offset: int, known: int) -> None:
    with atomic():
        make_company()
        people, share_class = holders(), make_share_class()
        moments = [clock.now()]
        for day_offset, issues in batches:
            moments.append(write(people, share_class, FIRST_DAY + timedelta(days=day_offset), issues))
        on, known_at = FIRST_DAY + timedelta(days=on_offset), moments[min(known, len(batches))]

        found = Counter({row.names[0]: row.quantity for row in register_on(on, known_at=known_at)})

        expected: Counter[str] = Counter()
        for (day_offset, issues), entered_at in zip(batches, moments[1:], strict=True):
            if FIRST_DAY + timedelta(days=day_offset) <= on and entered_at <= known_at:
                for person, quantity in issues:
                    expected[people[person].display_name] += quantity
        assert found == expected
        assert list(findings()) == []
        raise_rollback()


def raise_rollback() -> None:
    """Give the next example an empty register."""
    transaction.set_rollback(True)


def test_entered_at_strictly_increases_when_the_moments_do_not() -> None:
    make_company()
    people, share_class, at = holders(1), make_share_class(), clock.now()

    with atomic():
        for _turn in range(3):
            issue = Issue(people[0], ("Ada HolderA",), "1 Lock Lane", "GB", 1, 0)
            write_issues(share_class=share_class, issues=[issue], effective_on=FIRST_DAY, reference="x", by=None, at=at)

    moments = list(RegisterBatch.objects.order_by("sequence").values_list("entered_at", flat=True))
    assert moments == sorted(set(moments))


def test_batch_hash_can_be_recomputed_from_what_is_exported() -> None:
    make_company()
    people, share_class = holders(2), make_share_class()
    with atomic():
        write(people, share_class, FIRST_DAY, [(0, 5), (1, 7)])
    batch = RegisterBatch.objects.get()

    parties = [person.public_id for person in people]
    rows = [
        (1, "unissued", "1", "B", 5, "2026-01-01", 50, ""),
        (2, "unissued", "2", "B", 7, "2026-01-01", 70, ""),
        ("particulars", 1, parties[0], '["Ada HolderA"]', '"1 Lock Lane, Tarn"', "GB", "2026-01-01"),
        ("particulars", 2, parties[1], '["Ada HolderB"]', '"1 Lock Lane, Tarn"', "GB", "2026-01-01"),
    ]

    header = batch_header(batch.sequence, batch.kind, batch.reference, batch.entered_at)
    assert batch.previous_sha256 == FIRST
    assert batch.sha256 == batch_sha256(FIRST, header, rows)


TAMPERINGS = {
    "quantity": ("registerentry", "UPDATE equity_registerentry SET quantity = 6"),
    "day": ("registerentry", "UPDATE equity_registerentry SET effective_on = '2026-01-02'"),
    "names": ("memberparticulars", """UPDATE equity_memberparticulars SET names = '["Eve Weir"]'"""),
    "address": ("memberparticulars", "UPDATE equity_memberparticulars SET service_address = '2 Weir'"),
    "country": ("memberparticulars", "UPDATE equity_memberparticulars SET country = 'IE'"),
    "since": ("memberparticulars", "UPDATE equity_memberparticulars SET effective_on = '2025-01-01'"),
    "nobody": ("memberparticulars", "DELETE FROM equity_memberparticulars"),
    "party": ("member", "UPDATE equity_member SET party_id = (SELECT max(id) FROM accounts_party)"),
    "number": ("member", "UPDATE equity_member SET number = 9"),
    "designation": ("registeraccount", "UPDATE equity_registeraccount SET designation = 'X' WHERE member_id > 0"),
}


def tamper(table: str, sql: str) -> None:
    """Change a book as its owner could, with its trigger off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        cursor.execute(f"ALTER TABLE equity_{table} DISABLE TRIGGER equity_{table}_append_only")
        cursor.execute(sql)
        cursor.execute(f"ALTER TABLE equity_{table} ENABLE TRIGGER equity_{table}_append_only")


@pytest.mark.parametrize("what", TAMPERINGS)
def test_register_changed_behind_our_back_breaks_the_chain(what: str) -> None:
    make_company()
    people, share_class = holders(2), make_share_class()
    with atomic():
        write(people, share_class, FIRST_DAY, [(0, 5)])
    assert list(broken_chain()) == []

    tamper(*TAMPERINGS[what])

    assert list(broken_chain()) == ["equity: register batch 1 was changed: its hash does not match its entries"]


def test_shares_moved_to_another_members_account_break_the_chain() -> None:
    make_company()
    people, share_class = holders(2), make_share_class()
    with atomic():
        write(people, share_class, FIRST_DAY, [(0, 5)])
        write(people, make_share_class(code="C"), FIRST_DAY, [(1, 5)])

    tamper(
        "registeraccount",
        "UPDATE equity_registeraccount SET member_id = (SELECT id FROM equity_member WHERE number = 2)"
        " WHERE member_id = (SELECT id FROM equity_member WHERE number = 1)",
    )

    assert list(broken_chain()) == ["equity: register batch 1 was changed: its hash does not match its entries"]


def test_particulars_slipped_in_without_a_batch_are_found() -> None:
    make_company()
    people, share_class = holders(1), make_share_class()
    with atomic():
        write(people, share_class, FIRST_DAY, [(0, 5)])

    MemberParticulars.objects.create(
        member=Member.objects.get(),
        names=["Eve Weir"],
        name_sort="weir",
        service_address="2 Weir",
        country="GB",
        effective_on=FIRST_DAY,
        entered_at=clock.now(),
    )

    assert list(broken_chain()) == ["equity: particulars of member 1 came with no register batch"]


def test_account_of_the_register_is_never_changed() -> None:
    make_company()
    people, share_class = holders(1), make_share_class()
    with atomic():
        write(people, share_class, FIRST_DAY, [(0, 5)])

    with pytest.raises(ProgrammingError, match="permission denied"), atomic():
        RegisterAccount.objects.update(designation="")


@pytest.mark.parametrize("quantity", [0, -1])
def test_entry_without_shares_is_refused_by_the_database(quantity: int) -> None:
    make_company()
    people, share_class = holders(1), make_share_class()

    with pytest.raises(IntegrityError), atomic():
        write(people, share_class, FIRST_DAY, [(0, quantity)])


def test_two_issues_to_one_holder_make_one_member_and_two_lots() -> None:
    make_company()
    people, share_class = holders(1), make_share_class()

    with atomic():
        write(people, share_class, FIRST_DAY, [(0, 5), (0, 7)])

    (row,) = register_on(FIRST_DAY, known_at=clock.now())
    assert (row.quantity, row.paid_minor) == (12, 120)
    assert RegisterEntry.objects.count() == 2
