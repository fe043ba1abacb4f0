"""Votes of one holding and the demand of a poll: T21, T22, T24, T30 and T31 of the law as test cases."""

import pytest

from agm.rules.choice import Choice
from agm.rules.poll import (
    PollDemand,
    PollRule,
    Split,
    demand_refusal,
    joint_choice,
    poll_rule_refusals,
    representatives_choice,
    split_refusal,
    votes_of,
    whole,
)
from agm.rules.refusals import Code, Refusal

FOR, AGAINST, WITHHELD = Choice


@pytest.mark.parametrize("split", [Split(70, 20, 5), Split(100), Split(0, 0, 100), Split()])
def test_split_within_the_holding_is_not_refused(split: Split) -> None:
    assert split_refusal(split, held=100) is None


def test_split_above_the_holding_is_refused() -> None:
    assert split_refusal(Split(70, 20, 11), held=100) == Refusal(Code.VOTES_ABOVE_HOLDING, {"used": 101, "held": 100})


def test_split_with_negative_votes_is_refused_though_the_sum_fits() -> None:
    assert split_refusal(Split(120, -30, 0), held=100) == Refusal(Code.VOTES_NEGATIVE, {"used": 90, "held": 100})


@pytest.mark.parametrize(
    ("choice", "split"), [(FOR, Split(9, 0, 0)), (AGAINST, Split(0, 9, 0)), (WITHHELD, Split(0, 0, 9))]
)
def test_whole_puts_all_votes_one_way(choice: Choice, split: Split) -> None:
    assert whole(choice, 9) == split


@pytest.mark.parametrize(
    ("is_treasury", "is_in_arrears", "votes"),
    [(False, False, 300), (True, False, 0), (False, True, 0), (True, True, 0)],
)
def test_votes_of_treasury_shares_and_shares_in_arrears_are_none(
    is_treasury: bool, is_in_arrears: bool, votes: int
) -> None:
    assert votes_of(100, votes_per_share=3, is_treasury=is_treasury, is_in_arrears=is_in_arrears) == votes


@pytest.mark.parametrize(
    ("in_register_order", "choice"),
    [
        ([FOR, AGAINST], FOR),
        ([None, AGAINST, FOR], AGAINST),
        ([WITHHELD, AGAINST], AGAINST),
        ([WITHHELD, None], WITHHELD),
        ([None, None], None),
        ([], None),
    ],
)
def test_joint_choice_is_the_first_named_who_votes(
    in_register_order: list[Choice | None], choice: Choice | None
) -> None:
    assert joint_choice(in_register_order) == choice


@pytest.mark.parametrize(
    ("choices", "choice"),
    [
        ([FOR, FOR], FOR),
        ([FOR, AGAINST], None),
        ([FOR, WITHHELD], FOR),
        ([WITHHELD, WITHHELD], WITHHELD),
        ([AGAINST], AGAINST),
        ([], None),
    ],
)
def test_representatives_who_differ_have_not_voted(choices: list[Choice], choice: Choice | None) -> None:
    assert representatives_choice(choices) == choice


@pytest.mark.parametrize(
    "demand",
    [
        PollDemand(by_chair=True),
        PollDemand(by_directors=True),
        PollDemand(members=2),
        PollDemand(members=1, votes=100),
    ],
)
def test_poll_demand_by_those_who_may_is_not_refused(demand: PollDemand) -> None:
    assert demand_refusal(demand, rule=PollRule(), total_votes=1000) is None


@pytest.mark.parametrize("demand", [PollDemand(), PollDemand(members=1, votes=99)])
def test_poll_demand_by_one_member_with_few_votes_is_refused(demand: PollDemand) -> None:
    refusal = demand_refusal(demand, rule=PollRule(), total_votes=1000)

    assert refusal == Refusal(Code.POLL_DEMAND_TOO_WEAK, {"have": demand.members, "needed": 2})


def test_poll_demand_of_nobody_is_refused_though_the_articles_ask_for_no_share() -> None:
    refusal = demand_refusal(PollDemand(), rule=PollRule(share_min_bps=0), total_votes=1000)

    assert refusal == Refusal(Code.POLL_DEMAND_TOO_WEAK, {"have": 0, "needed": 2})


@pytest.mark.parametrize(
    ("demand", "is_good"),
    [(PollDemand(members=5), True), (PollDemand(members=4), False), (PollDemand(members=1, votes=100), True)],
)
def test_poll_demand_under_void_articles_is_measured_by_the_statute(demand: PollDemand, is_good: bool) -> None:
    rule = PollRule(members_min=10, share_min_bps=2000)

    assert (demand_refusal(demand, rule=rule, total_votes=1000) is None) is is_good


def test_poll_rule_above_five_members_or_ten_per_cent_is_void() -> None:
    refusals = poll_rule_refusals(PollRule(members_min=6, share_min_bps=1001))

    assert refusals == (
        Refusal(Code.POLL_RULE_VOID_MEMBERS, {"have": 6, "needed": 5}),
        Refusal(Code.POLL_RULE_VOID_SHARE, {"have": 1001, "needed": 1000}),
    )
    assert poll_rule_refusals(PollRule(members_min=5, share_min_bps=1000)) == ()
