"""Statements are issued once it is decided where the money goes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.transactions import atomic
from dividends.errors import NotComputed, NothingApproved
from dividends.models import Statement
from dividends.queries.issuing import not_issuable, why_not_yet
from dividends.queries.owed import Asked, payable, somebody_payable
from dividends.services.paying import prepare_dividend_run
from dividends.services.statements import issue_statements
from payments.errors import RunDraftWaits
from tests.factories.banking import make_mandate
from tests.factories.dividends import make_dividend, next_dividend
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


def test_many_dividends_are_answered_as_each_alone_with_as_few_questions() -> None:
    first = make_dividend(holdings=(1000, 3), pay_on=clock.today())
    waits_longer = next_dividend(first, pay_on=clock.today() + timedelta(days=60))
    dear = next_dividend(first, pay_on=clock.today(), minimum_minor=900_000)
    proposed = next_dividend(first, step="proposed")
    make_mandate(first.members[0].party, usable_from=clock.now() + timedelta(days=7))
    rows = [made.declaration for made in (first, waits_longer, dear, proposed)]

    with CaptureQueriesContext(connection) as captured:
        refused = not_issuable(rows, at=clock.now())

    assert {row.pk: type(error) for row, error in ((row, refused.get(row.pk)) for row in rows)} == {
        rows[0].pk: type(None),
        rows[1].pk: NothingApproved,
        rows[2].pk: type(None),
        rows[3].pk: NotComputed,
    }
    alone = {row.pk: why_not_yet(row, at=clock.now()) for row in rows}
    assert {pk: type(error) for pk, error in alone.items() if error} == {pk: type(e) for pk, e in refused.items()}
    assert len([query for query in captured if not query["sql"].startswith("SELECT kilderkin_now")]) == 3


@pytest.mark.parametrize("minimum_minor", [0, 7, 8, 2500, 2501, 2507, 2508])
@pytest.mark.parametrize("days", [-1, 0, 6, 7])
def test_somebody_is_payable_exactly_where_payable_yields_somebody(minimum_minor: int, days: int) -> None:
    made = make_dividend(holdings=(1000, 3), pay_on=clock.today())
    make_mandate(made.members[0].party, usable_from=clock.now() + timedelta(days=6))
    make_mandate(made.members[1].party, usable_from=clock.now() - timedelta(days=3))
    at = clock.now() + timedelta(days=days)

    found = somebody_payable([Asked(9, "GBP", minimum_minor, at), Asked(8, "EUR", minimum_minor, at)])

    assert found == ({9} if list(payable("GBP", minimum_minor=minimum_minor, usable_at=at)) else set())
