"""Codes against the vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B, cut to six digits)."""

import base64

import pytest

from accounts.rules.totp import code_at, counter_at, matching_counter, typed_digits

SECRET = base64.b32encode(b"12345678901234567890").decode()


def test_code_at_equals_rfc_4226():
    expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split()

    assert [code_at(SECRET, counter) for counter in range(10)] == expected


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_code_of_a_moment_equals_rfc_6238(seconds, code):
    assert code_at(SECRET, counter_at(seconds)) == code


@pytest.mark.parametrize(("steps", "found"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_matching_counter_forgives_one_step(steps, found):
    code = code_at(SECRET, counter_at(3000) + steps)

    assert (matching_counter(SECRET, code, 3000) is not None) is found


@pytest.mark.parametrize("typed", ["", "755224755224", "７５５２２４", "abc", "\x00"])
def test_matching_counter_of_nonsense_is_none(typed):
    assert matching_counter(SECRET, typed_digits(typed), 3000) is None


def test_typed_digits_forgives_spaces_and_dashes():
    assert typed_digits(" 755 224-") == "755224"
