"""Sealed envelopes and the scrutineer's key."""

import nacl.bindings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sealing import (
    SEAL_BYTES,
    ScrutineerKey,
    is_signed,
    new_seed,
    open_sealed,
    public_key_of,
    seal,
    sign,
)

# RFC 8032 section 7.1, test 2.
SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_public_key_of_known_seed() -> None:
    assert public_key_of(SEED) == PUBLIC


def test_sign_known_message() -> None:
    assert sign(b"\x72", SEED).hex() == SIGNATURE
    assert is_signed(b"\x72", bytes.fromhex(SIGNATURE), PUBLIC)


@pytest.mark.parametrize(
    ("message", "signature", "public_key"),
    [
        (b"\x73", SIGNATURE, PUBLIC),
        (b"\x72", "00" + SIGNATURE[2:], PUBLIC),
        (b"\x72", SIGNATURE[2:], PUBLIC),
        (b"\x72", "", PUBLIC),
        (b"\x72", SIGNATURE, public_key_of(bytes(32))),
    ],
)
def test_is_signed_anything_changed_is_false(message: bytes, signature: str, public_key: str) -> None:
    assert not is_signed(message, bytes.fromhex(signature), public_key)


@given(st.binary(max_size=400))
def test_seal_opened_by_the_seed_and_longer_by_a_fixed_number(content: bytes) -> None:
    sealed = seal(content, PUBLIC)

    assert open_sealed(sealed, SEED) == content
    assert len(sealed) == len(content) + SEAL_BYTES


def test_seal_is_what_libsodium_opens_with_the_converted_key() -> None:
    """Against libsodium's own functions, so that another program could open the envelopes."""
    secret = nacl.bindings.crypto_sign_ed25519_sk_to_curve25519(SEED + bytes.fromhex(PUBLIC))
    public = nacl.bindings.crypto_scalarmult_base(secret)

    assert nacl.bindings.crypto_box_seal_open(seal(b"paper", PUBLIC), public, secret) == b"paper"


def test_seal_same_content_twice_looks_unlike() -> None:
    assert seal(b"paper", PUBLIC) != seal(b"paper", PUBLIC)


@pytest.mark.parametrize(
    "spoil", [lambda s: s[:-1], lambda s: s + b"x", lambda s: b"", lambda s: bytes([s[0] ^ 1]) + s[1:]]
)
def test_open_sealed_changed_envelope_is_refused(spoil: object) -> None:
    sealed = spoil(seal(b"paper", PUBLIC))  # type: ignore[operator]

    with pytest.raises(ProofRefused) as refused:
        open_sealed(sealed, SEED)

    assert refused.value.reason == Refusal.CANNOT_BE_OPENED


def test_open_sealed_by_another_key_is_refused() -> None:
    with pytest.raises(ProofRefused):
        open_sealed(seal(b"paper", PUBLIC), new_seed())


@pytest.mark.parametrize("public_key", ["", "xyz", PUBLIC.upper(), PUBLIC[:-2], "00" * 32, "02" + "00" * 31, "ff" * 32])
def test_seal_to_what_is_no_key_is_refused(public_key: str) -> None:
    with pytest.raises(ProofRefused) as refused:
        seal(b"paper", public_key)

    assert refused.value.reason == Refusal.BAD_KEY


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_scrutineer_key_of_another_length_is_refused(seed: bytes) -> None:
    with pytest.raises(ProofRefused):
        ScrutineerKey("Ann", "2026-06-01", seed)


def test_scrutineer_key_printed_shows_no_seed() -> None:
    key = ScrutineerKey("Ann", "2026-06-01", SEED)

    assert repr(key) == f"ScrutineerKey('Ann', '2026-06-01', public_key='{PUBLIC}')"


def test_new_seed_is_new() -> None:
    assert len({new_seed() for _ in range(100)}) == 100
