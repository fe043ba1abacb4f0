"""Races for a payment run and for the bank's news, each first shown to happen with its lock off."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Party, User
from core import audit, clock
from core.errors import constraint_name
from core.jobs import engine
from core.models import AuditRecord, Job
from core.transactions import atomic
from dividends.errors import PaidElsewhere
from dividends.models import PayoutLine
from dividends.services import paying
from dividends.services.paying import prepare_again, prepare_dividend_run
from payments.enums import PayoutState, RunState
from payments.errors import RunChanged, RunDraftWaits, SomebodyDecided
from payments.gateways.current import current_payout_gateway
from payments.models import BankMandate, Payout, PayoutNews, PayoutRun, SandboxTransfer
from payments.rules.bank_details import uk_details
from payments.services import payout_runs, payout_sweeping, payouts
from payments.services.mandates import give_mandate
from payments.services.payout_runs import approve_run, cancel_run
from payments.services.payout_sweeping import begin_due_runs, read_news
from tests.factories.banking import make_mandate
from tests.factories.dividends import make_dividend
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import make_holder, make_staff
from tests.payments import fake_payout_purpose
from tests.payments.fake_payout_purpose import told
from tests.races.crowd import as_owner, meeting, patient, together

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed_db")]
AT_ONCE = 4


@pytest.fixture(autouse=True)
def our_purpose(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A purpose of the tests' own; put off means met again at once."""
    settings.PAYOUT_HANDLERS = {
        **settings.PAYOUT_HANDLERS,
        fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS,
    }
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(engine, "PUT_OFF_SECONDS", -1)


def unlocked(rows: Any, **lookup: Any) -> Any:
    """Stand in for `core.locks.lock` with the lock off."""
    return rows.get(**lookup)


def approving(run: PayoutRun, by: User) -> Callable[[], PayoutRun]:
    def act() -> PayoutRun:
        with atomic():
            return approve_run(run=run, sha256=run.rows_sha256, by=by, at=clock.now())

    return act


def let_both_read_before_either_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payout_runs, "lock", unlocked)
    monkeypatch.setattr(payout_runs, "rows_sha256", meeting(payout_runs.rows_sha256, 2))


def approvals() -> int:
    return AuditRecord.objects.filter(verb="payout_run_approved").count()


def test_two_directors_without_lock_and_law_both_approve(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run([make_payee()])
    as_owner("DROP TRIGGER run_keeps_its_terms ON payments_payoutrun")
    let_both_read_before_either_writes(monkeypatch)

    together([approving(run, make_staff("director")) for _turn in range(2)])

    assert approvals() == 2


def test_two_directors_without_lock_are_stopped_by_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run([make_payee()])
    let_both_read_before_either_writes(monkeypatch)

    results = together([approving(run, make_staff("director")) for _turn in range(2)])

    broken = [constraint_name(result) for result in results if isinstance(result, Exception)]
    assert (broken, approvals()) == (["run_approval_stands"], 1)


def test_two_directors_at_once_approve_once_and_the_others_read_who_did() -> None:
    run = make_run([make_payee()])
    directors = [make_staff("director") for _turn in range(AT_ONCE)]

    results = together([patient(approving(run, director)) for director in directors])

    winner = PayoutRun.objects.get().approved_by
    assert winner is not None
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [SomebodyDecided] * (AT_ONCE - 1)
    assert {error.who for error in refused if isinstance(error, SomebodyDecided)} == {winner.email}
    assert approvals() == 1


def test_approve_and_cancel_at_once_pay_nobody() -> None:
    run = make_run([make_payee()])

    def cancelling() -> PayoutRun:
        with atomic():
            return cancel_run(run=run, reason="wrong day", by=make_staff("finance"), at=clock.now())

    results = together([patient(approving(run, make_staff("director"))), patient(cancelling)])
    drive()

    assert isinstance(results[0], PayoutRun | SomebodyDecided)
    assert isinstance(results[1], PayoutRun)
    assert (states(run), SandboxTransfer.objects.count()) == (["cancelled"], 0)


def change_details(party: Party) -> BankMandate:
    """Give other details as the holder does: they may not be used for a week."""
    details = uk_details(sort_code="601613", account_number="31929999", holder_name="Somebody")
    with atomic():
        return give_mandate(party=party, details=details, by=make_holder(), at=clock.now())


def approve_while_details_change(party: Party, monkeypatch: pytest.MonkeyPatch) -> PayoutRun:
    """The change is committed after service and database compared the rows, and before the approval is committed."""
    run = make_run([party])

    def recorded_then_changed(*, verb: str, **told: Any) -> AuditRecord:
        if verb == "payout_run_approved":
            (error,) = together([lambda: change_details(party)])
            assert isinstance(error, BankMandate), error
        return audit.record(verb=verb, **told)

    monkeypatch.setattr(payout_runs, "audit", SimpleNamespace(record=recorded_then_changed))
    return approving(run, make_staff("director"))()


def test_approval_during_a_change_of_details_pays_the_old_ones_where_nobody_looks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(payouts, "reason_to_hold", lambda _mandate: "")

    approve_while_details_change(make_payee(ending="4471"), monkeypatch)
    drive()

    assert SandboxTransfer.objects.get().ending == "4471"


def test_approval_during_a_change_of_details_pays_neither_the_old_ones_nor_the_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = approve_while_details_change(make_payee(), monkeypatch)
    drive()

    assert (states(run), SandboxTransfer.objects.count()) == (["held"], 0)
    assert Payout.objects.get().reason == "details_changed"


def test_approve_and_change_of_details_at_once_pay_nobody() -> None:
    party = make_payee()
    run = make_run([party])

    approved, changed = together(
        [patient(approving(run, make_staff("director"))), patient(lambda: change_details(party))]
    )
    drive()

    assert isinstance(changed, BankMandate)
    assert (type(approved), states(run)) in [(PayoutRun, ["held"]), (RunChanged, ["ready"])]
    assert SandboxTransfer.objects.count() == 0


def test_two_drafts_at_once_without_the_law_pay_twice() -> None:
    party, maker, director = make_payee(), make_staff("finance"), make_staff("director")
    as_owner("DROP INDEX run_one_draft_per_purpose")

    for run in together([lambda: make_run([party], by=maker)] * 2):
        approving(run, director)()
    drive()

    assert SandboxTransfer.objects.count() == 2


def test_two_drafts_at_once_are_one() -> None:
    party, maker = make_payee(), make_staff("finance")

    results = together([lambda: make_run([party], by=maker)] * AT_ONCE)

    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [RunDraftWaits] * (AT_ONCE - 1)
    assert (PayoutRun.objects.count(), Payout.objects.count()) == (1, 1)


def make_failed_dividend() -> Payout:
    """A dividend of one holder whose account turned out to be closed: it is owed again."""
    made = make_dividend(holdings=(2000,), pay_on=clock.today())
    party = made.members[0].party
    assert party is not None
    assert made.declaration is not None
    make_mandate(party, ending="0020")
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())
    approving(run, made.director)()
    drive()
    return Payout.objects.get(state=PayoutState.FAILED)


def paying_again(payout: Payout) -> Callable[[], PayoutRun]:
    finance = make_staff("finance")

    def act() -> PayoutRun:
        with atomic():
            return prepare_again(payout=payout, by=finance, at=clock.now(), same_account=True)

    return act


def let_both_find_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read what is owed before either has drafted its payment."""
    found = paying.payable
    monkeypatch.setattr(paying, "lock", unlocked)
    monkeypatch.setattr(paying, "take_turn_paying", lambda _currency: None)
    monkeypatch.setattr(paying, "payable", meeting(lambda *args, **kwargs: list(found(*args, **kwargs)), 2))


def standing_lines() -> int:
    return PayoutLine.objects.filter(released_at=None).count()


def test_paying_again_twice_without_locks_and_laws_pays_one_debt_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    payout = make_failed_dividend()
    let_both_find_it_open(monkeypatch)
    as_owner("DROP INDEX run_one_draft_per_purpose")
    as_owner("DROP INDEX payout_line_pays_once")

    together([paying_again(payout)] * 2)

    assert (standing_lines(), PayoutRun.objects.filter(state=RunState.DRAFT).count()) == (2, 2)


def test_paying_again_twice_is_stopped_by_the_law_of_the_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    payout = make_failed_dividend()
    let_both_find_it_open(monkeypatch)
    as_owner("DROP INDEX run_one_draft_per_purpose")

    results = together([paying_again(payout)] * 2)

    assert [type(result) for result in results if isinstance(result, Exception)] == [PaidElsewhere]
    assert standing_lines() == 1


def test_paying_again_pressed_at_once_drafts_one_run_and_says_that_it_waits() -> None:
    payout = make_failed_dividend()

    results = together([patient(paying_again(payout))] * AT_ONCE)

    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [RunDraftWaits] * (AT_ONCE - 1)
    assert (standing_lines(), PayoutRun.objects.filter(state=RunState.DRAFT).count()) == (1, 1)


def let_both_sweeps_find_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payout_runs, "lock", unlocked)
    monkeypatch.setattr(payout_runs.jobs, "start", meeting(payout_runs.jobs.start, 2))


def test_sweeps_without_lock_and_law_begin_a_run_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    approve(make_run([make_payee()]))
    let_both_sweeps_find_the_run(monkeypatch)
    as_owner("DROP TRIGGER run_keeps_its_facts ON payments_payoutrun")

    together([begin_due_runs] * 2)

    assert Job.objects.count() == 2


def test_sweeps_without_the_lock_are_stopped_by_the_law_of_one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    approve(make_run([make_payee()]))
    let_both_sweeps_find_the_run(monkeypatch)

    together([begin_due_runs] * 2)

    assert Job.objects.count() == 1


def test_sweeps_at_once_begin_a_run_once() -> None:
    run = approve(make_run([make_payee()]))

    results = together([begin_due_runs] * AT_ONCE)

    assert results == [None] * AT_ONCE
    assert PayoutRun.objects.get(pk=run.pk).job == Job.objects.get()


def make_news(number: int) -> PayoutRun:
    """Payouts the bank has paid, of which it has not told us yet."""
    run = approve(make_run([make_payee() for _turn in range(number)]))
    begin_due_runs()
    engine.run()
    assert states(run) == ["sent"] * number
    current_payout_gateway("sandbox").changes_since(0, limit=1)  # now they are paid; to be told is another matter
    return run


def let_everybody_read_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two read the same news, and both find the payout as it was before."""
    claimed = "AND (claimed_until IS NULL OR claimed_until < clock_timestamp())"
    assert claimed in payout_sweeping.CLAIM_NEWS
    monkeypatch.setattr(payout_sweeping, "CLAIM_NEWS", payout_sweeping.CLAIM_NEWS.replace(claimed, ""))
    monkeypatch.setattr(payouts, "lock", unlocked)
    monkeypatch.setattr(payouts, "compare", meeting(payouts.compare, 2))


def test_sweeps_without_claim_lock_and_law_tell_one_payment_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    make_news(1)
    let_everybody_read_the_news(monkeypatch)
    as_owner("DROP TRIGGER payout_keeps_its_terms ON payments_payout")

    together([lambda: read_news("sandbox")] * 2)

    assert told(Payout.objects.get()) == ["sent", "settled", "settled"]


def test_sweeps_without_claim_and_lock_are_stopped_by_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    make_news(1)
    let_everybody_read_the_news(monkeypatch)

    together([lambda: read_news("sandbox")] * 2)

    parked = AuditRecord.objects.filter(verb="payout_news_parked").values_list("detail__differing", flat=True)
    assert (list(parked), told(Payout.objects.get())) == ([["IntegrityError"]], ["sent", "settled"])


def test_sweeps_at_once_take_each_change_once() -> None:
    run = make_news(12)

    read = together([lambda: read_news("sandbox")] * AT_ONCE)

    assert sum(read) == 12
    assert [told(payout) for payout in Payout.objects.filter(run=run)] == [["sent", "settled"]] * 12
    assert PayoutNews.objects.get().claimed_until is None
