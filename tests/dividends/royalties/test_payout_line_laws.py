"""What a payment to a creator stands on, to whoever reaches the tables."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from dividends.models import RoyaltyPayoutLine, RoyaltyStatement
from dividends.queries.owed import begins_on
from dividends.services.royalties_paying import prepare_royalty_again, prepare_royalty_run
from payments.services.payout_runs import cancel_run
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.payouts import approve, make_run
from tests.factories.people import make_staff
from tests.factories.royalties import make_agreement, make_round, make_sales
from tests.payments.refusals import refused

pytestmark = pytest.mark.django_db


def announced(*, days: int = 0) -> RoyaltyStatement:
    """A statement of £10.00 whose payment is announced for in so many days, to a creator with bank details."""
    person = make_person()
    make_mandate(person)
    make_sales(make_agreement(creators=[(person, 1)]).beer, net_minor=100_000)
    make_round(pay_on=clock.today() + timedelta(days=days))
    return RoyaltyStatement.objects.select_related("party", "round").get()


def test_line_written_as_released_is_refused() -> None:
    statement = announced()
    with atomic():
        paid = prepare_royalty_run(issue=statement.round, route="csv", by=make_staff("finance"), at=clock.now())
    approve(paid)
    second = make_run([statement.party], amounts=[statement.paid_minor], purpose="royalty", route="csv")

    line = RoyaltyPayoutLine(statement=statement, payout=second.payouts.get())

    assert refused(line, released_at=clock.now()) == "royalty_payout_line_begins_unreleased"


def test_line_in_a_run_before_the_day_announced_is_refused() -> None:
    statement = announced(days=14)
    run = make_run([statement.party], amounts=[statement.paid_minor], purpose="royalty")

    line = RoyaltyPayoutLine(statement=statement, payout=run.payouts.get())

    assert refused(line) == "royalty_payout_line_when_due"


def test_line_in_a_run_of_the_day_announced_is_written() -> None:
    statement = announced(days=14)
    day = begins_on(statement.pay_on)
    run = make_run([statement.party], amounts=[statement.paid_minor], purpose="royalty", not_before=day)

    RoyaltyPayoutLine.objects.create(statement=statement, payout=run.payouts.get())

    assert RoyaltyPayoutLine.objects.get().payout.run == run


def test_payment_without_a_line_is_never_approved() -> None:
    statement = announced()
    run = make_run([statement.party], amounts=[statement.paid_minor], purpose="royalty")

    with pytest.raises(DatabaseError) as broken, atomic():
        approve(run)

    assert constraint_name(broken.value) == "run_stands_on_lines"


def test_payment_prepared_again_before_its_day_waits_for_it() -> None:
    statement = announced(days=14)
    with atomic():
        run = prepare_royalty_run(issue=statement.round, route="csv", by=make_staff("finance"), at=clock.now())
    payout = run.payouts.get()
    with atomic():
        cancel_run(run=run, reason="Wrong way", by=make_staff("finance"), at=clock.now())

    with atomic():
        again = prepare_royalty_again(payout=payout, by=make_staff("finance"), at=clock.now())

    assert again.not_before == begins_on(statement.pay_on)
