"""Proxies of one holding: T23, T25 and T27 to T30 of the law as test cases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.choice import Choice
from agm.rules.poll import Split
from agm.rules.proxies import (
    Appointment,
    Ballot,
    OverAppointment,
    PersonalVote,
    Settlement,
    Standing,
    heard_until,
    holding_votes,
    revoke,
    settle_appointments,
    votes_through_proxies,
)
from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import UkPart
from tests.agm.rules.strategies import at

FOR, AGAINST, WITHHELD = Choice
CUTOFF_AT, MEETING_AT = at("2026-06-24T11:00"), at("2026-06-26T11:00")
REFUSE, LAST = OverAppointment
REPLACES_ALL, REPLACES_ITS_SHARES = PersonalVote


def form(name: str, shares: int | None, minute: int, *, beside: bool = True, **instructions: Choice) -> Appointment:
    return Appointment(
        id=name,
        proxy=f"proxy {name}",
        is_chair=name.startswith("chair"),
        received_at=CUTOFF_AT - timedelta(days=3) + timedelta(minutes=minute),
        shares=shares,
        stands_beside=beside,
        instructions=instructions,
    )


def settled(
    *forms: Appointment, rule: OverAppointment = REFUSE, held: int = 100
) -> tuple[dict[str, int], list[tuple[Code, object, object]]]:
    settlement = settle_appointments(forms, held=held, cutoff_at=CUTOFF_AT, rule=rule)
    standing = {one.appointment.id: one.shares for one in settlement.standing}
    return standing, [(entry.code, entry.values["appointment"], entry.values["shares"]) for entry in settlement.log]


def test_two_proxies_for_different_shares_stand_both() -> None:
    assert settled(form("p1", 60, 1), form("p2", 40, 2)) == ({"p1": 60, "p2": 40}, [])


def test_over_appointment_refuses_the_later_form() -> None:
    assert settled(form("p1", 60, 1), form("p2", 60, 2)) == ({"p1": 60}, [(Code.PROXY_OVER_APPOINTED, "p2", 60)])


def test_over_appointment_by_the_other_rule_takes_the_overlap_from_the_earlier() -> None:
    assert settled(form("p1", 60, 1), form("p2", 60, 2), rule=LAST) == (
        {"p1": 40, "p2": 60},
        [(Code.PROXY_REDUCED, "p1", 40)],
    )


def test_over_appointment_by_the_other_rule_displaces_the_earliest_first() -> None:
    assert settled(form("p3", 90, 3), form("p1", 30, 1), form("p2", 40, 2), rule=LAST) == (
        {"p2": 10, "p3": 90},
        [(Code.PROXY_REPLACED, "p1", 0), (Code.PROXY_REDUCED, "p2", 10)],
    )


def test_form_for_more_than_is_held_is_refused_or_cut_by_the_rule() -> None:
    assert settled(form("p1", 101, 1)) == ({}, [(Code.PROXY_OVER_APPOINTED, "p1", 101)])
    assert settled(form("p1", 101, 1), rule=LAST) == ({"p1": 100}, [])


@pytest.mark.parametrize("rule", OverAppointment)
def test_later_form_that_does_not_stand_beside_replaces_the_earlier(rule: OverAppointment) -> None:
    found = settled(form("p1", None, 1, beside=False), form("p2", None, 2, beside=False), rule=rule)

    assert found == ({"p2": 100}, [(Code.PROXY_REPLACED, "p1", 0)])


def test_form_after_the_cutoff_or_for_no_shares_is_refused() -> None:
    late = replace(form("late", 10, 0), received_at=CUTOFF_AT + timedelta(seconds=1))
    last = replace(form("last", 10, 0), received_at=CUTOFF_AT)

    assert settled(late, last, form("none", 0, 1)) == (
        {"last": 10},
        [(Code.PROXY_SHARES_NOT_POSITIVE, "none", 0), (Code.PROXY_RECEIVED_LATE, "late", 10)],
    )


def test_log_entry_names_form_proxy_shares_and_holding() -> None:
    settlement = settle_appointments([form("p1", 101, 1)], held=100, cutoff_at=CUTOFF_AT, rule=REFUSE)

    assert settlement.log == (
        Refusal(Code.PROXY_OVER_APPOINTED, {"appointment": "p1", "proxy": "proxy p1", "shares": 101, "held": 100}),
    )


@pytest.mark.parametrize(("seconds", "stands"), [(-1, False), (0, True), (1, True)])
def test_revocation_takes_effect_only_when_heard_before_the_meeting(seconds: int, stands: bool) -> None:
    appointment = Standing(form("p1", 60, 1), 60)

    settlement = revoke(
        Settlement((appointment,), ()), {"p1": MEETING_AT + timedelta(seconds=seconds)}, ends_before=MEETING_AT
    )

    assert settlement.standing == ((appointment,) if stands else ())
    assert [entry.code for entry in settlement.log] == ([] if stands else [Code.PROXY_REVOKED])


@pytest.mark.parametrize(
    ("demanded", "poll", "until"),
    [
        (None, None, "2026-06-26T11:00"),
        ("2026-06-26T12:00", "2026-06-30T12:00", "2026-06-26T11:00"),  # 48 hours of working days, not more
        ("2026-06-26T12:00", "2026-06-30T12:01", "2026-06-30T12:01"),
    ],
)
def test_heard_until_is_the_meeting_or_a_poll_much_later(demanded: str | None, poll: str | None, until: str) -> None:
    found = heard_until(
        meeting_at=MEETING_AT,
        part=UkPart.SCOTLAND,
        demanded_at=None if demanded is None else at(demanded),
        poll_at=None if poll is None else at(poll),
    )

    assert found == at(until)


@pytest.mark.parametrize(
    ("name", "instructions", "chosen", "split"),
    [
        ("chair", {"r1": FOR}, None, Split(60, 0, 0)),  # cast by itself
        ("chair", {"r1": FOR}, AGAINST, Split(60, 0, 0)),
        ("chair", {}, None, Split()),
        ("chair", {}, AGAINST, Split(0, 60, 0)),
        ("friend", {"r1": FOR}, None, Split()),  # need not vote
        ("friend", {"r1": FOR}, AGAINST, Split(60, 0, 0)),  # but only as instructed
        ("friend", {"r2": FOR}, AGAINST, Split(0, 60, 0)),
        ("friend", {"r1": WITHHELD}, FOR, Split(0, 0, 60)),
    ],
)
def test_votes_through_proxy_follow_instructions_else_discretion(
    name: str, instructions: dict[str, Choice], chosen: Choice | None, split: Split
) -> None:
    standing = [Standing(form(name, 60, 1, **instructions), 60)]

    assert votes_through_proxies(standing, "r1", {} if chosen is None else {name: chosen}) == split


def test_personal_vote_on_one_resolution_leaves_the_proxy_on_the_others() -> None:
    standing = [Standing(form("chair", None, 1, r1=FOR, r2=FOR, r3=FOR), 100)]
    in_person = {"r3": Ballot(in_person=Split(0, 100, 0))}

    votes = {
        name: holding_votes(
            standing, held=100, resolution=name, ballot=in_person.get(name, Ballot()), rule=REPLACES_ALL
        )
        for name in ("r1", "r2", "r3")
    }

    assert votes == {"r1": Split(100, 0, 0), "r2": Split(100, 0, 0), "r3": Split(0, 100, 0)}


@pytest.mark.parametrize(("rule", "split"), [(REPLACES_ALL, Split(0, 40, 0)), (REPLACES_ITS_SHARES, Split(60, 40, 0))])
def test_partial_personal_vote_replaces_by_the_rule(rule: PersonalVote, split: Split) -> None:
    standing = [Standing(form("chair", None, 1, r1=FOR), 100)]

    found = holding_votes(standing, held=100, resolution="r1", ballot=Ballot(in_person=Split(0, 40, 0)), rule=rule)

    assert found == split


@pytest.mark.parametrize(
    ("ballot", "split"),
    [
        (Ballot(in_advance=Split(0, 100, 0)), Split(0, 100, 0)),
        (Ballot(in_advance=Split(0, 100, 0), in_person=Split(0, 0, 100)), Split(0, 0, 100)),
        (Ballot(in_advance=Split(0, 100, 0), in_person=Split()), Split()),
    ],
)
def test_advance_vote_stands_unless_changed_in_person(ballot: Ballot, split: Split) -> None:
    standing = [Standing(form("chair", None, 1, r1=FOR), 100)]

    assert holding_votes(standing, held=100, resolution="r1", ballot=ballot, rule=REPLACES_ALL) == split


FORMS = st.lists(
    st.builds(
        form,
        st.sampled_from(["chair 1", "chair 2", "p1", "p2"]),
        st.none() | st.integers(-1, 150),
        st.integers(0, 5000),
        beside=st.booleans(),
        r1=st.sampled_from(Choice),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(FORMS, st.integers(1, 120), st.sampled_from(OverAppointment))
def test_settled_proxies_never_exceed_the_holding(forms: list[Appointment], held: int, rule: OverAppointment) -> None:
    settlement = settle_appointments(forms, held=held, cutoff_at=CUTOFF_AT, rule=rule)

    assert sum(one.shares for one in settlement.standing) <= held
    assert all(one.shares > 0 for one in settlement.standing)


@given(FORMS, st.integers(1, 120), st.sampled_from(OverAppointment))
def test_every_form_stands_whole_or_is_in_the_log(forms: list[Appointment], held: int, rule: OverAppointment) -> None:
    settlement = settle_appointments(forms, held=held, cutoff_at=CUTOFF_AT, rule=rule)

    untouched = {one.id for one in forms} - {entry.values["appointment"] for entry in settlement.log}

    shares = {one.appointment.id: one.shares for one in settlement.standing}
    asked = {one.id: held if one.shares is None else min(one.shares, held) for one in forms}
    assert {name: shares.get(name) for name in untouched} == {name: asked[name] for name in untouched}


@given(FORMS, st.integers(0, 100), st.integers(0, 100), st.sampled_from(PersonalVote))
def test_holding_never_votes_more_than_it_holds(
    forms: list[Appointment], votes_for: int, votes_against: int, rule: PersonalVote
) -> None:
    held = 200
    settlement = settle_appointments(forms, held=held, cutoff_at=CUTOFF_AT, rule=LAST)
    ballot = Ballot(by_proxy={"p1": FOR, "p2": AGAINST}, in_person=Split(votes_for, votes_against))

    split = holding_votes(settlement.standing, held=held, resolution="r1", ballot=ballot, rule=rule)

    assert split.used <= held
    assert split.used >= votes_for + votes_against
