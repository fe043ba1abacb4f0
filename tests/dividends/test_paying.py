"""What is paid together, and what is not paid yet."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from dividends.errors import AccountsOutOfDate
from dividends.models import PayoutLine, Statement
from dividends.queries.owed import payable
from dividends.services.declarations import compute_entitlements
from dividends.services.paying import prepare_again, prepare_dividend_run
from dividends.services.statements import issue_statements
from payments.errors import NothingToPay
from payments.models import Payout, PayoutRun
from tests.factories.banking import make_mandate
from tests.factories.dividends import FIGURES, Dividend, make_accounts, make_dividend, next_dividend
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


def in_the_jar_beside(paid: Payout, first: Dividend) -> None:
    """Give the payee a second dividend of 0.20 of which 1.00 is the least that is sent."""
    next_dividend(first, rate_minor=Decimal(1), minimum_minor=100, pay_on=clock.today())
    assert list(open_of(paid)) == [20]


def open_of(payout: Payout) -> list[int]:
    """Return what the payee is owed and no payment has taken up."""
    found = payable(payout.currency, minimum_minor=0, usable_at=clock.now(), party_id=payout.party_id)
    return [row.sum_minor for row in found]


def sent(*, ending: str) -> tuple[Dividend, Payout]:
    """A dividend of 1.00 to one holder, and what became of its payment at the account with that ending."""
    made = make_dividend(holdings=(20,), rate_minor=Decimal(5), pay_on=clock.today(), minimum_minor=100)
    make_mandate(made.members[0].party, ending=ending)
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())
    approve(run, by=made.director)
    drive()
    return made, run.payouts.get()


def test_payment_that_arrived_is_not_sent_again_with_what_is_in_the_jar() -> None:
    first, paid = sent(ending="4471")
    in_the_jar_beside(paid, first)

    with pytest.raises(NothingToPay), atomic():
        prepare_again(payout=paid, by=first.finance, at=clock.now())

    assert (paid.state, PayoutRun.objects.count()) == ("settled", 1)


def test_payment_that_was_sent_again_and_arrived_is_not_sent_a_third_time() -> None:
    first, failed = sent(ending="0020")
    make_mandate(first.members[0].party, ending="4471")
    with atomic():
        again = prepare_again(payout=failed, by=first.finance, at=clock.now())
    approve(again, by=first.director)
    drive()
    in_the_jar_beside(failed, first)

    with pytest.raises(NothingToPay), atomic():
        prepare_again(payout=failed, by=first.finance, at=clock.now())

    assert (failed.state, again.payouts.get().state, PayoutRun.objects.count()) == ("failed", "settled", 2)


def test_statement_does_not_count_a_dividend_with_a_later_day() -> None:
    first = make_dividend(holdings=(1000,), pay_on=clock.today())
    next_dividend(first, pay_on=clock.today() + timedelta(days=60))

    with atomic():
        issue_statements(declaration=first.declaration, by=first.finance, at=clock.now())

    statement = Statement.objects.get()
    assert (statement.earlier_minor, statement.kept_minor) == (0, statement.entitlement.net_minor)


def test_entitlements_on_superseded_accounts_are_refused() -> None:
    made = make_dividend(step="proposed", holdings=(1000,))
    make_accounts(by=made.finance, figures=replace(FIGURES, net_assets_minor=FIGURES.net_assets_minor + 1))

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
