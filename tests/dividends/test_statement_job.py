"""The job that makes the files: bytes before rows, once each, and one holder's trouble is nobody else's."""

from typing import Any

import pytest

from core.jobs import engine, progress_of
from core.models import Job, JobFailure, OutgoingMail
from core.storage import read_bytes
from dividends import tasks
from dividends.models import Statement, StatementFile
from dividends.queries.statements import Counts, counts_of, whole_statements
from tests.factories.statements import issue, make_dividend, make_mandate, make_member, make_statements, pay
from tests.pdf_reader import text_of

pytestmark = pytest.mark.django_db


def fresh(statement: Statement) -> Statement:
    return whole_statements().get(pk=statement.pk)


def test_job_makes_every_file_stores_its_bytes_and_mails_it_to_the_holder() -> None:
    statements = make_statements(holdings=(100, 200, 300))
    declaration = statements[0].entitlement.declaration

    before = counts_of(declaration)
    engine.run()

    assert (before, counts_of(declaration)) == (Counts(3, 0), Counts(3, 3))
    for statement in map(fresh, statements):
        data = read_bytes(statement.file.sha256)
        assert statement.file.size_bytes == len(data)
        assert str(statement) in text_of(data)
    mails = OutgoingMail.objects.filter(kind="dividend.statement").order_by("pk")
    sent = [(f"{row}.pdf", fresh(row).file.sha256, "application/pdf") for row in statements]
    assert [tuple(mail.attachments[0]) for mail in mails] == sent


def test_job_run_again_makes_nothing_twice() -> None:
    make_statements(holdings=(100, 200))
    engine.run()
    made = list(StatementFile.objects.values_list("sha256", flat=True))
    Job.objects.filter(kind="dividend_statements").update(state="running", finished_at=None)
    Job.objects.get(kind="dividend_statements").chunks.update(state="ready", position=0)

    engine.run()

    assert list(StatementFile.objects.values_list("sha256", flat=True)) == made
    assert OutgoingMail.objects.filter(kind="dividend.statement").count() == 2


def test_holder_whose_name_cannot_be_printed_fails_alone_and_says_why() -> None:
    party = make_member("李 Siobhán", shares=50)
    dividend = make_dividend(holdings=(100, 200))
    for holder in dividend.members:
        make_mandate(holder.party)
    pay(dividend)
    issue(dividend)

    engine.run()

    failure = JobFailure.objects.get()
    progress = progress_of(Job.objects.get(kind="dividend_statements"))
    poison = Statement.objects.get(entitlement__party=party)
    assert failure.reason == "The text holds characters that cannot be printed: U+674E."
    assert failure.item == str(poison.pk)
    assert (progress.done, progress.failed) == (2, 1)
    assert counts_of(poison.entitlement.declaration) == Counts(3, 2)


def test_worker_that_dies_between_bytes_and_row_leaves_bytes_that_the_next_one_uses(monkeypatch: Any) -> None:
    statement = make_statements(holdings=(100,))[0]
    stored: list[str] = []

    def store_then_die(data: bytes) -> str:
        stored.append(store(data))
        raise KeyboardInterrupt

    store = tasks.store_bytes
    monkeypatch.setattr(tasks, "store_bytes", store_then_die)
    with pytest.raises(KeyboardInterrupt):
        engine.run()
    monkeypatch.undo()
    Job.objects.get(kind="dividend_statements").chunks.update(lease_until=statement.issued_at)

    engine.run()

    assert [fresh(statement).file.sha256] == stored
    assert OutgoingMail.objects.filter(kind="dividend.statement").count() == 1
