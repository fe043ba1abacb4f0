"""Issued is not done: the office sees how far the files of statements are, and what a statement can say by then."""

import re
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.jobs import engine
from core.jobs.engine import claim
from core.pdf import TooLong
from dividends.models import Declaration, Statement, StatementFile
from dividends.tasks import make_statement_item
from payments.models import Payout
from portal.queries.office_today_dividends import dividend_clocks
from portal.queries.today_lines import Due
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.payouts import drive
from tests.factories.people import staff_client
from tests.factories.statements import computed, issue, pay
from tests.portal.test_public_pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.SANDBOX_SETTLE_SECONDS = 0


@pytest.fixture
def made() -> Dividend:
    """Return a dividend of three holders, in an approved run."""
    dividend = make_dividend(holdings=(100, 200, 300), pay_on=clock.today())
    for user in dividend.members:
        make_mandate(user.party)
    pay(dividend)
    return dividend


def make_one(declaration: Declaration) -> None:
    lease = claim(declaration.statements_job_id)
    assert lease is not None
    make_statement_item(lease, lease.begin_item())
    lease.release()


def stations(declaration: Declaration) -> dict[str, str]:
    page = staff_client("finance").get(reverse("office:dividend", args=[declaration.public_id])).content.decode()
    found = re.findall(r'<li class="is-(\w+)".*?<strong class="tracker-title">(.*?)</strong>', page, re.DOTALL)
    return {title: state for state, title in found}


def clock_of() -> Due:
    return next(due for due in dividend_clocks(clock.today()) if due.title.startswith("Statements: "))


def test_statements_are_done_when_their_last_file_is_made(made: Dividend) -> None:
    issue(made)
    make_one(computed(made))
    page = words(staff_client("finance").get(reverse("office:dividend", args=[computed(made).public_id])))
    meanwhile = stations(computed(made)), clock_of()

    engine.run()

    after = stations(computed(made)), clock_of()
    assert "They are issued; 1 of 3 files are made." in page
    assert (meanwhile[0]["Statements issued"], after[0]["Statements issued"]) == ("now", "done")
    assert (meanwhile[0]["Paid"], after[0]["Paid"]) == ("next", "now")
    assert (meanwhile[1].is_done, after[1].is_done) == (False, True)
    assert meanwhile[1].sentence.startswith("They are issued; their files are being made and mailed.")


def test_statement_whose_file_failed_keeps_the_clock_until_it_is_made(
    made: Dividend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_statement: Statement) -> bytes:
        raise TooLong

    monkeypatch.setattr("dividends.tasks.statement_pdf", broken)
    statements = issue(made)
    engine.run()
    with_failures = clock_of().is_done

    for row in statements:
        StatementFile.objects.create(statement=row, sha256="0" * 64, size_bytes=1, made_at=clock.now())

    assert (with_failures, clock_of().is_done) == (False, True)


def test_page_says_how_many_payments_are_on_their_way_and_blocks_nothing(made: Dividend) -> None:
    url = reverse("office:dividend_issue", args=[computed(made).public_id])

    before = words(staff_client("finance").get(url))
    drive()
    after = words(staff_client("finance").get(url))

    assert (
        "3 payments are still on their way: a statement says what was ordered, and who cannot be paid gets a letter of "
        "their own."
    ) in before
    assert "Issue 3 statements" in before
    assert set(Payout.objects.values_list("state", flat=True)) == {"settled"}
    assert "on their way" not in after
    assert "Issue 3 statements" in after
