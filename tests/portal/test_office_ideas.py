"""Staff answer ideas and open calls."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from beers.models import Call, Proposal
from beers.services import adopt_winner
from core import clock
from core.transactions import atomic
from tests.factories.beers import TEXTS, answer, make_call, make_name, make_person, make_recipe
from tests.factories.people import staff_client

pytestmark = pytest.mark.django_db
WORDS = {"reason": "It tells where it comes from.", "reason_vi": "Tên nói rõ nơi sinh ra."}
CALL = {"kind": "name", "slug": "a-name", **TEXTS, "opens_at": "2026-06-01 12:00", "closes_at": "2026-07-01 12:00"}


@pytest.fixture
def secretary() -> Client:
    return staff_client("secretary")


def page_of(proposal: Proposal) -> str:
    return reverse("office:idea", args=[proposal.public_id])


def found(client: Client, **asked: str) -> list[str]:
    return [idea.text for idea in client.get(reverse("office:ideas"), asked).context["page"]]


def test_answer_is_written_with_its_reason_name_and_moment(secretary) -> None:
    proposal = make_name(make_call(), "Lock Gate")

    answered = secretary.post(page_of(proposal), {"state": "shortlisted", **WORDS})

    proposal.refresh_from_db()
    assert (answered.status_code, proposal.state, proposal.answered_by) == (302, "shortlisted", secretary.user)
    assert (proposal.answer_reason, proposal.answer_reason_vi) == (WORDS["reason"], WORDS["reason_vi"])
    assert proposal.answered_at <= clock.now()


def test_merge_is_into_another_idea_of_the_call(secretary) -> None:
    call = make_call()
    one, two = make_name(call, "One"), make_name(call, "Two")
    elsewhere = make_name(make_call(), "Elsewhere")

    wrong = secretary.post(page_of(one), {"state": "merged", "merged_into": elsewhere.public_id, **WORDS})
    right = secretary.post(page_of(one), {"state": "merged", "merged_into": two.public_id, **WORDS})

    one.refresh_from_db()
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["merged_into"])
    assert (right.status_code, one.merged_into) == (302, two)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reason": ""}, ["reason"]),
        ({"reason_vi": " "}, ["reason_vi"]),
        ({"state": ""}, ["state"]),
        ({"state": "open"}, ["state"]),
        ({"state": "merged"}, ["merged_into"]),
        ({"state": "merged", "merged_into": "nothing"}, ["merged_into"]),
        ({"reason": "x" * 601}, ["reason"]),
        ({"reason": "Fuck off."}, ["__all__"]),
    ],
)
def test_refused_answer_keeps_what_was_typed(secretary, changed: dict[str, str], wrong: list[str]) -> None:
    proposal = make_name(make_call(), "Lock Gate")

    page = secretary.post(page_of(proposal), {"state": "declined", **WORDS, **changed})

    proposal.refresh_from_db()
    assert (page.status_code, list(page.context["form"].errors), proposal.state) == (422, wrong, "open")
    assert page.context["form"]["reason"].value() == changed.get("reason", WORDS["reason"])


def test_answer_to_a_winner_stands(secretary) -> None:
    proposal = answer(make_name(make_call(), "Lock Gate"))
    with atomic():
        adopt_winner(reference=proposal.public_id, contest_reference="c", by=None, at=clock.now())

    page = secretary.post(page_of(proposal), {"state": "declined", **WORDS})

    proposal.refresh_from_db()
    assert (page.status_code, proposal.state) == (422, "shortlisted")
    assert "This idea has won." in page.content.decode()


def test_ideas_that_wait_stand_first_and_can_be_searched_and_sorted(secretary) -> None:
    call = make_call()
    answer(make_name(call, "Answered"), "declined")
    make_name(call, "Bến Cũ", author=make_person("Tom Brewster"))
    make_name(make_call(), "Later")

    assert found(secretary) == ["Bến Cũ", "Later", "Answered"]
    assert found(secretary, q="ben cu") == found(secretary, q="brewster") == ["Bến Cũ"]
    assert found(secretary, state="declined") == ["Answered"]
    assert found(secretary, call=call.slug, sort="-name") == ["Bến Cũ", "Answered"]
    assert found(secretary, sort="supporters; DROP", q="\x00", state="none", page="x") == [
        "Bến Cũ",
        "Later",
        "Answered",
    ]


def test_list_is_taken_away_as_csv(secretary) -> None:
    make_name(make_call(), "=Lock(Gate)")

    text = b"".join(secretary.get(reverse("office:ideas_csv")).streaming_content).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["text"], row["author"], row["state"], row["supporters"]) for row in rows] == [
        ("'=Lock(Gate)", "Agnes Whitlock", "open", "0")
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_often_whatever_it_shows(secretary, rows: int, django_assert_num_queries) -> None:
    for number in range(rows):
        make_recipe(make_call("recipe"), f"Beer {chr(65 + number)}")

    with django_assert_num_queries(9):  # session, user, roles, factor, calls, count, waiting, page, company
        secretary.get(reverse("office:ideas"))


def test_call_is_opened_in_both_languages(secretary) -> None:
    answered = secretary.post(reverse("office:call_new"), {**CALL, "slug": "A-Name"})

    call = Call.objects.get()
    assert answered.url == reverse("beers:call", args=["a-name"])
    assert (call.kind, call.title_vi, call.made_by) == ("name", TEXTS["title_vi"], secretary.user)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"slug": "no spaces"}, ["slug"]),
        ({"slug": "taken"}, ["slug"]),
        ({"title_vi": ""}, ["title_vi"]),
        ({"promise": ""}, ["promise"]),
        ({"closes_at": "2026-06-01 12:00"}, ["closes_at"]),
        ({"opens_at": "soon"}, ["opens_at"]),
        ({"kind": "song"}, ["kind"]),
    ],
)
def test_refused_call_says_why(secretary, changed: dict[str, str], wrong: list[str]) -> None:
    now = clock.now()
    make_call(opens_at=now.replace(year=2020), closes_at=now)
    Call.objects.update(slug="taken")

    page = secretary.post(reverse("office:call_new"), {**CALL, **changed})

    assert (page.status_code, list(page.context["form"].errors), Call.objects.count()) == (422, wrong, 1)


def test_answers_belong_to_secretary_and_directors() -> None:
    proposal = make_name(make_call(), "Lock Gate")

    for role, status in (("director", 200), ("finance", 403), ("chair", 403), ("door", 403)):
        assert staff_client(role).get(page_of(proposal)).status_code == status
    assert staff_client("director").get(reverse("office:call_new")).status_code == 403
