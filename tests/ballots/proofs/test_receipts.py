"""Promises that a voter takes home, and signed checkpoints."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.checkpoints import (
    Checkpoint,
    cosignature,
    join_notes,
    log_origin,
    sign_checkpoint,
    split_notes,
    verify_checkpoint,
)
from ballots.rules.proofs.receipts import DOMAIN, LogKey, LogVerifier, Promise, decode, encode, verify
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sealing import is_signed, sign

KEY = LogKey("kilderkin.example", bytes(range(32)))
WITNESS = LogKey("witness.example", bytes(range(1, 33)))
NOON = datetime(2026, 6, 26, 12, 0, 0, tzinfo=UTC)
PROMISE = Promise("contest-1_A", "ab" * 32, NOON)
TOKEN = encode(PROMISE, KEY)
URL_SAFE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
ORIGIN = log_origin("kilderkin.example", "contest-1_A")
CHECKPOINT = Checkpoint(ORIGIN, 5, bytes(32))
NOTE = sign_checkpoint(CHECKPOINT, KEY)


def test_encode_one_line_as_documented() -> None:
    version, contest, leaf, seconds, key_id, signature = TOKEN.split(".")

    assert (version, contest, seconds) == ("KV1", "contest-1_A", "1782475200")
    assert base64.urlsafe_b64decode(leaf + "=") == b"\xab" * 32
    assert key_id == KEY.verifier.key_id.hex()
    assert base64.urlsafe_b64decode(signature + "==") == sign(DOMAIN + TOKEN.rpartition(".")[0].encode(), KEY.seed)


def test_encode_fits_a_qr_code_in_an_address() -> None:
    longest = encode(Promise("c" * 22, "ab" * 32, NOON), KEY)

    assert set(longest) <= URL_SAFE
    assert len(longest) <= 180


@given(
    st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 4 * 10**9),
)
def test_verify_every_promise_given_comes_back(contest: str, leaf: bytes, seconds: int) -> None:
    promise = Promise(contest, leaf.hex(), datetime.fromtimestamp(seconds, UTC))

    assert verify(encode(promise, KEY), KEY.verifier) == promise


def test_encode_another_zone_is_the_same_moment() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=7)))

    assert encode(Promise("contest-1_A", "ab" * 32, there), KEY) == TOKEN


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(sorted(URL_SAFE)))
def test_verify_any_single_changed_sign_is_refused(place: int, sign_put: str) -> None:
    changed = TOKEN[:place] + sign_put + TOKEN[place + 1 :]
    if changed == TOKEN:
        return

    with pytest.raises(ProofRefused):
        verify(changed, KEY.verifier)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", Refusal.MALFORMED),
        ("KV2" + TOKEN[3:], Refusal.MALFORMED),
        (TOKEN + ".x", Refusal.MALFORMED),
        (TOKEN + "\n", Refusal.MALFORMED),
        (TOKEN[:-1], Refusal.MALFORMED),
        (TOKEN.replace("1782475200", "01782475200"), Refusal.MALFORMED),
        (TOKEN.replace("1782475200", "9" * 5000), Refusal.MALFORMED),
        (TOKEN.replace("1782475200", "١٢٣"), Refusal.MALFORMED),
        (TOKEN.replace("1782475200", "1782475201"), Refusal.WRONG_SIGNATURE),
        (TOKEN.replace("contest-1_A", "contest-2_A"), Refusal.WRONG_SIGNATURE),
        (TOKEN.replace("contest-1_A", "contest 1"), Refusal.MALFORMED),
        (encode(PROMISE, WITNESS), Refusal.WRONG_SIGNATURE),
    ],
)
def test_verify_what_this_log_did_not_promise_is_refused(token: str, reason: Refusal) -> None:
    with pytest.raises(ProofRefused) as refused:
        verify(token, KEY.verifier)

    assert refused.value.reason == reason


def test_verify_same_key_under_another_name_is_refused() -> None:
    with pytest.raises(ProofRefused) as refused:
        verify(TOKEN, LogKey("other.example", KEY.seed).verifier)

    assert refused.value.reason == Refusal.WRONG_SIGNATURE


def test_decode_reads_without_asking_the_signature() -> None:
    unsigned = TOKEN.rpartition(".")[0] + "." + "A" * 86

    assert decode(unsigned) == PROMISE


@pytest.mark.parametrize(
    ("contest", "moment"),
    [
        ("", NOON),
        ("a.b", NOON),
        ("a" * 65, NOON),
        ("contest", NOON.replace(tzinfo=None)),
        ("contest", NOON.replace(microsecond=1)),
    ],
)
def test_promise_the_token_cannot_hold_is_refused(contest: str, moment: datetime) -> None:
    with pytest.raises(ProofRefused):
        Promise(contest, "ab" * 32, moment)


def test_vkey_of_the_example_in_the_specification() -> None:
    """The key that Go's `note` package and C2SP signed-note show: PeterNeumann+c74f20a3+..."""
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    verifier = LogVerifier.from_vkey(vkey)

    assert (verifier.name, verifier.key_id.hex(), verifier.vkey) == ("PeterNeumann", "c74f20a3", vkey)


def test_verify_checkpoint_signed_note_of_the_specification() -> None:
    """The signature of that example's note is checked with the same rules as ours; its text is no checkpoint."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    verifier = LogVerifier.from_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    assert signature[:4] == verifier.key_id
    assert is_signed(text.encode(), signature[4:], verifier.public_key)


@pytest.mark.parametrize("vkey", ["", "a+b", "name+00000000+AQ==", KEY.verifier.vkey.replace("kilder", "Kilder"), "é"])
def test_vkey_of_anything_else_is_refused(vkey: str) -> None:
    with pytest.raises(ProofRefused) as refused:
        LogVerifier.from_vkey(vkey)

    assert refused.value.reason == Refusal.BAD_KEY


@pytest.mark.parametrize(("name", "seed"), [("", bytes(32)), ("a b", bytes(32)), ("a+b", bytes(32)), ("a", bytes(31))])
def test_log_key_that_a_note_cannot_hold_is_refused(name: str, seed: bytes) -> None:
    with pytest.raises(ProofRefused):
        LogKey(name, seed)


def test_log_key_printed_shows_no_seed() -> None:
    assert repr(KEY) == f"LogKey('kilderkin.example', public_key='{KEY.public_key}')"


def test_sign_checkpoint_text_as_specified() -> None:
    lines = NOTE.split("\n")

    assert lines[:4] == [ORIGIN, "5", base64.b64encode(bytes(32)).decode(), ""]
    assert lines[4].startswith("— kilderkin.example ")
    assert base64.b64decode(lines[4].split(" ")[2]) == KEY.verifier.key_id + sign(CHECKPOINT.text().encode(), KEY.seed)
    assert lines[5:] == [""]


def test_verify_checkpoint_signed_and_cosigned_comes_back() -> None:
    cosigned = NOTE + cosignature(CHECKPOINT, WITNESS)

    assert verify_checkpoint(NOTE, KEY.verifier, ORIGIN) == CHECKPOINT
    assert verify_checkpoint(cosigned, KEY.verifier, ORIGIN) == CHECKPOINT
    assert verify_checkpoint(cosigned, WITNESS.verifier, ORIGIN) == CHECKPOINT


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (NOTE.replace("\n5\n", "\n6\n"), Refusal.WRONG_SIGNATURE),
        (NOTE.replace("\n5\n", "\n05\n"), Refusal.MALFORMED),
        (NOTE.replace("\n5\n", "\n-5\n"), Refusal.MALFORMED),
        (NOTE.replace("AAAAAAA", "BAAAAAA", 1), Refusal.WRONG_SIGNATURE),
        (NOTE.replace(ORIGIN, "other", 1), Refusal.WRONG_CONTEST),
        (NOTE.replace("— ", "- "), Refusal.MALFORMED),
        (NOTE.replace("\n\n", "\n"), Refusal.MALFORMED),
        (CHECKPOINT.text() + "\n", Refusal.MALFORMED),
        (CHECKPOINT.text() + "\n" + cosignature(CHECKPOINT, WITNESS), Refusal.WRONG_SIGNATURE),
        (NOTE + "— kilderkin.example ???\nx\n", Refusal.MALFORMED),
        ("", Refusal.MALFORMED),
        ("\n\n", Refusal.MALFORMED),
    ],
)
def test_verify_checkpoint_anything_changed_is_refused(note: str, reason: Refusal) -> None:
    with pytest.raises(ProofRefused) as refused:
        verify_checkpoint(note, KEY.verifier, ORIGIN)

    assert refused.value.reason == reason


def test_promise_cannot_pass_for_a_checkpoint() -> None:
    """One key signs both; the signed bytes can never be the same, because a note has no control characters."""
    assert DOMAIN.endswith(b"\0")
    assert b"\0" not in CHECKPOINT.text().encode()


def test_split_notes_joined_notes_come_back() -> None:
    notes = [sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), KEY) for size in (1, 2, 30)]
    notes[1] += cosignature(Checkpoint(ORIGIN, 2, bytes(32)), WITNESS)

    assert split_notes(join_notes(notes)) == notes
    assert split_notes(join_notes([])) == []


def test_split_notes_half_a_note_is_refused() -> None:
    with pytest.raises(ProofRefused):
        split_notes(CHECKPOINT.text())
