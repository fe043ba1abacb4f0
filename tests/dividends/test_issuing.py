"""Statements are issued once it is decided where the money goes."""

import pytest

from core import clock
from core.transactions import atomic
from dividends.errors import NothingApproved
from dividends.models import Statement
from dividends.services.paying import prepare_dividend_run
from dividends.services.statements import issue_statements
from payments.errors import RunDraftWaits
from tests.factories.banking import make_mandate
from tests.factories.dividends import make_dividend
from tests.factories.payouts import approve

pytestmark = pytest.mark.django_db


def issue(made) -> None:
    with atomic():
        issue_statements(declaration=made.declaration, by=made.finance, at=clock.now())


def test_statements_before_what_can_be_paid_is_approved_are_refused() -> None:
    made = make_dividend(holdings=(1000,))
    make_mandate(made.members[0].party)

    with pytest.raises(NothingApproved):
        issue(made)


def test_statements_while_a_draft_waits_are_refused() -> None:
    made = make_dividend(holdings=(1000,))
    make_mandate(made.members[0].party)
    with atomic():
        prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())

    with pytest.raises(RunDraftWaits):
        issue(made)


def test_statements_where_nobody_can_be_paid_are_issued() -> None:
    made = make_dividend(holdings=(1000, 500))

    issue(made)

    assert set(Statement.objects.values_list("way", "paid_minor")) == {("waiting", 0)}


def test_statements_are_numbered_without_gaps_and_issued_once() -> None:
    made = make_dividend(holdings=(1000, 500, 3))
    make_mandate(made.members[0].party)
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())
    approve(run)

    issue(made)
    issue(made)

    rows = list(Statement.objects.order_by("number"))
    assert [row.number for row in rows] == list(range(rows[0].number, rows[0].number + 3))
    assert [row.way for row in rows] == ["bank", "waiting", "waiting"]
    assert (rows[0].paid_minor, rows[1].kept_minor) == (rows[0].entitlement.net_minor, rows[1].entitlement.net_minor)
