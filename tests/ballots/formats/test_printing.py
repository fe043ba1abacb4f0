"""What people read: the table to the letter, and the story of each kind of count."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.counting import approval, irv, plurality, resolution, schulze, scottish_stv
from ballots.rules.counting.debian import DefaultOption
from ballots.rules.counting.lot import Lot
from ballots.rules.counting.methods import count
from ballots.rules.counting.papers import Papers, Row
from ballots.rules.formats.explaining import comparison, differs, explanation
from ballots.rules.formats.printing import amount, json_text, table_text
from tests.ballots.counting.strategies import contests

NAMES = ("Amber", "Bitter", "Cask")
ROWS: list[Row] = [(9, [(0,)]), (6, [(1,)]), (5, [(2,), (1,)])]


def papers(*rows: Row, names: tuple[str, ...] = NAMES) -> Papers:
    """Return papers of these rows."""
    return Papers.of(names, rows)


def test_table_shows_each_round_who_left_and_who_won() -> None:
    text = table_text(irv.count(papers(*ROWS)), "Beer of 2027")

    assert text == (
        "Beer of 2027: irv, 1 seat, 20 votes\n"
        "\n"
        "                  Round 1   Round 2\n"
        "Amber                   9         9\n"
        "Bitter                  6        11+\n"
        "Cask                    5-\n"
        "Not transferable        0         0\n"
        "\n"
        "+ elected in this round   - leaves after this round\n"
        "\n"
        "Elected: Bitter"
    )


def test_table_too_wide_goes_on_below() -> None:
    names = tuple(f"Recipe {number}" for number in range(16))
    result = irv.count(Papers.of(names, [(100 + number, [(number,)]) for number in range(16)]))

    lines = table_text(result).split("\n")

    heads = [line.split() for line in lines if line.strip().startswith("Round")]
    assert [number for head in heads for number in head[1::2]] == [str(number) for number in range(1, 16)]
    assert (len(heads), max(map(len, lines)) <= 120) == (2, True)


def test_story_of_irv_says_why_and_where_votes_went() -> None:
    assert explanation(irv.count(papers(*ROWS))) == [
        "Round 1. Nobody has more than half; Cask has the fewest votes (5) and leaves.",
        "Round 2. The papers of Cask go on: 5 to Bitter. "
        "Bitter has 11 of the 20 votes in play, more than half, and is elected.",
    ]


def test_story_of_a_tie_says_how_it_was_broken() -> None:
    result = irv.count(papers((2, [(0,)]), (2, [(1,)]), names=NAMES), lot=Lot(label="c1", root="ab", beacon="4 6 1"))

    assert explanation(result)[0] == "Round 1. Without any votes: Cask. Leaves."
    assert explanation(result)[1].startswith(
        "Round 2. A tie between Amber, Bitter over who leaves is broken by lot "
        "(label “c1, round 2, elimination”, papers “ab”, random text “4 6 1”): "
    )


def test_story_of_a_lot_without_random_text_says_it_is_for_trial() -> None:
    told = explanation(plurality.count(papers((2, [(0,)]), (2, [(1,)]))))

    assert told[0].startswith(
        "A tie between Amber, Bitter over who is elected is broken by lot "
        "(without a public random text, so only for trial: give one with --lot): "
    )


def test_story_of_stv_says_quota_surplus_and_last_seat() -> None:
    result = scottish_stv.count(papers((10, [(0,), (1,)]), (3, [(1,)]), (2, [(2,)])), seats=2)

    assert explanation(result) == [
        "15 valid papers and 2 seats: the quota is 15 / 3, cut, + 1 = 6.",
        "Round 1. Amber has 10, reaches the quota and is elected.",
        "Round 2. The surplus of Amber goes on: 4 to Bitter. Bitter has 7, reaches the quota and is elected.",
    ]


def test_story_of_stv_says_who_filled_the_last_seat_below_the_quota() -> None:
    result = scottish_stv.count(papers((6, [(0,)]), (2, [(1,)]), (1, [(2,)])), seats=2)

    assert explanation(result)[-2:] == [
        "Round 2. The surplus of Amber goes on: none to anybody; 2 not transferable. "
        "No surplus is left to transfer; Cask has the fewest votes (1) and leaves.",
        "Round 3. The papers of Cask go on: none to anybody; 1 not transferable. "
        "Bitter is elected with 2: no more candidates are left than seats.",
    ]


def test_story_of_approval_says_how_far_the_next_was() -> None:
    result = approval.count(papers((4, [(0, 1)]), (2, [(1,)]), (1, [])))

    assert explanation(result) == [
        "Bitter is elected with 6 approvals.",
        "The next is Amber with 4.",
        "1 paper counts for nobody.",
    ]


def test_story_of_a_resolution_is_the_chairs_sentence() -> None:
    votes = papers((70, [(0,)]), (20, [(1,)]), (5, [(2,)]), names=("For", "Against", "Withheld"))

    assert explanation(resolution.count(votes, special=True)) == [
        "For 70 (77.78 %), against 20 (22.22 %), withheld 5 (not a vote). "
        "Special resolution: it needs at least 75 % of the votes cast and is carried."
    ]


def test_story_of_schulze_says_who_was_dropped_and_every_duel() -> None:
    votes = papers((30, [(0,), (1,), (2,)]), (25, [(1,), (2,), (0,)]), (20, [(2,), (1,), (0,)]))

    assert explanation(schulze.count(votes, default=DefaultOption(2))) == [
        "Amber misses its majority over the default option (30 for, 45 against) and is dropped.",
        "Bitter is elected.",
        "Against Amber: 45 prefer Bitter, 30 prefer Amber.",
        "Against Cask: 55 prefer Bitter, 20 prefer Cask.",
    ]


def test_story_of_a_circle_weighs_the_chains() -> None:
    votes = papers((8, [(0,), (1,), (2,)]), (7, [(1,), (2,), (0,)]), (6, [(2,), (0,), (1,)]))

    assert explanation(schulze.count(votes)) == [
        "Amber is elected.",
        "Against Bitter: 14 prefer Amber, 7 prefer Bitter.",
        "Against Cask: 8 to 13 head to head; its strongest chain of defeats counts 14, the one back 13.",
    ]


def test_matrix_of_schulze_shows_row_over_column() -> None:
    text = table_text(schulze.count(papers(*ROWS)))

    assert text.split("\n\n")[1] == (
        "Votes that prefer the row to the column\n"
        "               1    2    3\n"
        "  1  Amber          9    9\n"
        "  2  Bitter   11         6\n"
        "  3  Cask      5    5"
    )


def test_comparison_says_whether_the_outcome_differs() -> None:
    runoff, first = irv.count(papers(*ROWS)), plurality.count(papers(*ROWS))
    two = scottish_stv.count(papers(*ROWS), seats=2)

    assert comparison(runoff, first) == "plurality elects Amber: another outcome."
    assert comparison(runoff, schulze.count(papers(*ROWS))) == "schulze elects Bitter: the same outcome."
    assert comparison(two, runoff) == "irv (for 1 seat) elects Bitter: also elected here."
    assert [differs(runoff, first), differs(two, runoff), differs(runoff, two)] == [True, False, False]


def test_amounts_are_grouped_and_exact() -> None:
    assert [amount(123456700000), amount(100001), amount(-150000), amount(0, exact=True)] == [
        "1,234,567",
        "1.00001",
        "-1.50000",
        "0.00000",
    ]


@given(contests(equal_ranks=True), st.sampled_from(["irv", "scottish-stv", "schulze", "approval", "plurality"]))
def test_any_contest_is_told_in_a_table_in_json_and_in_words(
    contest: tuple[tuple[str, ...], list[Row]], method: str
) -> None:
    result = count(method, Papers.of(*contest))

    assert table_text(result).endswith(f"Elected: {', '.join(result.elected)}")
    assert json.loads(json_text(result)) == result.as_json()
    assert [line for line in explanation(result) if not line.endswith(".") and ": " not in line] == []
