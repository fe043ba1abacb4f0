import hashlib
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.rules.certificate_border import EDGE_MM, border_svg
from equity.rules.notches import DEPTH_STEP, PER_SIDE, WIDTH_STEP, facts_sha256, notch_path, notches

FACTS = {
    "company_number": "SC998877",
    "serial": 1042,
    "class_code": "B",
    "quantity": 205,
    "issued_on": date(2026, 5, 14),
}
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_facts_are_hashed_as_the_documentation_says() -> None:
    written_by_hand = b'{"class":"B","company":"SC998877","issued_on":"2026-05-14","quantity":205,"serial":"1042"}'

    assert facts_sha256(**FACTS) == hashlib.sha256(written_by_hand).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"company_number": "SC998878"},
        {"serial": 1043},
        {"class_code": "C"},
        {"quantity": 206},
        {"issued_on": date(2026, 5, 15)},
    ],
)
def test_any_changed_fact_changes_the_border(change: dict[str, object]) -> None:
    changed = facts_sha256(**{**FACTS, **change})

    assert notch_path(changed, 297, 210) != notch_path(facts_sha256(**FACTS), 297, 210)


@given(HASHES)
def test_every_digit_of_the_hash_can_be_read_off_the_notches(facts_hash: str) -> None:
    read = "".join(f"{(cut.depth - 1) * 4 + cut.width - 1:x}" for cut in notches(facts_hash))

    assert read == facts_hash


@given(HASHES, st.integers(100, 400), st.integers(100, 300))
def test_every_digit_of_the_hash_can_be_measured_on_the_drawn_outline(facts_hash: str, width: int, height: int) -> None:
    points = [tuple(map(float, pair.split())) for pair in notch_path(facts_hash, width, height)[1:-1].split("L")]
    step = min(width / PER_SIDE[0], height / PER_SIDE[1])

    measured = ""
    for count, side in zip(PER_SIDE, range(4), strict=True):
        start = sum(3 * n + 1 for n in PER_SIDE[:side]) + 1
        for cut in range(count):
            (x1, y1), (xm, ym), (x2, y2) = points[start + 3 * cut : start + 3 * cut + 3]
            wide = round((abs(x2 - x1) + abs(y2 - y1)) / (WIDTH_STEP * step))
            deep = round((abs(ym - y1) if side % 2 == 0 else abs(xm - x1)) / (DEPTH_STEP * step))
            measured += f"{(deep - 1) * 4 + wide - 1:x}"

    assert measured == facts_hash


@given(HASHES)
def test_outline_never_leaves_the_sheet_and_notches_never_meet(facts_hash: str) -> None:
    numbers = re.findall(r"-?[\d.]+ -?[\d.]+", notch_path(facts_hash, 297, 210, inset=EDGE_MM))
    points = [tuple(map(float, pair.split())) for pair in numbers]

    top = [x for x, _ in points[: 1 + 3 * PER_SIDE[0]]]
    assert top == sorted(set(top))
    assert all(EDGE_MM <= x <= 297 - EDGE_MM and EDGE_MM <= y <= 210 - EDGE_MM for x, y in points)


@pytest.mark.parametrize("text", ["", "f" * 63, "F" * 64, "g" * 64, "f" * 64 + "\n"])
def test_what_is_no_sha256_cuts_no_notches(text: str) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        notches(text)


def test_sides_that_do_not_hold_64_notches_are_refused() -> None:
    with pytest.raises(ValueError, match="64 notches"):
        notches("0" * 64, (16, 16, 16, 15))


def test_border_of_the_certificate_is_drawn_with_the_same_outline_as_the_check_page() -> None:
    facts_hash = facts_sha256(**FACTS)

    assert notch_path(facts_hash, 297, 210, inset=EDGE_MM) in border_svg(facts_hash, 297, 210).decode()
