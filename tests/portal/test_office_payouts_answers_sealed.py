"""A bank that answers with our own file: its account numbers are sealed in the store, and covered wherever shown."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as ours
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from payments.models import BankAnswerFile, Payout, PayoutRun
from payments.queries.bank_answers import answers_of
from payments.services.bank_files import bank_file, make_bank_file
from payments.services.payout_runs import hand_over
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive, make_payee, make_run
from tests.factories.people import staff_client
from tests.payments import fake_payout_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(settings: Any, tmp_path: Path) -> PayoutRun:
    """A run whose file the bank has."""
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.FILES_ROOT = tmp_path
    make_company()
    run = approve(make_run([make_payee(), make_payee()], route="csv"))
    with atomic():
        make_bank_file(run=run, by=run.prepared_by, at=clock.now())
    with atomic():
        hand_over(run=run, by=run.prepared_by, at=clock.now())
    drive()
    return PayoutRun.objects.get(pk=run.pk)


def our_file_with_answers(run: PayoutRun, *said: str) -> bytes:
    """Our file with what became of each payment in two columns more."""
    head, *lines = bank_file(run).decode().splitlines()
    told = [f"{line},{word},{clock.today().isoformat()}" for line, word in zip(lines, said, strict=True)]
    return "\r\n".join([f"{head},status,date", *told]).encode()


def account_numbers(run: PayoutRun) -> list[bytes]:
    """The account numbers in our file, in full."""
    lines = bank_file(run).decode().splitlines()[1:]
    return [cell.encode() for line in lines for cell in line.split(",") if cell.isdigit() and len(cell) == 8]


def uploaded(client: Client, run: PayoutRun, data: bytes) -> Any:
    address = reverse("office:payout_answers", args=[run.public_id])
    return client.post(address, {"file": SimpleUploadedFile("a.csv", data)}, follow=True)


def bad_rows(run: PayoutRun) -> str:
    return reverse("office:payout_bad_rows", args=[run.public_id, BankAnswerFile.objects.get().public_id])


def test_answers_are_sealed_in_the_store_and_come_back_byte_for_byte(run: PayoutRun) -> None:
    data = our_file_with_answers(run, "paid", "gone") + "\r\n\xff\xe9".encode("latin-1")

    uploaded(staff_client("finance"), run, data)

    kept = [path.read_bytes() for path in Path(ours.FILES_ROOT).rglob("*") if path.is_file()]
    numbers = account_numbers(run)
    assert (len(numbers), len(kept)) == (2, 2)
    assert [number for number in numbers for found in kept if number in found] == []
    assert answers_of(BankAnswerFile.objects.get()) == data


def test_same_answers_again_are_the_same_file_and_the_trail_names_them_as_they_came(run: PayoutRun) -> None:
    data, finance = our_file_with_answers(run, "paid", "gone"), staff_client("finance")

    uploaded(finance, run, data)
    uploaded(finance, run, data)

    file = BankAnswerFile.objects.get()
    finance.post(reverse("office:payout_answers_check", args=[run.public_id, file.public_id]))
    trail = AuditRecord.objects.filter(verb__in=["bank_answers_uploaded", "bank_answers_taken_in"]).order_by("pk")
    assert [record.detail["sha256"] for record in trail] == [hashlib.sha256(data).hexdigest()] * 2


def test_page_and_list_of_bad_lines_cover_the_account_numbers_and_keep_the_reference(run: PayoutRun) -> None:
    data, finance = our_file_with_answers(run, "paid", "gone"), staff_client("finance")

    page = uploaded(finance, run, data)
    answer = finance.post(bad_rows(run))

    shown = page.content + b"".join(answer.streaming_content)
    assert [number for number in account_numbers(run) if number in shown] == []
    reference = Payout.objects.filter(run=run).latest("pk").reference.encode()
    assert [reference in part for part in (page.content, shown)] == [True, True]


def test_list_of_bad_lines_asks_for_a_fresh_factor_and_stands_in_the_trail(run: PayoutRun) -> None:
    finance = staff_client("finance")
    uploaded(finance, run, our_file_with_answers(run, "paid", "gone"))

    stale = staff_client("finance", fresh=False).post(bad_rows(run))
    looked = finance.get(bad_rows(run))
    before = AuditRecord.objects.filter(verb="bank_answers_bad_taken").count()
    finance.post(bad_rows(run))

    file = BankAnswerFile.objects.get()
    assert stale.headers["Location"].startswith(reverse("account_confirm"))
    assert looked.headers["Location"] == reverse("office:payout_answers_check", args=[run.public_id, file.public_id])
    record = AuditRecord.objects.get(verb="bank_answers_bad_taken")
    assert (before, record.by, record.detail["lines"]) == (0, finance.user, 1)
