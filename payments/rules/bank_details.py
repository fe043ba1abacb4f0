"""Bank details as people type them, and what is wrong with them.

Sort codes have 6 digits and account numbers 8; older ones of 6 or 7 digits are filled with zeros from the left, as
Pay.UK's "Validating account numbers" has it. IBANs are ISO 13616: a length for each country, check digits by ISO 7064
mod 97-10 (python-stdnum). Names are in the letters banks write, at most 70 of them (EPC217-08, the SEPA character set).
Whether an account exists only the bank knows. Pure: no Django, no database.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from stdnum import iban as iban_numbers
from stdnum import numdb
from stdnum.exceptions import InvalidChecksum, ValidationError

from accounts.rules.names import ALONE, NameProblem, NameRefused, clean_name

NAME_LENGTH_MAX = 70
SORT_CODE_DIGITS = 6
ACCOUNT_DIGITS, ACCOUNT_DIGITS_MIN = 8, 6
ENDING_LENGTH = 4
BANK_CHARACTERS = frozenset(string.ascii_letters + string.digits + " /-?:().,'+&")
OWN_SPELLING = {
    **{chr(code): plain for code, plain in ALONE.items()},
    **{chr(code).upper(): plain.upper() for code, plain in ALONE.items()},
    **dict(zip("đĐ’‘‐–", "dD''--", strict=True)),
    "ß": "ss",
    "ẞ": "SS",
}
# What people put between digits: spaces of every kind, hyphens and dashes, dots, slashes.
BETWEEN = re.compile(r"[\s\u200b\u2010-\u2015\u2212./_-]+")
IBAN_WORD = re.compile(r"^IBAN:?(?=[A-Z]{2}[0-9])")
IBAN_BEGINS = re.compile(r"[A-Z]{2}[0-9]{2}")
BBAN_PART = re.compile(r"(\d+)!")


class Scheme(StrEnum):
    """How an account is named."""

    UK = "uk"
    IBAN = "iban"


class DetailProblem(StrEnum):
    """Why what was typed cannot be bank details."""

    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTER = "name_character"
    NAME_NO_LETTER = "name_no_letter"
    SORT_CODE_EMPTY = "sort_code_empty"
    SORT_CODE_CHARACTER = "sort_code_character"
    SORT_CODE_LENGTH = "sort_code_length"
    ACCOUNT_EMPTY = "account_empty"
    ACCOUNT_IS_IBAN = "account_is_iban"
    ACCOUNT_CHARACTER = "account_character"
    ACCOUNT_LENGTH = "account_length"
    ONLY_ZEROS = "only_zeros"
    IBAN_EMPTY = "iban_empty"
    IBAN_BEGINNING = "iban_beginning"
    IBAN_COUNTRY = "iban_country"
    IBAN_LENGTH = "iban_length"
    IBAN_CHECK = "iban_check"
    IBAN_CHARACTER = "iban_character"


NAME_PROBLEMS = {
    NameProblem.EMPTY: DetailProblem.NAME_EMPTY,
    NameProblem.TOO_LONG: DetailProblem.NAME_TOO_LONG,
    NameProblem.NO_LETTER: DetailProblem.NAME_NO_LETTER,
}


class DetailRefused(ValueError):
    """A part of bank details cannot be right; ``problem`` says why, ``facts`` what the sentence needs.

    The facts never hold what was typed, so that no log does: see `payments.errors`.
    """

    def __init__(self, problem: DetailProblem, **facts: str | int) -> None:
        self.problem, self.facts = problem, facts
        super().__init__(problem.value)


@dataclass(frozen=True)
class BankDetails:
    """An account as its holder gave it; what the other scheme needs is empty. Its numbers stand in no representation.

    ``country`` is the account's, ISO 3166-1 alpha-2.
    """

    scheme: Scheme
    country: str
    holder_name: str
    sort_code: str = ""
    account_number: str = ""
    iban: str = ""

    def __repr__(self) -> str:
        return f"BankDetails(scheme={self.scheme.value!r}, country={self.country!r}, ending={self.ending!r})"

    @property
    def ending(self) -> str:
        """The last four characters of the account: all that is ever shown of details that are kept."""
        return (self.iban or self.account_number)[-ENDING_LENGTH:]

    @property
    def numbers(self) -> str:
        """The account as one text, the same for the same account however it was typed."""
        return self.iban if self.scheme == Scheme.IBAN else f"{self.sort_code} {self.account_number}"


def uk_details(*, sort_code: str, account_number: str, holder_name: str) -> BankDetails:
    """Return the details of an account in the United Kingdom; raise `DetailRefused`."""
    return BankDetails(
        scheme=Scheme.UK,
        country="GB",
        holder_name=clean_holder_name(holder_name),
        sort_code=clean_sort_code(sort_code),
        account_number=clean_account_number(account_number),
    )


def iban_details(*, iban: str, holder_name: str) -> BankDetails:
    """Return the details behind an IBAN; raise `DetailRefused`.

    An IBAN of the United Kingdom holds sort code and account number, and is kept as these: the same account given in
    either way is the same details.
    """
    number, name = clean_iban(iban), clean_holder_name(holder_name)
    if number.startswith("GB"):
        return uk_details(sort_code=number[8:14], account_number=number[14:], holder_name=name)
    return BankDetails(scheme=Scheme.IBAN, country=number[:2], holder_name=name, iban=number)


def details_of(*, scheme: str, country: str, holder_name: str, numbers: str) -> BankDetails:
    """Return details as they were kept: the opposite of `BankDetails.numbers`."""
    if scheme == Scheme.IBAN:
        return BankDetails(scheme=Scheme.IBAN, country=country, holder_name=holder_name, iban=numbers)
    sort_code, account_number = numbers.split(" ")
    return BankDetails(
        scheme=Scheme.UK,
        country=country,
        holder_name=holder_name,
        sort_code=sort_code,
        account_number=account_number,
    )


def clean_sort_code(text: str) -> str:
    """Return six digits; raise `DetailRefused`."""
    typed = BETWEEN.sub("", _plain(text))
    if not typed:
        raise DetailRefused(DetailProblem.SORT_CODE_EMPTY)
    if not _is_digits(typed):
        raise DetailRefused(DetailProblem.SORT_CODE_CHARACTER)
    if len(typed) != SORT_CODE_DIGITS:
        raise DetailRefused(DetailProblem.SORT_CODE_LENGTH, count=len(typed))
    return _not_zeros(typed)


def clean_account_number(text: str) -> str:
    """Return eight digits, six or seven filled with zeros from the left; raise `DetailRefused`."""
    typed = BETWEEN.sub("", _plain(text)).upper()
    if not typed:
        raise DetailRefused(DetailProblem.ACCOUNT_EMPTY)
    if IBAN_BEGINS.match(typed):
        raise DetailRefused(DetailProblem.ACCOUNT_IS_IBAN)
    if not _is_digits(typed):
        raise DetailRefused(DetailProblem.ACCOUNT_CHARACTER)
    if not ACCOUNT_DIGITS_MIN <= len(typed) <= ACCOUNT_DIGITS:
        raise DetailRefused(DetailProblem.ACCOUNT_LENGTH, count=len(typed))
    return _not_zeros(typed).zfill(ACCOUNT_DIGITS)


def clean_iban(text: str) -> str:
    """Return the IBAN in capitals without spaces; raise `DetailRefused`."""
    number = IBAN_WORD.sub("", BETWEEN.sub("", _plain(text)).upper())
    if not number:
        raise DetailRefused(DetailProblem.IBAN_EMPTY)
    if not IBAN_BEGINS.match(number):
        raise DetailRefused(DetailProblem.IBAN_BEGINNING)
    if not (number.isascii() and number.isalnum()):
        raise DetailRefused(DetailProblem.IBAN_CHARACTER)
    country, expected = number[:2], iban_length(number[:2])
    if not expected:
        raise DetailRefused(DetailProblem.IBAN_COUNTRY, country=country)
    if len(number) != expected:
        raise DetailRefused(DetailProblem.IBAN_LENGTH, country=country, expected=expected, count=len(number))
    try:
        # Without the countries' own lists of banks: these grow old, and a new bank's customers would be refused.
        return iban_numbers.validate(number, check_country=False)
    except InvalidChecksum as error:
        raise DetailRefused(DetailProblem.IBAN_CHECK) from error
    except ValidationError as error:
        raise DetailRefused(DetailProblem.IBAN_CHARACTER) from error


def iban_length(country: str) -> int:
    """Return how many characters IBANs of the country have (SWIFT's registry, as python-stdnum holds it), or 0."""
    facts = numdb.get("iban").info(country)[0][1]
    return 4 + sum(int(part) for part in BBAN_PART.findall(facts["bban"])) if facts else 0


def clean_holder_name(text: str) -> str:
    """Return the name on the account in NFC with single spaces; raise `DetailRefused`.

    It is kept with its marks: what a bank's file can carry is `bank_spelling`.
    """
    try:
        name = clean_name(text, organisation=True)
    except NameRefused as refused:
        problem = NAME_PROBLEMS.get(refused.problem, DetailProblem.NAME_CHARACTER)
        raise DetailRefused(problem, longest=NAME_LENGTH_MAX) from refused
    spelled = bank_spelling(name)
    if not set(spelled) <= BANK_CHARACTERS:
        raise DetailRefused(DetailProblem.NAME_CHARACTER)
    if len(spelled) > NAME_LENGTH_MAX:
        raise DetailRefused(DetailProblem.NAME_TOO_LONG, longest=NAME_LENGTH_MAX)
    return name


def bank_spelling(name: str) -> str:
    """Return the name in the letters that banks' files take: "Nguyễn Đức" becomes "Nguyen Duc"."""
    own = "".join(OWN_SPELLING.get(letter, letter) for letter in unicodedata.normalize("NFC", name))
    return "".join(letter for letter in unicodedata.normalize("NFD", own) if not unicodedata.combining(letter))


def grouped_iban(number: str) -> str:
    """Return the IBAN in groups of four, as it is printed on paper (ISO 13616)."""
    return iban_numbers.format(number)


def hyphened_sort_code(number: str) -> str:
    """Return the sort code in pairs, as it is printed on cards: 60-16-13."""
    return "-".join(number[at : at + 2] for at in range(0, len(number), 2))


def _plain(text: str) -> str:
    """Digits and letters as keyboards of the East type them become plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _not_zeros(digits: str) -> str:
    if not digits.strip("0"):
        raise DetailRefused(DetailProblem.ONLY_ZEROS)
    return digits
