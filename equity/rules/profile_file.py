"""What a file of law must hold before it may become a profile: named reasons for everything that it lacks.

The file is JSON: facts with value, day and source each, and texts in English and Vietnamese. Every text is kept under
kind and version and never changed: other words are another version.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

NUMBERS = (
    "offer_cap_minor",
    "offer_cap_months",
    "cooling_off_hours",
    "keep_hours",
    "category_valid_months",
    "quiz_fails_max",
    "quiz_pause_hours",
    "ranking_age_days_max",
    "refund_after_days",
    "interest_from_day",
    "register_months_max",
    "return_months_max",
    "certificate_months_max",
    "age_years_min",
)
FACTS = frozenset({*NUMBERS, "currency", "incentives_allowed"})
KINDS = frozenset(
    {"risk_warning", "risk_summary", "restricted", "high_net_worth", "self_certified", "certified", "quiz"}
)
WITH_OPTIONS = KINDS - {"risk_warning", "risk_summary"}
PAIRS = ("title", "body")
VERSION_LENGTH_MAX = 20
TITLE_LENGTH_MAX = 200
QUESTIONS_MIN = 6
# The glossary's words that must not stand in a Vietnamese text.
FORBIDDEN_VIETNAMESE = ("chia sẻ", "lớp", "thăm dò", "không có ý kiến", "lợi nhuận", "cổ phiếu")


class Reason(StrEnum):
    """Why a profile's file is refused."""

    NOT_AN_OBJECT = "not_an_object"
    CODE_DIFFERS = "code_differs"
    NAME_MISSING = "name_missing"
    DAY_UNREADABLE = "day_unreadable"
    FACT_MISSING = "fact_missing"
    FACT_UNKNOWN = "fact_unknown"
    FACT_VALUE = "fact_value"
    FACT_WITHOUT_SOURCE = "fact_without_source"
    KIND_MISSING = "kind_missing"
    KIND_UNKNOWN = "kind_unknown"
    VERSION_LENGTH = "version_length"
    VERSION_TWICE = "version_twice"
    POSITION_TWICE = "position_twice"
    TEXT_WITHOUT_SOURCE = "text_without_source"
    TEXT_MISSING = "text_missing"
    TITLE_TOO_LONG = "title_too_long"
    FORBIDDEN_WORD = "forbidden_word"
    OPTIONS_MISSING = "options_missing"
    OPTION_INCOMPLETE = "option_incomplete"
    OPTION_TWICE = "option_twice"
    QUESTIONS_TOO_FEW = "questions_too_few"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where in the file."""

    reason: Reason
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class ProfileRefused(ValueError):
    """The file cannot become a profile; ``problems`` says everything that is wrong at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


def problems_of(content: Any, *, code: str) -> list[Problem]:
    """Return everything that is wrong with the file's content; empty means that it may be loaded."""
    if not isinstance(content, Mapping):
        return [Problem(Reason.NOT_AN_OBJECT, "file")]
    return [*_of_the_head(content, code), *_of_the_facts(content.get("facts")), *_of_the_texts(content.get("texts"))]


def joined(text: Any) -> str:
    """Return a text of the file as one string; a list holds its paragraphs."""
    return "\n\n".join(text) if isinstance(text, list) else str(text or "")


def is_day(text: Any) -> bool:
    """Tell whether the text is a day in ISO 8601."""
    try:
        date.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return True


def _of_the_head(content: Mapping[str, Any], code: str) -> Iterator[Problem]:
    if content.get("code") != code:
        yield Problem(Reason.CODE_DIFFERS, "code")
    if not content.get("name"):
        yield Problem(Reason.NAME_MISSING, "name")
    if not is_day(content.get("valid_from")):
        yield Problem(Reason.DAY_UNREADABLE, "valid_from")
    if content.get("valid_until") is not None and not is_day(content["valid_until"]):
        yield Problem(Reason.DAY_UNREADABLE, "valid_until")


def _of_the_facts(facts: Any) -> Iterator[Problem]:
    facts = facts if isinstance(facts, Mapping) else {}
    for name in sorted(FACTS - facts.keys()):
        yield Problem(Reason.FACT_MISSING, f"facts.{name}")
    for name in sorted(facts.keys() - FACTS):
        yield Problem(Reason.FACT_UNKNOWN, f"facts.{name}")
    for name in sorted(FACTS & facts.keys()):
        fact = facts[name] if isinstance(facts[name], Mapping) else {}
        if not _is_value(name, fact.get("value")):
            yield Problem(Reason.FACT_VALUE, f"facts.{name}")
        if not (fact.get("source") and is_day(fact.get("since")) and isinstance(fact.get("confirmed"), bool)):
            yield Problem(Reason.FACT_WITHOUT_SOURCE, f"facts.{name}")


def _is_value(name: str, value: Any) -> bool:
    if name == "currency":
        return isinstance(value, str) and len(value) == 3 and value.isupper()
    if name == "incentives_allowed":
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _of_the_texts(texts: Any) -> Iterator[Problem]:
    texts = [text for text in texts if isinstance(text, Mapping)] if isinstance(texts, list) else []
    kinds = {text.get("kind") for text in texts}
    for kind in sorted(KINDS - kinds):
        yield Problem(Reason.KIND_MISSING, kind)
    if sum(text.get("kind") == "quiz" for text in texts) < QUESTIONS_MIN:
        yield Problem(Reason.QUESTIONS_TOO_FEW, "quiz")
    for (kind, version), times in Counter((text.get("kind"), text.get("version")) for text in texts).items():
        if times > 1:
            yield Problem(Reason.VERSION_TWICE, f"{kind} {version}")
    for position, times in Counter(text.get("position") for text in texts).items():
        if times > 1:
            yield Problem(Reason.POSITION_TWICE, f"position {position}")
    for text in texts:
        yield from _of_a_text(text, f"{text.get('kind')} {text.get('version')}")


def _of_a_text(text: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if text.get("kind") not in KINDS:
        yield Problem(Reason.KIND_UNKNOWN, where)
    if not 0 < len(str(text.get("version", ""))) <= VERSION_LENGTH_MAX:
        yield Problem(Reason.VERSION_LENGTH, where)
    if not text.get("source"):
        yield Problem(Reason.TEXT_WITHOUT_SOURCE, where)
    for name in (field for pair in PAIRS for field in (pair, f"{pair}_vi")):
        if not joined(text.get(name)).strip():
            yield Problem(Reason.TEXT_MISSING, f"{where} {name}")
    if max(len(joined(text.get("title"))), len(joined(text.get("title_vi")))) > TITLE_LENGTH_MAX:
        yield Problem(Reason.TITLE_TOO_LONG, where)
    yield from _of_the_options(text, where)
    for word in forbidden_words(text):
        yield Problem(Reason.FORBIDDEN_WORD, f"{where} {word}")


def _of_the_options(text: Mapping[str, Any], where: str) -> Iterator[Problem]:
    options = text.get("options") or []
    at_least = 2 if text.get("kind") == "quiz" else 1
    if text.get("kind") in WITH_OPTIONS and len(options) < at_least:
        yield Problem(Reason.OPTIONS_MISSING, where)
    if any(set(option) != {"code", "text", "text_vi"} or not all(option.values()) for option in options):
        yield Problem(Reason.OPTION_INCOMPLETE, where)
    if len({option.get("code") for option in options}) != len(options):
        yield Problem(Reason.OPTION_TWICE, where)


def forbidden_words(text: Mapping[str, Any]) -> list[str]:
    """Return the glossary's forbidden words that stand in the Vietnamese parts of a text."""
    parts = [joined(text.get("title_vi")), joined(text.get("body_vi"))]
    parts += [str(option.get("text_vi", "")) for option in text.get("options") or []]
    whole = f" {' '.join(parts)} ".casefold()
    return [word for word in FORBIDDEN_VIETNAMESE if word in whole]
