"""Pictures of counts: drawn from the JSON of a result, to scale, and nothing of a later round in them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.bars import bars_picture, shown_votes, votes_of
from agm.rules.flows import BAR_WIDTH, FITS_MAX, FlowPicture, flow_picture, picture_of
from agm.rules.glasses import BOTTOM, BRIM, glass_round, tally_marks
from ballots.rules.counting import approval, irv, resolution, schulze, scottish_stv
from ballots.rules.counting.papers import Papers

BEERS = ("Mild", "Pale", "Stout", "Bitter")


def papers(*rows: tuple[int, str], names: tuple[str, ...] = BEERS) -> Papers:
    """Return weighted papers; a row is a weight and the first letters of its choices in order."""
    places = {name[0]: place for place, name in enumerate(names)}
    return Papers.of(names, [(weight, tuple((places[letter],) for letter in letters)) for weight, letters in rows])


def three_rounds() -> dict[str, Any]:
    """Return a count by hand: Pale (2) leaves, 1 to Mild, 1 ends; Stout (3) leaves, 2 to Bitter, 1 to Mild."""
    return irv.count(papers((4, "M"), (1, "PM"), (1, "P"), (1, "SM"), (2, "SB"), (5, "B"))).as_json()


def test_flow_has_a_column_for_each_round_and_a_bar_for_each_standing() -> None:
    picture = flow_picture(three_rounds())

    assert [[(bar.name, bar.votes, bar.state) for bar in column.bars] for column in picture.columns] == [
        [("Bitter", 5, "standing"), ("Mild", 4, "standing"), ("Stout", 3, "standing"), ("Pale", 2, "eliminated")],
        [("Bitter", 5, "standing"), ("Mild", 5, "standing"), ("Stout", 3, "eliminated")],
        [("Bitter", 7, "elected"), ("Mild", 6, "standing")],
    ]
    assert [column.exhausted for column in picture.columns] == [0, 1, 1]


def test_flow_has_a_ribbon_for_everything_that_moved_or_stayed() -> None:
    picture = flow_picture(three_rounds())

    moved = [(each.round, each.kind, each.source, each.target, each.votes) for each in picture.ribbons]
    assert sorted(moved) == [
        (2, "exclusion", "Pale", "", 1),
        (2, "exclusion", "Pale", "Mild", 1),
        (2, "kept", "Bitter", "Bitter", 5),
        (2, "kept", "Mild", "Mild", 4),
        (2, "kept", "Stout", "Stout", 3),
        (3, "exclusion", "Stout", "Bitter", 2),
        (3, "exclusion", "Stout", "Mild", 1),
        (3, "kept", "", "", 1),
        (3, "kept", "Bitter", "Bitter", 5),
        (3, "kept", "Mild", "Mild", 5),
    ]


def test_flow_of_the_first_round_is_drawn_as_if_there_were_no_more() -> None:
    whole = three_rounds()
    first = {**whole, "rounds": whole["rounds"][:1]}

    shown = flow_picture(whole, rounds=1)

    assert shown.is_whole is False
    assert shown == FlowPicture(**{**vars(flow_picture(first)), "is_whole": False})


def test_flow_of_twelve_rounds_fits_a_desk_and_more_scroll() -> None:
    desk = 1180  # user units: a window of 1280 less its edges
    whole = three_rounds()
    long = {**whole, "rounds": [whole["rounds"][0]] * FITS_MAX}
    longer = {**whole, "rounds": [whole["rounds"][0]] * (FITS_MAX + 1)}

    few, most, more = map(flow_picture, (whole, long, longer))

    assert (FITS_MAX, most.width <= desk) == (12, True)
    assert [(each.is_wide, each.is_fitting) for each in (few, most, more)] == [
        (False, True),
        (True, True),
        (True, False),
    ]


def test_name_is_cut_to_two_lines_and_to_shorter_ones_for_a_phone() -> None:
    name = "Mild of the Long Nights by the Old Weir and the Lock"

    label = flow_picture(irv.count(papers((1, "M"), names=(name, "Pale"))).as_json()).labels[0]

    assert label.lines == ("Mild of the Long Nights", "by the Old Weir and …")
    assert label.narrow_lines == ("Mild of the", "Long Nights …")


def test_flow_of_no_round_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a round"):
        flow_picture(three_rounds(), rounds=0)


def test_table_of_a_flow_says_who_left_and_who_won() -> None:
    rows = {row.name: [(cell.votes, cell.state) for cell in row.cells] for row in flow_picture(three_rounds()).rows}

    assert rows["Pale"] == [(2, "eliminated"), (None, "gone"), (None, "gone")]
    assert rows["Bitter"] == [(5, "standing"), (5, "standing"), (7, "elected")]


def test_surplus_leaves_the_quota_and_what_the_statute_cuts_off_has_no_target() -> None:
    result = scottish_stv.count(papers((9, "MP"), (4, "P"), (3, "S"), (2, "BS")), seats=2).as_json()

    picture = flow_picture(result)

    surplus = [each for each in picture.ribbons if each.kind == "surplus"]
    assert [(each.source, each.target, each.votes) for each in surplus] == [
        ("Mild", "Pale", Decimal("1.99998")),
        ("Mild", "", Decimal("0.00002")),
    ]
    assert [cell.votes for row in picture.rows if row.name == "Mild" for cell in row.cells][:2] == [9, 7]


RANKINGS = st.lists(
    st.tuples(st.integers(1, 50), st.lists(st.sampled_from("MPSB"), min_size=1, unique=True).map("".join)),
    min_size=1,
    max_size=30,
)


@given(RANKINGS)
def test_ribbons_into_a_bar_are_as_thick_as_the_bar(rows: list[tuple[int, str]]) -> None:
    picture = flow_picture(irv.count(papers(*rows)).as_json())

    for column in picture.columns[1:]:
        for bar in [*column.bars, *([column.exhausted_bar] if column.exhausted_bar else [])]:
            arrived = [each for each in picture.ribbons if (each.round, each.target) == (column.number, bar.name)]
            assert sum(each.votes for each in arrived) == bar.votes


@given(RANKINGS)
def test_lanes_never_overlap_and_everything_lies_inside_the_picture(rows: list[tuple[int, str]]) -> None:
    picture = flow_picture(irv.count(papers(*rows)).as_json())

    for column in picture.columns:
        ends = [bar.y + bar.height for bar in column.bars]
        assert all(end <= bar.y for end, bar in zip(ends, column.bars[1:], strict=False))
        assert max(ends) <= picture.height
        assert column.x + BAR_WIDTH <= picture.width


def test_approval_stands_from_the_most_votes_down_with_its_share_of_the_papers() -> None:
    picture = bars_picture(approval.count(papers((3, "MP"), (2, "P"), (1, "S"))).as_json(), grounds={"Pale": "straw"})

    assert [(bar.name, bar.votes, bar.share_percent, bar.state, bar.ground) for bar in picture.bars] == [
        ("Pale", 5, Decimal("83.33"), "elected", "straw"),
        ("Mild", 3, Decimal("50.00"), "standing", ""),
        ("Stout", 1, Decimal("16.67"), "standing", ""),
        ("Bitter", 0, Decimal("0.00"), "standing", ""),
    ]


def test_resolution_keeps_its_order_and_withheld_is_in_no_percentage() -> None:
    options = ("For", "Against", "Withheld")
    picture = bars_picture(resolution.count(papers((1, "F"), (2, "A"), (97, "W"), names=options)).as_json())

    assert [(bar.name, bar.votes, bar.share_percent) for bar in picture.bars] == [
        ("For", 1, Decimal("33.33")),
        ("Against", 2, Decimal("66.67")),
        ("Withheld", 97, None),
    ]


def test_picture_fits_the_method() -> None:
    rows = papers((3, "MP"), (2, "PM"))

    kinds = [picture_of(engine.count(rows).as_json()) for engine in (irv, scottish_stv, approval, schulze)]

    assert [picture and picture.kind for picture in kinds] == ["flow", "flow", "bars", None]


@pytest.mark.parametrize(("text", "shown"), [("12.00000", "12"), ("12.50000", "12.5"), ("0.00001", "0.00001")])
def test_votes_are_whole_where_they_are_whole(text: str, shown: str) -> None:
    assert f"{shown_votes(votes_of(text)):f}" == shown


def test_glasses_stand_to_scale_and_the_line_is_half_of_what_is_in_play() -> None:
    shown = glass_round(three_rounds(), 1)

    assert [(glass.name, glass.votes, glass.is_leaving) for glass in shown.glasses] == [
        ("Mild", 4, False), ("Pale", 2, True), ("Stout", 3, False), ("Bitter", 5, False),
    ]  # fmt: skip
    full = Decimal(14) * 3 / 5
    assert [glass.height for glass in shown.glasses] == [
        round(float((Decimal(BOTTOM) - Decimal(BRIM)) * glass.votes / full), 1) for glass in shown.glasses
    ]
    assert shown.needed == 8
    assert shown.pours == ()


def test_pours_of_a_round_are_those_that_led_to_it() -> None:
    shown = glass_round(three_rounds(), 2)

    assert [(pour.source, pour.target, pour.votes) for pour in shown.pours] == [("Pale", "Mild", 1), ("Pale", "", 1)]
    assert (shown.needed, shown.exhausted, shown.is_last) == (7, 1, False)


def test_glass_is_never_fuller_than_full() -> None:
    shown = glass_round(irv.count(papers((9, "M"), (1, "P"))).as_json(), 1)

    assert [glass.y for glass in shown.glasses if glass.name == "Mild"] == [BRIM]


@pytest.mark.parametrize(
    ("count", "worth", "bundles"),
    [(0, 5, 0), (5, 5, 1), (135, 5, 27), (500, 5, 100), (505, 50, 10), (200_000, 5_000, 40)],
)
def test_chalk_holds_as_many_bundles_as_there_are_fives(count: int, worth: int, bundles: int) -> None:
    marks = tally_marks(count)

    rows, width = marks.rows_height // 76, marks.width // 64
    assert (marks.worth, rows * width + marks.rest_width // 64) == (worth, bundles)
