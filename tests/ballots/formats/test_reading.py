"""The formats as their makers and councils write them."""

import pytest

from ballots.rules.counting.papers import Papers
from ballots.rules.formats.ballot_file import BallotFile
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.reading import read_ballot_file
from ballots.rules.formats.rows import Ranks

# The example of Hill, Wichmann and Woodall's paper, with OpenSTV's comments, ids, ties and skipped ranks.
BLT = '''# beer club
4 2  # candidates, seats
-2
3 1 3 4 0
(id 7) 4 1 3 2 0
2 4 1=3 0 # tie

1 2 0
2 2 = 4 = 3 1 0
1 - 3 0
1 0
0 # end
"Adam" # first
"Basil"
"Charlotte ""Lotte"""
Donald Duck (Ind)
"Title"
'''


def orders(papers: Papers) -> dict[Ranks, int]:
    """Return the weight of each order."""
    found: dict[Ranks, int] = {}
    for weight, ranks in papers.rows():
        found[ranks] = found.get(ranks, 0) + weight
    return found


def test_blt_with_every_extension_is_read() -> None:
    found = read_ballot_file(BLT.encode(), "beer.blt")

    assert (found.candidates, found.seats, found.title) == (
        ("Adam", "Basil", 'Charlotte "Lotte"', "Donald Duck (Ind)"),
        2,
        "Title",
    )
    assert found.papers_for("schulze").candidates == ("Adam", 'Charlotte "Lotte"', "Donald Duck (Ind)")
    assert orders(found.papers_for("schulze")) == {
        ((0,), (1,), (2,)): 3,
        ((0,), (1,)): 4,
        ((2,), (0, 1)): 2,
        ((1, 2), (0,)): 2,
        ((1,),): 1,
        (): 2,  # one blank, one for the withdrawn alone
    }


@pytest.mark.parametrize("odd", ["", "1 1=2 0\n", "# a word\n"])
def test_blt_weight_0_is_a_paper_of_nobody_and_does_not_end_the_papers(odd: str) -> None:
    text = f'3 1\n0 2 0\n0 1=3 0\n70 1 0\n0 3 0\n{odd}60 2 0\n0\n"For"\n"Against"\n"Withheld"\n'

    papers = read_ballot_file(text.encode(), "x.blt").papers_for("approval")

    counted = {ranks: weight for ranks, weight in orders(papers).items() if weight}
    assert counted == {((0,),): 70, ((1,),): 60, **({((0, 1),): 1} if "=" in odd else {})}


def test_blt_in_which_everything_weighs_nothing_is_read() -> None:
    papers = read_ballot_file(b'2 1\n0 1 0\n0 2 0\n0\n"A"\n"B"\n').papers_for("irv")

    assert papers.total == 0


@pytest.mark.parametrize("line", ["0: 1,2", "0: {1,2}", "0 : 2"])
def test_preflib_weight_0_is_a_paper_of_nobody(line: str) -> None:
    header = "# TITLE: T\n# NUMBER ALTERNATIVES: 2\n# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n"

    papers = read_ballot_file(f"{header}{line}\n3: 2,1\n".encode(), "x.toc").papers_for("irv")

    assert {ranks: weight for ranks, weight in orders(papers).items() if weight} == {((1,), (0,)): 3}


def test_blt_gap_ends_a_paper_in_scotland_and_closes_elsewhere() -> None:
    found = read_ballot_file(b'3 1\n2 1 - 3 0\n1 0 2 0 0\n0\n"A"\n"B"\n"C"\n')

    assert orders(found.papers_for("scottish-stv")) == {((0,),): 2, (): 1}
    assert orders(found.papers_for("irv")) == {((0,), (2,)): 2, ((1,),): 1}
    assert found.treatment_for("scottish-stv") == ["3 papers give a rank empty: counted up to the gap."]


@pytest.mark.parametrize("method", ["irv", "plurality", "scottish-stv"])
def test_tie_ends_a_paper_where_equal_ranks_cannot_be_counted(method: str) -> None:
    found = read_ballot_file(b'3 1\n5 1 2=3 0\n2 1=2 3 0\n0\n"A"\n"B"\n"C"\n')

    assert orders(found.papers_for(method)) == {((0,),): 5, (): 2}
    assert orders(found.papers_for("schulze")) == {((0,), (1, 2)): 5, ((0, 1), (2,)): 2}


def test_tie_with_somebody_withdrawn_is_none() -> None:
    found = read_ballot_file(b'3 1\n-2\n2 1=2 3 0\n0\n"A"\n"B"\n"C"\n')

    assert orders(found.papers_for("irv")) == {((0,), (1,)): 2}


NAMES = {
    "bare": ("Barney CROCKETT (Lab)", "Barney CROCKETT (Lab)"),
    "quoted": ('"Amy"', "Amy"),
    "comma": ('"Amy",,', "Amy"),
    "bare comma": ("Amy LEE (Ind),", "Amy LEE (Ind)"),
    "party in quotes": ('"Neil ALEXANDER" "Scottish Greens"', 'Neil ALEXANDER "Scottish Greens"'),
    "party doubly quoted": ('"Neil ALEXANDER ""Scottish Greens"""', 'Neil ALEXANDER "Scottish Greens"'),
    "party first": ('Ind "Neil ALEXANDER"', 'Ind "Neil ALEXANDER"'),
    "preflib": ("# ALTERNATIVE NAME 1: Rory O'Brien (Con)", "Rory O'Brien (Con)"),
    "commented": ('"Amy #1" # first', "Amy #1"),
    "nested": ('"Nick "Bob" Smith"', 'Nick "Bob" Smith'),
}


@pytest.mark.parametrize(("line", "name"), NAMES.values(), ids=NAMES)
def test_blt_name_is_read_as_councils_write_it(line: str, name: str) -> None:
    found = read_ballot_file(f"2 1\n1 1 0\n0\n{line}\nOther\nWard\n".encode(), "x.blt")

    assert (found.candidates, found.title) == ((name, "Other"), "Ward")


WAYS = {
    "windows": '2 1\r\n3 1 2 0\r\n0\r\n"Zoë"\r\n"B"\r\n"W"\r\n'.encode(),
    "old mac": '2 1\r3 1 2 0\r0\r"Zoë"\r"B"\r"W"'.encode(),
    "mark": b"\xef\xbb\xbf" + '2 1\n3 1 2 0\n0\n"Zoë"\n"B"\n"W"'.encode(),
    "latin-1": '2 1\n3 1 2 0\n0\n"Zoë"\n"B"\n"W"\n'.encode("latin-1"),
    "spaces": ' 2  1 \n 3\t1 2  0 \n 0 \n "Zoë" \n"B"  \n\n"W"\n\n'.encode(),
    "commas": "2 1,,,\n3,1,2,0,\n0,,,\nZoë,,,\nB,\nW,\n".encode(),
    "one line of names": '2 1\n3 1 2 0\n0\n"Zoë" "B" "W"\n'.encode(),
    "dos": '2 1\r\n3 1 2 0\r\n0\r\n"Zoë"\r\n"B"\r\n"W"\r\n\x1a'.encode(),
}


@pytest.mark.parametrize("data", WAYS.values(), ids=WAYS)
def test_blt_is_read_in_every_way_of_writing_it(data: bytes) -> None:
    found = read_ballot_file(data, "x.blt")

    assert (found.candidates, found.title, found.seats) == (("Zoë", "B"), "W", 1)
    assert orders(found.papers_for("scottish-stv")) == {((0,), (1,)): 3}


def test_names_alike_are_told_apart_by_number() -> None:
    found = read_ballot_file(b"3 1\n1 1 0\n0\nJohn\nJohn\nJane\n", "x.blt")

    assert found.candidates == ("John (candidate 1)", "John (candidate 2)", "Jane")


def preflib(*lines: str, names: int = 3) -> BallotFile:
    """Return a PrefLib file of these papers, read."""
    head = [f"# NUMBER ALTERNATIVES: {names}", *(f"# ALTERNATIVE NAME {n}: Name {n}" for n in range(1, names + 1))]
    return read_ballot_file("\n".join([*head, *lines]).encode(), "x.toi")


def test_preflib_orders_with_ties_and_spaces_are_read() -> None:
    cut = "12 papers give several candidates at one rank: counted up to the rank before it."

    found = preflib("12: 1,{2,3}", "3 : 2, 1", "1: 3", "1: ")

    assert orders(found.papers_for("schulze")) == {((0,), (1, 2)): 12, ((1,), (0,)): 3, ((2,),): 1, (): 1}
    assert found.treatment_for("irv") == [cut]


def test_preflib_header_that_counts_other_voters_is_remarked() -> None:
    found = read_ballot_file(b"# NUMBER ALTERNATIVES: 1\n# NUMBER VOTERS: 7\n# ALTERNATIVE NAME 1: A\n5: 1\n", "x.soi")

    assert found.treatment_for("irv") == ["The header speaks of 7 voters, the file holds 5 papers."]


def test_older_preflib_header_is_read() -> None:
    found = read_ballot_file(b"2\n1,Amber, dark\n2,Bitter\n9,9,2\n5,1,2\n4,{1,2}\n", "x.toc")

    assert found.candidates == ("Amber, dark", "Bitter")
    assert orders(found.papers_for("schulze")) == {((0,), (1,)): 5, ((0, 1),): 4}


def test_preflib_categories_approve_the_first_and_rank_all() -> None:
    head = "# DATA TYPE: cat\n# NUMBER ALTERNATIVES: 3\n# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n"

    found = read_ballot_file(head.encode() + b"# ALTERNATIVE NAME 3: C\n13: 2,{1,3}\n4: {},{1,2,3}\n1: {1,3},2\n")

    assert orders(found.papers_for("approval")) == {((1,),): 13, (): 4, ((0,), (2,)): 1}
    assert orders(found.papers_for("schulze")) == {((1,), (0, 2)): 13, ((0, 1, 2),): 4, ((0, 2), (1,)): 1}


PABULIB = '''META
key;value
description;"Beer; and ""more"""
num_votes;4
vote_type;approval
PROJECTS
project_id;cost;name;votes
b;10;Bench, green;2
7;20;Tree;1
x-1;30;Tree;1
VOTES
voter_id;age;vote;sex
1;30;b,7;F
2;;"b";M
3;40;;M
4;9;x-1 , x-1;F
'''


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_pabulib_approvals_are_read_with_all_their_columns(ends: str) -> None:
    found = read_ballot_file(PABULIB.replace("\n", ends).encode(), "x.pb")

    assert found.candidates == ("Bench, green", "Tree (7)", "Tree (x-1)")
    assert (found.keys, found.title, found.remarks) == (("b", "7", "x-1"), 'Beer; and "more"', [])
    assert orders(found.papers_for("approval")) == {((0, 1),): 1, ((0,),): 1, (): 1, ((2,),): 1}


def test_pabulib_ordinal_votes_are_rankings() -> None:
    found = read_ballot_file(PABULIB.replace("approval", "ordinal").replace("b,7", "7,b").encode(), "x.pb")

    assert orders(found.papers_for("irv")) == {((1,), (0,)): 1, ((0,),): 1, (): 1, ((2,),): 1}


def test_pabulib_without_names_takes_the_ids() -> None:
    found = read_ballot_file(PABULIB.replace(";name;", ";target;").encode(), "x.pb")

    assert found.candidates == ("b", "7", "x-1")


def test_table_gap_and_weights_are_read() -> None:
    found = read_ballot_file(b"tracking_code,papers,A,'=B,C\nX,3,1,,3\n'-Y,2,1,1,\n")

    assert found.candidates == ("A", "=B", "C")
    assert orders(found.papers_for("scottish-stv")) == {((0,),): 3, (): 2}
    assert orders(found.papers_for("schulze")) == {((0,), (2,)): 3, ((0, 1),): 2}


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ('1 1\n1 1 0\n0\n"A"\n', "noname", "BLT"),
        ('# club\n1 1\n1 1 0\n0\n"A"\n', "x.txt", "BLT"),
        ("# TITLE: x\n# ALTERNATIVE NAME 1: A\n1: 1\n", "x.txt", "PrefLib"),
        ("1\n1,A\n1,1,1\n1,1\n", "", "PrefLib"),
        ("meta\nkey;value\nvote_type;choose-1\nPROJECTS\nproject_id\n1\nVOTES\nvote\n1\n", "x.blt", "Pabulib"),
        ('"tracking_code","A"\n"X","1"\n', "x.pb", "published papers"),
    ],
)
def test_format_is_told_by_content_before_the_name(text: str, name: str, found: str) -> None:
    assert read_ballot_file(text.encode(), name).format == found


def test_many_chunks_keep_their_line_numbers() -> None:
    lines = [f"{number + 1} 1 2 0" for number in range(60_000)]
    lines[50_000] = "1 1 3 0"

    with pytest.raises(BadFile) as caught:
        read_ballot_file("\n".join(["2 1", *lines, "0", "A", "B"]).encode())

    assert str(caught.value) == "Line 50002: candidate 3 is not among the 2 candidates."


def test_many_chunks_with_odd_lines_hold_every_paper() -> None:
    lines = ["1 1=2 0" if number % 100 == 0 else "2 2 1 0" for number in range(60_000)]

    found = read_ballot_file("\n".join(["2 1", *lines, "0 # end", "A", "B"]).encode())

    assert orders(found.papers_for("schulze")) == {((0, 1),): 600, ((1,), (0,)): 118_800}
