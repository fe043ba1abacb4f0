"""The file for the bank and what the bank answers: made once, kept sealed, every line written or named."""

import csv
import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Party
from core import clock
from core.jobs import engine
from core.models import AuditRecord, JobFailure
from core.transactions import atomic
from payments.enums import MandateEnd, RunState
from payments.errors import AnswersRefused, NothingNewAnswered, NothingToPay, RunNotReady
from payments.gateways.bank_csv import amount_text, safe_cell
from payments.models import BankAnswer, BankAnswerFile, BankMandate, Payout, PayoutRun
from payments.queries.bank_answers import answers_of, check_bytes, sentence_of
from payments.rules.bank_answers import Outcome
from payments.rules.bank_details import iban_details
from payments.services import bank_answers, bank_files
from payments.services.payout_runs import hand_over
from payments.services.payouts import settle_payout
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import make_staff
from tests.payments import fake_payout_purpose
from tests.payments.fake_payout_purpose import told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}


def make_file(run: PayoutRun) -> PayoutRun:
    with atomic():
        return bank_files.make_bank_file(run=run, by=make_staff("finance"), at=clock.now())


def rows_of(run: PayoutRun) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bank_files.bank_file(run).decode())))


def sent_run(count: int = 3, **options: Any) -> PayoutRun:
    """A run whose file the bank has taken, all its payments sent."""
    run = make_file(approve(make_run([make_payee() for _ in range(count)], route="csv", **options)))
    with atomic():
        run = hand_over(run=run, by=make_staff("finance"), at=clock.now())
    drive()
    return PayoutRun.objects.get(pk=run.pk)


def today() -> str:
    return clock.today().isoformat()


def upload(run: PayoutRun, *lines: str) -> BankAnswerFile:
    data = "\n".join(["reference,outcome,reason,date,amount", *lines]).encode()
    with atomic():
        return bank_answers.upload_answers(run=run, name="a.csv", data=data, by=make_staff("finance"), at=clock.now())


def take_in(file: BankAnswerFile) -> BankAnswerFile:
    with atomic():
        taken = bank_answers.take_in_answers(file=file, by=make_staff("finance"), at=clock.now())
    engine.run()
    return taken


def references(run: PayoutRun) -> list[str]:
    return list(Payout.objects.filter(run=run).order_by("pk").values_list("reference", flat=True))


def end_mandate(party: Party) -> None:
    BankMandate.objects.filter(party=party).update(ended_at=clock.now(), ended_how=MandateEnd.NOT_ME)


def test_file_has_a_line_for_each_payment_with_its_account() -> None:
    german = make_payee(details=iban_details(iban="DE89 3704 0044 0532 0130 00", holder_name="Jürgen Groß"))
    british = make_payee(ending="4471", holder_name="Nguyễn Đức & Sons")
    run = make_file(approve(make_run([british, german], amounts=[7, 1_234_50], route="csv")))

    assert rows_of(run) == [
        {"reference": f"TEST {british.pk}", "name": "Nguyen Duc & Sons", "sort code": "601613",
         "account": "31924471", "IBAN": "", "amount": "0.07", "currency": "GBP"},
        {"reference": f"TEST {german.pk}", "name": "Jurgen Gross", "sort code": "",
         "account": "", "IBAN": "DE89370400440532013000", "amount": "1234.50", "currency": "GBP"},
    ]  # fmt: skip
    assert b"\r" not in bank_files.bank_file(run)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (7, "GBP", "0.07"),
        (1_234_567, "VND", "1234567"),
        (1_234, "KWD", "1.234"),
        (70, "JPY", "70"),
        (500, "UGX", "500"),
    ],
)
def test_amount_has_exactly_the_decimals_of_its_currency(amount_minor: int, currency: str, text: str) -> None:
    assert amount_text(amount_minor, currency) == text


@pytest.mark.parametrize("text", ["=1+1", "+44", "-x", "@x", "\tx"])
def test_cell_is_never_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_file_is_made_once_and_given_again_byte_for_byte() -> None:
    run = make_file(approve(make_run([make_payee(), make_payee()], route="csv")))

    again = make_file(run)

    assert again.file_sha256 == run.file_sha256
    data = bank_files.bank_file(again)
    written = AuditRecord.objects.get(verb="bank_file_written")
    assert written.detail == {"sha256": hashlib.sha256(data).hexdigest(), "payouts": 2, "total": run.total_minor}


def test_stored_file_shows_no_account_number() -> None:
    run = make_file(approve(make_run([make_payee(ending="4471")], route="csv")))

    stored = (Path(django_settings.FILES_ROOT) / run.file_sha256[:2] / run.file_sha256[2:]).read_bytes()

    assert b"31924471" in bank_files.bank_file(run)
    assert b"31924471" not in stored


def test_file_of_a_run_nobody_approved_is_refused() -> None:
    run = make_run([make_payee()], route="csv")

    with pytest.raises(RunNotReady):
        make_file(run)


def test_file_of_a_run_on_another_way_is_refused() -> None:
    run = approve(make_run([make_payee()]))

    with pytest.raises(RunNotReady):
        make_file(run)


def test_details_stopped_after_the_approval_are_not_in_the_file() -> None:
    payees = [make_payee(), make_payee()]
    run = approve(make_run(payees, route="csv"))
    end_mandate(payees[0])

    make_file(run)

    assert states(run) == ["held", "ready"]
    assert [row["reference"] for row in rows_of(PayoutRun.objects.get(pk=run.pk))] == [f"TEST {payees[1].pk}"]
    assert told(Payout.objects.get(party=payees[0])) == ["released"]


def test_file_of_nobody_is_refused_and_nothing_changes() -> None:
    payee = make_payee()
    run = approve(make_run([payee], route="csv"))
    end_mandate(payee)

    with pytest.raises(NothingToPay):
        make_file(run)

    assert states(run) == ["ready"]


def test_large_file_adds_up_and_takes_the_same_few_questions() -> None:
    parties = [make_payee() for _ in range(3)]
    small = approve(make_run(parties[:1], route="csv"))
    make_file(small)
    large = approve(make_run(parties, amounts=[10**9, 5, 70], route="csv"))

    with CaptureQueriesContext(connection) as captured:
        run = make_file(large)

    assert sum(round(float(row["amount"]) * 100) for row in rows_of(run)) == run.total_minor
    assert len([q for q in captured if "payments_payout" in str(q["sql"])]) < 8


def test_answers_move_each_payment_to_where_the_bank_says() -> None:
    run = sent_run(3)
    one, two, three = references(run)

    taken = take_in(upload(run, f"{one},paid,,{today()}", f"{two},failed,Account closed,{today()}",
                           f"{three},returned,BE01,{today()}"))  # fmt: skip

    assert states(run) == ["settled", "failed", "returned"]
    assert list(Payout.objects.filter(run=run).order_by("pk").values_list("reason", flat=True)) == [
        "", "account_closed", "name_mismatch",
    ]  # fmt: skip
    assert [told(row) for row in Payout.objects.filter(run=run).order_by("pk")] == [
        ["sent", "settled"], ["sent", "failed"], ["sent", "settled", "returned"],
    ]  # fmt: skip
    assert taken.answers_count == BankAnswer.objects.filter(file=taken).count() == 3


def test_answer_is_booked_when_we_learn_of_it_and_keeps_the_day_of_the_bank() -> None:
    run, paid_on = sent_run(2), today()
    one, two = references(run)
    with atomic():
        clock.move_forward(by=timedelta(days=3))
    learned = clock.now()

    take_in(upload(run, f"{one},paid,,{paid_on}", f"{two},returned,BE01,{today()}"))

    settled, returned = Payout.objects.filter(run=run).order_by("pk")
    assert min(settled.settled_at, returned.settled_at, returned.ended_at) >= learned
    assert AuditRecord.objects.get(verb="payout_returned").at == returned.ended_at
    days = BankAnswer.objects.order_by("pk").values_list("told_on", flat=True)
    assert [day.isoformat() for day in days] == [paid_on, today()]
    taken = AuditRecord.objects.get(verb="bank_answers_taken_in")
    assert (taken.detail["told_from"], taken.detail["told_until"]) == (paid_on, today())


def test_lines_that_do_not_fit_are_named_and_the_others_written() -> None:
    run = sent_run(4)
    one, two, three, four = references(run)
    before = (clock.today() - timedelta(days=2)).isoformat()
    file = upload(run, f"{one},paid,,{today()},0.70", f"NOBODY,paid,,{today()}", f"{two},paid,,{today()},0.99",
                  f"{three},paid,,{before}", f"{four},paid,,{today()}", f"{four},failed,x,{today()}")  # fmt: skip

    checked = check_bytes(run, b"\n".join(_lines(file)), today=clock.today())
    take_in(file)

    assert [(row.line, sentence_of(row)) for row in checked.bad] == [
        (3, "No payment of this run has this reference."),
        (4, "The bank writes 0.99, but £0.71 was ordered."),
        (5, "The payment was not approved on that day yet."),
        (6, "The file says both that this payment was paid and that it failed."),
        (7, "The file says both that this payment was paid and that it failed."),
    ]
    assert checked.tally(Outcome.PAID) == (1, 70)
    assert states(run) == ["settled", "sent", "sent", "sent"]


def _lines(file: BankAnswerFile) -> list[bytes]:
    return answers_of(file).split(b"\n")


def test_same_answer_again_tells_nothing_new() -> None:
    run = sent_run(1)
    (one,) = references(run)
    first = take_in(upload(run, f"{one},paid,,{today()}"))

    same = upload(run, f"{one},paid,,{today()}")
    other = upload(run, f"{one},paid,again,{today()}")

    assert same.pk == first.pk
    with pytest.raises(NothingNewAnswered):
        take_in(other)
    assert take_in(same).job_id == first.job_id
    assert told(Payout.objects.get(run=run)) == ["sent", "settled"]


def test_failure_after_it_was_paid_is_named_with_what_is_known() -> None:
    run = sent_run(1)
    (one,) = references(run)
    take_in(upload(run, f"{one},paid,,{today()}"))

    checked = check_bytes(run, f"reference,outcome,date\n{one},failed,{today()}".encode(), today=clock.today())

    assert [sentence_of(row) for row in checked.bad] == ["We know something else of this payment already: paid."]


def test_answer_that_stopped_to_fit_meanwhile_waits_for_a_person() -> None:
    run = sent_run(1)
    (one,) = references(run)
    file = upload(run, f"{one},failed,x,{today()}")
    with atomic():
        bank_answers.take_in_answers(file=file, by=make_staff("finance"), at=clock.now())
        settle_payout(payout_id=Payout.objects.get(run=run).pk, at=clock.now())

    engine.run()

    assert states(run) == ["settled"]
    assert JobFailure.objects.get().reason.startswith("What the bank answered does not fit")


def test_all_paid_settles_what_nothing_else_is_known_of() -> None:
    run = sent_run(3)
    take_in(upload(run, f"{references(run)[0]},failed,closed,{today()}"))

    with atomic():
        bank_answers.all_paid(run=run, paid_on=clock.today(), by=make_staff("finance"), at=clock.now())
    engine.run()

    assert states(run) == ["failed", "settled", "settled"]
    with pytest.raises(NothingNewAnswered), atomic():
        bank_answers.all_paid(run=run, paid_on=clock.today(), by=make_staff("finance"), at=clock.now())


def test_answers_before_the_bank_has_the_file_are_refused() -> None:
    run = make_file(approve(make_run([make_payee()], route="csv")))

    with pytest.raises(RunNotReady):
        upload(run, f"{references(run)[0]},paid,,{today()}")
    with pytest.raises(RunNotReady), atomic():
        bank_answers.all_paid(run=run, paid_on=clock.today(), by=make_staff("finance"), at=clock.now())


def test_file_without_columns_is_refused_with_their_names() -> None:
    run = sent_run(1)

    with pytest.raises(AnswersRefused) as caught, atomic():
        bank_answers.upload_answers(run=run, name="a", data=b"x,y\n1,2", by=make_staff("finance"), at=clock.now())

    assert str(caught.value) == ("The first line must name the columns. These are missing: reference, outcome, date.")
    assert not BankAnswerFile.objects.exists()


def test_answer_about_a_payment_of_another_run_is_refused_by_the_database() -> None:
    run = sent_run(1)
    other = make_run([make_payee()])
    file = upload(run, f"{references(run)[0]},paid,,{today()}")

    with pytest.raises(DatabaseError, match="own run"), atomic():
        BankAnswer.objects.create(
            file=file, payout=Payout.objects.get(run=other), line=2, outcome="paid", told_on=clock.today()
        )


def test_uploaded_file_never_changes() -> None:
    run = sent_run(1)
    file = upload(run, f"{references(run)[0]},paid,,{today()}")

    with pytest.raises(DatabaseError, match="never changed"), atomic():
        BankAnswerFile.objects.filter(pk=file.pk).update(sha256="0" * 64)


def test_run_is_done_once_the_bank_has_everything() -> None:
    assert sent_run(2).state == RunState.DONE
