"""What is paid together, and what is not paid yet."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from dividends.errors import AccountsOutOfDate
from dividends.models import PayoutLine, Statement
from dividends.services.declarations import compute_entitlements
from dividends.services.paying import prepare_again, prepare_dividend_run
from dividends.services.statements import issue_statements
from payments.models import Payout
from tests.factories.banking import make_mandate
from tests.factories.dividends import make_accounts, make_dividend, next_dividend
from tests.factories.payouts import approve, drive, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(settings) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0


def paid_by(payout: Payout) -> set[int]:
    return set(PayoutLine.objects.filter(payout=payout).values_list("entitlement__declaration_id", flat=True))


def test_dividend_with_a_later_day_is_not_paid_with_an_earlier_one() -> None:
    first = make_dividend(holdings=(1000,), pay_on=clock.today())
    second = next_dividend(first, pay_on=clock.today() + timedelta(days=60))
    make_mandate(first.members[0].party)

    with atomic():
        run = prepare_dividend_run(declaration=first.declaration, route="sandbox", by=first.finance, at=clock.now())

    assert paid_by(run.payouts.get()) == {first.declaration.pk}
    assert second.declaration.pk not in paid_by(run.payouts.get())


def test_payment_sent_again_does_not_take_a_dividend_before_its_day() -> None:
    first = make_dividend(holdings=(1000,), pay_on=clock.today())
    make_mandate(first.members[0].party, ending="0020")
    with atomic():
        run = prepare_dividend_run(declaration=first.declaration, route="sandbox", by=first.finance, at=clock.now())
    approve(run)
    drive()
    failed = run.payouts.get()
    next_dividend(first, pay_on=clock.today() + timedelta(days=60))
    make_mandate(first.members[0].party, ending="4471")

    with atomic():
        again = prepare_again(payout=failed, by=first.finance, at=clock.now())

    assert (failed.state, again.total_minor) == ("failed", failed.amount_minor)


def test_statement_does_not_count_a_dividend_with_a_later_day() -> None:
    first = make_dividend(holdings=(1000,), pay_on=clock.today())
    next_dividend(first, pay_on=clock.today() + timedelta(days=60))

    with atomic():
        issue_statements(declaration=first.declaration, by=first.finance, at=clock.now())

    statement = Statement.objects.get()
    assert (statement.earlier_minor, statement.kept_minor) == (0, statement.entitlement.net_minor)


def test_entitlements_on_superseded_accounts_are_refused() -> None:
    made = make_dividend(step="proposed", holdings=(1000,))
    make_accounts(by=made.finance)

    with pytest.raises(AccountsOutOfDate), atomic():
        compute_entitlements(declaration=made.declaration, by=made.finance, at=clock.now())


def test_line_before_the_payment_day_is_refused_by_the_database() -> None:
    first = make_dividend(holdings=(1000,), pay_on=clock.today())
    make_mandate(first.members[0].party)
    with atomic():
        run = prepare_dividend_run(declaration=first.declaration, route="sandbox", by=first.finance, at=clock.now())
    later = next_dividend(first, pay_on=clock.today() + timedelta(days=60)).declaration.entitlements.get()
    stolen = make_payee_run(first.members[0].party, later.net_minor)

    with pytest.raises(IntegrityError) as refusal, atomic():
        PayoutLine.objects.create(entitlement=later, payout=stolen)

    assert constraint_name(refusal.value) == "payout_line_when_due"
    assert paid_by(run.payouts.get()) == {first.declaration.pk}


def make_payee_run(party, amount_minor: int) -> Payout:
    return make_run([party], amounts=[amount_minor], purpose="another").payouts.get()
