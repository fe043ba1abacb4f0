"""The Vietnamese catalogue: in step with the code, complete, and faithful to the glossary of docs/translating.md."""

import re
from collections import Counter

import pytest

from equity.rules.profile_file import FORBIDDEN_VIETNAMESE
from tests.consistency.sentences import (
    CATALOGUE,
    PLACEHOLDER,
    TAG,
    Key,
    english_of,
    most_english_of,
    sentences_in,
    sentences_of_code,
    translation_of,
)

pytestmark = pytest.mark.repository
# A word of Vietnamese begins and ends where no letter stands.
FORBIDDEN = re.compile(rf"(?<!\w)({'|'.join(FORBIDDEN_VIETNAMESE)})(?!\w)", re.IGNORECASE)
GLOSSARY = {
    "share certificate": "giấy chứng nhận cổ phần",
    "class of shares": "loại cổ phần",
    "offer": "đợt chào bán",
    "apply for shares": "đăng ký mua cổ phần",
    "allotment": "phân phối",
    "register of members": "sổ đăng ký cổ đông",
    "24 hours to think": "24 giờ suy nghĩ lại",
    "transfer": "chuyển nhượng",
    "think about it": "để tôi suy nghĩ thêm",
    "go on": "tiếp tục",
    "the notice": "thông báo mời họp",
    "the roll": "danh sách biểu quyết",
    "against": "không tán thành",
    "withheld": "không bỏ phiếu mục này",
    "scrutineer": "người kiểm phiếu",
    "your tracking code": "mã tra cứu của bạn",
    "dividend": "cổ tức",
    "dividend statement": "giấy báo cổ tức",
    "creator's statement": "giấy báo tiền bản quyền",
    "royalty": "tiền bản quyền",
    "record moment": "thời điểm chốt danh sách",
    "payment date": "ngày chi trả",
    "payment runs": "các đợt chi trả",
    "your penny jar": "hũ tiền lẻ của bạn",
    "tax kept back": "thuế đã khấu trừ",
}


def test_catalogue_holds_exactly_the_sentences_of_the_code() -> None:
    """When this fails: `manage.py makemessages`, then translate what is new."""
    catalogue = {(message.context, english_of(message)) for message in CATALOGUE}

    code = sentences_of_code()

    assert sorted(map(str, code - catalogue)) == []
    assert sorted(map(str, catalogue - code)) == []


def test_sentence_not_in_the_catalogue_is_seen() -> None:
    template = (
        '{% load i18n %}\n  {% if a %}\n {% translate "One" context "beer" %}{% endif %}\n{{ b|default:_("Two") }}'
    )
    plural = "{% blocktranslate count n=1 trimmed %}\n {{ n }} row\n {% plural %} {{ n }} rows{% endblocktranslate %}"
    code = "def f(n):\n    return ngettext('a glass', 'glasses', n) + str(_('Long ' 'words'))"

    found: set[Key] = {*sentences_in(template + plural, is_template=True), *sentences_in(code, is_template=False)}

    assert found == {("beer", "One"), (None, "Two"), (None, "%(n)s row"), (None, "a glass"), (None, "Long words")}


def test_every_sentence_is_translated_and_none_is_a_guess() -> None:
    open_ones = [english_of(message) for message in CATALOGUE if message.fuzzy or not translation_of(message).strip()]

    assert open_ones == []


def test_placeholders_and_tags_are_those_of_the_english() -> None:
    wrong = []
    for message in CATALOGUE:
        english, vietnamese = most_english_of(message), translation_of(message)
        for pattern in (PLACEHOLDER, TAG, re.compile("%%")):
            if Counter(pattern.findall(english)) != Counter(pattern.findall(vietnamese)):
                wrong.append((english, vietnamese))

    assert wrong == []


def test_no_word_that_the_glossary_forbids() -> None:
    found = [translation_of(message) for message in CATALOGUE if FORBIDDEN.search(translation_of(message))]

    assert found == []


def test_forbidden_word_is_seen_as_a_word_only() -> None:
    assert FORBIDDEN.search("Chia sẻ của bạn")
    assert FORBIDDEN.search("các lớp, loại")
    assert not FORBIDDEN.search("lớphọc")


def test_glossary_is_followed() -> None:
    said = {english_of(message).lower(): translation_of(message).lower() for message in CATALOGUE}

    assert {english: said.get(english) for english in GLOSSARY} == GLOSSARY


def test_headline_is_not_in_capitals() -> None:
    """Vietnamese capitals stack their marks (FACES.md); abbreviations such as PDF are short."""
    loud = [
        translation_of(message)
        for message in CATALOGUE
        if len(translation_of(message)) > 8 and translation_of(message).isupper()
    ]

    assert loud == []
