"""Papers, tracking codes and the one length of all papers."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.canonical import canonical_bytes
from ballots.rules.proofs.papers import (
    ALPHABET,
    VOTES_MAX,
    Capacity,
    Choice,
    Paper,
    Ranking,
    Split,
    canonical_choice,
    pad,
    padded_length,
    paper_bytes,
    read_paper,
    request_sha256,
    tidy_code,
    tracking_code,
    unpad,
)
from ballots.rules.proofs.refusals import ProofRefused, Refusal

CAST_ID = bytes(range(16))
CODE = "7QK4M-0ZT2R-9XW5B-H3N6D"
KNOWN_CODE = "SDZ92-2GJZB-87VWN-7QF9X"  # HMAC cb7e910a12fad07df2a7bbd3de1523cb..., five bits at a time
KNOWN_REQUEST = "8781ced3196477a1b2a5ff0cbe1f7a0a36d181ce0400f18ae34d17471f3eba54"
OPTIONS = tuple(f"option{number:016d}" for number in range(12))
RANKINGS = st.lists(st.sampled_from(OPTIONS), unique=True).map(lambda options: Ranking(tuple(options)))
VOTES = st.integers(0, VOTES_MAX)
SPLITS = st.builds(Split, st.just("entry0"), VOTES, VOTES, VOTES, st.sampled_from(Capacity))


def test_paper_bytes_secret_paper_as_documented() -> None:
    paper = Paper("contest", CODE, Ranking(("b", "a")))

    assert paper_bytes(paper) == f'{{"choices":["b","a"],"code":"{CODE}","contest":"contest","v":1}}'.encode()


def test_paper_bytes_named_paper_as_documented() -> None:
    paper = Paper("contest", CODE, Split("entry", 70, 20, 5))

    assert (
        paper_bytes(paper)
        == (
            f'{{"against":20,"capacity":"self","code":"{CODE}","contest":"contest","entry":"entry","for":70,"v":1,'
            '"withheld":5}'
        ).encode()
    )


@given(RANKINGS | SPLITS)
def test_read_paper_whatever_was_written_comes_back(choice: Choice) -> None:
    paper = Paper("contest", CODE, choice)

    assert read_paper(paper_bytes(paper)) == paper


SECRET = {"v": 1, "contest": "c", "code": CODE, "choices": ["a"]}
NAMED = {"v": 1, "contest": "c", "code": CODE, "entry": "e", "for": 1, "against": 0, "withheld": 0, "capacity": "self"}


@pytest.mark.parametrize(
    "fields",
    [
        {**SECRET, "v": 2},
        {**SECRET, "weight": 7},
        {**SECRET, "choices": "a"},
        {**SECRET, "choices": [1]},
        {**SECRET, "code": "7QK4M"},
        {**SECRET, "code": CODE.lower()},
        {**SECRET, "contest": 5},
        {name: SECRET[name] for name in ("v", "contest", "code")},
        {**NAMED, "for": -1},
        {**NAMED, "for": True},
        {**NAMED, "for": VOTES_MAX + 1},
        {**NAMED, "for": "1"},
        {**NAMED, "capacity": "king"},
        {**NAMED, "entry": None},
        {**NAMED, "choices": []},
        [],
        "paper",
    ],
)
def test_read_paper_anything_else_is_refused(fields: object) -> None:
    with pytest.raises(ProofRefused) as refused:
        read_paper(canonical_bytes(fields))

    assert refused.value.reason == Refusal.MALFORMED


def test_tracking_code_is_the_first_100_bits_of_the_hmac() -> None:
    canonical = canonical_choice(Ranking(("b", "a")))
    digest = hmac.digest(CAST_ID, b"kilderkin/tracking-code/1\0contest\0" + canonical, "sha256")
    bits = "".join(f"{byte:08b}" for byte in digest)[:100]
    digits = "".join(ALPHABET[int(bits[start : start + 5], 2)] for start in range(0, 100, 5))

    code = tracking_code(CAST_ID, "contest", canonical)

    assert code == "-".join(digits[start : start + 5] for start in (0, 5, 10, 15))


def test_tracking_code_known_vector() -> None:
    """Computed with openssl; a change would orphan every receipt."""
    assert tracking_code(CAST_ID, "contest", b'{"choices":["b","a"]}') == KNOWN_CODE
    assert request_sha256(CAST_ID, "contest", b'{"choices":["b","a"]}') == KNOWN_REQUEST


@given(RANKINGS, RANKINGS, st.binary(min_size=16, max_size=16))
def test_tracking_code_same_paper_same_code_other_paper_other_code(
    one: Ranking, other: Ranking, cast_id: bytes
) -> None:
    codes = [tracking_code(cast_id, "contest", canonical_choice(choice)) for choice in (one, one, other)]

    assert codes[0] == codes[1]
    assert (codes[0] == codes[2]) == (one == other)


def test_tracking_code_other_contest_or_cast_id_other_code() -> None:
    canonical = canonical_choice(Ranking(("a",)))
    codes = {
        tracking_code(CAST_ID, "contest", canonical),
        tracking_code(CAST_ID, "contesu", canonical),
        tracking_code(bytes(16), "contest", canonical),
    }

    assert len(codes) == 3


def test_tracking_code_has_no_letter_that_is_misread() -> None:
    codes = [tracking_code(number.to_bytes(16, "big"), "contest", b"{}") for number in range(300)]

    assert set("".join(codes)) - {"-"} == set(ALPHABET)
    assert set(ALPHABET) & set("ILOU") == set()
    assert {tidy_code(code) for code in codes} == set(codes)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7qk4m 0zt2r 9xw5b h3n6d", CODE),
        ("7QK4MoZT2R9XW5BH3N6D\n", CODE),
        ("7QK4M-0ZT2R-9XW5B-H3N6", ""),
        ("7QK4M-0ZT2R-9XW5B-H3N6U", ""),
        ("", ""),
        ("7QK4M-0ZT2R-9XW5B-H3N6Đ", ""),
    ],
)
def test_tidy_code_as_typed_is_read_or_refused(typed: str, code: str) -> None:
    assert tidy_code(typed) == code


def test_request_sha256_without_cast_id_is_no_hash_of_the_choice() -> None:
    canonical = canonical_choice(Ranking(("a",)))

    request = request_sha256(CAST_ID, "contest", canonical)

    assert request == hashlib.sha256(b"kilderkin/cast-request/1\0" + CAST_ID + b"contest\0" + canonical).hexdigest()
    assert request != request_sha256(bytes(16), "contest", canonical)


@pytest.mark.parametrize("cast_id", [b"", b"short", bytes(17)])
def test_tracking_code_wrong_cast_id_is_refused(cast_id: bytes) -> None:
    for make in (tracking_code, request_sha256):
        with pytest.raises(ProofRefused):
            make(cast_id, "contest", b"{}")


@given(RANKINGS)
def test_padded_length_every_ranking_has_one_length(choice: Ranking) -> None:
    length = padded_length("contest", options=OPTIONS)

    padded = pad(paper_bytes(Paper("contest", CODE, choice)), length)

    assert len(padded) == length
    assert length % 64 == 0


@given(SPLITS)
def test_padded_length_every_split_has_one_length(choice: Split) -> None:
    length = padded_length("contest", entry="entry9")

    assert len(pad(paper_bytes(Paper("contest", CODE, choice)), length)) == length


def test_padded_length_names_of_many_bytes_fit() -> None:
    options = ("Đ" * 20, "a" * 20, "\n" * 20)
    longest = paper_bytes(Paper("contest", CODE, Ranking((options[2], options[0]))))

    assert len(pad(longest, padded_length("contest", options=options, choices_max=2))) >= len(longest) + 1


@given(st.binary(max_size=100))
def test_unpad_what_was_padded_comes_back(data: bytes) -> None:
    assert unpad(pad(data, 128)) == data


def test_pad_known_bytes() -> None:
    """ISO/IEC 7816-4: one 0x80, then zeros."""
    assert pad(b"ab", 6) == b"ab\x80\0\0\0"


def test_pad_too_long_is_refused() -> None:
    with pytest.raises(ProofRefused) as refused:
        pad(b"12345678", 8)

    assert refused.value.reason == Refusal.TOO_LONG


@pytest.mark.parametrize("padded", [b"", b"\0\0", b"abc", b"a\x80\0b"])
def test_unpad_without_a_mark_is_refused(padded: bytes) -> None:
    with pytest.raises(ProofRefused):
        unpad(padded)
