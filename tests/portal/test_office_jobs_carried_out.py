"""Jobs that carry out what is written already: nobody ends them half-way, and finance alone holds up what money did."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock, jobs
from core.errors import JobMustBeDone
from core.jobs import engine
from core.models import Job
from core.transactions import atomic
from dividends.models import StatementFile
from dividends.services.statements import issue_statements
from payments.models import PayoutRun
from payments.services.bank_answers import take_in_answers, upload_answers
from payments.services.bank_files import make_bank_file
from payments.services.payout_runs import hand_over
from tests.factories.dividends import make_dividend
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import staff_client
from tests.payments import fake_payout_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


def answers_job(settings: Any) -> tuple[Job, PayoutRun]:
    """Take in what the bank answered about two payments; the job has not begun."""
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    make_company()
    run = approve(make_run([make_payee(), make_payee()], route="csv"))
    by = run.prepared_by
    with atomic():
        make_bank_file(run=run, by=by, at=clock.now())
    with atomic():
        hand_over(run=run, by=by, at=clock.now())
    drive()
    lines = [f"{payout.reference},returned,AC04,{clock.today().isoformat()}" for payout in run.payouts.all()]
    data = "\n".join(["reference,outcome,reason,date", *lines]).encode()
    with atomic():
        file = upload_answers(run=run, name="a.csv", data=data, by=by, at=clock.now())
    with atomic():
        job = take_in_answers(file=file, by=by, at=clock.now()).job
    assert job is not None
    return job, run


def statements_job(_settings: Any) -> Job:
    made = make_dividend(holdings=(400, 1000), pay_on=clock.today())
    with atomic():
        return issue_statements(declaration=made.declaration, by=made.finance, at=clock.now())


def post(client: Client, act: str, job: Job) -> Any:
    return client.post(reverse(f"office:job_{act}", args=[job.public_id]), {"reason": "x"})


@pytest.mark.parametrize("start", [statements_job, lambda settings: answers_job(settings)[0]])
def test_job_that_carries_out_what_is_written_cannot_be_cancelled_and_says_so(
    settings: Any, start: Callable[[Any], Job]
) -> None:
    job, finance = start(settings), staff_client("finance")

    shown = finance.get(reverse("office:job", args=[job.public_id])).content.decode()
    asked = finance.get(reverse("office:job_cancel", args=[job.public_id])).content.decode()
    answer = post(finance, "cancel", job)

    job.refresh_from_db()
    address = reverse("office:job_cancel", args=[job.public_id])
    assert [address in shown, "Cancel the job for good" in asked] == [False, False]
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, [str(JobMustBeDone())])
    assert job.state == "running"


def test_no_caller_cancels_such_a_job(settings: Any) -> None:
    job = statements_job(settings)

    with pytest.raises(JobMustBeDone), atomic():
        jobs.cancel(job=job, by=None, at=clock.now())


def test_statements_are_all_made_whoever_tried_to_cancel(settings: Any) -> None:
    job = statements_job(settings)

    post(staff_client("secretary", fresh=False), "cancel", job)
    engine.run()

    assert StatementFile.objects.count() == 2


@pytest.mark.parametrize("act", ["pause", "resume", "cancel", "again"])
def test_what_the_bank_answered_is_held_up_by_finance_alone(settings: Any, act: str) -> None:
    job, run = answers_job(settings)
    secretary = staff_client("secretary")

    page = secretary.get(reverse("office:job", args=[job.public_id]))
    answer = post(secretary, act, job)
    engine.run()

    assert (page.context["may_pause"], answer.status_code) == (False, 403)
    assert states(run) == ["returned", "returned"]


def test_finance_lets_the_answers_wait_and_go_on(settings: Any) -> None:
    job, run = answers_job(settings)
    finance = staff_client("finance")

    post(finance, "pause", job)
    engine.run()
    meanwhile = states(run)
    post(finance, "resume", job)
    engine.run()

    assert (meanwhile, states(run)) == (["sent", "sent"], ["returned", "returned"])
