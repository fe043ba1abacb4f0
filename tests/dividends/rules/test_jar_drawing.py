"""The drawn jar: its level can be read off, it is never full before it is."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dividends.rules.jar_drawing import BOTTOM, LID_OFF, TOP, jar_paths, jar_svg


def surface_of(level: int) -> float:
    """Return where the gold begins, without the two units it is printed off."""
    return float(re.match(r"M[\d.]+ ([\d.]+)H", jar_paths(level).gold)[1]) - 2  # type: ignore[index]


def coins_of(level: int) -> int:
    return jar_paths(level).coins.count("M") // 3


@given(st.integers(1, 999))
def test_more_in_the_jar_is_never_drawn_lower_and_full_is_full_only(level: int) -> None:
    assert surface_of(level) >= surface_of(level + 1)
    assert coins_of(level) <= coins_of(level + 1)
    assert (surface_of(level) == TOP) is False


def test_empty_jar_has_neither_gold_nor_coins_and_a_full_one_reaches_the_top() -> None:
    assert (jar_paths(0).gold, jar_paths(0).coins) == ("", "")
    assert surface_of(1000) == TOP
    assert surface_of(500) == (TOP + BOTTOM) / 2


def test_least_thing_in_the_jar_is_one_coin() -> None:
    assert coins_of(1) == 1


@pytest.mark.parametrize("level", [-1, 1001])
def test_level_outside_the_jar_is_drawn_at_its_end(level: int) -> None:
    assert jar_svg(level) == jar_svg(0 if level < 0 else 1000)


def test_lid_is_off_only_when_open() -> None:
    assert LID_OFF.encode() in jar_svg(0, is_open=True)
    assert LID_OFF.encode() not in jar_svg(0)


@pytest.mark.parametrize("level", [0, 1, 333, 1000])
def test_drawing_is_sound_and_uses_the_two_colours_on_paper(level: int) -> None:
    drawing = ElementTree.fromstring(jar_svg(level))

    colours = {one.get(name) for one in drawing.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert colours == {"#F6EFE0", "#1B1A17", "#EDB51F"}
