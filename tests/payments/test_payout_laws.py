"""What the database itself refuses about payment runs, payouts and attempts, to whoever reaches the tables."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from core import clock, jobs
from core.transactions import atomic
from payments.enums import AttemptOutcome, PayoutState, RunState
from payments.models import Payout, PayoutAttempt, PayoutRun
from tests.factories.payouts import approve, make_payee, make_run
from tests.payments.refusals import ANOTHER, MOMENT, meant, refusal, refusals, refused

pytestmark = pytest.mark.django_db
APPROVAL = {"approved_at": MOMENT, "approved_by_id": ANOTHER}
RUN_STATES: dict[str, dict[str, Any]] = {
    "draft": {},
    "approved": APPROVAL,
    "paying": {},
    "done": {"finished_at": MOMENT},
    "cancelled": {"cancelled_at": MOMENT, "cancel_reason": "a mistake"},
}
RUN_WAYS = {
    "draft": [],
    "approved": ["approved"],
    "paying": ["approved", "paying"],
    "done": ["approved", "paying", "done"],
    "cancelled": ["cancelled"],
}
RUN_STEPS = {
    "draft": {"approved", "paying", "done", "cancelled"},  # what a later state needs is another law's matter
    "approved": {"paying", "done", "cancelled"},
    "paying": {"done", "cancelled"},
    "done": set(),
    "cancelled": set(),
}
ENDED = {"ended_at": MOMENT, "reason": "other"}
STATES: dict[str, dict[str, Any]] = {
    "ready": {},
    "sending": {},
    "sent": {"sent_at": MOMENT, "provider_id": "tr_1"},
    "settled": {"settled_at": MOMENT},
    "returned": ENDED,
    "failed": ENDED,
    "held": ENDED,
    "cancelled": ENDED,
}
WAYS = {
    "ready": [],
    "sending": ["sending"],
    "sent": ["sending", "sent"],
    "settled": ["sending", "sent", "settled"],
    "returned": ["sending", "sent", "settled", "returned"],
    "failed": ["sending", "failed"],
    "held": ["held"],
    "cancelled": ["cancelled"],
}
STEPS = {
    "ready": {"sending", "sent", "held", "cancelled"},  # sent at once: a file is handed over whole
    "sending": {"sent", "failed", "held"},
    "sent": {"settled", "failed"},
    "settled": {"returned"},
    "returned": set(),
    "failed": set(),
    "held": set(),
    "cancelled": set(),
}


def make_run_in(state: str) -> PayoutRun:
    """Write a run of one payout and take it to the state; its job has nothing to do."""
    run = make_run([make_payee()])
    for step in RUN_WAYS[state]:
        job = {"job": jobs.start(kind="payouts", items=[], by=None, at=clock.now())} if step == "paying" else {}
        PayoutRun.objects.filter(pk=run.pk).update(state=step, **job, **meant(RUN_STATES[step]))
    return PayoutRun.objects.get(pk=run.pk)


def make_payout_in(state: str) -> Payout:
    """Write the payout of an approved run and take it to the state."""
    payout = Payout.objects.get(run=approve(make_run([make_payee()])))
    for step in WAYS[state]:
        Payout.objects.filter(pk=payout.pk).update(state=step, **meant(STATES[step]))
    return Payout.objects.get(pk=payout.pk)


def row_of(run: PayoutRun, **fields: Any) -> Payout:
    """Return another payout for the run, not written yet."""
    party = make_payee()
    row = {"run": run, "party": party, "mandate": party.bank_mandates.get(), "reference": "x", "amount_minor": 1}
    return Payout(**{**row, "currency": "GBP", **fields})


def attempt_at(payout: Payout, number: int = 1) -> PayoutAttempt:
    """Return an attempt at the payout, not written yet."""
    return PayoutAttempt(payout=payout, key=f"payout:{payout.public_id}:{number}", started_at=clock.now())


def make_attempt(outcome: str = "open") -> PayoutAttempt:
    """Write an attempt at a payout that is being sent, which ended so."""
    attempt = attempt_at(make_payout_in("sending"))
    attempt.save()
    if outcome != "open":
        PayoutAttempt.objects.update(**meant({"outcome": outcome, "ended_at": MOMENT}))
    return attempt


def test_run_approved_by_its_maker_is_refused() -> None:
    run = make_run([make_payee()])

    approval = {"state": RunState.APPROVED, "approved_at": MOMENT, "approved_by_id": run.prepared_by_id}

    assert refusal(PayoutRun, **approval) == "run_approved_by_another"


@pytest.mark.parametrize("state", ["approved", "paying", "done", "cancelled"])
def test_run_begins_as_a_draft(state: str) -> None:
    assert refused(make_run([make_payee()]), state=state) == "run_begins_as_draft"


@pytest.mark.parametrize("state", RUN_STATES)
def test_run_terms_never_change(state: str) -> None:
    make_run_in(state)
    terms = {
        "public_id": "x" * 22,
        "purpose": "royalty",
        "reference": "other",
        "currency": "EUR",
        "route": "csv",
        "rows_sha256": "0" * 64,
        "payouts_count": 2,
        "total_minor": 71,
        "not_before": MOMENT,
        "prepared_at": MOMENT,
        "prepared_by_id": ANOTHER,
    }

    assert refusals(PayoutRun, **terms) == dict.fromkeys(terms, "run_terms_never_change")


def test_run_is_called_what_the_director_read() -> None:
    make_run_in("approved")
    names = {"title": "Something else", "title_vi": "Khác"}

    assert refusals(PayoutRun, **names) == dict.fromkeys(names, "run_facts_never_change")


@pytest.mark.parametrize("changes", [{"approved_at": MOMENT}, {"approved_by_id": ANOTHER}, {"approved_at": None}])
def test_run_approval_stands(changes: dict[str, Any]) -> None:
    make_run_in("approved")

    assert refusal(PayoutRun, **changes) == "run_approval_stands"


@pytest.mark.parametrize("was", RUN_STATES)
def test_run_only_goes_forward(was: str) -> None:
    make_run_in(was)

    broken = {state: refusal(PayoutRun, state=state) for state in RUN_STATES.keys() - RUN_STEPS[was] - {was}}

    assert broken == dict.fromkeys(broken, "run_goes_forward")


@pytest.mark.parametrize(
    ("was", "changes"),
    [
        ("paying", {"job": None}),
        ("done", {"finished_at": MOMENT}),
        ("cancelled", {"cancelled_at": MOMENT}),
        ("cancelled", {"cancel_reason": "another"}),
        ("cancelled", {"cancelled_by_id": ANOTHER}),
    ],
)
def test_run_that_ended_stays_as_it_ended(was: str, changes: dict[str, Any]) -> None:
    make_run_in(was)

    assert refusal(PayoutRun, **changes) == "run_facts_never_change"


def test_run_file_that_the_bank_took_stands() -> None:
    approve(make_run([make_payee()], route="csv"))
    PayoutRun.objects.update(**meant({"file_sha256": "a" * 64, "file_made_at": MOMENT}))
    PayoutRun.objects.update(**meant({"handed_over_at": MOMENT, "handed_over_by_id": ANOTHER}))
    facts = {
        "file_sha256": "b" * 64,
        "file_made_at": MOMENT,
        "handed_over_at": MOMENT,
        "handed_over_by_id": ANOTHER,
    }

    assert refusals(PayoutRun, **facts) == dict.fromkeys(facts, "run_facts_never_change")


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"state": "approved"}, "run_approved_at_and_by_somebody"),
        (APPROVAL, "run_approved_at_and_by_somebody"),
        ({"state": "approved", "approved_at": MOMENT}, "run_approved_at_and_by_somebody"),
        ({"state": "paying", **APPROVAL}, "run_paying_has_a_job"),
        ({"state": "cancelled"}, "run_cancelled_says_why"),
        ({"state": "cancelled", "cancelled_at": MOMENT}, "run_cancelled_says_why"),
        ({"cancelled_at": MOMENT, "cancel_reason": "no"}, "run_cancelled_says_why"),
        ({"finished_at": MOMENT}, "run_finished_when_done"),
        ({"file_sha256": "a" * 64}, "run_file_made_at_a_moment"),
        ({"handed_over_at": MOMENT, "handed_over_by_id": ANOTHER}, "run_handed_over_by_somebody"),
    ],
)
def test_run_state_and_moments_belong_together(changes: dict[str, Any], law: str) -> None:
    make_run([make_payee()])

    assert refusal(PayoutRun, **changes) == law


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"route": "pigeon"}, "run_route_known"),
        ({"currency": "gbp"}, "run_currency_is_code"),
        ({"payouts_count": 0}, "run_pays_somebody"),
        ({"total_minor": 0}, "run_pays_somebody"),
        ({}, "run_one_draft_per_purpose"),
    ],
)
def test_draft_that_cannot_be_is_refused(fields: dict[str, Any], law: str) -> None:
    assert refused(make_run([make_payee()]), **fields) == law


@pytest.mark.parametrize("state", sorted(RUN_STATES.keys() - {"draft"}))
def test_payout_added_after_the_draft_is_refused(state: str) -> None:
    assert refused(row_of(make_run_in(state))) == "payout_comes_with_the_draft"


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"currency": "EUR"}, "payout_comes_with_the_draft"),
        ({"currency": "gbp"}, "payout_currency_is_code"),
        ({"amount_minor": 0}, "payout_amount_positive"),
        ({"amount_minor": -70}, "payout_amount_positive"),
        ({"state": "sending"}, "payout_begins_ready"),
    ],
)
def test_payout_that_cannot_be_is_refused(fields: dict[str, Any], law: str) -> None:
    assert refused(row_of(make_run([make_payee()]), **fields)) == law


def test_payout_to_the_details_of_somebody_else_is_refused() -> None:
    thief = make_payee()

    law = refused(row_of(make_run([make_payee()]), mandate=thief.bank_mandates.get()))

    assert law == "payout_goes_to_its_party"


def test_payout_of_one_party_twice_in_a_run_is_refused() -> None:
    assert refused(Payout.objects.get(run=make_run([make_payee()]))) == "payout_once_per_run_and_party"


@pytest.mark.parametrize("state", STATES)
def test_payout_terms_never_change(state: str) -> None:
    make_payout_in(state)
    thief = make_payee()
    terms = {
        "public_id": "x" * 22,
        "run": make_run([thief], purpose="royalty"),
        "party": thief,
        "mandate": thief.bank_mandates.get(),
        "reference": "other",
        "amount_minor": 71,
        "currency": "EUR",
    }

    assert refusals(Payout, **terms) == dict.fromkeys(terms, "payout_terms_never_change")


@pytest.mark.parametrize("was", STATES)
def test_payout_only_goes_forward(was: str) -> None:
    make_payout_in(was)

    broken = {state: refusal(Payout, state=state) for state in STATES.keys() - STEPS[was] - {was}}

    assert broken == dict.fromkeys(broken, "payout_goes_forward")


@pytest.mark.parametrize("becomes", ["sending", "sent"])
def test_payout_of_a_draft_is_not_sent(becomes: str) -> None:
    make_run([make_payee()])

    assert refusal(Payout, state=becomes, **STATES[becomes]) == "payout_of_an_approved_run"


@pytest.mark.parametrize(
    ("was", "changes"),
    [
        ("sent", {"provider_id": "tr_2"}),
        ("sent", {"provider_id": None}),
        ("sent", {"sent_at": MOMENT}),
        ("settled", {"settled_at": MOMENT}),
        ("settled", {"settled_at": None}),
        ("returned", {"reason": "name_mismatch"}),
        ("failed", {"reason": "account_closed"}),
        ("held", {"ended_at": MOMENT}),
        ("cancelled", {"ended_at": None, "reason": ""}),
    ],
)
def test_payout_facts_never_change(was: str, changes: dict[str, Any]) -> None:
    make_payout_in(was)

    assert refusal(Payout, **changes) == "payout_facts_never_change"


@pytest.mark.parametrize(
    ("was", "changes", "law"),
    [
        ("ready", {"sent_at": MOMENT}, "payout_sent_at_when_sent"),
        ("sending", {"sent_at": MOMENT}, "payout_sent_at_when_sent"),
        ("sending", {"state": "sent"}, "payout_sent_at_when_sent"),
        ("sending", {"settled_at": MOMENT}, "payout_settled_at_when_settled"),
        ("sent", {"state": "settled"}, "payout_settled_at_when_settled"),
        ("sending", {"state": "failed"}, "payout_ended_says_why"),
        ("sending", {"state": "failed", "ended_at": MOMENT}, "payout_ended_says_why"),
        ("ready", {"state": "held", "reason": "details_changed"}, "payout_ended_says_why"),
        ("sent", {"reason": "other"}, "payout_ended_says_why"),
        ("settled", ENDED, "payout_ended_says_why"),
    ],
)
def test_payout_state_and_moments_belong_together(was: str, changes: dict[str, Any], law: str) -> None:
    make_payout_in(was)

    assert refusal(Payout, **changes) == law


@pytest.mark.parametrize("state", sorted(STATES.keys() - {"sending"}))
def test_attempt_at_a_payout_that_is_not_being_sent_is_refused(state: str) -> None:
    assert refused(attempt_at(make_payout_in(state))) == "payout_attempt_of_one_being_sent"


def test_attempt_begins_open() -> None:
    payout = make_payout_in("sending")

    ends = set(AttemptOutcome.values) - {"open"}

    assert {refused(attempt_at(payout), outcome=end, ended_at=MOMENT) for end in ends} == {"payout_attempt_begins_open"}


def test_attempt_while_another_is_open_is_refused() -> None:
    assert refused(attempt_at(make_attempt().payout, number=2)) == "payout_attempt_one_open"


def test_attempt_under_a_key_that_was_used_is_refused() -> None:
    law = refused(attempt_at(make_attempt("server_error").payout, number=1))

    assert law == "payments_payoutattempt_key_key"


@pytest.mark.parametrize("outcome", AttemptOutcome.values)
def test_attempt_is_never_rewritten(outcome: str) -> None:
    make_attempt(outcome)
    facts = {"key": "other", "started_at": MOMENT}

    assert refusals(PayoutAttempt, **facts) == dict.fromkeys(facts, "payout_attempt_stands")


@pytest.mark.parametrize("changes", [{"outcome": "open", "ended_at": None}, {"outcome": "abandoned"}, {"detail": "x"}])
def test_attempt_ends_once(changes: dict[str, Any]) -> None:
    make_attempt("accepted")

    assert refusal(PayoutAttempt, **changes) == "payout_attempt_stands"


def test_attempt_ends_with_its_outcome() -> None:
    make_attempt()
    halves = {"ended_at": MOMENT, "outcome": "accepted"}

    assert refusals(PayoutAttempt, **halves) == dict.fromkeys(halves, "payout_attempt_ended_when_known")


@pytest.mark.parametrize("outcome", ["open", "accepted"])
def test_payout_of_which_the_bank_may_have_heard_is_not_held(outcome: str) -> None:
    make_attempt(outcome)

    assert refusal(Payout, state="held", **ENDED) == "payout_held_unheard"


@pytest.mark.parametrize("outcome", ["server_error", "refused", "abandoned"])
def test_payout_of_which_the_bank_holds_nothing_may_be_held(outcome: str) -> None:
    make_attempt(outcome)

    Payout.objects.update(state="held", **meant(ENDED))

    assert Payout.objects.get().state == PayoutState.HELD


INSUFFICIENT_PRIVILEGE, RESTRICT_VIOLATION = "42501", "23001"
TABLES = ["payments_bankmandate", "payments_payoutrun", "payments_payout", "payments_payoutattempt"]


def sqlstate_of(*statements: str) -> str:
    """Run the statements and return why the last is refused."""
    with atomic(), connection.cursor() as cursor:
        for statement in statements[:-1]:
            cursor.execute(statement)
        with pytest.raises(DatabaseError) as broken, atomic():
            cursor.execute(statements[-1])
        cursor.execute("SET LOCAL ROLE kilderkin_app")
    return str(getattr(broken.value.__cause__, "sqlstate", ""))


@pytest.mark.parametrize("table", TABLES)
def test_rows_of_money_out_are_deleted_by_nobody(table: str) -> None:
    make_attempt()
    roles = {
        "kilderkin_app": INSUFFICIENT_PRIVILEGE,
        "kilderkin_worker": INSUFFICIENT_PRIVILEGE,
        "NONE": RESTRICT_VIOLATION,  # the owner
    }

    assert {role: sqlstate_of(f"SET LOCAL ROLE {role}", f"DELETE FROM {table}") for role in roles} == roles
