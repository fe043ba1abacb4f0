"""What must hold of every count, whatever the papers."""

import json
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.counting import debian, irv, schulze, scottish_stv
from ballots.rules.counting.condorcet import levels_of, preferences
from ballots.rules.counting.methods import Method, count
from ballots.rules.counting.papers import Papers, Row
from ballots.rules.counting.result import UNITS
from tests.ballots.counting import references
from tests.ballots.counting.strategies import contests

Contest = tuple[tuple[str, ...], list[Row]]
RANKED = [Method.PLURALITY, Method.IRV, Method.SCOTTISH_STV, Method.SCHULZE]
SEVERAL_SEATS = [Method.PLURALITY, Method.APPROVAL, Method.SCOTTISH_STV, Method.SCHULZE]
NOT_RESOLUTION = [method for method in Method if method is not Method.RESOLUTION]


def expanded(rows: list[Row]) -> list[Row]:
    return [(1, ranks) for weight, ranks in rows for _ in range(weight)]


def plain(rows: list[Row]) -> list[tuple[int, ...]]:
    return [tuple(rank[0] for rank in ranks) for _, ranks in expanded(rows)]


def kinds(value: Any) -> set[type]:
    """Return the types of all values inside."""
    if isinstance(value, dict):
        return {str}.union(*(kinds(part) for part in value.values()))
    if isinstance(value, list):
        return set[type]().union(*(kinds(part) for part in value))
    return {type(value)}


@pytest.mark.parametrize("method", [Method.PLURALITY, Method.IRV, Method.SCOTTISH_STV])
@given(contest=contests(equal_ranks=True), seats=st.integers(1, 7))
def test_votes_of_every_round_add_up_to_all_papers(method: Method, contest: Contest, seats: int) -> None:
    papers = Papers.of(*contest)

    rounds = count(method, papers, seats=1 if method is Method.IRV else seats).rounds

    totals = [sum(round_.tallies.values()) + round_.exhausted for round_ in rounds]
    assert totals == [papers.total * UNITS] * len(rounds)


@pytest.mark.parametrize("method", [Method.IRV, Method.SCOTTISH_STV])
@given(contest=contests(), seats=st.integers(1, 7))
def test_transfers_lead_from_each_round_to_the_next(method: Method, contest: Contest, seats: int) -> None:
    rounds = count(method, Papers.of(*contest), seats=1 if method is Method.IRV else seats).rounds

    for before, after in pairwise(rounds):
        expected = dict(before.tallies)
        for transfer in after.transfers:
            expected[transfer.source] -= sum(transfer.to.values()) + transfer.exhausted
            for name, units in transfer.to.items():
                expected[name] += units
        assert {name: expected[name] for name in after.tallies} == dict(after.tallies)
        assert before.exhausted + sum(transfer.exhausted for transfer in after.transfers) == after.exhausted


@pytest.mark.parametrize("method", NOT_RESOLUTION)
@given(contest=contests(equal_ranks=True), data=st.data())
def test_order_of_papers_is_irrelevant(method: Method, contest: Contest, data: st.DataObject) -> None:
    names, rows = contest
    shuffled = data.draw(st.permutations(rows))

    assert count(method, Papers.of(names, shuffled)).as_json() == count(method, Papers.of(names, rows)).as_json()


@pytest.mark.parametrize("method", NOT_RESOLUTION)
@given(contest=contests(equal_ranks=True))
def test_a_weight_is_as_many_papers(method: Method, contest: Contest) -> None:
    names, rows = contest

    one_by_one = count(method, Papers.of(names, expanded(rows)))

    assert one_by_one.as_json() == count(method, Papers.of(names, rows)).as_json()


@pytest.mark.parametrize("method", RANKED)
@given(contest=contests())
def test_a_majority_of_first_choices_wins(method: Method, contest: Contest) -> None:
    names, rows = contest
    votes = [0] * len(names)
    for weight, ranks in rows:
        if ranks:
            votes[ranks[0][0]] += weight

    elected = count(method, Papers.of(names, rows)).elected

    for name, number in zip(names, votes, strict=True):
        if 2 * number > sum(votes):
            assert elected == (name,)


@pytest.mark.parametrize("method", SEVERAL_SEATS)
@given(contest=contests(equal_ranks=True), seats=st.integers(1, 7))
def test_seats_are_filled_or_all_are_elected(method: Method, contest: Contest, seats: int) -> None:
    names, rows = contest

    elected = count(method, Papers.of(names, rows), seats=seats).elected

    assert len(elected) == len(set(elected)) == min(seats, len(names))


@pytest.mark.parametrize("method", NOT_RESOLUTION)
@given(contest=contests(equal_ranks=True))
def test_results_are_text_and_whole_numbers(method: Method, contest: Contest) -> None:
    result = count(method, Papers.of(*contest)).as_json()

    assert kinds(result) <= {str, int, bool, type(None)}
    assert json.loads(json.dumps(result)) == result
    assert list(result)[:6] == ["method", "seats", "candidates", "rounds", "elected", "ties"]


@given(contest=contests(equal_ranks=True))
def test_schulzes_winner_is_in_the_smith_set(contest: Contest) -> None:
    result = schulze.count(Papers.of(*contest))

    assert set(result.elected) <= set(result.extras["smith_set"])


@given(contest=contests(equal_ranks=True))
def test_smith_set_beats_everybody_outside_and_no_smaller_one_does(contest: Contest) -> None:
    names, rows = contest
    levels = levels_of(Papers.of(names, rows))
    matrix = preferences(levels, Papers.of(names, rows).weights).tolist()
    smith = {names.index(name) for name in schulze.count(Papers.of(names, rows)).extras["smith_set"]}

    def dominates(group: set[int]) -> bool:
        return all(matrix[a][b] > matrix[b][a] for a in group for b in range(len(names)) if b not in group)

    smaller = [group for group in ({b for b in smith if (n >> b) & 1} for n in range(2 ** len(names))) if group < smith]
    assert dominates(smith)
    assert [group for group in smaller if group and dominates(group)] == []


@given(contest=contests(equal_ranks=True))
def test_debians_dropping_of_defeats_picks_among_schulzes_winners(contest: Contest) -> None:
    names, rows = contest
    papers = Papers.of((*names, "None of these"), rows)
    matrix = preferences(levels_of(papers), papers.weights)

    outcome = debian.decide(matrix.tolist(), debian.DefaultOption(len(names)))

    groups = schulze.ranking(schulze.strongest_paths(matrix))
    assert set(outcome.winners) <= set(groups[0])


@given(contest=contests())
def test_irv_counts_as_the_plain_reference(contest: Contest) -> None:
    names, rows = contest
    result = irv.count(Papers.of(names, rows))

    try:
        winner, rounds = references.irv(len(names), plain(rows))
    except references.NeedsLot:
        assert "lot" in [tie.broken_by for tie in result.ties]
        return

    assert result.elected == (names[winner],)
    assert [dict(round_.tallies) for round_ in result.rounds] == [
        {names[one]: votes * UNITS for one, votes in tallies.items()} for tallies in rounds
    ]


@given(contest=contests(), seats=st.integers(1, 4))
def test_scottish_stv_counts_as_the_plain_reference(contest: Contest, seats: int) -> None:
    names, rows = contest
    result = scottish_stv.count(Papers.of(names, rows), seats=seats)

    try:
        elected, stages = references.scottish_stv(len(names), seats, plain(rows))
    except references.NeedsLot:
        assert "lot" in [tie.broken_by for tie in result.ties]
        return

    assert result.elected == tuple(names[one] for one in elected)
    assert [list(round_.tallies.values()) for round_ in result.rounds] == [
        [votes * UNITS for votes in stage] for stage in stages
    ]


@given(contest=contests(), seats=st.integers(1, 4))
def test_scottish_stv_counts_alike_in_machine_numbers_and_in_pythons(contest: Contest, seats: int) -> None:
    papers = Papers.of(*contest)

    with patch.object(scottish_stv, "TOTAL_MAX", -1):
        slow = scottish_stv.count(papers, seats=seats)

    assert slow == scottish_stv.count(papers, seats=seats)
