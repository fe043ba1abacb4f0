"""What is sealed opens here and nowhere else, also after the key was changed."""

import base64

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.adapters import FactorAdapter
from core.secrets import NotSealedHere, fingerprint, is_fingerprint_of, seal, unseal

PURPOSE = "tests"


@given(st.text())
def test_unseal_what_was_sealed_gives_the_text(text: str) -> None:
    token = seal(text, purpose=PURPOSE)

    assert unseal(token, purpose=PURPOSE) == text


def test_seal_twice_tells_nothing_about_equality() -> None:
    assert seal("31926819", purpose=PURPOSE) != seal("31926819", purpose=PURPOSE)


def test_unseal_of_another_purpose_is_refused() -> None:
    token = seal("31926819", purpose=PURPOSE)

    with pytest.raises(NotSealedHere):
        unseal(token, purpose="other")


def test_unseal_after_a_new_key_works_as_long_as_the_old_one_is_kept() -> None:
    with override_settings(SECRET_KEY="old", SECRET_KEY_FALLBACKS=[]):
        token, mark = seal("31926819", purpose=PURPOSE), fingerprint("31926819", purpose=PURPOSE)

    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert unseal(token, purpose=PURPOSE) == "31926819"
        assert is_fingerprint_of(mark, "31926819", purpose=PURPOSE)
        assert not is_fingerprint_of(mark, "31926818", purpose=PURPOSE)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert not is_fingerprint_of(mark, "31926819", purpose=PURPOSE)
        with pytest.raises(NotSealedHere):
            unseal(token, purpose=PURPOSE)


def test_fingerprint_differs_by_purpose_and_key() -> None:
    with override_settings(SECRET_KEY="one"):
        first = fingerprint("31926819", purpose=PURPOSE)
        other_purpose = fingerprint("31926819", purpose="other")
    with override_settings(SECRET_KEY="two"):
        other_key = fingerprint("31926819", purpose=PURPOSE)

    assert len({first, other_purpose, other_key}) == 3


@override_settings(SECRET_KEY="as it was", SECRET_KEY_FALLBACKS=[])
def test_factors_sealed_before_this_module_existed_still_open() -> None:
    # Written out as accounts.adapters derived it from the first day.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kilderkin.accounts.factors").derive(b"as it was")
    token = Fernet(base64.urlsafe_b64encode(derived)).encrypt(b"JBSWY3DPEHPK3PXP").decode()

    assert FactorAdapter().decrypt(token) == "JBSWY3DPEHPK3PXP"
