"""The pages of ideas and beers: open to read, shareholders propose, what is typed is kept."""

import json
import unicodedata

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client
from django.urls import reverse

from beers.models import Proposal, Recipe, Support
from beers.services import adopt_winner
from core import clock
from core.transactions import atomic
from tests.factories.beers import answer, make_call, make_name, make_person, make_recipe
from tests.factories.people import make_holder, sign_in

pytestmark = pytest.mark.django_db
FIGURES = {"style": "Best bitter", "abv_hundredths": "4.2", "ibu": "34", "ebc": "22", "batch_ml": "20"}
BILLS = {
    "malts_0_name": "Maris Otter", "malts_0_grams": "4000", "malts_0_ebc": "6", "malts_1_name": "", "malts_2_name": "",
    "hops_0_name": "Jester", "hops_0_grams": "60", "hops_0_minutes": "", "hops_0_alpha_hundredths": "8,5",
    "hops_1_name": "", "yeast_0_name": "Yorkshire square", "yeast_0_kind": "ale",
}  # fmt: skip


def url(name: str, call, *more: str) -> str:
    return reverse(f"beers:{name}", args=[call.slug, *more])


@pytest.fixture
def member(new_shareholder) -> Client:
    user = new_shareholder()
    client = sign_in(user)
    client.party = user.party
    return client


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_as_often_whatever_they_show(rows: int, django_assert_num_queries) -> None:
    names, recipes = make_call(), make_call("recipe")
    for number in range(rows):
        answer(make_name(names, f"Name {chr(65 + number)}"))
        answer(make_recipe(recipes, f"Beer {chr(65 + number)}"))
    idea = Proposal.objects.filter(call=names).first()
    recipe = Recipe.objects.first()
    paths = {
        reverse("beers:ideas"): 3,  # clock, calls, company
        url("call", names): 5,  # call, clock, count, ideas, company
        url("call", recipes): 5,
        url("proposal", names, idea.public_id): 5,  # call, idea, clock, joined, company
        reverse("beers:beers"): 2,  # beers, company
        reverse("beers:recipe", args=[recipe.public_id]): 2,
        reverse("beers:beerjson", args=[recipe.public_id]): 1,
    }

    for path, number in paths.items():
        with django_assert_num_queries(number, info=path):
            assert Client().get(path).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_a_call_asks_a_shareholder_as_often_whatever_it_shows(rows, member, django_assert_num_queries) -> None:
    call = make_call()
    for number in range(rows):
        make_name(call, f"Name {chr(65 + number)}")

    with django_assert_num_queries(11):  # session, user, party, two for membership, roles and the page's five
        assert member.get(url("call", call)).status_code == 200


def test_call_shows_each_idea_with_its_author_answer_and_supporters(member) -> None:
    call = make_call()
    merged, kept = make_name(call, "Old Wharf"), make_name(call, "Bến Cũ", named_as="given")
    Support.objects.create(proposal=merged, party=member.party, given_at=clock.now())
    answer(merged, "merged", into=kept, reason="Both mean the same.")

    page = member.get(url("call", call)).content.decode()

    for words in ("Bến Cũ", "by Agnes", "Taken together with", "Both mean the same.", "1</span> with those of ideas"):
        assert words in page


@pytest.mark.parametrize("typed", ["\x00", "'; DROP TABLE x;--", "%", "\u202e", "9" * 200, "ế" * 199])
def test_search_survives_whatever_is_typed(typed: str) -> None:
    call = make_call()
    make_name(call, "Lock Gate")

    assert Client().get(url("call", call), {"q": typed, "state": typed, "page": typed}).status_code == 200


def test_search_finds_without_marks_by_author_and_by_answer() -> None:
    call = make_call()
    make_name(call, "Bến Cũ", author=make_person("Tom Brewster"))
    answer(make_name(call, "Lock Gate"), "declined")

    def found(**asked: str) -> list[str]:
        return [idea.text for idea in Client().get(url("call", call), asked).context["ideas"]]

    assert (found(q="ben cu"), found(q="brewster"), found(state="declined")) == (["Bến Cũ"], ["Bến Cũ"], ["Lock Gate"])


@pytest.mark.parametrize(
    "path", ["/ideas/nothing/", "/ideas/nothing/AAAAAAAAAAAAAAAAAAAAAA/", "/beers/AAAAAAAAAAAAAAAAAAAAAA/"]
)
def test_address_of_nothing_is_not_found(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_name_goes_from_a_thought_to_an_idea(member) -> None:
    call = make_call()

    asked = member.post(url("propose", call), {"text": unicodedata.normalize("NFD", " Bến  Cũ")})
    named = member.post(asked.url, {"named_as": "short"})
    shown = member.get(named.url).content.decode()
    done = member.post(named.url)

    assert (asked.url, named.url) == (url("named", call), url("check", call))
    assert ("Bến Cũ" in shown, "Agnes W." in shown) == (True, True)
    proposal = Proposal.objects.get()
    assert (proposal.text, proposal.author, proposal.author_shown) == ("Bến Cũ", member.party, "Agnes W.")
    assert done.url == url("proposal", call, proposal.public_id)
    assert "This is your idea." in member.get(done.url).content.decode()


def test_similar_ideas_are_shown_before_anything_else_is_asked(member) -> None:
    call = make_call()
    make_name(call, "The Lock-Keeper’s Ale")

    asked = member.post(url("propose", call), {"text": "lock keeper"})
    page = member.get(asked.url)
    on = member.post(asked.url)

    assert (asked.url, on.url) == (url("similar", call), url("named", call))
    assert [idea.text for idea in page.context["ideas"]] == ["The Lock-Keeper’s Ale"]
    words = page.content.decode()
    assert [said in words for said in ("You typed “lock keeper”.", "go on with “lock keeper”", ">Back<")] == [True] * 3


def test_exactly_the_same_words_lead_to_supporting_them(member) -> None:
    call = make_call()
    make_name(call, "Lock Gate")

    page = member.get(member.post(url("propose", call), {"text": "lock gate"}).url)

    assert page.context["is_taken"] is True
    assert "Exactly this was proposed already." in page.content.decode()


@pytest.mark.parametrize("text", ["", "x" * 61, "Fuck the Dam", "zero\u200bwidth", "12 %", "Wаter"])
def test_refused_name_is_asked_again_with_what_was_typed(member, text: str) -> None:
    page = member.post(url("propose", make_call()), {"text": text})

    assert page.status_code == 422
    assert page.context["form"]["text"].value() == text
    assert len(page.context["form"].errors["text"]) == 1
    assert "There is a problem" in page.content.decode()


def test_page_ahead_of_the_way_leads_back_to_the_first_open_question(member) -> None:
    call = make_call("recipe")

    for step in ("similar", "beer", "ingredients", "words", "named", "check"):
        assert member.get(url(step, call)).url == url("propose", call)
    member.post(url("propose", call), {"text": "Slow Water"})

    assert member.get(url("check", call)).url == url("beer", call)
    assert member.get(url("beer", make_call())).status_code == 302


def test_recipe_goes_from_a_name_to_a_mat(member) -> None:
    call = make_call("recipe")
    member.post(url("propose", call), {"text": "Slow Water"})
    member.post(url("beer", call), {**FIGURES, "abv_hundredths": "4,25"})
    member.post(url("ingredients", call), BILLS)
    member.post(url("words", call), {"description": "Mềm như nước kênh."})
    member.post(url("named", call), {"named_as": "given"})

    shown = member.get(url("check", call))
    member.post(url("check", call))

    assert 'class="beer-card ground-amber"' in shown.content.decode()
    recipe = Recipe.objects.get()
    assert (recipe.abv_hundredths, recipe.batch_ml, recipe.origin, recipe.author_shown) == (
        425,
        20_000,
        "member",
        "Agnes",
    )
    assert (recipe.description, recipe.description_vi) == ("", "Mềm như nước kênh.")
    assert recipe.malts == [{"name": "Maris Otter", "grams": 4000, "ebc": 6}]
    assert recipe.hops == [{"name": "Jester", "grams": 60, "minutes": -1, "alpha_hundredths": 850}]
    assert recipe.yeast == [{"name": "Yorkshire square", "kind": "ale", "is_dry": False}]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("abv_hundredths", "21"), ("abv_hundredths", "4.205"), ("abv_hundredths", "strong"), ("abv_hundredths", "NaN"),
     ("abv_hundredths", "1e9"), ("ibu", "151"), ("ibu", "-1"), ("ebc", "0"), ("batch_ml", "0.5"),
     ("style", ""), ("style", "x" * 61), ("ebc", "")],
)  # fmt: skip
def test_refused_figure_is_asked_again_with_what_was_typed(member, field: str, typed: str) -> None:
    call = make_call("recipe")
    member.post(url("propose", call), {"text": "Slow Water"})

    page = member.post(url("beer", call), {**FIGURES, field: typed})

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert page.context["form"][field].value() == typed


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"malts_0_name": ""}, ["malts_0_name"]),
        ({"malts_0_grams": ""}, ["malts_0_grams"]),
        ({"malts_0_grams": "4.5"}, ["malts_0_grams"]),
        ({"hops_0_alpha_hundredths": ""}, ["hops_0_alpha_hundredths"]),
        ({"hops_0_minutes": "500"}, ["hops_0_minutes"]),
        ({"yeast_0_name": ""}, ["yeast_0_name"]),
        ({"yeast_0_kind": "dragon"}, ["yeast_0_kind"]),
        ({"malts_0_name": "", "malts_0_grams": "", "malts_0_ebc": ""}, ["malts_0_name"]),
    ],
)
def test_half_filled_row_is_asked_for_the_rest(member, changed: dict[str, str], wrong: list[str]) -> None:
    call = make_call("recipe")
    member.post(url("propose", call), {"text": "Slow Water"})
    member.post(url("beer", call), FIGURES)

    page = member.post(url("ingredients", call), BILLS | changed)

    assert (page.status_code, list(page.context["form"].errors)) == (422, wrong)
    assert 'value="Jester"' in page.content.decode()


def test_more_rows_come_by_a_button_and_keep_what_was_typed(member) -> None:
    call = make_call("recipe")
    member.post(url("propose", call), {"text": "Slow Water"})
    member.post(url("beer", call), FIGURES)

    page = member.post(url("ingredients", call), {**BILLS, "malts_1_name": "Half", "more": "yes"})

    form = page.context["form"]
    assert ([len(form.rows[part]) for part in ("malts", "hops", "yeast")], form.errors) == ([5, 5, 3], {})
    assert form["malts_1_name"].value() == "Half"


def test_rows_stop_at_the_most_a_recipe_holds(member) -> None:
    call = make_call("recipe")
    member.post(url("propose", call), {"text": "Slow Water"})
    member.post(url("beer", call), FIGURES)
    many = {f"malts_{number}_name": "Malt" for number in range(400)}

    page = member.post(url("ingredients", call), {**many, "more": "yes"})

    assert len(page.context["form"].rows["malts"]) == 16


def test_idea_that_was_taken_meanwhile_is_refused_at_the_check_with_everything_kept(member) -> None:
    call = make_call()
    member.post(url("propose", call), {"text": "Lock Gate"})
    member.post(url("named", call), {"named_as": "full"})
    make_name(call, "Lock Gate")

    page = member.post(url("check", call))

    assert (page.status_code, Proposal.objects.count()) == (422, 1)
    assert "Exactly this was proposed already." in page.content.decode()
    assert member.get(url("check", call)).status_code == 200


def test_support_and_taking_it_back_lead_to_where_one_was(member) -> None:
    call = make_call()
    proposal = make_name(call, "Lock Gate")
    path = url("support", call, proposal.public_id)

    given = member.post(path, {"on": "call"})
    assert Support.objects.get().party == member.party
    taken = member.post(path, {"withdraw": "yes"})

    assert given.url == f"{url('call', call)}#idea-{proposal.public_id}"
    assert (taken.url, Support.objects.count()) == (url("proposal", call, proposal.public_id), 0)


def test_support_by_htmx_answers_with_the_block_of_the_full_page(member) -> None:
    call = make_call()
    proposal = make_name(call, "Lock Gate")

    part = member.post(url("support", call, proposal.public_id), headers={"HX-Request": "true"}).content.decode()
    page = member.get(url("proposal", call, proposal.public_id)).content.decode()

    assert part.strip().startswith('<div class="support"')
    assert _without_token(part).strip() in _without_token(page)


def _without_token(text: str) -> str:
    return "\n".join(line.partition('<input type="hidden" name="csrf')[0] for line in text.splitlines())


def test_support_of_ones_own_idea_says_why_not(member) -> None:
    call = make_call()
    proposal = make_name(call, "Lock Gate", author=member.party)

    page = member.post(url("support", call, proposal.public_id), follow=True).content.decode()

    assert "This idea is yours. Others can support it." in page
    assert Support.objects.count() == 0


def test_holder_without_a_place_in_the_register_is_told_why(db) -> None:
    call = make_call()
    proposal = make_name(call, "Lock Gate")
    holder = sign_in(make_holder())

    for answered in (holder.get(url("propose", call)), holder.post(url("support", call, proposal.public_id))):
        assert answered.url == url("call", call)
    assert "Only shareholders can propose" in holder.get(url("call", call)).content.decode()
    assert Support.objects.count() == 0


def test_beer_has_its_colour_its_author_and_its_download() -> None:
    proposal = answer(make_recipe(make_call("recipe"), "Thuyền Về", author=make_person(), ebc=73))
    with atomic():
        adopt_winner(reference=proposal.recipe.public_id, contest_reference="c", by=None, at=clock.now())

    page = Client().get(reverse("beers:recipe", args=[proposal.recipe.public_id])).content.decode()
    file = Client().get(reverse("beers:beerjson", args=[proposal.recipe.public_id]))

    for words in ("ground-stout", "by Agnes Whitlock", "Members chose this beer", "4\N{NO-BREAK SPACE}kg", "4.2%"):
        assert words in page
    assert file.headers["Content-Disposition"] == 'attachment; filename="thuyen-ve.json"'
    assert json.loads(file.content)["beerjson"]["recipes"][0]["name"] == "Thuyền Về"


def test_recipe_text_is_shown_as_text_not_as_markup() -> None:
    recipe = make_recipe(make_call("recipe"), "Slow Water", description="<script>alert(1)</script>").recipe

    page = Client().get(reverse("beers:recipe", args=[recipe.public_id])).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_pages_use_no_inline_style_or_script() -> None:
    recipe = answer(make_recipe(make_call("recipe"), "Slow Water")).recipe

    for path in (reverse("beers:beers"), reverse("beers:recipe", args=[recipe.public_id])):
        page = Client().get(path).content.decode()
        assert (" style=" in page, "<script>" in page, " onclick" in page) == (False, False, False)
    assert find("img/pips.svg")
