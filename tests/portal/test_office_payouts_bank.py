"""The way by file in the office, what the bank answers, and payments that did not arrive."""

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from core import clock
from core.jobs import engine
from core.models import AuditRecord
from core.transactions import atomic
from dividends.services.paying import prepare_dividend_run
from payments.enums import MandateEnd, RunState
from payments.errors import FilePerhapsWithTheBank, RunIsOver, RunNotReady
from payments.models import BankAnswerFile, BankMandate, Payout, PayoutRun
from payments.services.bank_files import bank_file, make_bank_file
from payments.services.payout_runs import cancel_run, hand_over
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import sign_in_staff, staff_client
from tests.payments import fake_payout_purpose

pytestmark = pytest.mark.django_db
HEAD = "reference,outcome,reason,date\n"


@pytest.fixture
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    make_company()


def url(page: str, run: PayoutRun, *more: str) -> str:
    return reverse(f"office:{page}", args=[run.public_id, *more])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def approved_file_run(count: int = 2) -> PayoutRun:
    return approve(make_run([make_payee() for _ in range(count)], route="csv"))


def with_the_bank(run: PayoutRun) -> PayoutRun:
    """Its file made and handed over, all its payments sent."""
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    with atomic():
        hand_over(run=run, by=run.prepared_by, at=clock.now())
    drive()
    return PayoutRun.objects.get(pk=run.pk)


def references(run: PayoutRun) -> list[str]:
    return list(Payout.objects.filter(run=run).order_by("pk").values_list("reference", flat=True))


def uploaded(client: Client, run: PayoutRun, *lines: str, name: str = "answers.csv") -> Any:
    data = (HEAD + "\n".join(lines)).encode()
    return client.post(url("payout_answers", run), {"file": SimpleUploadedFile(name, data)}, follow=True)


def today() -> str:
    return clock.today().isoformat()


def test_file_is_made_downloaded_and_handed_over(our_payouts: None) -> None:
    run, finance = approved_file_run(), staff_client("finance")

    offered = finance.get(url("payout_bank", run))
    before = finance.post(url("payout_file", run))
    finance.post(url("payout_bank", run), {"act": "make"})
    run.refresh_from_db()
    looked = finance.get(url("payout_file", run))
    file = finance.post(url("payout_file", run))
    page = finance.get(url("payout_bank", run))
    finance.post(url("payout_bank", run), {"act": "hand_over"})
    drive()

    assert "Make the file of 2 payments" in text(offered)
    assert (before.status_code, before.context["form"].non_field_errors()) == (422, [str(RunNotReady())])
    assert looked.headers["Location"] == url("payout_bank", run)
    assert file.content == bank_file(run)
    assert file.headers["Content-Disposition"] == f'attachment; filename="payments-{run.public_id}.csv"'
    assert (page.context["bank_file"].payouts, page.context["bank_file"].total_minor) == (2, 141)
    run.refresh_from_db()
    assert (run.state, run.handed_over_by) == (RunState.DONE, finance.user)
    assert states(run) == ["sent", "sent"]


def test_each_download_stands_in_the_trail_with_who_took_it(our_payouts: None) -> None:
    run, finance = approved_file_run(), staff_client("finance")
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())

    for _time in range(2):
        finance.post(url("payout_file", run))
    finance.get(url("payout_file", run))

    taken = AuditRecord.objects.filter(verb="bank_file_taken", subject_id=str(run.pk))
    sha256 = hashlib.sha256(bank_file(PayoutRun.objects.get(pk=run.pk))).hexdigest()
    assert [(row.by, row.detail) for row in taken] == [(finance.user, {"sha256": sha256})] * 2


def test_run_whose_file_was_made_is_cancelled_only_by_who_says_that_the_bank_does_not_have_it(
    our_payouts: None,
) -> None:
    run, finance = approved_file_run(), staff_client("finance")
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    with pytest.raises(FilePerhapsWithTheBank), atomic():
        cancel_run(run=run, reason="x", by=run.prepared_by, at=clock.now())

    silent = finance.post(url("payout_cancel", run), {"reason": "Wrong day."})
    before = PayoutRun.objects.get(pk=run.pk).state
    finance.post(url("payout_cancel", run), {"reason": "Wrong day.", "file_not_at_bank": "on"})

    assert silent.context["form"].errors == {
        "file_not_at_bank": ["Make sure first that the bank does not have the file."]
    }
    assert (before, PayoutRun.objects.get(pk=run.pk).state) == (RunState.APPROVED, RunState.CANCELLED)
    detail = AuditRecord.objects.get(verb="payout_run_cancelled").detail
    assert detail == {"reason": "Wrong day.", "file_not_at_bank": True}


def test_file_of_a_cancelled_run_is_given_to_nobody(our_payouts: None) -> None:
    run, finance = approved_file_run(), staff_client("finance")
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    with atomic():
        cancel_run(run=run, reason="x", by=run.prepared_by, at=clock.now(), file_not_at_bank=True)

    answer = finance.post(url("payout_file", run))

    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, [str(RunIsOver())])
    assert not AuditRecord.objects.filter(verb="bank_file_taken").exists()


def test_file_asks_for_a_factor_of_this_moment_each_time(our_payouts: None) -> None:
    run = approved_file_run()
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    client = staff_client("finance", fresh=False)

    for page in ("payout_bank", "payout_file", "payout_answers"):
        assert client.get(url(page, run)).headers["Location"].startswith(reverse("account_confirm"))


def test_run_on_another_way_has_no_file(our_payouts: None) -> None:
    run = approve(make_run([make_payee()]))

    assert staff_client("finance").get(url("payout_bank", run)).status_code == 404


def test_details_stopped_after_the_file_was_made_are_shouted_before_it_is_handed_over(our_payouts: None) -> None:
    run = approved_file_run()
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    stopped = Payout.objects.filter(run=run).latest("pk")
    BankMandate.objects.filter(party=stopped.party).update(ended_at=clock.now(), ended_how=MandateEnd.NOT_ME)

    page = staff_client("finance").get(url("payout_bank", run))

    assert page.context["stopped"] == [stopped]
    assert "Ask the bank to leave it out" in text(page)


def test_answers_are_shown_before_they_are_written(our_payouts: None) -> None:
    run, finance = with_the_bank(approved_file_run(3)), staff_client("finance")
    one, two, three = references(run)

    page = uploaded(finance, run, f"{one},paid,,{today()}", f"{two},failed,Account closed,{today()}",
                    f"{three},perhaps,,{today()}", f"NOBODY,paid,,{today()}")  # fmt: skip
    before = states(run)
    file = BankAnswerFile.objects.get()
    finance.post(url("payout_answers_check", run, file.public_id))
    engine.run()

    told = page.context["told"]
    assert [(str(line.label), line.count, line.sum_minor) for line in told.outcomes] == [
        ("Paid", 1, 70),
        ("Failed: owed again", 1, 71),
    ]
    assert [(line.line, line.sentence) for line in told.bad] == [
        (4, "“perhaps” is no outcome. Write paid, failed or returned."),
        (5, "No payment of this run has this reference."),
    ]
    assert "Take in 2 answers" in text(page)
    assert before == ["sent"] * 3
    assert states(run) == ["settled", "failed", "sent"]
    after = finance.get(url("payout_answers_check", run, file.public_id))
    assert "2 answers were taken in by" in text(after)
    assert "2 lines cannot be taken in" in text(after)


def test_lines_that_cannot_be_taken_in_are_taken_away_with_their_reasons(our_payouts: None) -> None:
    run, finance = with_the_bank(approved_file_run(1)), staff_client("finance")
    uploaded(finance, run, "=1+1,perhaps,,x")

    answer = finance.post(url("payout_bad_rows", run, BankAnswerFile.objects.get().public_id))

    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["line"], row["as_it_stands"]) == ("2", "'=1+1,perhaps,,x")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a,b\n1,2", "The first line must name the columns. These are missing: reference, outcome, date."),
        (HEAD.encode(), "There is no line with an answer in this file."),
        (b"%PDF\x00", "This file is no text. Save it as CSV and upload that."),
    ],
)
def test_file_nobody_can_read_is_refused_with_the_reason(our_payouts: None, data: bytes, sentence: str) -> None:
    run = with_the_bank(approved_file_run(1))

    answer = staff_client("finance").post(url("payout_answers", run), {"file": SimpleUploadedFile("x.csv", data)})

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [sentence]
    assert not BankAnswerFile.objects.exists()


def test_everything_unanswered_is_written_as_paid_on_one_day(our_payouts: None) -> None:
    run, finance = with_the_bank(approved_file_run(2)), staff_client("finance")

    page = finance.get(url("payout_answers", run))
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    wrong = finance.post(url("payout_answers", run), {"act": "all_paid", "all-paid_on": ahead})
    finance.post(url("payout_answers", run), {"act": "all_paid", "all-paid_on": today()})
    engine.run()

    assert "Write 2 payments as paid" in text(page)
    assert wrong.context["form"].errors == {"paid_on": ["Enter a day between the approval and today."]}
    assert states(run) == ["settled", "settled"]
    assert "Every payment is answered" in text(finance.get(url("payout_answers", run)))


def test_first_page_follows_the_file_to_the_last_answer(our_payouts: None) -> None:
    run, finance = approved_file_run(1), staff_client("finance")

    def waits() -> list[str]:
        return [item.title for item in finance.get(reverse("office:home")).context["waiting"]]

    told = [waits()]
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    told.append(waits())
    with_the_bank(run)
    told.append(waits())
    uploaded(finance, run, f"{references(run)[0]},paid,,{today()}", name="friday.csv")
    told.append(waits())
    finance.post(url("payout_answers_check", run, BankAnswerFile.objects.get().public_id))
    engine.run()

    assert told == [
        ["Make the file for the bank: Test run"],
        ["Give the bank its file, and say so: Test run"],
        ["Enter what the bank answered: Test run"],
        ["Take in what the bank answered: friday.csv", "Enter what the bank answered: Test run"],
    ]
    assert waits() == []


def returned(*holdings: int, reason: str = "AC04") -> Dividend:
    """A dividend paid by file, whose every payment came back; the account is closed unless told."""
    made = make_dividend(holdings=holdings, pay_on=clock.today())
    for member in made.members:
        make_mandate(member.party)
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="csv", by=made.finance, at=clock.now())  # type: ignore[arg-type]
    with_the_bank(approve(run, by=made.director))
    client = sign_in_staff(made.finance)
    uploaded(client, run, *(f"{reference},returned,{reason},{today()}" for reference in references(run)))
    client.post(url("payout_answers_check", run, BankAnswerFile.objects.latest("pk").public_id))
    engine.run()
    return made


def test_returned_payment_is_sent_again_by_one_click_and_a_director() -> None:
    made = returned(40, 30)
    client = sign_in_staff(made.finance)
    back = Payout.objects.filter(party=made.members[0].party).get()
    make_mandate(made.members[0].party, ending="9090")

    page = client.get(reverse("office:payouts_back"))
    answer = client.post(reverse("office:payout_again", args=[back.public_id]))
    again = PayoutRun.objects.latest("pk")
    shown = client.get(f"{reverse('office:payouts_back')}?all=on")

    lines = {line.payout.party_id: line for line in page.context["lines"]}
    assert lines[back.party_id].has_new_details
    assert 'new: <span class="nowrap">…9090</span>' in text(page)
    assert "The account is closed." in text(page)
    assert answer.headers["Location"] == reverse("office:payout", args=[again.public_id])
    assert (again.state, again.total_minor, again.payouts_count) == (RunState.DRAFT, 100, 1)
    assert {line.payout.pk: line.next_run for line in shown.context["lines"]}[back.pk] == again
    assert [(line.payout.party, line.is_owed) for line in shown.context["lines"]] == [
        (made.members[1].party, True),
        (made.members[0].party, False),
    ]


SAME_ACCOUNT = {"same_account": "on"}


def prepared_again(client: Client) -> tuple[PayoutRun, Payout]:
    """The first of two returned payments prepared again, and the second that waits."""
    first, second = Payout.objects.filter(state="returned").order_by("pk")
    client.post(reverse("office:payout_again", args=[first.public_id]), SAME_ACCOUNT)
    return PayoutRun.objects.latest("pk"), second


def test_second_click_while_a_draft_waits_is_refused_in_words_and_loses_nothing() -> None:
    made = returned(40, 30)
    client = sign_in_staff(made.finance)
    draft, second = prepared_again(client)

    answer = client.post(reverse("office:payout_again", args=[second.public_id]), SAME_ACCOUNT)

    when = date_format(localtime(draft.prepared_at), "DATETIME_FORMAT")
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        f"Another payment run waits for its approval: {made.finance.email} prepared it on {when}. "
        "Approve or cancel that one first."
    ]
    assert [line.payout for line in answer.context["lines"] if line.is_owed] == [second]
    assert PayoutRun.objects.latest("pk") == draft


def test_what_a_draft_keeps_back_links_to_it_and_says_who_prepared_it() -> None:
    made = returned(40, 30)
    client = sign_in_staff(made.finance)
    draft, second = prepared_again(client)
    make_run([make_payee()], purpose="royalty")  # keeps no dividend back

    page = client.get(reverse("office:payouts_back"))
    pay = client.get(reverse("office:dividend_pay", args=[made.declaration.public_id]))

    line, prepared = page.context["lines"]
    assert (prepared.next_run, str(prepared.under_way)) == (draft, "Prepared again, waits for approval")
    assert (line.payout, line.draft.run, line.draft.prepared_by) == (second, draft, made.finance.email)
    assert f'<a href="{url("payout", draft)}">Waits for another run</a>' in text(page)
    assert "Send again" not in text(page)
    when = date_format(localtime(draft.prepared_at), "DATETIME_FORMAT")
    for shown in (page, pay):
        assert f"prepared by {made.finance.email}, {when}. Until it is decided, no other of its kind" in text(shown)
    assert [one.run for one in pay.context["drafts"]] == [draft]
    assert 'name="route"' not in text(pay)


def test_payment_is_sent_again_once_the_draft_before_it_is_decided() -> None:
    made = returned(40, 30)
    client = sign_in_staff(made.finance)
    draft, second = prepared_again(client)
    approve(draft)

    answer = client.post(reverse("office:payout_again", args=[second.public_id]), SAME_ACCOUNT)

    assert answer.headers["Location"] == url("payout", PayoutRun.objects.latest("pk"))
    assert PayoutRun.objects.latest("pk").payouts.get().party == second.party


def test_without_details_that_may_be_used_nothing_is_sent_again() -> None:
    made = returned(40)
    client = sign_in_staff(made.finance)
    back = Payout.objects.get(state="returned")
    make_mandate(made.members[0].party, ending="9090", usable_from=clock.now() + timedelta(days=7))

    page = client.get(reverse("office:payouts_back"))
    answer = client.post(reverse("office:payout_again", args=[back.public_id]))

    assert "Waits until the details may be used" in text(page)
    assert "Send again" not in text(page)
    assert answer.status_code == 422


def test_payments_that_came_back_stand_on_the_first_page_until_they_are_sent_again() -> None:
    made = returned(40)
    client = sign_in_staff(made.finance)

    page = client.get(reverse("office:home"))
    back = Payout.objects.get(state="returned")
    client.post(reverse("office:payout_again", args=[back.public_id]), SAME_ACCOUNT)
    after = client.get(reverse("office:home"))

    name = made.members[0].party.display_name  # type: ignore[union-attr]
    assert [trouble.sentence for trouble in page.context["troubles"]] == [
        f"£1.00 to {name} did not arrive: The account is closed."
    ]
    assert "1 payment did not arrive and is owed again" in [item.title for item in page.context["waiting"]]
    assert after.context["troubles"] == []
    assert "Approve the payments: Final dividend 2025" in [item.title for item in after.context["waiting"]]


def test_pages_of_the_file_ask_the_same_number_of_questions_for_one_payment_and_for_three(our_payouts: None) -> None:
    finance = staff_client("finance")

    def asked(count: int) -> list[int]:
        run = with_the_bank(approved_file_run(count))
        uploaded(finance, run, *(f"{reference},perhaps,,{today()}" for reference in references(run)))
        file = BankAnswerFile.objects.latest("pk")
        pages = [url("payout_bank", run), url("payout_answers", run), url("payout", run),
                 url("payout_answers_check", run, file.public_id)]  # fmt: skip
        return [_queries(finance, page) for page in pages]

    assert asked(1) == asked(3)


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
