"""A file of a cancelled run that the bank may have all the same: one person alone never has the same paid twice."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from core import clock
from core.transactions import atomic
from dividends.services.paying import prepare_dividend_run
from dividends.services.royalties_paying import prepare_royalty_run
from payments.enums import RunState
from payments.errors import FileTakenByYou
from payments.models import PayoutRun
from payments.queries.payout_runs import changes_since_last
from payments.services.bank_files import make_bank_file, take_bank_file
from payments.services.payout_runs import cancel_run
from portal.queries.office_payout_files import files_before
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.dividends import Dividend, make_dividend, next_dividend
from tests.factories.payouts import approve, drive
from tests.factories.people import make_staff, sign_in_staff
from tests.factories.royalties import make_agreement, make_round, make_sales

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def dividend(holdings: Sequence[int] = (400, 1000)) -> Dividend:
    """A dividend of 10.00 and 25.00 that is due, and everybody's bank details."""
    made = make_dividend(holdings=holdings, pay_on=clock.today())
    for member in made.members:
        assert member.party is not None
        make_mandate(member.party)
    return made


def prepared(made: Dividend, *, route: str = "csv") -> PayoutRun:
    with atomic():
        return prepare_dividend_run(declaration=made.declaration, route=route, by=made.finance, at=clock.now())


def with_file(run: PayoutRun, *, by: User, taken_by: User | None = None) -> PayoutRun:
    """Let a director approve the run and ``by`` make its file; ``taken_by`` takes it away."""
    approve(run)
    with atomic():
        run = make_bank_file(run=run, by=by, at=clock.now())
    if taken_by is not None:
        with atomic():
            take_bank_file(run=run, by=taken_by, at=clock.now())
    return run


def cancel(run: PayoutRun, *, by: User) -> PayoutRun:
    with atomic():
        return cancel_run(run=run, reason="A mistake", by=by, at=clock.now(), file_not_at_bank=True)


@pytest.mark.parametrize("had", ["prepared the run", "made the file", "took the file"])
def test_run_whose_file_was_taken_is_not_cancelled_by_who_had_it(had: str) -> None:
    made = dividend()
    maker, taker = make_staff("finance"), make_staff("finance")
    run = with_file(prepared(made), by=maker, taken_by=taker)
    person = {"prepared the run": made.finance, "made the file": maker, "took the file": taker}[had]

    with pytest.raises(FileTakenByYou, match=taker.email):
        cancel(run, by=person)

    run.refresh_from_db()
    assert run.state == RunState.APPROVED


def test_second_person_cancels_a_run_whose_file_was_taken() -> None:
    made = dividend()
    run = with_file(prepared(made), by=made.finance, taken_by=made.finance)

    cancelled = cancel(run, by=make_staff("finance"))

    assert cancelled.state == RunState.CANCELLED


def test_run_whose_file_nobody_took_is_cancelled_by_its_maker() -> None:
    made = dividend()
    run = with_file(prepared(made), by=made.finance)

    assert cancel(run, by=made.finance).state == RunState.CANCELLED


def test_page_tells_who_had_the_file_that_another_must_cancel() -> None:
    made = dividend()
    run = with_file(prepared(made), by=made.finance, taken_by=made.finance)
    address = reverse("office:payout_cancel", args=[run.public_id])

    refused = sign_in_staff(made.finance).get(address)
    offered = sign_in_staff(made.director).get(address)

    assert refused.context["refusal"] == str(FileTakenByYou(made.finance.email))
    assert offered.context["refusal"] == ""


def test_director_reads_of_the_file_that_pays_the_same() -> None:
    made = dividend()
    first = cancel(with_file(prepared(made), by=made.finance, taken_by=made.finance), by=made.director)
    again = prepared(made)

    page = sign_in_staff(made.director).get(reverse("office:payout_approve", args=[again.public_id]))

    files = [(row.run, row.taken_by, row.payees, row.sum_minor) for row in page.context["before"].files]
    assert files == [(first, made.finance.email, 2, 3500)]
    assert "If the bank has such a file, it pays twice. Ask the bank before you approve." in text(page)


def test_only_the_debts_in_both_runs_are_counted() -> None:
    made = dividend()
    party = made.members[0].party
    assert party is not None
    party.bank_mandates.update(ended_at=clock.now(), ended_how="withdrawn")
    first = cancel(with_file(prepared(made), by=made.finance), by=made.finance)
    make_mandate(party)

    again = prepared(made)

    assert [(row.run, row.taken_by, row.payees, row.sum_minor) for row in files_before(again)] == [(first, "", 1, 2500)]


def test_run_cancelled_before_it_had_a_file_is_not_told_of() -> None:
    made = dividend()
    cancel(approve(prepared(made)), by=made.finance)

    assert files_before(prepared(made)) == []


def test_file_of_royalties_that_pays_the_same_is_told_of() -> None:
    person, finance = make_person(), make_staff("finance")
    make_mandate(person)
    make_sales(make_agreement(creators=[(person, 1)]).beer, net_minor=100_000)
    issue = make_round(pay_on=clock.today())
    runs = []
    for _time in range(2):
        with atomic():
            runs.append(prepare_royalty_run(issue=issue, route="csv", by=finance, at=clock.now()))
        if len(runs) == 1:
            cancel(with_file(runs[0], by=finance, taken_by=finance), by=make_staff("director"))

    found = [(row.run, row.taken_by, row.payees, row.sum_minor) for row in files_before(runs[1])]

    assert found == [(runs[0], finance.email, 1, 1000)]


def test_cancelled_run_is_never_the_last_run() -> None:
    made = dividend()
    cancel(approve(prepared(made)), by=made.finance)

    assert changes_since_last(prepared(made)).previous_run is None


def test_last_run_is_the_one_before_that_was_not_cancelled(settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    made = dividend()
    paid = approve(prepared(made, route="sandbox"))
    drive()
    later = next_dividend(made, pay_on=clock.today())
    cancel(approve(prepared(later)), by=made.finance)

    assert changes_since_last(prepared(later)).previous_run == paid
