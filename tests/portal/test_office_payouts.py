"""Payment runs in the office: read, approved by another person, paused, stopped, and looked through."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, jobs
from core.enums import JobState
from core.models import Job
from core.transactions import atomic
from payments.enums import MandateEnd, RunState
from payments.errors import DirectorPaused, MakerCannotPay, RunChanged
from payments.models import BankMandate, Payout, PayoutRun, SandboxTransfer
from payments.services.bank_files import make_bank_file
from payments.services.payout_runs import begin_run
from tests.factories.banking import make_mandate
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import make_staff, sign_in_staff, staff_client
from tests.payments import fake_payout_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 0
    make_company()


def url(page: str, run: PayoutRun) -> str:
    return reverse(f"office:{page}", args=[run.public_id])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def paying(count: int = 2) -> PayoutRun:
    """A run whose job has begun and sent nothing yet."""
    run = approve(make_run([make_payee() for _ in range(count)]))
    with atomic():
        return begin_run(run_id=run.pk, at=clock.now())


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200
    assert not [q["sql"] for q in captured if str(q["sql"]).split()[0] in {"UPDATE", "DELETE", "INSERT"}]
    return len(captured)


def test_director_approves_what_was_read_and_everybody_is_paid() -> None:
    run = make_run([make_payee(), make_payee()])
    director = staff_client("director")

    read = director.get(url("payout_approve", run))
    answer = director.post(url("payout_approve", run), {"sha256": run.rows_sha256})
    drive()

    assert "Approve £1.41 to 2 people" in text(read)
    assert answer.headers["Location"] == url("payout", run)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == (RunState.DONE, director.user)
    assert SandboxTransfer.objects.count() == 2
    assert "2 of 2 paid" in text(director.get(url("payout", run)))


def test_approval_asks_for_a_factor_of_this_moment() -> None:
    run = make_run([make_payee()])

    answer = staff_client("director", fresh=False).get(url("payout_approve", run))

    assert answer.headers["Location"].startswith(reverse("account_confirm"))


def test_who_prepared_it_sees_why_another_must_approve_and_is_refused() -> None:
    both = make_staff("finance", "director")
    run = make_run([make_payee()], by=both)
    client = sign_in_staff(both)

    shown, read = client.get(url("payout", run)), client.get(url("payout_approve", run))
    answer = client.post(url("payout_approve", run), {"sha256": run.rows_sha256})

    for page in (shown, read):
        assert "You prepared this run, so another director must approve it" in text(page)
        assert 'name="sha256"' not in text(page)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [str(MakerCannotPay())]
    assert PayoutRun.objects.get().state == RunState.DRAFT


def test_second_director_is_told_who_was_faster() -> None:
    run = make_run([make_payee()])
    first, second = staff_client("director"), staff_client("director")

    first.post(url("payout_approve", run), {"sha256": run.rows_sha256})
    answer = second.post(url("payout_approve", run), {"sha256": run.rows_sha256})

    assert answer.status_code == 422
    assert first.user.email in answer.context["form"].non_field_errors()[0]
    assert f"{first.user.email} approved this run" in text(answer)
    assert 'name="sha256"' not in text(answer)


def test_details_changed_since_it_was_prepared_refuse_the_approval() -> None:
    payee = make_payee()
    run = make_run([payee])
    make_mandate(payee, ending="9090")

    answer = staff_client("director").post(url("payout_approve", run), {"sha256": run.rows_sha256})

    assert answer.context["form"].non_field_errors() == [str(RunChanged())]
    assert PayoutRun.objects.get().state == RunState.DRAFT


def test_changes_since_the_last_run_stand_in_three_lists() -> None:
    same, moved, raised, new = (make_payee() for _ in range(4))
    approve(make_run([same, moved, raised], amounts=[70, 71, 72]))
    drive()
    make_mandate(moved, ending="9090")
    run = make_run([same, moved, raised, new], amounts=[70, 71, 99, 5])

    page = staff_client("director").get(url("payout_approve", run))

    changes = page.context["before"].changes
    parties = [
        [row.party for row in rows] for rows in (changes.destination_changed, changes.new, changes.amount_changed)
    ]
    assert parties == [[moved], [new], [raised]]
    assert "…9090" in text(page)
    assert [row.amount_minor for row in page.context["before"].biggest] == [99, 71, 70, 5]


def test_sample_is_the_same_for_everybody_who_looks() -> None:
    run = make_run([make_payee() for _ in range(12)])

    pages = [staff_client(role).get(url("payout", run)) for role in ("director", "finance")]

    samples = [[row.pk for row in page.context["before"].sample] for page in pages]
    assert samples[0] == samples[1]
    assert len(samples[0]) == 8


def test_pause_stops_before_the_next_payment_and_resume_lets_it_go_on() -> None:
    run, finance = paying(), staff_client("finance")

    silent = finance.post(url("payout_pause", run), {"reason": " "})
    finance.post(url("payout_pause", run), {"reason": "The bank called."})
    drive()
    paused = finance.get(url("payout", run))
    sent = SandboxTransfer.objects.count()
    finance.post(url("payout_resume", run))
    drive()

    assert silent.status_code == 422
    assert "Paused: The bank called." in text(paused)
    assert paused.context["acts"].resume
    assert (sent, SandboxTransfer.objects.count()) == (0, 2)


def test_what_a_director_paused_only_a_director_lets_go_on() -> None:
    run, finance, director = paying(), staff_client("finance"), staff_client("director")
    director.post(url("payout_pause", run), {"reason": "Look at this first."})

    shown = finance.get(url("payout", run))
    refused = finance.post(url("payout_resume", run))
    stale = sign_in_staff(director.user, fresh=False).post(url("payout_resume", run))
    still = Job.objects.get(payout_run=run).state
    director.post(url("payout_resume", run))

    assert (shown.context["acts"].resume, shown.context["acts"].waits_for_director) == (False, True)
    assert "a director must let them go on" in text(shown)
    assert (refused.status_code, refused.context["form"].non_field_errors()) == (422, [str(DirectorPaused())])
    assert stale.headers["Location"].startswith(reverse("account_confirm"))
    assert (still, Job.objects.get(payout_run=run).state) == (JobState.PAUSED, JobState.RUNNING)


def test_what_finance_paused_after_a_director_had_finance_lets_go_on() -> None:
    run, finance, director = paying(), staff_client("finance"), staff_client("director")
    director.post(url("payout_pause", run), {"reason": "x"})
    director.post(url("payout_resume", run))
    finance.post(url("payout_pause", run), {"reason": "x"})

    finance.post(url("payout_resume", run))

    assert Job.objects.get(payout_run=run).state == JobState.RUNNING


def test_pause_before_anything_is_paid_and_after_all_is_says_so() -> None:
    run, finance = make_run([make_payee()]), staff_client("finance")

    early = finance.post(url("payout_pause", run), {"reason": "x"})
    approve(run)
    drive()
    late = finance.post(url("payout_pause", run), {"reason": "x"})

    assert (early.status_code, late.status_code) == (422, 422)
    for answer in (early, late):
        assert answer.context["form"].non_field_errors() == ["Nothing is being paid at the moment."]


def test_cancel_says_how_many_were_not_sent_and_asks_why() -> None:
    run = paying(3)
    with atomic():
        jobs.pause(job=run.job, reason="x", by=run.prepared_by, at=clock.now())
    Payout.objects.filter(pk=Payout.objects.filter(run=run).earliest("pk").pk).update(state="sending")
    finance = staff_client("finance")

    page = finance.get(url("payout_cancel", run))
    silent = finance.post(url("payout_cancel", run), {"reason": ""})
    finance.post(url("payout_cancel", run), {"reason": "The board stopped it."})

    assert "2 payments, £1.43, were not sent" in text(page)
    assert silent.context["form"].errors == {"reason": ["Say why it is cancelled."]}
    run.refresh_from_db()
    assert (run.state, run.cancel_reason) == (RunState.CANCELLED, "The board stopped it.")
    assert states(run) == ["sending", "cancelled", "cancelled"]
    assert "The board stopped it." in text(finance.get(url("payout", run)))


def test_run_that_is_done_cannot_be_cancelled_and_says_so() -> None:
    run = approve(make_run([make_payee()]))
    drive()

    page = staff_client("director").get(url("payout_cancel", run))

    assert "This payment run is over." in text(page)
    assert "<textarea" not in text(page)


def test_job_of_a_run_is_cancelled_on_the_page_of_the_run() -> None:
    run = paying()

    answer = staff_client("finance").post(reverse("office:job_cancel", args=[run.job.public_id]))

    assert answer.headers["Location"] == url("payout_cancel", run)
    run.job.refresh_from_db()
    assert run.job.state == JobState.RUNNING


@pytest.mark.parametrize("role", ["secretary", "finance"])
@pytest.mark.parametrize("is_paused", [False, True])
def test_job_of_a_run_has_no_back_door(role: str, is_paused: bool) -> None:
    run, client = paying(), staff_client(role)
    if is_paused:
        with atomic():
            jobs.pause(job=run.job, reason="x", by=run.prepared_by, at=clock.now())
    before = list(Job.objects.values())

    page = client.get(reverse("office:job", args=[run.job.public_id]))
    answers = [
        client.post(reverse(f"office:{act}", args=[run.job.public_id]), {"reason": "y"})
        for act in ("job_pause", "job_resume", "job_again")
    ]

    assert [answer.headers["Location"] for answer in answers] == [url("payout", run)] * 3
    assert list(Job.objects.values()) == before
    assert (page.context["may_act"], page.context["money_url"]) == (False, url("payout", run))


def test_payments_are_found_by_name_and_reference_and_filtered_by_state() -> None:
    payees = [make_payee() for _ in range(3)]
    run = approve(make_run(payees))
    payees[1].display_name, payees[1].name_search = "Nguyễn Tuyết", "nguyen tuyet"
    payees[1].save()
    Payout.objects.filter(party=payees[2]).update(state="sending")
    client = staff_client("secretary")

    def found(query: str) -> list[str]:
        page = client.get(f"{url('payout_list', run)}?{query}")
        return [row.reference for row in page.context["slice"].rows]

    references = [f"TEST {payee.pk}" for payee in payees]
    assert found("") == references
    assert found("sort=-amount") == references[::-1]
    assert found("q=tuyết nguyen") == [references[1]]
    assert found(f"q={payees[0].pk}") == [references[0]]
    assert found("state=sending") == [references[2]]
    assert found("state=nonsense&after=nonsense") == references


def test_list_to_take_away_shows_no_more_than_the_ending_and_no_formula() -> None:
    payee = make_payee(ending="4471")
    payee.display_name = "=cmd()"
    payee.save()
    run = make_run([payee])

    answer = staff_client("finance").get(url("payout_list_csv", run))

    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["payee"], row["account_ending"], row["amount_minor"]) == ("'=cmd()", "4471", "70")
    assert "31924471" not in str(row)


def test_pages_ask_the_same_number_of_questions_for_one_payment_and_for_three() -> None:
    one = make_run([make_payee()])
    finance, director = staff_client("finance"), staff_client("director")
    addresses = [
        (finance, "payout"),
        (director, "payout_approve"),
        (finance, "payout_cancel"),
        (finance, "payout_list"),
    ]
    few = [queries(client, url(page, one)) for client, page in addresses] + [
        queries(finance, reverse("office:payouts"))
    ]
    approve(one)
    drive()
    approve(make_run([make_payee(), make_payee(), make_payee()]))
    drive()
    last = make_run([make_payee(), make_payee(), make_payee()])

    many = [queries(client, url(page, last)) for client, page in addresses] + [
        queries(finance, reverse("office:payouts"))
    ]

    assert many == few


def test_stopped_details_stand_on_the_first_page_for_a_fortnight() -> None:
    payee = make_payee()
    BankMandate.objects.filter(party=payee).update(ended_at=clock.now(), ended_how=MandateEnd.NOT_ME)
    other = make_payee()
    long_ago = clock.now() - timedelta(days=15)
    BankMandate.objects.filter(party=other).update(ended_at=long_ago, ended_how=MandateEnd.NOT_ME)

    page = staff_client("secretary").get(reverse("office:home"))

    told = [item.title for item in page.context["waiting"]]
    assert told == [f"Bank details stopped, the holder had not given them: {payee.display_name}"]


def test_list_says_of_an_approved_run_what_it_waits_for() -> None:
    run, client = approve(make_run([make_payee()], route="csv")), staff_client("finance")

    def told() -> list[str]:
        return [sentence for _run, _who, sentence in client.get(reverse("office:payouts")).context["lines"]]

    before = told()
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())

    assert (before, told()) == (
        ["Approved. Make the file for the bank."],
        ["The file is made. Give it to the bank, then say so here."],
    )
