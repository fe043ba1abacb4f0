"""Words, colours and names: rules without a database."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beers.rules.estimates import estimate, lovibond, tinseth_ibu
from beers.rules.glass import (
    GROUND_FROM_EBC,
    Ground,
    bitterness_of,
    ebc_of,
    ground_of,
    srm_of,
    steps_of,
    strength_of,
)
from beers.rules.signing import shown_name
from beers.rules.wording import (
    WordingProblem,
    WordingRefused,
    clean_beer_name,
    clean_words,
    is_offensive,
    language_of,
    likeness_key,
)


@pytest.mark.parametrize(
    ("ebc", "ground"),
    [(1, "straw"), (8, "straw"), (9, "gold"), (15, "gold"), (16, "amber"), (24, "amber"), (25, "copper"),
     (44, "copper"), (45, "stout"), (200, "stout")],
)  # fmt: skip
def test_ground_changes_at_its_first_colour(ebc: int, ground: str) -> None:
    assert ground_of(ebc) == ground


@given(st.integers(0, 200), st.integers(0, 200))
def test_ground_of_a_darker_beer_is_never_lighter(one: int, other: int) -> None:
    order = list(GROUND_FROM_EBC)

    places = [order.index(Ground(ground_of(ebc))) for ebc in sorted((one, other))]

    assert places == sorted(places)


@pytest.mark.parametrize(("srm", "ebc"), [(1, 2), (2, 4), (5, 10), (10, 20), (17, 33), (40, 79)])
def test_colour_converts_as_the_analysts_do(srm: int, ebc: int) -> None:
    assert (ebc_of(srm), srm_of(ebc)) == (ebc, srm)


@pytest.mark.parametrize(
    ("abv", "ibu", "words", "steps"),
    [
        (0, 0, ("very_light", "soft"), (1, 1)),
        (279, 14, ("very_light", "soft"), (1, 1)),
        (280, 15, ("light", "gentle"), (2, 2)),
        (420, 28, ("medium", "clear"), (3, 3)),
        (600, 45, ("strong", "bitter"), (4, 4)),
        (850, 65, ("very_strong", "very_bitter"), (5, 5)),
    ],
)
def test_strength_and_bitterness_have_words_and_marks(abv, ibu, words, steps) -> None:
    found = strength_of(abv), bitterness_of(ibu)

    assert (found, tuple(steps_of(word) for word in found)) == (words, steps)


def test_tinseth_gives_the_utilisation_of_his_table() -> None:
    # Glenn Tinseth's table: 60 minutes at 1.050 use 0.231 of the alpha acids, 10 minutes at 1.040 use 0.091.
    long = tinseth_ibu({"minutes": 60, "alpha_hundredths": 10_000, "grams": 1}, batch_ml=1_000_000, points=50)
    short = tinseth_ibu({"minutes": 10, "alpha_hundredths": 10_000, "grams": 1}, batch_ml=1_000_000, points=40)
    dry = tinseth_ibu({"minutes": -1, "alpha_hundredths": 10_000, "grams": 1}, batch_ml=1_000_000, points=40)

    assert (round(long, 3), round(short, 3), dry) == (0.231, 0.091, 0.0)


def test_estimate_of_a_hand_worked_batch() -> None:
    # 5 kg at 75 % in 20 l: 5 * 300 * 0.75 / 20 = 56.25 points; 0.05625 * 0.77 * 131.25 = 5.68 %.
    # Colour: 11.023 lb * 2.809 L / 5.2834 gal = 5.861 MCU; 1.4922 * 5.861 ** 0.6859 * 1.97 = 9.9 EBC.
    made = estimate(malts=[{"grams": 5000, "ebc": 6}], hops=[], batch_ml=20_000, efficiency_percent=75)

    assert (made.gravity_points, made.abv_hundredths, made.ebc, made.ibu) == (56, 568, 10, 0)
    assert round(lovibond(6), 3) == 2.809


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("The Lock-Keeper's Ale", "lock keepers"),
        ("lock keepers beer", "lock keepers"),
        ("Bến Cũ", "ben cu"),
        ("BIA BEN CU", "ben cu"),
        ("Đường Làng", "duong lang"),
        ("The Beer", "the beer"),
        ("ﬁn", "fin"),
    ],
)
def test_likeness_key_forgets_marks_capitals_and_empty_words(text: str, key: str) -> None:
    assert likeness_key(unicodedata.normalize("NFKC", text)) == key


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\u200b", "forbidden_character"),
        ("Slow\u202eretaW", "forbidden_character"),
        ("Slow\x00Water", "forbidden_character"),
        ("Two\nlines", "forbidden_character"),
        ("a\u0301\u0301\u0301\u0301", "forbidden_character"),
        ("x" * 61, "too_long"),
        ("12 %", "no_letter"),
        ("Slow Wаter", "mixed_alphabets"),
        ("Fuck the Dam", "offensive"),
        ("F4ck", None),
        ("$h1t Ale", "offensive"),
        ("Lồn", "offensive"),
    ],
)
def test_name_that_cannot_stand_is_refused_with_its_reason(text: str, problem: str | None) -> None:
    try:
        clean_beer_name(text)
        found = None
    except WordingRefused as refused:
        found = refused.problem

    assert found == (WordingProblem(problem) if problem else None)


@pytest.mark.parametrize(
    "text", ["Lon Bia", "Các Cụ", "Dit Priory", "Scunthorpe", "Đĩa Than", "Cockerel", "Buổi Chiều", "Nazim", "50 Mét"]
)
def test_innocent_words_are_not_taken_for_others(text: str) -> None:
    assert is_offensive(text) is False


def test_name_is_kept_in_nfc_with_single_spaces() -> None:
    typed = unicodedata.normalize("NFD", "  Bến   Cũ ")

    assert clean_beer_name(typed) == "Bến Cũ"


def test_words_keep_their_lines() -> None:
    assert clean_words("  One  two \r\n\r\nthree\t four ") == "One two\n\nthree four"


@pytest.mark.parametrize(
    ("text", "language"),
    [("Bến Cũ", "vi"), ("Thuyền Về", "vi"), ("Đò", "vi"), ("Old Wharf", "en"), ("Café Noël", "en"), ("Señor", "en")],
)
def test_language_is_told_by_letters_that_only_vietnamese_writes(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("name", "given", "language", "shown"),
    [
        ("Agnes Whitlock", "Agnes", "en", ("Agnes Whitlock", "Agnes W.", "Agnes")),
        ("Nguyễn Thị Ánh Tuyết", "Tuyết", "vi", ("Nguyễn Thị Ánh Tuyết", "Tuyết N.", "Tuyết")),
        ("Đặng Mai", "Mai", "en", ("Đặng Mai", "Mai Đ.", "Mai")),
        ("Sukarno", "Sukarno", "en", ("Sukarno", "Sukarno", "Sukarno")),
    ],
)
def test_author_stands_as_they_wish(name: str, given: str, language: str, shown: tuple[str, ...]) -> None:
    assert tuple(shown_name(name, given, language, short=way) for way in ("full", "short", "given")) == shown
