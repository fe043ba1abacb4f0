"""Where a dividend stands, and the glasses it is drawn as: pure rules, no database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.enums import PayoutState, RunState
from portal.rules.dividend_bars import FLOOR, GLASSES_MAX, TALLEST, THINNEST, WIDTH, glasses, label_size
from portal.rules.dividend_states import Details, LastPayout, Stand, stand_of

AT = datetime(2026, 6, 12, 9, 0, tzinfo=UTC)
EARLIER, LATER = AT - timedelta(days=3), AT + timedelta(days=4)
USABLE = Details(given_at=EARLIER - timedelta(days=9), usable_from=EARLIER)
NEW = Details(given_at=AT - timedelta(days=1), usable_from=LATER)


def stand(last: LastPayout | None = None, details: Details | None = USABLE, *, net: int = 70, of: int = 0) -> Stand:
    """Return where 70 minor units stand that are all their party is owed; ``of`` is the least payment."""
    return stand_of(net_minor=net, last=last, details=details, open_minor=net, minimum_minor=of, at=AT)


def last(state: str, run: str = "paying", *, live: bool = True) -> LastPayout:
    return LastPayout(state, run, live, EARLIER if state in {"failed", "returned", "held", "cancelled"} else None)


@pytest.mark.parametrize(
    ("state", "run", "expected"),
    [
        ("ready", "draft", Stand.PREPARED),
        ("ready", "approved", Stand.APPROVED),
        ("ready", "paying", Stand.TURN),
        ("sending", "paying", Stand.SENDING),
        ("sent", "paying", Stand.SENT),
        ("sent", "done", Stand.SENT),
        ("settled", "done", Stand.PAID),
    ],
)
def test_dividend_in_a_payout_stands_where_the_payout_is(state: str, run: str, expected: Stand) -> None:
    assert stand(last(state, run)) == expected


@pytest.mark.parametrize(
    ("details", "minimum", "expected"),
    [
        (None, 0, Stand.NO_DETAILS),
        (USABLE, 0, Stand.OWED),
        (NEW, 0, Stand.HOLD),
        (USABLE, 70, Stand.OWED),
        (USABLE, 71, Stand.JAR),
        (None, 71, Stand.JAR),
        (NEW, 71, Stand.JAR),
    ],
)
def test_open_dividend_says_what_it_waits_for(details: Details | None, minimum: int, expected: Stand) -> None:
    assert stand(None, details, of=minimum) == expected


def test_dividend_of_nothing_is_nothing_whatever_else_is_known() -> None:
    assert stand(None, None, net=0, of=10) == Stand.NOTHING


@pytest.mark.parametrize("state", ["failed", "returned"])
@pytest.mark.parametrize("live", [True, False])
def test_payment_that_did_not_arrive_came_back_before_and_after_it_is_released(state: str, live: bool) -> None:
    assert stand(last(state, live=live)) == Stand.CAME_BACK


@pytest.mark.parametrize(("details", "expected"), [(NEW, Stand.HOLD), (None, Stand.CAME_BACK)])
def test_new_bank_details_mend_a_payment_that_came_back(details: Details | None, expected: Stand) -> None:
    assert stand(last("returned", live=False), details) == expected


def test_payment_that_came_back_waits_in_no_jar_until_its_details_are_mended() -> None:
    assert stand(last("returned", live=False), of=100) == Stand.CAME_BACK


@pytest.mark.parametrize(("details", "expected"), [(NEW, Stand.HELD), (USABLE, Stand.HELD), (None, Stand.NO_DETAILS)])
def test_payment_held_back_says_so_until_it_is_paid(details: Details | None, expected: Stand) -> None:
    assert stand(last("held", live=False), details) == expected


def test_payment_of_a_cancelled_run_is_owed_again() -> None:
    assert stand(last("cancelled", "cancelled", live=False)) == Stand.OWED


@given(
    state=st.sampled_from(PayoutState.values),
    run=st.sampled_from(RunState.values),
    live=st.booleans(),
    details=st.sampled_from([None, NEW, USABLE]),
    minimum=st.integers(0, 200),
)
def test_every_payout_of_every_run_stands_somewhere(
    state: str, run: str, live: bool, details: Details | None, minimum: int
) -> None:
    found = stand(last(state, run, live=live), details, of=minimum)

    assert found != Stand.NOTHING
    assert (found == Stand.PAID) == (state == "settled" and live)


def test_glasses_are_as_high_as_their_amounts() -> None:
    small, large, none = glasses([100, 400, 0], paid=[True, False, True])

    assert (large.height, small.height, none.height) == (TALLEST, TALLEST / 4, 0.0)
    assert [glass.top + glass.height for glass in (small, large, none)] == [FLOOR] * 3
    assert [glass.is_full for glass in (small, large, none)] == [True, False, False]


def test_penny_beside_a_fortune_is_still_seen() -> None:
    assert glasses([1, 10**12], paid=[True, True])[0].height == THINNEST


def test_no_dividend_draws_no_glass() -> None:
    assert glasses([], paid=[]) == ()


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=GLASSES_MAX))
def test_glasses_stand_side_by_side_within_the_drawing(amounts: list[int]) -> None:
    drawn = glasses(amounts, paid=[True] * len(amounts))

    edges = [edge for glass in drawn for edge in (glass.x, glass.x + glass.width)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= WIDTH
    assert min(glass.label_y for glass in drawn) > 0


def test_long_amounts_are_set_smaller() -> None:
    assert label_size(["£0.70", "£1.20"]) > label_size(["1.234.567 ₫"] * 6) >= 9
