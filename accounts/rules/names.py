"""Names of people: what may stand in a register, how it is found, how it is sorted, how we greet.

Note [Names]: a name is kept as its owner writes it (Unicode NFC, UAX #15). What is refused can deceive or break a
document: control and format characters (bidi overrides, zero-width letters), symbols, piles of marks, and words that
mix alphabets so that "Jоhn" with a Cyrillic o is not John (UTS #39, section 5). Nothing is refused for being foreign.
"""

import re
import unicodedata
from enum import StrEnum

NAME_LENGTH_MAX = 300
MARKS_IN_A_ROW_MAX = 2
PUNCTUATION = frozenset("-'’‘.,·()/‐")
ORGANISATION_PUNCTUATION = PUNCTUATION | frozenset('&+!?:;"@#*“”–')
LOOK_ALIKE_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters that look like a mark of punctuation or like nothing at all, and are no part of any written name.
REFUSED_LETTERS = frozenset("ㅤᅟᅠﾠ")

FAMILY_NAMES_ACCENTED = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đinh trịnh trương lương mạc tạ tô "
    "đoàn hà cao châu chu thái quách kiều la lâm lưu mã nghiêm nhâm ông phùng quan thạch thân thẩm tiêu tôn tống "
    "triệu văn vương âu bạch bành diệp giang hứa khổng khúc kim lại lục mẫn nông phí quản sái thiều từ ứng viên "
    "vi xa đàm đồng điền đậu đường".split()
)
FAMILY_NAMES_PLAIN = frozenset("nguyen tran pham huynh hoang phan vuong truong trinh luong nghiem quach phung".split())

ALONE = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"})
VIETNAMESE_LETTERS = {"ă": "a{", "â": "a|", "đ": "d{", "ê": "e{", "ô": "o{", "ơ": "o|", "ư": "u{"}
HUYEN, HOI, NGA, SAC, NANG = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
TONE_ORDER = {HUYEN: "1", HOI: "2", NGA: "3", SAC: "4", NANG: "5"}


class NameProblem(StrEnum):
    """Why a name was refused."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTER = "forbidden_character"
    MIXED_ALPHABETS = "mixed_alphabets"
    NO_LETTER = "no_letter"


class NameRefused(ValueError):
    """The name cannot stand in a register; ``problem`` says why."""

    def __init__(self, problem: NameProblem) -> None:
        self.problem = problem
        super().__init__(problem.value)


def clean_name(text: str, *, organisation: bool = False) -> str:
    """Return the name in NFC with single spaces; raise `NameRefused` for what Note [Names] refuses."""
    name = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(letter) in REFUSED_CATEGORIES for letter in name.strip(" \t\r\n")):
        raise NameRefused(NameProblem.FORBIDDEN_CHARACTER)
    name = " ".join(name.split())
    if not name:
        raise NameRefused(NameProblem.EMPTY)
    if len(name) > NAME_LENGTH_MAX:
        raise NameRefused(NameProblem.TOO_LONG)
    _refuse_symbols(name, ORGANISATION_PUNCTUATION if organisation else PUNCTUATION)
    if any(_mixes_alphabets(word) for word in name.split()):
        raise NameRefused(NameProblem.MIXED_ALPHABETS)
    return name


def _refuse_symbols(name: str, punctuation: frozenset[str]) -> None:
    marks = letters = 0
    for character in name:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        letters += category[0] == "L"
        allowed = category[0] in "LM" or category == "Nd" or character == " " or character in punctuation
        if not allowed or marks > MARKS_IN_A_ROW_MAX or character in REFUSED_LETTERS:
            raise NameRefused(NameProblem.FORBIDDEN_CHARACTER)
    if letters == 0:
        raise NameRefused(NameProblem.NO_LETTER)


def _mixes_alphabets(word: str) -> bool:
    alphabets = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return len(alphabets & set(LOOK_ALIKE_ALPHABETS)) > 1


def search_key(name: str) -> str:
    """Return the name as people type it in a hurry: no marks, no capitals, no punctuation ("Đặng" -> "dang")."""
    plain = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d").translate(ALONE)
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"['’‘.·]", "", "".join(kept))
    return " ".join(re.sub(r"[^\w]+", " ", words).split()) or name.casefold()


def sort_key(name: str, language: str, *, surname: str = "", as_written: bool = False) -> str:
    """Return a key whose byte order is the order of the register, family name first.

    The Vietnamese alphabet counts ă, â, đ, ê, ô, ơ, ư as letters of their own; tones (ngang, huyền, hỏi, ngã, sắc,
    nặng) only break ties, so they stand behind all letters. ``as_written`` is for organisations and joint sets.
    """
    words = name.split()
    if not as_written and not is_family_first(name, language):
        family = surname.split() or words[-1:]
        words = family + (words[: -len(family)] if words[-len(family) :] == family else words[:-1])
    letters, tones = zip(*(_letters_and_tone(word) for word in words), strict=True)
    return "!".join(part for part in letters if part) + " " + "".join(tones)


def _letters_and_tone(word: str) -> tuple[str, str]:
    letters, tone = [], "0"
    for character in unicodedata.normalize("NFC", word.casefold()):
        base = "".join(mark for mark in unicodedata.normalize("NFD", character) if mark not in TONE_ORDER)
        for mark in unicodedata.normalize("NFD", character):
            tone = TONE_ORDER.get(mark, tone)
        whole = unicodedata.normalize("NFC", base)
        letters.append(VIETNAMESE_LETTERS.get(whole) or search_key(whole) if whole.isalnum() else "")
    return "".join(letters), tone


def is_family_first(name: str, language: str) -> bool:
    """Return whether the family name stands first: in Vietnamese, and in Vietnamese names of people abroad."""
    first = name.split()[0].casefold() if name.split() else ""
    return language == "vi" or first in FAMILY_NAMES_ACCENTED or first in FAMILY_NAMES_PLAIN


def given_name_of(name: str, language: str) -> str:
    """Return what we greet by, as a first guess its owner can change: "Tuyết", never "Nguyễn"."""
    words = name.split()
    return words[-1] if is_family_first(name, language) else words[0]
