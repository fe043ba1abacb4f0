"""The profile of the United Kingdom: complete, in both languages, loaded once, never changed under a version."""

import copy
import json
from typing import Any

import pytest

from core import clock
from core.transactions import atomic
from equity.models import JurisdictionProfile, ProfileText
from equity.queries.offers import PROFILE_TEXTS
from equity.queries.profiles import questions_of, statements_of, text_of
from equity.rules.profile_file import (
    FACTS,
    FORBIDDEN_VIETNAMESE,
    KINDS,
    VERSION_LENGTH_MAX,
    ProfileRefused,
    Reason,
    forbidden_words,
    problems_of,
)
from equity.services import profiles
from equity.services.profiles import FOLDER, ProfileChanged, load_profile

CODE = "uk_2026"
RIGHT_ANSWERS = {
    "owner": "part_owner",
    "total_loss": "everything",
    "paid_first": "creditors_and_ahead",
    "selling": "perhaps_never",
    "dividend": "not_promised",
    "protection": "no_protection",
    "spreading": "small_part",
    "issuer_role": "sells_its_own",
}
REGULATORS_WORDS = (
    "Don't invest unless you're prepared to lose all the money you invest. This is a high-risk investment and you are "
    "unlikely to be protected if something goes wrong. Take 2 mins to learn more."
)


@pytest.fixture
def content() -> Any:
    return json.loads((FOLDER / f"{CODE}.json").read_text(encoding="utf-8"))


def load() -> JurisdictionProfile:
    with atomic():
        return load_profile(code=CODE, by=None, at=clock.now())


def test_the_file_lacks_nothing(content: Any) -> None:
    assert problems_of(content, code=CODE) == []


def test_every_kind_is_there(content: Any) -> None:
    kinds = {text["kind"] for text in content["texts"]}

    assert kinds == KINDS
    assert kinds >= PROFILE_TEXTS


def test_no_forbidden_word_of_the_glossary_stands_in_it(content: Any) -> None:
    vietnamese = json.dumps(
        [[text["title_vi"], text["body_vi"], [option["text_vi"] for option in text["options"]]]
         for text in content["texts"]], ensure_ascii=False,
    ).casefold()  # fmt: skip

    assert [word for word in FORBIDDEN_VIETNAMESE if word in vietnamese] == []


def test_the_vietnamese_is_vietnamese(content: Any) -> None:
    """A text whose translation was forgotten is the same in both languages."""
    pairs = [(text[name], text[f"{name}_vi"]) for text in content["texts"] for name in ("title", "body")]
    pairs += [(option["text"], option["text_vi"]) for text in content["texts"] for option in text["options"]]

    assert [english for english, vietnamese in pairs if english == vietnamese] == []


def test_paragraphs_are_as_many_in_both_languages(content: Any) -> None:
    uneven = [text["version"] for text in content["texts"] if len(text["body"]) != len(text["body_vi"])]

    assert uneven == []


def test_the_two_minute_summary_takes_about_two_minutes(content: Any) -> None:
    (summary,) = [text for text in content["texts"] if text["kind"] == "risk_summary"]
    words = len(" ".join(summary["body"]).split())

    assert 200 <= words <= 400  # read at 150 to 200 words a minute


@pytest.mark.django_db
def test_loading_writes_the_figures_with_their_sources(content: Any) -> None:
    profile = load()

    assert (profile.offer_cap_minor, profile.currency, profile.offer_cap_months) == (500_000_000, "GBP", 12)
    assert (profile.cooling_off_hours, profile.keep_hours, profile.category_valid_months) == (24, 72, 12)
    assert (profile.quiz_fails_max, profile.quiz_pause_hours, profile.ranking_age_days_max) == (2, 24, 31)
    assert (profile.refund_after_days, profile.interest_from_day) == (40, 48)
    assert (profile.register_months_max, profile.return_months_max, profile.certificate_months_max) == (2, 1, 2)
    assert (profile.age_years_min, profile.incentives_allowed) == (18, False)
    assert len(profile.source.splitlines()) == len(FACTS)
    assert profile.source.count("[unconfirmed]") == sum(not fact["confirmed"] for fact in content["facts"].values())


@pytest.mark.django_db
def test_the_regulators_words_are_unchanged() -> None:
    warning = text_of(load(), "risk_warning")

    assert warning is not None
    assert warning.body == REGULATORS_WORDS


@pytest.mark.django_db
def test_the_right_answer_of_every_question_stands_first() -> None:
    questions = questions_of(load())

    assert {question.version: question.options[0]["code"] for question in questions} == RIGHT_ANSWERS
    assert [question.version for question in questions] == list(RIGHT_ANSWERS)
    assert max(len(question.version) for question in questions) <= VERSION_LENGTH_MAX


@pytest.mark.django_db
def test_statements_come_in_the_order_of_the_law() -> None:
    statements = statements_of(load())

    assert [text.kind for text in statements] == ["restricted", "high_net_worth", "self_certified", "certified"]
    assert [len(text.options) for text in statements] == [1, 2, 4, 1]


@pytest.mark.django_db
def test_loading_again_changes_nothing(content: Any) -> None:
    first = load()
    rows = list(ProfileText.objects.order_by("id").values())

    assert load() == first
    assert list(ProfileText.objects.order_by("id").values()) == rows
    assert len(rows) == len(content["texts"])


@pytest.mark.django_db
def test_other_words_under_the_same_version_are_refused(content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    content["texts"][0]["body"] = ["Everything will be fine."]
    monkeypatch.setattr(profiles, "_content", lambda code: content)

    with pytest.raises(ProfileChanged, match="body"):
        load()


@pytest.mark.django_db
def test_a_new_version_is_added_beside_the_old(content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = load()
    newer = copy.deepcopy(content["texts"][0]) | {"version": "2027-01", "position": 99, "body": ["Other words."]}
    content["texts"].append(newer)
    monkeypatch.setattr(profiles, "_content", lambda code: content)

    load()

    assert [text.version for text in profile.texts.filter(kind="risk_warning").order_by("version")] == [
        "2026-01",
        "2027-01",
    ]


@pytest.mark.django_db
def test_another_figure_is_refused(content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    content["facts"]["cooling_off_hours"]["value"] = 1
    monkeypatch.setattr(profiles, "_content", lambda code: content)

    with pytest.raises(ProfileChanged, match="cooling_off_hours"):
        load()


def broken(content: Any, path: list[Any], value: Any) -> Any:
    """Return the content with one thing changed, or taken out when the value is None."""
    spoiled = copy.deepcopy(content)
    place = spoiled
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return spoiled


QUIZ = -1


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (["code"], "other", Reason.CODE_DIFFERS),
        (["name"], "", Reason.NAME_MISSING),
        (["valid_from"], "tomorrow", Reason.DAY_UNREADABLE),
        (["facts", "keep_hours"], None, Reason.FACT_MISSING),
        (["facts", "surprise"], {}, Reason.FACT_UNKNOWN),
        (["facts", "keep_hours", "value"], "72", Reason.FACT_VALUE),
        (["facts", "keep_hours", "value"], True, Reason.FACT_VALUE),
        (["facts", "keep_hours", "source"], "", Reason.FACT_WITHOUT_SOURCE),
        (["texts", 0], None, Reason.KIND_MISSING),
        (["texts", QUIZ, "kind"], "horoscope", Reason.KIND_UNKNOWN),
        (["texts", 0, "version"], "x" * 21, Reason.VERSION_LENGTH),
        (["texts", QUIZ, "version"], "owner", Reason.VERSION_TWICE),
        (["texts", QUIZ, "position"], 1, Reason.POSITION_TWICE),
        (["texts", 0, "source"], "", Reason.TEXT_WITHOUT_SOURCE),
        (["texts", 0, "body_vi"], [], Reason.TEXT_MISSING),
        (["texts", 0, "title"], "x" * 201, Reason.TITLE_TOO_LONG),
        (["texts", 0, "title_vi"], "Chia sẻ rủi ro", Reason.FORBIDDEN_WORD),
        (["texts", QUIZ, "options"], [], Reason.OPTIONS_MISSING),
        (["texts", QUIZ, "options", 0, "text_vi"], "", Reason.OPTION_INCOMPLETE),
        (["texts", QUIZ, "options", 0, "code"], "advises", Reason.OPTION_TWICE),
    ],
)
def test_what_is_wrong_is_named(content: Any, path: list[Any], value: Any, reason: Reason) -> None:
    found = {problem.reason for problem in problems_of(broken(content, path, value), code=CODE)}

    assert found == {reason}


def test_a_file_that_is_no_object_is_named() -> None:
    assert [problem.reason for problem in problems_of([], code=CODE)] == [Reason.NOT_AN_OBJECT]


def test_too_few_questions_are_named(content: Any) -> None:
    content["texts"] = [text for text in content["texts"] if text["kind"] != "quiz" or text["version"] == "owner"]

    assert [problem.reason for problem in problems_of(content, code=CODE)] == [Reason.QUESTIONS_TOO_FEW]


@pytest.mark.django_db
def test_an_incomplete_file_writes_nothing(content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del content["facts"]["keep_hours"]
    monkeypatch.setattr(profiles, "_content", lambda code: content)

    with pytest.raises(ProfileRefused, match=r"facts\.keep_hours: fact_missing"):
        load()

    assert JurisdictionProfile.objects.count() == 0


def test_forbidden_words_are_found_in_options_too() -> None:
    assert forbidden_words({"options": [{"text_vi": "Một cổ phiếu"}]}) == ["cổ phiếu"]
