"""Races for ideas: one support per person, five open ideas per person, one winner per contest."""

import pytest

from beers.errors import AnotherWinner, TooManyOpen
from beers.models import Adoption, Proposal, Support
from beers.services import adopt_winner, proposals
from beers.services.proposals import propose_name
from beers.services.supports import support_proposal
from core import clock
from core.transactions import NoTransaction, atomic
from tests.factories.beers import answer, make_call, make_name, make_person
from tests.races.crowd import drop_constraint, meeting, patient, together

AT_ONCE = 12
pytestmark = pytest.mark.race


def supporting(proposal: Proposal, party):
    def act():
        with atomic():
            return support_proposal(proposal=proposal, party=party, by=None, at=clock.now()).pk

    return act


def proposing(call, party, number: int):
    def act():
        with atomic():
            text = f"Idea {chr(65 + number)}"
            return propose_name(call=call, text=text, author=party, by=None, at=clock.now()).pk

    return act


def test_support_without_the_law_is_counted_twice(committed_db, monkeypatch) -> None:
    proposal, agnes = make_name(make_call(), "Lock Gate"), make_person()
    drop_constraint("beers_support", "support_once_per_person")
    monkeypatch.setattr(Support.objects, "get_or_create", _look_then_write(AT_ONCE))

    together([supporting(proposal, agnes)] * AT_ONCE)

    assert Support.objects.count() > 1


def _look_then_write(number: int):
    look = meeting(lambda lookup: Support.objects.filter(**lookup).first(), number)

    def get_or_create(*, defaults, **lookup):
        found = look(lookup)
        return (found, False) if found else (Support.objects.create(**lookup, **defaults), True)

    return get_or_create


def test_twenty_taps_of_one_person_leave_one_support(committed_db) -> None:
    proposal, agnes = make_name(make_call(), "Lock Gate"), make_person()

    results = together([supporting(proposal, agnes)] * 20)

    assert set(results) == {Support.objects.get().pk}


def test_open_ideas_without_the_lock_pass_the_limit(committed_db, monkeypatch) -> None:
    call, agnes = make_call(), make_person()
    monkeypatch.setattr(proposals, "lock", lambda rows, **lookup: rows.get(**lookup))
    monkeypatch.setattr(proposals, "open_proposals_of", meeting(proposals.open_proposals_of, AT_ONCE))

    together([proposing(call, agnes, number) for number in range(AT_ONCE)])

    assert Proposal.objects.count() > 5


def test_open_ideas_of_one_person_stay_five(committed_db) -> None:
    call, agnes = make_call(), make_person()

    results = together([patient(proposing(call, agnes, number)) for number in range(AT_ONCE)])

    assert Proposal.objects.count() == 5
    assert {type(result) for result in results if isinstance(result, Exception)} == {TooManyOpen}


def test_two_chairs_adopt_two_winners_and_one_stands(committed_db) -> None:
    call = make_call()
    options = [answer(make_name(call, text)) for text in ("One", "Two")]

    def adopting(proposal):
        def act():
            with atomic():
                return adopt_winner(reference=proposal.public_id, contest_reference="c1", by=None, at=clock.now())

        return act

    results = together([adopting(option) for option in options])

    assert Adoption.objects.count() == 1
    assert {type(result) for result in results} == {Adoption, AnotherWinner}


def test_service_outside_a_transaction_is_refused(committed_db) -> None:
    proposal, agnes = make_name(make_call(), "Lock Gate"), make_person()

    with pytest.raises(NoTransaction):
        support_proposal(proposal=proposal, party=agnes, by=None, at=clock.now())
