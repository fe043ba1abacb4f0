"""What stands in the penny jar: money of a later day is in no jar yet, and each dividend has a minimum of its own."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core import clock
from portal.queries.my_dividends import dividends_of, jars_of
from portal.rules.dividend_states import Stand
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend, next_dividend

pytestmark = pytest.mark.django_db
IN_A_MONTH = timedelta(days=30)


def in_the_jar() -> Dividend:
    """A dividend that is due and gives its holder of 20 shares 0.50, of which 1.00 is the least that is sent."""
    made = make_dividend(holdings=(20,), pay_on=clock.today(), minimum_minor=100)
    party = made.members[0].party
    assert party is not None
    make_mandate(party)
    return made


def stands(made: Dividend, *, days: int = 0) -> list[tuple[Stand, int, int]]:
    """Return state, open sum and minimum of each dividend of the holder, the latest first, so many days from now."""
    found = dividends_of(made.members[0], at=clock.now() + timedelta(days=days))
    return [(one.stand, one.open_minor, one.minimum_minor) for one in found]


def jars(made: Dividend, *, days: int = 0) -> list[tuple[int, int]]:
    """Return what is in each jar of the holder, and its minimum."""
    found = jars_of(dividends_of(made.members[0], at=clock.now() + timedelta(days=days)))
    return [(one.jar.keep_minor, one.minimum_minor) for one in found]


def test_dividend_in_the_jar_stays_there_until_the_later_one_is_due() -> None:
    first = in_the_jar()
    next_dividend(first, rate_minor=Decimal(3), minimum_minor=0, pay_on=clock.today() + IN_A_MONTH)

    before, then = stands(first), stands(first, days=31)

    assert before == [(Stand.OWED, 110, 0), (Stand.JAR, 50, 100)]
    assert then == [(Stand.OWED, 110, 0), (Stand.OWED, 110, 100)]


def test_jar_holds_what_is_due_and_no_more() -> None:
    first = in_the_jar()
    next_dividend(first, rate_minor=Decimal(1), minimum_minor=200, pay_on=clock.today() + IN_A_MONTH)

    assert (jars(first), jars(first, days=31)) == ([(50, 100)], [(70, 200)])


def test_jar_of_a_later_dividend_without_a_minimum_is_still_the_one_that_is_due() -> None:
    first = in_the_jar()
    next_dividend(first, rate_minor=Decimal(3), minimum_minor=0, pay_on=clock.today() + IN_A_MONTH)

    assert (jars(first), jars(first, days=31)) == ([(50, 100)], [])


def test_jar_before_any_day_of_payment_is_the_first_to_come() -> None:
    made = make_dividend(holdings=(20,), pay_on=clock.today() + IN_A_MONTH, minimum_minor=100)
    next_dividend(made, rate_minor=Decimal(3), minimum_minor=300, pay_on=clock.today() + 2 * IN_A_MONTH)

    assert jars(made) == [(50, 100)]
