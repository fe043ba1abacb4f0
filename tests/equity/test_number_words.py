"""The words are read back by readers that share no code with the writer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.rules.number_words import LARGEST, in_words

ENGLISH = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ENGLISH |= {word: 10 * (place + 2) for place, word in enumerate(TENS)}
ENGLISH_POWERS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
VIETNAMESE = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "tám": 8, "chín": 9, "mười": 10, "linh": 0,
}  # fmt: skip


def read_english(text: str) -> int:
    """Add up words from left to right, as a reader of the language does."""
    total = group = 0
    for word in re.split(r"[ -]", text):
        if word == "hundred":
            group *= 100
        elif word in ENGLISH_POWERS:
            total, group = total + group * ENGLISH_POWERS[word], 0
        elif word != "and":
            group += ENGLISH[word]
    return total + group


def read_vietnamese(text: str) -> int:
    """Split at the largest power first: tỷ, triệu, nghìn, trăm, mươi."""
    for word, power in (("tỷ", 10**9), ("triệu", 10**6), ("nghìn", 10**3), ("trăm", 100), ("mươi", 10)):
        before, found, after = text.rpartition(word)
        if found:
            return read_vietnamese(before.strip()) * power + (read_vietnamese(after.strip()) if after else 0)
    return sum(VIETNAMESE[word] for word in text.split())


@given(st.integers(0, LARGEST) | st.integers(0, 3000))
def test_english_words_of_any_number_read_back_as_that_number(n: int) -> None:
    assert read_english(in_words(n, "en")) == n


@given(st.integers(0, LARGEST) | st.integers(0, 3000))
def test_vietnamese_words_of_any_number_read_back_as_that_number(n: int) -> None:
    assert read_vietnamese(in_words(n, "vi")) == n


@pytest.mark.parametrize(
    ("n", "english", "vietnamese"),
    [
        (0, "zero", "không"),
        (15, "fifteen", "mười lăm"),
        (21, "twenty-one", "hai mươi mốt"),
        (105, "one hundred and five", "một trăm linh năm"),
        (205, "two hundred and five", "hai trăm linh năm"),
        (1000, "one thousand", "một nghìn"),
        (1005, "one thousand and five", "một nghìn không trăm linh năm"),
        (1100, "one thousand one hundred", "một nghìn một trăm"),
        (
            2_113_424,
            "two million one hundred and thirteen thousand four hundred and twenty-four",
            "hai triệu một trăm mười ba nghìn bốn trăm hai mươi tư",
        ),
        (10**12, "one trillion", "một nghìn tỷ"),
    ],
)
def test_number_in_words_is_written_as_the_glossary_says(n: int, english: str, vietnamese: str) -> None:
    assert (in_words(n, "en"), in_words(n, "vi")) == (english, vietnamese)


@pytest.mark.parametrize(("n", "language"), [(-1, "en"), (LARGEST + 1, "vi"), (5, "fr")])
def test_number_outside_of_what_we_can_say_is_refused(n: int, language: str) -> None:
    with pytest.raises(ValueError, match=r"between|no number words"):
        in_words(n, language)
