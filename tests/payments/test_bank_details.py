"""Bank details as people type them: accepted in every spelling, refused with the right reason."""

import re
from pathlib import Path

import pytest
import stdnum
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as iban_numbers

from payments.errors import DETAIL_SENTENCES, BadBankDetails
from payments.rules.bank_details import (
    BANK_CHARACTERS,
    DetailProblem,
    DetailRefused,
    bank_spelling,
    clean_account_number,
    clean_holder_name,
    clean_iban,
    clean_sort_code,
    details_of,
    grouped_iban,
    hyphened_sort_code,
    iban_details,
    iban_length,
    uk_details,
)

SOURCE = Path(stdnum.__file__).parent
QUOTED = re.compile(r"'([A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,36})'")
DIGITS = "0123456789"


def examples_of_stdnum() -> list[str]:
    """Every valid IBAN that stands in python-stdnum's own documentation."""
    pages = [SOURCE / "iban.py", *SOURCE.glob("*/iban.py")]
    quoted = {text for page in pages for text in QUOTED.findall(page.read_text(encoding="utf-8"))}
    return sorted(text for text in quoted if iban_numbers.is_valid(text))


# One account of each length and alphabet, from the SWIFT registry's own examples.
REGISTRY = [
    "NO93 8601 1117 947",
    "BE68 5390 0754 7034",
    "DE89 3704 0044 0532 0130 00",
    "FR14 2004 1010 0505 0001 3M02 606",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    "IE29 AIBK 9311 5212 3456 78",
    "CH93 0076 2011 6238 5295 7",
    "PL61 1090 1014 0000 0712 1981 2874",
    "LC55 HEMM 0001 0001 0012 0012 0002 3015",
]


def refused(rule, *typed: str, **named: str) -> DetailRefused:
    with pytest.raises(DetailRefused) as problem:
        rule(*typed, **named)
    return problem.value


def test_stdnum_gives_examples_to_hold_ourselves_against() -> None:
    assert len(examples_of_stdnum()) >= 5


@pytest.mark.parametrize("number", [*examples_of_stdnum(), *REGISTRY])
def test_valid_iban_in_every_spelling_is_the_same_number(number: str) -> None:
    plain = number.replace(" ", "")

    spellings = [plain, grouped_iban(plain), plain.lower(), f" IBAN: {number} ", "-".join(plain), "\u00a0".join(plain)]

    assert {clean_iban(typed) for typed in spellings} == {plain}
    assert len(plain) == iban_length(plain[:2])


@given(st.sampled_from(REGISTRY), st.data())
def test_iban_with_one_digit_wrong_is_refused(number: str, data: st.DataObject) -> None:
    plain = number.replace(" ", "")
    at = data.draw(st.sampled_from([at for at in range(2, len(plain)) if plain[at] in DIGITS]))
    other = data.draw(st.sampled_from([letter for letter in DIGITS if letter != plain[at]]))

    problem = refused(clean_iban, plain[:at] + other + plain[at + 1 :])

    assert problem.problem in {DetailProblem.IBAN_CHECK, DetailProblem.IBAN_CHARACTER}


@given(st.sampled_from(REGISTRY), st.data())
def test_iban_with_two_digits_swapped_is_refused(number: str, data: st.DataObject) -> None:
    plain = number.replace(" ", "")
    pairs = [at for at in range(4, len(plain) - 1) if plain[at : at + 2].isdigit() and plain[at] != plain[at + 1]]
    at = data.draw(st.sampled_from(pairs))

    problem = refused(clean_iban, plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :])

    assert problem.problem in {DetailProblem.IBAN_CHECK, DetailProblem.IBAN_CHARACTER}


@pytest.mark.parametrize(
    ("typed", "problem", "facts"),
    [
        ("", DetailProblem.IBAN_EMPTY, {}),
        ("12345678", DetailProblem.IBAN_BEGINNING, {}),
        ("DEO9 3704 0044 0532 0130 00", DetailProblem.IBAN_BEGINNING, {}),
        ("VN12 3704 0044 0532 0130 00", DetailProblem.IBAN_COUNTRY, {"country": "VN"}),
        ("DE89 3704 0044 0532 0130 0", DetailProblem.IBAN_LENGTH, {"country": "DE", "expected": 22, "count": 21}),
        ("DE89 3704 0044 0532 0130 01", DetailProblem.IBAN_CHECK, {}),
        ("DE89 3704 0044 0532 0130 0é", DetailProblem.IBAN_CHARACTER, {}),
    ],
)
def test_iban_that_cannot_be_says_why(typed: str, problem: DetailProblem, facts: dict[str, object]) -> None:
    found = refused(clean_iban, typed)

    assert (found.problem, found.facts) == (problem, facts)


@given(st.text(DIGITS, min_size=6, max_size=6).filter(lambda digits: int(digits)))
def test_sort_code_in_every_spelling_is_six_digits(digits: str) -> None:
    shown = hyphened_sort_code(digits)

    spellings = [digits, shown, shown.replace("-", " "), shown.replace("-", "–"), f" {digits}\t"]

    assert {clean_sort_code(typed) for typed in spellings} == {digits}
    assert re.fullmatch(r"\d\d-\d\d-\d\d", shown)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", DetailProblem.SORT_CODE_EMPTY),
        ("60-16-1", DetailProblem.SORT_CODE_LENGTH),
        ("60-16-133", DetailProblem.SORT_CODE_LENGTH),
        ("60-16-1O", DetailProblem.SORT_CODE_CHARACTER),
        ("00-00-00", DetailProblem.ONLY_ZEROS),
    ],
)
def test_sort_code_that_cannot_be_says_why(typed: str, problem: DetailProblem) -> None:
    assert refused(clean_sort_code, typed).problem == problem


@given(st.text(DIGITS, min_size=6, max_size=8).filter(lambda digits: int(digits)))
def test_account_number_is_filled_with_zeros_from_the_left(digits: str) -> None:
    number = clean_account_number(" ".join(digits))

    assert (len(number), int(number)) == (8, int(digits))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", DetailProblem.ACCOUNT_EMPTY),
        ("12345", DetailProblem.ACCOUNT_LENGTH),
        ("123456789", DetailProblem.ACCOUNT_LENGTH),
        ("3192681X", DetailProblem.ACCOUNT_CHARACTER),
        ("gb29 nwbk 6016", DetailProblem.ACCOUNT_IS_IBAN),
        ("000000", DetailProblem.ONLY_ZEROS),
    ],
)
def test_account_number_that_cannot_be_says_why(typed: str, problem: DetailProblem) -> None:
    assert refused(clean_account_number, typed).problem == problem


def test_iban_of_the_united_kingdom_is_the_same_details_as_sort_code_and_number() -> None:
    by_iban = iban_details(iban="gb29 nwbk 6016 1331 9268 19", holder_name="Agnes Whitlock")

    assert by_iban == uk_details(sort_code="60-16-13", account_number="31926819", holder_name="Agnes Whitlock")


def test_iban_of_the_united_kingdom_with_a_number_of_zeros_is_refused() -> None:
    number = "GB" + iban_numbers.calc_check_digits("GB00NWBK60161300000000") + "NWBK60161300000000"

    assert refused(iban_details, iban=number, holder_name="Agnes").problem == DetailProblem.ONLY_ZEROS


@pytest.mark.parametrize("number", REGISTRY)
def test_details_that_were_kept_are_read_back_as_they_were(number: str) -> None:
    details = iban_details(iban=number, holder_name="Agnes Whitlock")

    kept = details_of(
        scheme=details.scheme, country=details.country, holder_name=details.holder_name, numbers=details.numbers
    )

    assert kept == details
    assert re.fullmatch("[A-Z0-9]{4}", details.ending)


def test_uk_details_that_were_kept_are_read_back_as_they_were() -> None:
    details = uk_details(sort_code="601613", account_number="31926819", holder_name="A B")

    assert details_of(scheme="uk", country="GB", holder_name="A B", numbers=details.numbers) == details


def test_details_show_their_ending_only() -> None:
    uk = uk_details(sort_code="601613", account_number="31926819", holder_name="A B")
    iban = iban_details(iban=REGISTRY[2], holder_name="A B")

    shown = f"{uk!r} {uk} {iban!r} {iban}"

    assert (uk.ending, iban.ending) == ("6819", "3000")
    assert not [part for part in ("601613", "31926819", "3704", "0532") if part in shown]


@pytest.mark.parametrize(
    ("typed", "kept", "spelled"),
    [
        ("  Agnes   Whitlock ", "Agnes Whitlock", "Agnes Whitlock"),
        ("Nguyễn Thị Ánh Tuyết", "Nguyễn Thị Ánh Tuyết", "Nguyen Thi Anh Tuyet"),
        ("ĐẶNG ĐỨC", "ĐẶNG ĐỨC", "DANG DUC"),
        ("Siobhán O’Brien", "Siobhán O’Brien", "Siobhan O'Brien"),
        ("Smith & Sons (Ale) Ltd.", "Smith & Sons (Ale) Ltd.", "Smith & Sons (Ale) Ltd."),
        ("Łukasz Groß", "Łukasz Groß", "Lukasz Gross"),
    ],
)
def test_name_is_kept_as_written_and_spelled_as_banks_do(typed: str, kept: str, spelled: str) -> None:
    name = clean_holder_name(typed)

    assert (name, bank_spelling(name)) == (kept, spelled)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (" ", DetailProblem.NAME_EMPTY),
        ("A" * 71, DetailProblem.NAME_TOO_LONG),
        ("A" * 400, DetailProblem.NAME_TOO_LONG),
        ("ß" * 36, DetailProblem.NAME_TOO_LONG),  # a bank writes 72 letters
        ("1234", DetailProblem.NAME_NO_LETTER),
        ("Иван Петров", DetailProblem.NAME_CHARACTER),
        ("Agnes <b>", DetailProblem.NAME_CHARACTER),
        ("Agnes\u202ekcolt", DetailProblem.NAME_CHARACTER),
        ("=Agnes", DetailProblem.NAME_CHARACTER),
        ("Agnes 🍺", DetailProblem.NAME_CHARACTER),
    ],
)
def test_name_that_no_bank_takes_says_why(typed: str, problem: DetailProblem) -> None:
    assert refused(clean_holder_name, typed).problem == problem


@given(st.text(max_size=80))
def test_name_that_is_taken_can_be_spelled_in_a_bank_file(text: str) -> None:
    try:
        name = clean_holder_name(text)
    except DetailRefused:
        return

    assert set(bank_spelling(name)) <= BANK_CHARACTERS
    assert 1 <= len(bank_spelling(name)) <= 70
    assert clean_holder_name(name) == name


def test_every_problem_has_a_sentence_that_its_facts_fill() -> None:
    facts = {"count": 5, "longest": 70, "expected": 22, "country": "DE"}

    sentences = [str(BadBankDetails(DetailRefused(problem, **facts))) for problem in DetailProblem]

    assert set(DETAIL_SENTENCES) == set(DetailProblem)
    assert not [sentence for sentence in sentences if "%(" in sentence or not sentence.endswith(".")]


def test_refusal_never_repeats_the_numbers() -> None:
    problem = refused(clean_iban, "DE89 3704 0044 0532 0130 01")

    assert "0532" not in f"{problem} {problem!r} {problem.facts} {BadBankDetails(problem)}"
