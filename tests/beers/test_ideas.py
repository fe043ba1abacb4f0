"""Proposing, supporting, answering and winning, by the services."""

from datetime import timedelta

import pytest

from beers.errors import (
    Adopted,
    AnotherWinner,
    BadWording,
    CallNotOpen,
    MergeRefused,
    NotOnTheShortlist,
    NotSupportable,
    OwnProposal,
    ProposedAlready,
    ReasonMissing,
    TooManyOpen,
)
from beers.models import Adoption, Proposal, Recipe, Support
from beers.queries import cards_of, shortlist, similar_to
from beers.queries.proposals import counted, merged_into, standing_of, standings
from beers.services import adopt_winner
from beers.services.supports import support_proposal, withdraw_support
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from tests.factories.beers import answer, make_call, make_name, make_person, make_recipe

pytestmark = pytest.mark.django_db


def support(proposal, *parties) -> None:
    for party in parties:
        with atomic():
            support_proposal(proposal=proposal, party=party, by=None, at=clock.now())


def standing(proposal, viewer=None):
    return standing_of(counted(Proposal.objects.filter(pk=proposal.pk), viewer=viewer).get(), viewer=viewer)


def test_propose_name_keeps_words_author_and_day() -> None:
    tuyet = make_person("Nguyễn Thị Ánh Tuyết", "vi")

    proposal = make_name(make_call(), "  Bến   Cũ ", author=tuyet, named_as="short")

    assert (proposal.text, proposal.normalised, proposal.language) == ("Bến Cũ", "ben cu", "vi")
    assert (proposal.author, proposal.author_shown, proposal.state) == (tuyet, "Tuyết N.", "open")
    assert AuditRecord.objects.filter(verb="idea_proposed", subject_id=str(proposal.pk)).count() == 1


def test_propose_recipe_writes_it_for_the_house_or_a_member() -> None:
    call, agnes = make_call("recipe"), make_person()

    house, member = make_recipe(call, "Slow Water"), make_recipe(call, "Heron", author=agnes)

    assert [(row.recipe.origin, row.recipe.author, row.recipe.author_shown) for row in (house, member)] == [
        ("house", None, ""),
        ("member", agnes, "Agnes Whitlock"),
    ]


@pytest.mark.parametrize("text", ["", "x" * 61, "Fuck the Dam", "a\u202eb"])
def test_propose_name_that_cannot_stand_is_refused_with_a_sentence(text: str) -> None:
    call = make_call()

    with pytest.raises(BadWording) as refused:
        make_name(call, text)

    assert len(str(refused.value)) > 20
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize(("opens", "closes"), [(1, 2), (-2, -1), (-2, 0)])
def test_propose_outside_the_calls_time_is_refused(opens: int, closes: int) -> None:
    now = clock.now()
    call = make_call(opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes))

    with pytest.raises(CallNotOpen):
        make_name(call, "Too late")


def test_propose_name_to_a_call_for_recipes_is_refused() -> None:
    with pytest.raises(CallNotOpen):
        make_name(make_call("recipe"), "Only a name")


def test_same_words_twice_are_refused_whatever_their_capitals() -> None:
    call = make_call("recipe")
    make_recipe(call, "Slow Water")

    with pytest.raises(ProposedAlready):
        make_recipe(call, "SLOW WATER")

    assert Recipe.objects.count() == 1


def test_sixth_open_idea_is_refused_until_one_is_answered() -> None:
    call, other, agnes = make_call(), make_call(), make_person()
    first, *_rest = [make_name(call, f"Name {letter}", author=agnes) for letter in "ABCDE"]

    with pytest.raises(TooManyOpen):
        make_name(call, "Name F", author=agnes)
    make_name(other, "Name F", author=agnes)
    make_name(call, "Name G")
    answer(first, "declined")

    assert make_name(call, "Name F", author=agnes).state == "open"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lock keeper", ["The Lock-Keeper’s Ale"]),
        ("ben cu", ["Bến Cũ"]),
        ("BẾN CŨ BIA", ["Bến Cũ"]),
        ("Nguoc Dong", ["Ngược Dòng"]),
        ("Ngược", ["Ngược Dòng"]),
        ("Quite another thing", []),
        ("%_'\\", []),
    ],
)
def test_similar_ideas_are_found_without_marks_and_articles(typed: str, found: list[str]) -> None:
    call = make_call()
    for text in ("The Lock-Keeper’s Ale", "Bến Cũ", "Ngược Dòng"):
        make_name(call, text)
    make_name(make_call(), "Lock Keeper elsewhere")

    assert [idea.text for idea in similar_to(call, typed)] == found


def test_similar_ideas_stand_the_likest_first_with_their_answers() -> None:
    call = make_call()
    answer(make_name(call, "Old Wharf Steps"), "declined")
    make_name(call, "Old Wharf")

    found = similar_to(call, "old wharf")

    assert [(idea.text, str(idea.state)) for idea in found] == [("Old Wharf", "open"), ("Old Wharf Steps", "declined")]


def test_support_twice_counts_once_and_can_be_taken_back() -> None:
    proposal, agnes, tom = make_name(make_call(), "Lock Gate"), make_person(), make_person("Tom Brewster")

    support(proposal, agnes, agnes, tom)
    with atomic():
        withdraw_support(proposal=proposal, party=agnes, by=None, at=clock.now())
        withdraw_support(proposal=proposal, party=agnes, by=None, at=clock.now())

    assert list(Support.objects.values_list("party", flat=True)) == [tom.pk]
    verbs = AuditRecord.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs)[-3:] == ["idea_supported", "idea_supported", "idea_support_withdrawn"]


def test_support_of_ones_own_idea_is_refused() -> None:
    author = make_person()
    proposal = make_name(make_call(), "Lock Gate", author=author)

    with pytest.raises(OwnProposal):
        support(proposal, author)


@pytest.mark.parametrize("state", ["declined", "merged"])
def test_support_of_what_no_longer_stands_is_refused(state: str) -> None:
    call = make_call()
    target = make_name(call, "One")
    proposal = answer(make_name(call, "Two"), state, into=target if state == "merged" else None)

    with pytest.raises(NotSupportable):
        support(proposal, make_person())


def test_support_after_the_call_closed_is_refused_both_ways() -> None:
    call = make_call()
    proposal, agnes = make_name(call, "One"), make_person()
    support(proposal, agnes)

    for act in (support_proposal, withdraw_support):
        with pytest.raises(NotSupportable), atomic():
            act(proposal=proposal, party=agnes, by=None, at=call.closes_at)

    assert Support.objects.count() == 1


def test_merge_moves_nobodys_support_and_counts_each_person_once() -> None:
    call = make_call()
    wharf, ben = make_name(call, "Old Wharf"), make_name(call, "Bến Cũ")
    people = [make_person(f"Person {letter}") for letter in "ABC"]
    support(wharf, *people[:2])
    support(ben, *people[1:])

    answer(wharf, "merged", into=ben)

    kept, joined = standing(ben), standing(wharf)
    assert (kept.supporters, kept.together) == (2, 3)
    assert (joined.supporters, joined.together, joined.merged_into) == (2, 2, (ben.public_id, "Bến Cũ"))
    assert [idea.text for idea in merged_into(ben)] == ["Old Wharf"]


def test_answer_without_a_reason_in_both_languages_is_refused() -> None:
    proposal = make_name(make_call(), "Lock Gate")

    for words in ({"reason": " "}, {"reason_vi": ""}):
        with pytest.raises(ReasonMissing):
            answer(proposal, "declined", **words)


def test_answer_that_merges_with_nothing_or_into_itself_is_refused() -> None:
    call = make_call()
    one, two = make_name(call, "One"), make_name(call, "Two")

    for state, into in (("merged", None), ("declined", two), ("merged", one), ("open", None)):
        with pytest.raises(MergeRefused):
            answer(one, state, into=into)


def test_adopt_winner_by_name_or_recipe_keeps_the_author_and_is_safe_twice() -> None:
    name = answer(make_name(make_call(), "Bến Cũ", named_as="given"))
    recipe = answer(make_recipe(make_call("recipe"), "Slow Water", author=make_person()))

    with atomic():
        first = adopt_winner(reference=name.public_id, contest_reference="c1", by=None, at=clock.now())
        again = adopt_winner(reference=name.public_id, contest_reference="c1", by=None, at=clock.now())
        adopt_winner(reference=recipe.recipe.public_id, contest_reference="c2", by=None, at=clock.now())

    assert (first, Adoption.objects.count()) == (again, 2)
    assert (standing(name).has_won, standing(name).author_shown) == (True, "Agnes")
    assert AuditRecord.objects.filter(verb="winner_adopted").count() == 2


def test_adopt_winner_refuses_what_cannot_have_won() -> None:
    call = make_call()
    first, second, waiting = (make_name(call, text) for text in ("One", "Two", "Three"))
    answer(first), answer(second)

    def adopt(reference, contest):
        with atomic():
            adopt_winner(reference=reference, contest_reference=contest, by=None, at=clock.now())

    adopt(first.public_id, "c1")

    for reference, contest, error in (
        (second.public_id, "c1", AnotherWinner),
        (first.public_id, "c2", AnotherWinner),
        (waiting.public_id, "c3", NotOnTheShortlist),
        ("nothing", "c4", NotOnTheShortlist),
    ):
        with pytest.raises(error):
            adopt(reference, contest)
    with pytest.raises(Adopted):
        answer(first, "declined")


def test_cards_of_references_are_one_query_in_the_order_asked(django_assert_num_queries) -> None:
    name = make_name(make_call(), "Bến Cũ", named_as="given")
    recipe = make_recipe(make_call("recipe"), "Slow Water").recipe

    with django_assert_num_queries(1):
        cards = cards_of([name.public_id, "unknown", recipe.public_id, name.public_id])

    assert [(card.reference, card.kind, card.name) for card in cards.values()] == [
        (name.public_id, "name", "Bến Cũ"),
        (recipe.public_id, "recipe", "Slow Water"),
    ]


def test_card_shows_what_a_glass_would_tell() -> None:
    recipe = make_recipe(make_call("recipe"), "Slow Water").recipe

    card = cards_of([recipe.public_id])[recipe.public_id]

    assert (card.malts, card.hops, card.yeast) == (
        ("Maris Otter", "Crystal 150"),
        ("Challenger", "Fuggle"),
        ("Yorkshire square",),
    )
    assert (card.ground, card.is_dark, card.strength_steps, card.bitterness_steps) == ("amber", False, 3, 3)
    assert (card.words, card.words_language, card.author_shown) == ("For a long evening.", "en", "")


def test_shortlist_holds_what_was_put_on_it_by_name(django_assert_num_queries) -> None:
    call = make_call("recipe")
    for text in ("windlass", "Heron"):
        answer(make_recipe(call, text))
    make_recipe(call, "Still open")

    with django_assert_num_queries(2):
        cards = shortlist(call)

    assert [card.name for card in cards] == ["Heron", "windlass"]


def test_standings_tell_the_viewers_own_part_without_further_queries(django_assert_num_queries) -> None:
    call, viewer = make_call(), make_person()
    mine = make_name(call, "Mine", author=viewer)
    supported, other = make_name(call, "Supported"), make_name(call, "Other")
    support(supported, viewer)

    with django_assert_num_queries(1):
        told = {row.public_id: standing_of(row, viewer=viewer) for row in standings(call, viewer=viewer)}

    assert [(told[row.public_id].is_mine, told[row.public_id].is_supported) for row in (mine, supported, other)] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert next(iter(told)) == supported.public_id
