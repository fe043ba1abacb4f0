"""What may stand as a beer's name or in the words about it, and how likeness is looked for.

Note [Wording]: an idea is kept as its author writes it (Unicode NFC). Refused is what deceives (control, format and
private characters), what no label can hold, and a short list of words nobody prints. The list is short on purpose: a
person reads every idea and answers it with a reason. Vietnamese words are compared with their marks, because the same
letters without them are harmless ("lon bia" is a can of beer).
"""

import re
import unicodedata
from enum import StrEnum

from accounts.rules.names import LOOK_ALIKE_ALPHABETS, REFUSED_CATEGORIES, REFUSED_LETTERS, search_key

NAME_LENGTH_MAX = 60
WORDS_LENGTH_MAX = 600
MARKS_IN_A_ROW_MAX = 2
# Swear words and slurs, as whole words after folding; and Vietnamese ones, with their marks.
REFUSED_WORDS = frozenset(
    "fuck fucks fucking fucker fucked motherfucker shit shits shite bullshit cunt cunts wank wanker wankers twat bitch "
    "bitches slut sluts whore whores faggot faggots nigger niggers nigga paki pakis chink chinks gook gooks spastic "
    "retard retards rape rapist nazi nazis hitler".split()
)
REFUSED_WORDS_VI = frozenset("địt đụ đéo lồn buồi cặc đĩ điếm".split())
DISGUISES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


EMPTY_WORDS = frozenset("the a an of and beer ale bia ruou cua va".split())
# Horn, hook above and dot below: no other language of our readers writes them.
VIETNAMESE_MARKS = frozenset("\u031b\u0309\u0323")


class WordingProblem(StrEnum):
    """Why words were refused."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTER = "forbidden_character"
    MIXED_ALPHABETS = "mixed_alphabets"
    NO_LETTER = "no_letter"
    OFFENSIVE = "offensive"


class WordingRefused(ValueError):
    """The words cannot stand; ``problem`` says why."""

    def __init__(self, problem: WordingProblem) -> None:
        self.problem = problem
        super().__init__(problem.value)


def clean_beer_name(text: str) -> str:
    """Return the name in NFC with single spaces; raise `WordingRefused` for what Note [Wording] refuses."""
    name = " ".join(_clean(text, length_max=NAME_LENGTH_MAX, kept="").split())
    if not name:
        raise WordingRefused(WordingProblem.EMPTY)
    if not any(letter.isalpha() for letter in name):
        raise WordingRefused(WordingProblem.NO_LETTER)
    if any(_mixes_alphabets(word) for word in name.split()):
        raise WordingRefused(WordingProblem.MIXED_ALPHABETS)
    return name


def clean_words(text: str, *, length_max: int = WORDS_LENGTH_MAX) -> str:
    """Return a text of some lines in NFC, its lines trimmed; empty may stay empty."""
    words = _clean(text, length_max=length_max, kept="\n")
    return "\n".join(" ".join(line.split()) for line in words.split("\n")).strip()


def _clean(text: str, *, length_max: int, kept: str) -> str:
    words = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ").strip()
    marks = 0
    for character in words:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        hidden = category in REFUSED_CATEGORIES and character not in kept
        if hidden or marks > MARKS_IN_A_ROW_MAX or character in REFUSED_LETTERS:
            raise WordingRefused(WordingProblem.FORBIDDEN_CHARACTER)
    if len(words) > length_max:
        raise WordingRefused(WordingProblem.TOO_LONG)
    if is_offensive(words):
        raise WordingRefused(WordingProblem.OFFENSIVE)
    return words


def is_offensive(text: str) -> bool:
    """Return whether one of the words nobody prints stands in the text, figures and signs read as letters."""
    as_typed = {word.strip(".,;:!?\"'()") for word in unicodedata.normalize("NFC", text.casefold()).split()}
    if as_typed & REFUSED_WORDS_VI:
        return True
    undisguised = re.findall(r"[a-z]+", search_key(text.casefold().translate(DISGUISES)))
    # Vietnamese writes short words apart that together could look like an English one; only whole words count.
    accented = any(unicodedata.combining(mark) for mark in unicodedata.normalize("NFD", text))
    plain = set(re.findall(r"[a-z]+", text.casefold().translate(DISGUISES))) if accented else set(undisguised)
    return bool(plain & REFUSED_WORDS)


def _mixes_alphabets(word: str) -> bool:
    alphabets = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return len(alphabets & set(LOOK_ALIKE_ALPHABETS)) > 1


def language_of(text: str) -> str:
    """Return "vi" for words with letters that only Vietnamese writes, else "en": for the page's ``lang``, no more."""
    for letter in unicodedata.normalize("NFC", text.casefold()):
        marks = unicodedata.normalize("NFD", letter)[1:]
        if letter == "đ" or len(marks) > 1 or any(mark in VIETNAMESE_MARKS for mark in marks):
            return "vi"
    return "en"


def likeness_key(text: str) -> str:
    """Return the text as likeness is looked for: no marks, no capitals, no articles and no word that says only "beer".

    "The Lock-Keeper's Ale" and "lock keepers beer" have one key. A text of nothing but such words keeps them.
    """
    words = search_key(text).split()
    telling = [word for word in words if word not in EMPTY_WORDS]
    return " ".join(telling or words)
