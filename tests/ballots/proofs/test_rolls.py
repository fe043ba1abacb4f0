"""The roll as it is published, and the hash of the rules."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.canonical import canonical_bytes
from ballots.rules.proofs.papers import VOTES_MAX
from ballots.rules.proofs.refusals import ProofRefused
from ballots.rules.proofs.rolls import contest_rules_sha256, entry_sha256, roll_csv, roll_sha256
from tests.ballots.proofs.election import SALT, Election


def test_roll_csv_by_hand() -> None:
    hashes = {
        entry: hashlib.sha256(b"kilderkin/roll-entry/1\0" + SALT + entry.encode()).hexdigest() for entry in ("a", "b")
    }
    lines = sorted([f"{hashes['a']},100", f"{hashes['b']},7"])

    assert roll_csv(SALT, [("a", 100), ("b", 7)]) == ("entry,votes\n" + "\n".join(lines) + "\n").encode()


@given(st.dictionaries(st.text(max_size=22), st.integers(1, VOTES_MAX), max_size=20), st.randoms())
def test_roll_sha256_is_that_of_the_file_in_any_order(votes: dict[str, int], random: object) -> None:
    entries = list(votes.items())
    mixed = entries[:]
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert roll_sha256(SALT, mixed) == hashlib.sha256(roll_csv(SALT, entries)).hexdigest()


def test_roll_sha256_anything_changed_is_another() -> None:
    hashes = {
        roll_sha256(SALT, [("a", 100), ("b", 7)]),
        roll_sha256(SALT, [("a", 100), ("b", 8)]),
        roll_sha256(SALT, [("a", 100)]),
        roll_sha256(SALT, [("a", 7), ("b", 100)]),
        roll_sha256(bytes(16), [("a", 100), ("b", 7)]),
    }

    assert len(hashes) == 5


@pytest.mark.parametrize("entries", [[("a", 0)], [("a", -1)], [("a", VOTES_MAX + 1)], [("a", 1), ("a", 2)]])
def test_roll_csv_impossible_entries_are_refused(entries: list[tuple[str, int]]) -> None:
    with pytest.raises(ProofRefused):
        roll_csv(SALT, entries)


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(17)])
def test_entry_sha256_another_salt_length_is_refused(salt: bytes) -> None:
    with pytest.raises(ProofRefused):
        entry_sha256(salt, "a")


def test_contest_rules_sha256_is_that_of_rules_json() -> None:
    rules = Election().rules

    assert contest_rules_sha256(rules) == hashlib.sha256(canonical_bytes(rules)).hexdigest()


@pytest.mark.parametrize(
    "name",
    [
        *("contest", "title", "method", "kind", "majority", "weighting", "seats", "choices_max", "options"),
        *("roll_sha256", "log_vkey", "origin", "scrutineer", "scrutineer_key", "more"),
    ],
)
def test_contest_rules_sha256_any_field_changed_is_another(name: str) -> None:
    rules = Election().rules

    assert name in rules
    assert contest_rules_sha256({**rules, name: "changed"}) != contest_rules_sha256(rules)
