"""Paying creators: one run, once each, returned money owed again, books that prove it."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Party
from core import clock
from core.models import OutgoingMail
from core.transactions import atomic
from dividends.integrity_royalties import royalty_findings
from dividends.models import RoyaltyPayoutLine, RoyaltyRound, RoyaltyStatement
from dividends.queries.royalties_owed import royalties_owed
from dividends.services.royalties_paying import prepare_royalty_again, prepare_royalty_run
from ledger.models import Account, Movement
from ledger.queries.balances import balances
from payments.errors import NothingToPay, RunDraftWaits
from payments.models import PayoutRun
from payments.services.payout_runs import cancel_run
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.payouts import approve, drive, make_run, states
from tests.factories.people import make_staff
from tests.factories.royalties import make_adopted, make_agreement, make_beer, make_files, make_round, make_sales

pytestmark = pytest.mark.django_db
# Accounts at the sandbox bank that are paid, refused at once, and fail after the bank took the order.
REFUSED_AT_ONCE, FAILS_LATER = "0010", "0020"
LATER = (date(2025, 4, 1), date(2025, 7, 1))


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0


def announced(*endings: str, net_minor: int = 100_000) -> RoyaltyRound:
    """Issue statements for creators of one beer, with bank details that end so; empty for none."""
    people = [make_person() for _one in endings]
    for person, ending in zip(people, endings, strict=True):
        if ending:
            make_mandate(person, ending=ending)
    part = Fraction(1, len(people))
    agreement = make_agreement(creators=[(person, part) for person in people])
    make_sales(agreement.beer, net_minor=net_minor)
    return make_round(pay_on=clock.today())


def draft(issue: RoyaltyRound) -> PayoutRun:
    with atomic():
        return prepare_royalty_run(issue=issue, route="sandbox", by=make_staff("finance"), at=clock.now())


def balance_of(code: str) -> int:
    return next((one.balance_minor for one in balances() if one.code == code), 0)


def payable_of(party: Party) -> int:
    return abs(balance_of(f"royalty_payable:GBP:{party.public_id}"))


def test_announced_is_paid_once_and_the_books_are_clean() -> None:
    issue = announced("4471", "4472")
    make_files()

    run = approve(draft(issue))
    drive()

    assert states(run) == ["settled", "settled"]
    assert [payable_of(row.party) for row in RoyaltyStatement.objects.all()] == [0, 0]
    assert (abs(balance_of("bank:GBP")), balance_of("payout_clearing:GBP")) == (1000, 0)
    assert list(royalty_findings()) == []


def test_creator_reads_the_statement_on_the_bank_statement() -> None:
    run = draft(announced("4471"))

    assert [payout.reference for payout in run.payouts.all()] == ["ROYALTY R-000001"]


def test_statements_of_one_creator_are_one_payout() -> None:
    person = make_person()
    make_mandate(person)
    beer = make_beer()
    for kind in ("recipe", "name"):
        make_agreement(adoption=make_adopted(kind, author=person), beer=beer)
    make_sales(beer)

    run = draft(make_round(pay_on=clock.today()))

    payout = run.payouts.get()
    assert (payout.amount_minor, payout.royalty_lines.count()) == (2000, 2)


def test_without_bank_details_it_waits_and_goes_with_the_next_run() -> None:
    issue = announced("4471", "")
    run = approve(draft(issue))
    drive()
    waiting = royalties_owed("GBP", usable_at=clock.now())

    make_mandate(RoyaltyStatement.objects.get(number=2).party)
    again = draft(issue)

    assert (states(run), [(row.what, row.sum_minor) for row in waiting]) == (["settled"], [("waiting", 500)])
    assert [payout.amount_minor for payout in again.payouts.all()] == [500]


def test_new_details_are_not_paid_before_they_may_be_used() -> None:
    issue = announced("")
    make_mandate(RoyaltyStatement.objects.get().party, usable_from=clock.now() + timedelta(days=7))

    with pytest.raises(NothingToPay):
        draft(issue)


def test_later_rounds_wait_for_their_day() -> None:
    first = announced("4471")
    agreement = RoyaltyStatement.objects.get().agreement
    make_sales(agreement.beer, period=(date(2025, 4, 1), date(2025, 7, 1)))
    make_round(pay_on=clock.today() + timedelta(days=30), period_to=clock.today() + timedelta(days=2))

    run = draft(first)

    assert run.total_minor == 1000


def test_draft_waits_for_another_person() -> None:
    draft(announced("4471"))
    later = announced("4472")

    with pytest.raises(RunDraftWaits):
        draft(later)


@pytest.mark.parametrize("ending", [REFUSED_AT_ONCE, FAILS_LATER])
def test_refused_by_the_bank_is_owed_again_and_told_in_words(ending: str) -> None:
    issue = announced(ending)
    make_files()
    run = approve(draft(issue))
    drive()
    person = RoyaltyStatement.objects.get().party

    found = royalties_owed("GBP", usable_at=clock.now())

    assert (states(run), [row.sum_minor for row in found], payable_of(person)) == (["failed"], [1000], 1000)
    assert OutgoingMail.objects.filter(kind="royalty.returned", to=person.contact.email).count() == 1
    assert list(royalty_findings()) == []


def test_held_because_details_changed_is_owed_again_and_told() -> None:
    issue = announced("4471", "4472")
    make_files()
    run = approve(draft(issue))
    statement = RoyaltyStatement.objects.order_by("pk")[0]
    make_mandate(statement.party, ending="9900", usable_from=clock.now() + timedelta(days=7))

    drive()

    mail = OutgoingMail.objects.get(kind="royalty.held")
    assert sorted(states(run)) == ["held", "settled"]
    assert (mail.to, mail.subject) == (statement.party.contact.email, "We held your creator's share back: £5.00")
    assert "£5.00 was about to go to your account ending 4471." in mail.text
    assert list(royalty_findings()) == []


def test_returned_can_be_sent_again_in_one_click() -> None:
    issue = announced(FAILS_LATER)
    run = approve(draft(issue))
    drive()
    person = RoyaltyStatement.objects.get().party
    make_mandate(person, ending="4471")

    with atomic():
        again = prepare_royalty_again(payout=run.payouts.get(), by=make_staff("finance"), at=clock.now())
    approve(again)
    drive()

    assert (states(again), payable_of(person), list(royalties_owed("GBP", usable_at=clock.now()))) == (
        ["settled"],
        0,
        [],
    )
    assert [str(one) for one in royalty_findings()] == []


def test_payment_that_arrived_is_not_sent_again_with_a_later_round() -> None:
    issue = announced("4471")
    run = approve(draft(issue))
    drive()
    make_sales(issue.statements.get().agreement.beer, period=LATER)
    make_round(pay_on=clock.today())

    with pytest.raises(NothingToPay), atomic():
        prepare_royalty_again(payout=run.payouts.get(), by=make_staff("finance"), at=clock.now())

    assert [row.sum_minor for row in royalties_owed("GBP", usable_at=clock.now())] == [1000]
    assert (states(run), PayoutRun.objects.count()) == (["settled"], 1)


def test_cancelled_run_leaves_everything_owed() -> None:
    issue = announced("4471")
    run = approve(draft(issue))
    with atomic():
        cancel_run(run=run, reason="Wrong day", by=make_staff("finance"), at=clock.now())

    assert RoyaltyPayoutLine.objects.get().released_at is not None
    assert [row.sum_minor for row in royalties_owed("GBP", usable_at=clock.now())] == [1000]


def test_database_pays_a_statement_once() -> None:
    draft(announced("4471"))
    line = RoyaltyPayoutLine.objects.get()

    with pytest.raises(IntegrityError, match="royalty_payout_pays_once"), atomic():
        RoyaltyPayoutLine.objects.create(statement_id=line.statement_id, payout_id=line.payout_id)


def test_database_pays_nothing_but_the_sum() -> None:
    issue = announced("4471")
    person = RoyaltyStatement.objects.get().party
    run = make_run([person], amounts=[999], purpose="royalty")

    with pytest.raises(IntegrityError, match="the sum of what its party is owed"), atomic():
        RoyaltyPayoutLine.objects.create(statement=issue.statements.get(), payout=run.payouts.get())


def test_proof_finds_what_was_changed() -> None:
    """The trigger is the first lock, this the second: here the book lacks an entry that it should hold."""
    issue = announced("4471")
    make_files()
    Movement.objects.create(
        entry=issue.statements.get().agreement.lines.get().entry,
        debit=Account.objects.get(code="royalty_expense:GBP"),
        credit=Account.objects.get(code__startswith="royalty_payable"),
        currency="GBP",
        amount_minor=7,
    )

    found = list(royalty_findings())

    assert [sentence.split(": ")[1] for sentence in found] == [
        "a royalty in the money book that is not so",
        "a creator whose balance is not what was earned less tax and payments",
    ]
