"""What we write we read back, and the fast way reads what the slow way reads."""

import csv
import io
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.formats import body
from ballots.rules.formats.ballot_file import BallotFile
from ballots.rules.formats.blt import write_blt
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.published import escaped, write_published
from ballots.rules.formats.reading import read_ballot_file
from ballots.rules.formats.rows import Ranks
from tests.ballots.formats.strategies import Written, files

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def gathered(papers: Iterable[tuple[int, Ranks]]) -> Counter[Ranks]:
    """Return the weight of each order: what a file says, whatever its lines."""
    found: Counter[Ranks] = Counter()
    for weight, ranks in papers:
        found[ranks] += weight
    return found


def read_back(ballot_file: BallotFile) -> Counter[Ranks]:
    return gathered(ballot_file.papers_for("schulze").rows())


@given(files())
def test_blt_written_and_read_again_holds_the_same_papers(contest: tuple[tuple[str, ...], list[Written]]) -> None:
    names, papers = contest

    found = read_ballot_file(write_blt(names, papers, seats=len(names), title='The "title"').encode(), "x.blt")

    assert (found.format, found.candidates, found.seats, found.title) == ("BLT", names, len(names), 'The "title"')
    assert read_back(found) == gathered((weight, ranks) for _, weight, ranks in papers)


@given(files())
def test_table_written_and_read_again_holds_the_same_papers(contest: tuple[tuple[str, ...], list[Written]]) -> None:
    names, papers = contest

    found = read_ballot_file(write_published(names, papers).encode(), "papers.csv")

    assert (found.format, found.candidates) == ("published papers", names)
    assert read_back(found) == gathered((weight, ranks) for _, weight, ranks in papers)


@given(files())
def test_table_holds_no_cell_that_a_spreadsheet_runs(contest: tuple[tuple[str, ...], list[Written]]) -> None:
    names, papers = contest

    cells = [cell for row in csv.reader(io.StringIO(write_published(names, papers))) for cell in row]

    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == []


def test_table_shows_a_rank_under_each_option_and_no_weights_where_all_are_one() -> None:
    papers = [("ABCD", 1, ((1,), (0,))), ("-BCD", 1, ((0, 2),)), ("CCCC", 1, ())]

    text = write_published(["Amber", "=Bitter", "papers"], papers)

    assert text == "tracking_code,Amber,'=Bitter,'papers\nABCD,2,1,\n'-BCD,1,,1\nCCCC,,,\n"


def test_blt_shows_codes_in_parentheses_ties_and_title() -> None:
    text = write_blt(["Amber", 'The "B"'], [("ABCD", 1, ((1,), (0,))), ("", 3, ((0, 1),))], title="Beer")

    assert text == '2 1\n(ABCD) 1 2 1 0\n3 1=2 0\n0\n"Amber"\n"The ""B"""\n"Beer"\n'


@pytest.mark.parametrize(("code", "name"), [("A)B", "Amber"), ("A\nB", "Amber"), ("A", "Am\nber")])
def test_blt_refuses_what_its_lines_cannot_hold(code: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot stand in parentheses|more than one line"):
        write_blt([name], [(code, 1, ((0,),))])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "'x", "papers", "tracking_code"])
def test_cell_that_could_be_misread_gets_an_apostrophe(text: str) -> None:
    assert escaped(text) == f"'{text}"


PARTS = st.sampled_from(
    ["0", "1", "2", "3", "9", "=", " ", "  ", "\t", ",", "{1,2}", "{}", ":", "#", "-", "(a)", "1=2"]
)
LINES = st.lists(st.lists(PARTS, max_size=6).map(" ".join), max_size=8)
GOOD = st.sampled_from(
    ["2 1 3 0", "1 0", " 4 2 0 ", "7 3 2 1 0", "", "1 1=2 3 0", "5 1 - 2 0", "3 2 0 1 0", "(a) 1 2 0"]
)


def outcome(text: str, name: str, *, fast: bool, patch: pytest.MonkeyPatch) -> object:
    """Return what reading gives, with or without the fast way: the papers, or what is wrong on which line."""
    if not fast:
        patch.setattr(body, "add_plain", lambda *given, **named: False)
    try:
        found = read_ballot_file(text.encode(), name)
        return found.candidates, read_back(found)
    except BadFile as error:
        return str(error)


@given(st.one_of(LINES, st.lists(GOOD, max_size=8)))
def test_blt_lines_read_fast_or_slowly_are_the_same(lines: list[str]) -> None:
    text = "\n".join(["3 1", *lines, "0", '"A"', '"B"', '"C"'])

    with pytest.MonkeyPatch.context() as patch:
        fast = outcome(text, "x.blt", fast=True, patch=patch)
        slow = outcome(text, "x.blt", fast=False, patch=patch)

    assert fast == slow


PREFLIB_GOOD = st.sampled_from(
    [
        "2: 1,3",
        "1:2",
        " 4 : 2 , 1 ",
        "7: 3,2,1",
        "",
        "1: {1,2},3",
        "5: {},2",
        "1: ",
        "2: 1,,3",
        "3: 1 2",
        "3: 1,",
        "3 1:2",
        "1::2",
    ]
)


@given(st.one_of(LINES, st.lists(PREFLIB_GOOD, max_size=8)))
def test_preflib_lines_read_fast_or_slowly_are_the_same(lines: list[str]) -> None:
    head = ["# NUMBER ALTERNATIVES: 3", *(f"# ALTERNATIVE NAME {number}: {number}" for number in (1, 2, 3))]

    with pytest.MonkeyPatch.context() as patch:
        fast = outcome("\n".join([*head, *lines]), "x.toi", fast=True, patch=patch)
        slow = outcome("\n".join([*head, *lines]), "x.toi", fast=False, patch=patch)

    assert fast == slow


def said_of(data: bytes, name: str, method: str) -> str:
    """Return the sentence that refuses the file, or one that says it was read."""
    try:
        read_ballot_file(data, name).papers_for(method)
    except BadFile as error:
        return str(error)
    return "Read."


@given(st.binary(max_size=200), st.sampled_from(["", "x.blt", "x.soi", "x.cat", "x.pb", "x.csv"]))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes, name: str) -> None:
    assert said_of(data, name, "irv").endswith(".")


STARTS = [
    "3 1\n",
    "# NUMBER ALTERNATIVES: 3\n",
    "META\nkey;value\nvote_type;approval\nPROJECTS\n",
    "tracking_code,A,B\n",
    "3\n",
]
PIECES = st.sampled_from(
    [
        "1",
        "2",
        "0",
        " ",
        "\n",
        ",",
        ";",
        ":",
        "=",
        "{",
        "}",
        '"',
        "(",
        ")",
        "-",
        "#",
        "A",
        "VOTES\n",
        "project_id",
        "vote",
    ]
)


@given(
    st.sampled_from(STARTS), st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["schulze", "irv", "approval"])
)
def test_any_text_in_the_shape_of_a_format_is_read_or_refused(start: str, rest: str, method: str) -> None:
    assert said_of((start + rest).encode(), "", method).endswith(".")
