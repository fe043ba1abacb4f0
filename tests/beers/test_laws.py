"""What the database refuses about ideas, whoever asks; each law by its name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.services.people import make_joint_party
from beers.models import Adoption, Call, Proposal, Recipe, Support
from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from tests.factories.beers import RECIPE, answer, make_call, make_name, make_person, make_recipe
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
ANSWERED = {"answer_reason": "a", "answer_reason_vi": "b"}


def refused_by(action) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        action()
    return constraint_name(refused.value)


@pytest.mark.parametrize(
    ("law", "changed"),
    [
        ("recipe_has_name_and_style", {"name": ""}),
        ("recipe_has_name_and_style", {"style": ""}),
        ("recipe_strength_within_20_percent", {"abv_hundredths": 0}),
        ("recipe_strength_within_20_percent", {"abv_hundredths": 2001}),
        ("recipe_bitterness_within_150", {"ibu": 151}),
        ("recipe_colour_within_200", {"ebc": 0}),
        ("recipe_colour_within_200", {"ebc": 201}),
        ("recipe_batch_within_reason", {"batch_ml": 999}),
        ("recipe_efficiency_is_a_share", {"efficiency_percent": 101}),
        ("recipe_author_is_a_member_and_named", {"origin": "elsewhere"}),
        ("recipe_author_is_a_member_and_named", {"origin": "member"}),
        ("recipe_author_is_a_member_and_named", {"author_shown": "Somebody"}),
        ("recipe_rows_are_lists", {"malts": {}}),
        ("recipe_rows_are_lists", {"malts": []}),
        ("recipe_rows_are_lists", {"hops": [{"name": "Fuggle"}] * 17}),
        ("recipe_rows_are_lists", {"yeast": [{"kind": "ale"}]}),
    ],
)
def test_recipe_that_breaks_a_law_is_refused_by_its_name(law, changed) -> None:
    fields = {**RECIPE, "name": "A", "origin": "house", "written_at": clock.now(), **changed}

    assert refused_by(lambda: Recipe.objects.create(**fields)) == law


def test_recipe_once_written_never_changes() -> None:
    recipe = make_recipe(make_call("recipe"), "Lock Gate").recipe

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('kilderkin_app', 'beers_recipe', 'UPDATE')")
        may_update = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
    refused = refused_by(lambda: Recipe.objects.filter(pk=recipe.pk).update(ibu=5))

    assert (may_update, refused) == (False, "beers_recipe_append_only")


@pytest.mark.parametrize(
    ("law", "changed"),
    [
        ("call_kind_known", {"kind": "song"}),
        ("call_closes_after_it_opens", {"closes_in": timedelta(0)}),
        ("call_says_all_in_both_languages", {"title_vi": ""}),
        ("call_says_all_in_both_languages", {"promise": ""}),
    ],
)
def test_call_that_breaks_a_law_is_refused_by_its_name(law, changed) -> None:
    now = clock.now()
    closes_at = now + changed.pop("closes_in", timedelta(days=1))
    texts = dict.fromkeys(("title", "title_vi", "question", "question_vi", "promise", "promise_vi"), "x")
    fields = {"slug": "a", "kind": "name", "opens_at": now, "closes_at": closes_at, "made_at": now, **texts, **changed}

    assert refused_by(lambda: Call.objects.create(**fields)) == law


@pytest.mark.parametrize(
    ("law", "changed"),
    [
        ("proposal_state_known", {"state": "maybe", "answered_at": "now", "answered_by": "staff", **ANSWERED}),
        ("proposal_has_words", {"text": ""}),
        ("proposal_has_words", {"normalised": ""}),
        ("proposal_author_is_named", {"author_shown": ""}),
        ("proposal_answered_with_reason_date_and_name", {"state": "declined"}),
        ("proposal_answered_with_reason_date_and_name", {"answered_at": "now"}),
        ("proposal_answered_with_reason_date_and_name", {"answered_by": "staff"}),
        ("proposal_answered_with_reason_date_and_name", {"answer_reason": "because"}),
        (
            "proposal_answered_with_reason_date_and_name",
            {"state": "declined", "answered_at": "now", **ANSWERED},
        ),
        (
            "proposal_answered_with_reason_date_and_name",
            {"state": "declined", "answered_by": "staff", **ANSWERED},
        ),
        (
            "proposal_answered_with_reason_date_and_name",
            {"state": "declined", "answered_at": "now", "answered_by": "staff", "answer_reason": "only English"},
        ),
        ("proposal_merges_are_flat", {"state": "merged", "answered_at": "now", "answered_by": "staff", **ANSWERED}),
        ("proposal_fits_its_call", {"recipe": "one"}),
        ("proposal_said_once_per_call", {"text": "lock gate"}),
    ],
)
def test_proposal_that_breaks_a_law_is_refused_by_its_name(law, changed) -> None:
    call, now = make_call(), clock.now()
    make_name(call, "Lock Gate")
    recipe = make_recipe(make_call("recipe"), "Free").recipe
    things = {"now": now, "staff": make_staff("secretary"), "one": recipe}
    fields = {"call": call, "author": make_person(), "author_shown": "A", "text": "B", "normalised": "b"}
    changed = {name: things.get(value, value) for name, value in changed.items()}

    assert refused_by(lambda: Proposal.objects.create(**{**fields, "proposed_at": now, **changed})) == law


def test_proposal_merges_with_one_of_its_call_that_stands_itself() -> None:
    call = make_call()
    one, two, three = (make_name(call, text) for text in ("One", "Two", "Three"))
    elsewhere = make_name(make_call(), "Elsewhere")
    declined = answer(make_name(call, "Four"), "declined")
    answer(two, "merged", into=one)

    def merging(proposal, into):
        facts = {"state": "merged", "answered_at": clock.now(), "answered_by": make_staff("chair"), **ANSWERED}
        return refused_by(lambda: Proposal.objects.filter(pk=proposal.pk).update(merged_into=into, **facts))

    assert merging(three, elsewhere) == "proposal_merges_are_flat"
    assert merging(three, two) == "proposal_merges_are_flat"
    assert merging(three, declined) == "proposal_merges_are_flat"
    assert merging(one, three) == "proposal_merges_are_flat"
    assert merging(three, three) == "proposal_merged_into_another"


def test_proposal_keeps_its_words_and_its_author() -> None:
    proposal = make_name(make_call(), "Lock Gate")
    rows = Proposal.objects.filter(pk=proposal.pk)

    for changed in ({"text": "Other"}, {"author": make_person()}, {"author_shown": "X"}, {"proposed_at": clock.now()}):
        assert refused_by(lambda changed=changed: rows.update(**changed)) == "proposal_only_the_answer_changes"


def test_support_is_given_once_by_another_person() -> None:
    author, agnes, tom = make_person(), make_person("Agnes Whitlock"), make_person("Tom Brewster")
    proposal = make_name(make_call(), "Lock Gate", author=author)
    with atomic():
        joint = make_joint_party(holders=[agnes, tom], by=None, at=clock.now())

    def supporting(party):
        return lambda: Support.objects.create(proposal=proposal, party=party, given_at=clock.now())

    supporting(agnes)()

    assert refused_by(supporting(agnes)) == "support_once_per_person"
    assert refused_by(supporting(author)) == "support_is_not_the_authors"
    assert refused_by(supporting(joint)) == "support_is_of_a_person"


def test_adoption_is_of_the_shortlist_once_per_contest_and_final() -> None:
    call = make_call()
    first, second = (answer(make_name(call, text)) for text in ("One", "Two"))
    waiting = make_name(call, "Three")

    def adopting(proposal, contest):
        fields = {"proposal": proposal, "contest_reference": contest, "adopted_at": clock.now()}
        return lambda: Adoption.objects.create(**fields)

    adopting(first, "contest-1")()

    assert refused_by(adopting(second, "contest-1")) == "adoption_once_per_contest"
    assert refused_by(adopting(second, "")) == "adoption_names_its_contest"
    assert refused_by(adopting(waiting, "contest-2")) == "adoption_is_of_the_shortlist"
    rows = Proposal.objects.filter(pk=first.pk)
    assert refused_by(lambda: rows.update(answer_reason="Other words.")) == "proposal_that_won_stands"
