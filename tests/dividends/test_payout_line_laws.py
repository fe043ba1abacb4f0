"""What a payment of a dividend stands on, to whoever reaches the tables."""

from collections.abc import Sequence

import pytest
from django.db import DatabaseError

from accounts.models import Party
from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from dividends.models import PayoutLine
from dividends.services.paying import prepare_dividend_run
from payments.models import Payout, PayoutRun
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.payouts import approve, make_run, states
from tests.factories.people import make_staff
from tests.payments.refusals import refused

pytestmark = pytest.mark.django_db


def dividend(*, holdings: Sequence[int] = (100, 2000)) -> Dividend:
    """A dividend that is due, and everybody's bank details."""
    made = make_dividend(holdings=holdings, pay_on=clock.today())
    for place in range(len(holdings)):
        make_mandate(party_of(made, place))
    return made


def party_of(made: Dividend, place: int) -> Party:
    party = made.members[place].party
    assert party is not None
    return party


def refused_approval(run: PayoutRun) -> str:
    """Approve the run by a director and return the law that forbids it."""
    with pytest.raises(DatabaseError) as broken, atomic():
        approve(run, by=make_staff("director"))
    return constraint_name(broken.value)


def test_line_written_as_released_is_refused() -> None:
    """It would escape the law that an entitlement is in one payment, and count as paying: the second payment of it."""
    made = dividend()
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="csv", by=made.finance, at=clock.now())
    approve(run, by=made.director)
    owed = made.entitlement(0)
    second = make_run([owed.party], amounts=[owed.net_minor], purpose="dividend", route="csv")

    line = PayoutLine(entitlement=owed, payout=second.payouts.get())

    assert refused(line, released_at=clock.now()) == "payout_line_begins_unreleased"


def test_payment_without_a_line_is_never_approved() -> None:
    made = dividend()
    run = make_run([party_of(made, 0)], amounts=[99_999_999], purpose="dividend")

    assert refused_approval(run) == "run_stands_on_lines"


def test_one_payment_without_a_line_among_others_keeps_the_run_from_being_approved() -> None:
    made = dividend()
    amounts = [made.entitlement(place).net_minor for place in range(2)]
    run = make_run([party_of(made, 0), party_of(made, 1)], amounts=amounts, purpose="dividend")
    PayoutLine.objects.create(
        entitlement=made.entitlement(0), payout=Payout.objects.get(run=run, party=party_of(made, 0))
    )

    assert refused_approval(run) == "run_stands_on_lines"


def test_dividend_in_a_run_for_something_else_is_never_approved() -> None:
    """Two debts of one sum would be told paid by the one payment."""
    made = dividend()
    owed = made.entitlement(0)
    run = make_run([owed.party], amounts=[owed.net_minor])
    PayoutLine.objects.create(entitlement=owed, payout=run.payouts.get())

    assert refused_approval(run) == "run_stands_on_lines"


def test_prepared_run_stands_on_its_lines_and_is_approved() -> None:
    made = dividend()
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="csv", by=made.finance, at=clock.now())

    approve(run, by=made.director)

    run.refresh_from_db()
    assert (run.state, states(run)) == ("approved", ["ready", "ready"])
