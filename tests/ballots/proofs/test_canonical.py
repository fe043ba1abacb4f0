"""Canonical JSON: one thing, one writing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.canonical import canonical_bytes, parse_canonical, sha256_hex
from ballots.rules.proofs.refusals import ProofRefused, Refusal

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def test_canonical_bytes_known_value_known_bytes() -> None:
    value = {"b": [1, True, None], "a": "Đen\n", "ä": -5}

    assert canonical_bytes(value) == '{"a":"Đen\\n","b":[1,true,null],"ä":-5}'.encode()


def test_canonical_bytes_two_writings_of_one_letter_same_bytes() -> None:
    assert canonical_bytes("Nguye\u0302\u0303n") == canonical_bytes("Nguy\u1ec5n")


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), b"x", {1: "a"}, {"a": {2.5}}, "\ud800", {"e\u0301": 1, "\u00e9": 2}],
    ids=["float", "nan", "bytes", "number as key", "set", "half a surrogate", "one key written twice"],
)
def test_canonical_bytes_what_has_no_one_writing_is_refused(value: object) -> None:
    with pytest.raises(ProofRefused) as refused:
        canonical_bytes(value)

    assert refused.value.reason == Refusal.NOT_CANONICAL


def test_canonical_bytes_endless_nesting_is_refused() -> None:
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]

    with pytest.raises(ProofRefused):
        canonical_bytes(deep)


@given(VALUES)
def test_parse_canonical_anything_written_comes_back_and_is_json(value: object) -> None:
    try:
        data = canonical_bytes(value)
    except ProofRefused:  # two keys that are one in normal form
        return

    assert canonical_bytes(parse_canonical(data)) == data
    assert json.loads(data) == parse_canonical(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": 1}', Refusal.NOT_CANONICAL),
        (b'{"b":1,"a":2}', Refusal.NOT_CANONICAL),
        (b'{"a":1,"a":1}', Refusal.NOT_CANONICAL),
        (b'{"a":1}\n', Refusal.NOT_CANONICAL),
        (b"1.0", Refusal.NOT_CANONICAL),
        (b"-0", Refusal.NOT_CANONICAL),
        (b'"\\u00e9"', Refusal.NOT_CANONICAL),
        ('"e\u0301"'.encode(), Refusal.NOT_CANONICAL),
        (b"{", Refusal.MALFORMED),
        (b"\xff", Refusal.MALFORMED),
        (b"[" * 100_000, Refusal.MALFORMED),
    ],
)
def test_parse_canonical_any_other_writing_is_refused(data: bytes, reason: Refusal) -> None:
    with pytest.raises(ProofRefused) as refused:
        parse_canonical(data)

    assert refused.value.reason == reason


def test_sha256_hex_known_vector() -> None:
    """FIPS 180-4, the message "abc"."""
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
