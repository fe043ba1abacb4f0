"""The geometry of drawn figures and the short ways of saying numbers."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.templatetags.faces import (
    STACK_HEIGHT,
    THINNEST,
    about_time,
    clock_drawing,
    grouped,
    hatch_lines,
    in_groups,
    in_words,
    layer_heights,
    mat_rings,
    money_short,
    share_of_width,
    spread,
    stack_layers,
    summary_lines,
    unlocalized,
)

LENDERS = {"label": "Lenders", "amount_minor": 1_240_000_000, "ahead_of_you": True}
CLASS_C = {"label": "Class C", "amount_minor": 3_100_000_000, "ahead_of_you": True}
EQUAL = {"label": "Class B", "amount_minor": 0, "ahead_of_you": False}


def test_layer_heights_of_one_to_three_keep_that_proportion():
    assert layer_heights([100, 300], height=400) == [100, 300]


def test_layer_heights_of_an_invisible_amount_is_the_thinnest_line():
    assert layer_heights([10**12, 1], height=400)[1] == THINNEST


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(10, 80)), min_size=1, max_size=8))
def test_spread_blocks_never_overlap(blocks):
    middles, sizes = sorted(middle for middle, _ in blocks), [size for _, size in blocks]

    tops = spread(middles, sizes, gap=5)

    assert all(b - a >= size + 5 - 1e-6 for a, b, size in zip(tops, tops[1:], sizes, strict=False))


@given(st.floats(1, 300), st.sampled_from([9, 14, 19]))
def test_hatch_lines_stay_inside_their_box(height, step):
    lines = hatch_lines(20, height, 110, step)

    assert all(-0.1 <= x <= 110.1 for x1, _, x2, _ in lines for x in (x1, x2))
    assert all(19.9 <= y <= 20.1 + height for _, y1, _, y2 in lines for y in (y1, y2))


def test_stack_layers_puts_the_reader_last_and_sums_what_is_ahead():
    drawing = stack_layers([LENDERS, CLASS_C, EQUAL], 4750, "You")

    assert [layer.label_lines[0][1] for layer in drawing["layers"]] == ["Lenders", "Class C", "You"]
    assert drawing["ahead_minor"] == 4_340_000_000
    assert drawing["is_thickened"] is True


def test_stack_layers_of_a_large_share_is_drawn_to_scale():
    drawing = stack_layers([LENDERS], 1_240_000_000)

    assert [layer.height for layer in drawing["layers"]] == [STACK_HEIGHT / 2, STACK_HEIGHT / 2]
    assert drawing["is_thickened"] is False


def test_stack_component_draws_with_points_where_commas_are_decimal():
    with translation.override("vi"):
        html = render_to_string(
            "components/stack.html", {"ranking": [LENDERS, CLASS_C, EQUAL], "currency": "GBP", "you_minor": 4750}
        )

    assert 'y="34"' in html
    assert not any("," in value for value in _attributes(html, "height"))


def _attributes(html: str, name: str) -> list[str]:
    return [part.split('"', 1)[0] for part in html.split(f' {name}="')[1:]]


@pytest.mark.parametrize(("years", "rings"), [(None, 0), (0, 0), (3, 3), (40, 12)])
def test_mat_rings_one_for_each_year_up_to_twelve(years, rings):
    assert len(mat_rings(years)) == rings


@pytest.mark.parametrize(("hours", "waiting"), [(24, 100), (6, 25), (0, 0), (-5, 0), (48, 100)])
def test_clock_drawing_shows_the_share_of_a_day_still_to_wait(hours, waiting):
    until = datetime(2026, 6, 3, 9, 30, tzinfo=ZoneInfo("Europe/London"))

    drawing = clock_drawing(datetime.fromtimestamp(until.timestamp() - hours * 3600, tz=until.tzinfo), until)

    assert drawing == {"hour": 285, "minute": 180, "waiting": waiting}


@pytest.mark.parametrize(("number", "words"), [(1, "One"), (2, "Two"), (12, "Twelve"), (13, "13"), (0, "0")])
def test_in_words_up_to_twelve(number, words):
    with translation.override("en"):
        assert in_words(number) == words


@pytest.mark.parametrize(("language", "said"), [("en", "2,113,400"), ("vi", "2.113.400")])
def test_grouped_by_language(language, said):
    with translation.override(language):
        assert grouped(2_113_400) == said


@pytest.mark.parametrize(
    ("minor", "currency", "language", "said"),
    [
        (1_240_000_000, "GBP", "en", "£12.4m"),
        (1_245_000_000, "GBP", "en", "£12.5m"),
        (1_240_000_000, "GBP", "vi", "£12,4\u00a0triệu"),
        (-210_000_000, "GBP", "en", "−£2.1m"),
        (4_750, "GBP", "en", "£47.50"),
        (31_000_000_000, "VND", "vi", "31,0\u00a0tỷ\u00a0₫"),
        (None, "GBP", "en", ""),
    ],
)
def test_money_short_one_decimal_half_up(minor, currency, language, said):
    with translation.override(language):
        assert money_short(minor, currency) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (59, "less than a minute"),
        (60, "about 1 minute"),
        (190, "about 4 minutes"),
        (5400, "about 2 hours"),
    ],
)
def test_about_time_rounds_up(seconds, said):
    with translation.override("en"):
        assert about_time(seconds) == said


def test_in_groups_of_a_fingerprint():
    assert in_groups("ab12cd34ef56", 4) == "ab12 cd34 ef56"


@pytest.mark.parametrize(("part", "whole", "width"), [(50, 100, 198), (200, 100, 396), (-1, 100, 0), (5, 0, 0)])
def test_share_of_width_stays_within_the_drawing(part, whole, width):
    assert share_of_width(part, whole) == width


def test_unlocalized_keeps_the_point():
    assert (unlocalized(12.34), unlocalized(20_000)) == ("12.3", "20000")


class Quiz(forms.Form):
    lose = forms.CharField(label="What could you lose?", error_messages={"required": "Choose an answer."})
    sell = forms.CharField(label="When can you sell", error_messages={"required": "Choose an answer."})
    name = forms.CharField(error_messages={"required": "Enter a name."})


def test_summary_lines_name_the_field_only_where_errors_are_the_same():
    lines = [words for _field, words in summary_lines(Quiz(data={}))]

    assert lines == [
        "What could you lose? Choose an answer.",
        "When can you sell: Choose an answer.",
        "Enter a name.",
    ]
