"""The public lot: repeatable by hand, fair, and not to be steered by blurred lines."""

import hashlib
from collections import Counter

import pytest

from ballots.rules.counting.lot import Lot, TieNeedsLot, shuffled
from ballots.rules.counting.result import Tie
from ballots.rules.counting.ties import TieBreaker

NAMES = ("Amber", "Bitter", "Cask", "Dunkel")


def test_two_names_are_swapped_by_the_parity_of_one_hash() -> None:
    for beacon in map(str, range(20)):
        last_bit = hashlib.sha256(f"label\nroot\n{beacon}\n0".encode()).digest()[-1] % 2

        order = shuffled(["A", "B"], label="label", root="root", beacon=beacon)

        # The last name changes places with the first where the number is even, and stays where it is odd.
        assert order == (("B", "A") if last_bit == 0 else ("A", "B"))


def test_shuffle_of_four_is_this_one() -> None:
    order = shuffled(NAMES, label="Beer 2026, round 2, elimination", root="ab" * 32, beacon="drand 4242")

    assert order == ("Dunkel", "Cask", "Amber", "Bitter")


def test_every_order_is_about_as_frequent() -> None:
    orders = Counter(shuffled(NAMES[:3], label="", root="", beacon=str(number)) for number in range(6000))

    assert len(orders) == 6
    assert all(850 < times < 1150 for times in orders.values())  # five standard deviations around 1000


@pytest.mark.parametrize("field", ["label", "root", "beacon"])
def test_line_feeds_are_refused(field: str) -> None:
    lines = {"label": "l", "root": "r", "beacon": "b"} | {field: "two\nlines"}

    with pytest.raises(ValueError, match="single lines"):
        shuffled(NAMES, **lines)


def test_record_of_a_drawing_replays_it() -> None:
    order, record = Lot("Beer 2026", "root", "17").draw(NAMES, "elimination", 3)

    again = shuffled(record["names"], label=record["label"], root=record["root"], beacon=record["beacon"])

    assert again == order == tuple(record["order"])
    assert record["default"] is False


def test_drawing_without_a_beacon_says_so() -> None:
    order, record = Lot("Beer 2026", "root").draw(NAMES, "elimination", 3)

    assert (record["default"], record["beacon"]) == (True, "")
    assert order == shuffled(NAMES, label="Beer 2026, round 3, elimination", root="root", beacon="")


def test_strict_drawing_without_a_beacon_names_what_it_waits_for() -> None:
    with pytest.raises(TieNeedsLot) as waiting:
        Lot("Beer 2026", "root", strict=True).draw(NAMES[:2], "elimination", 3)

    assert (waiting.value.question, waiting.value.between, waiting.value.round) == ("elimination", NAMES[:2], 3)


def test_three_tied_are_narrowed_round_by_round_backwards() -> None:
    breaker = TieBreaker(NAMES, Lot(strict=True), history=[[1, 2, 9, 9], [5, 5, 6, 9]])

    chosen = breaker.pick([0, 1, 2], lowest=True, question="elimination")

    # Round 2 leaves Amber and Bitter tied as the lowest, round 1 parts them.
    assert chosen == [0]
    assert breaker.found == [
        Tie(3, "elimination", ("Amber", "Bitter", "Cask"), ("Amber",), "earlier round", decided_in=1)
    ]


def test_two_of_three_places_can_be_settled_before_the_lot() -> None:
    breaker = TieBreaker(NAMES, Lot("x", "y", "z"), first=[3, 1, 1, 1])

    chosen = breaker.pick([0, 1, 2, 3], lowest=False, question="election", places=2)

    (tie,) = breaker.found
    assert chosen[0] == 0
    assert tie.lot is not None
    assert tie.lot["names"] == ["Bitter", "Cask", "Dunkel"]
    assert tie.chosen == ("Amber", tie.lot["order"][0])


def test_one_candidate_for_one_place_is_no_tie() -> None:
    breaker = TieBreaker(NAMES, Lot(strict=True))

    assert breaker.pick([2], lowest=True, question="elimination") == [2]
    assert breaker.found == []
