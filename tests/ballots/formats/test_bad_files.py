"""Every bad file gets one sentence with its line and the reason."""

import pytest

from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.lines import FILE_BYTES_MAX, clean
from ballots.rules.formats.reading import read_ballot_file

BLT_END = '0\n"Amber"\n"Bitter"\n'
PREFLIB = "# NUMBER ALTERNATIVES: 2\n# ALTERNATIVE NAME 1: Amber\n# ALTERNATIVE NAME 2: Bitter\n"
PABULIB = "META\nkey;value\nvote_type;approval\nPROJECTS\nproject_id;cost\n4;10\n7;20\nVOTES\nvoter_id;vote\n"
LONG = "9" * 5000

BAD = {
    "empty": ("", "x.blt", "The file is empty."),
    "white": ("\n \n\t\n", "x.blt", "The file is empty."),
    "other": (
        "hello\n",
        "x.txt",
        "Line 1: “hello” begins no format that can be read: BLT, PrefLib, Pabulib or our own.",
    ),
    "header": ("two 1\n", "x.blt", "Line 1: “two 1” is not the number of candidates and the number of seats."),
    "many": (
        f"{LONG} 1\n",
        "x.blt",
        f"Line 1: “{'9' * 39}…” is too large for the number of candidates; the most is 65535.",
    ),
    "no candidates": ("0 1\n0\n", "x.blt", "Line 1: “0” is too small for the number of candidates; the least is 1."),
    "no seats": (f"2 0\n{BLT_END}", "x.blt", "Line 1: “0” is too small for the number of seats; the least is 1."),
    "more seats": (f"2 3\n{BLT_END}", "x.blt", "Line 1: 3 seats are more than the 2 candidates."),
    "withdrawn": (f"2 1\n-3\n{BLT_END}", "x.blt", "Line 2: candidate 3 is not among the 2 candidates."),
    "all withdrawn": (f"2 1\n-1 -2\n{BLT_END}", "x.blt", "Line 2: all candidates have withdrawn."),
    "no end": ("2 1\n1 1 0\n1 2 0\n", "x.blt", "Line 3: the file ends before the line 0 that ends the papers."),
    "name early": (
        '2 1\n1 1 0\n"Amber"\n"Bitter"\n',
        "x.blt",
        "Line 3: a name stands before the line 0 that ends the papers.",
    ),
    "no zero": (f"2 1\n1 1 0\n1 2\n{BLT_END}", "x.blt", "Line 3: the paper does not end with 0."),
    "weight only": (f"2 1\n5\n{BLT_END}", "x.blt", "Line 2: the paper does not end with 0."),
    "unknown": (f"2 1\n1 1 0\n1 2 3 0\n{BLT_END}", "x.blt", "Line 3: candidate 3 is not among the 2 candidates."),
    "twice": (f"2 1\n1 1 0\n1 2 1 2 0\n{BLT_END}", "x.blt", "Line 3: candidate 2 is ranked twice."),
    "twice equal": (f"2 1\n1 1=1 0\n{BLT_END}", "x.blt", "Line 2: candidate 1 is ranked twice."),
    "negative": (
        f"2 1\n-1 1 0\n{BLT_END}",
        "x.blt",
        "Line 2: “-1” is too small for the weight of a paper; the least is 0.",
    ),
    "weightless unknown": (f"2 1\n0 7 0\n{BLT_END}", "x.blt", "Line 2: candidate 7 is not among the 2 candidates."),
    "weightless no zero": (f"2 1\n0 1\n{BLT_END}", "x.blt", "Line 2: the paper does not end with 0."),
    "zero with an id": (f"2 1\n(abc) 0\n{BLT_END}", "x.blt", "Line 2: the paper does not end with 0."),
    "fraction": (f"2 1\n1.5 1 0\n{BLT_END}", "x.blt", "Line 2: “1.5” is not the weight of a paper."),
    "word": (f"2 1\n1 x 0\n{BLT_END}", "x.blt", "Line 2: “x” is not the number of a candidate."),
    "half tie": (f"2 1\n1 1= 0\n{BLT_END}", "x.blt", "Line 2: the paper does not end with 0."),
    "id only": (f"2 1\n(abc)\n{BLT_END}", "x.blt", "Line 2: the paper has an id and nothing else."),
    "huge": (
        f"2 1\n{LONG} 1 0\n{BLT_END}",
        "x.blt",
        f"Line 2: “{'9' * 39}…” is too large for the weight of a paper; the most is 1000000000000000.",
    ),
    "names": ('2 1\n1 1 0\n0\n"Amber"\n', "x.blt", "Line 4: the file ends after 1 of 2 names."),
    "no name": ('2 1\n1 1 0\n0\n""\n"Bitter"\n', "x.blt", "Line 4: candidate 1 has no name."),
    "sum": (
        "1 1\n" + "1000000000000000 1 0\n" * 9224 + '0\n"Amber"\n',
        "x.blt",
        "The weights of all papers together exceed 9223372036854775807.",
    ),
    "preflib weight": (f"{PREFLIB}1,2\n", "x.soi", "Line 4: “1,2” is not a weight, “:” and an order."),
    "preflib negative": (
        f"{PREFLIB}-3: 1\n",
        "x.soi",
        "Line 4: “-3” is too small for the weight of a paper; the least is 0.",
    ),
    "preflib order": (f"{PREFLIB}3: 1;2\n", "x.soi", "Line 4: “1;2” is not an order of alternatives."),
    "preflib brace": (f"{PREFLIB}3: {{1,2\n", "x.toi", "Line 4: “{1,2” is not an order of alternatives."),
    "preflib comma": (f"{PREFLIB}3: 1,,2\n", "x.soi", "Line 4: “1,,2” is not an order of alternatives."),
    "preflib unknown": (f"{PREFLIB}3: 1,7\n", "x.soi", "Line 4: candidate 7 is not among the 2 candidates."),
    "preflib twice": (f"{PREFLIB}3: 1\n2: 2,{{1,2}}\n", "x.toi", "Line 5: candidate 2 is ranked twice."),
    "preflib name": (f"{PREFLIB}# ALTERNATIVE NAME 2: C\n", "x.soi", "Line 4: alternative 2 is named a second time."),
    "preflib names": (
        f"{PREFLIB}# ALTERNATIVE NAME 3: C\n1: 1\n",
        "x.soi",
        "Line 4: the header names alternative 3 of 2.",
    ),
    "preflib none": ("# TITLE: nothing\n", "x.soi", "Line 1: the header speaks of 0 alternatives."),
    "older names": ("3\n1,Amber\n2,Bitter\n", "x.soi", "Line 3: the file ends after 2 of 3 names."),
    "older paper": ("1\n1,Amber\n1,1,1\n1,2\n", "x.soi", "Line 4: candidate 2 is not there: there is only one."),
    "pabulib kind": (
        PABULIB.replace("approval", "cumulative"),
        "x.pb",
        "The vote_type is “cumulative”; only approval, choose-1 and ordinal can be counted.",
    ),
    "pabulib section": (PABULIB.split("VOTES")[0], "x.pb", "The section VOTES is missing."),
    "pabulib again": (f"{PABULIB}META\n", "x.pb", "Line 10: the section META begins a second time."),
    "pabulib column": (PABULIB.replace(";vote\n", ";age\n"), "x.pb", "Line 9: the section VOTES has no column vote."),
    "pabulib project": (f"{PABULIB}1;4,5\n", "x.pb", "Line 10: the project “5” is not among the 2 projects."),
    "pabulib twice": (PABULIB.replace("7;20", "4;20"), "x.pb", "Line 7: the project “4” stands twice."),
    "pabulib short": (f"{PABULIB}1\n", "x.pb", "Line 10: the vote is missing."),
    "pabulib start": ("key;value\n", "x.pb", "Line 1: the file does not begin with META."),
    "table cells": ("tracking_code,Amber\nA,1,2\n", "x.csv", "Line 2: the line has 3 cells instead of 2."),
    "table code": ("tracking_code,Amber\nA,1\nA,\n", "x.csv", "Line 3: the tracking code A stands twice."),
    "table no code": ("tracking_code,Amber\n,1\n", "x.csv", "Line 2: the tracking code is missing."),
    "table rank": ("tracking_code,Amber\nA,x\n", "x.csv", "Line 2: “x” is not a rank."),
    "table rank high": ("tracking_code,Amber\nA,2\n", "x.csv", "Line 2: “2” is too large for a rank; the most is 1."),
    "table names": ("tracking_code,Amber,Amber\n", "x.csv", "Line 1: two options have the same name."),
    "table empty": ("tracking_code,Amber,\n", "x.csv", "Line 1: the header does not name every option."),
}


@pytest.mark.parametrize(("text", "name", "sentence"), BAD.values(), ids=BAD)
def test_bad_file_is_refused_with_line_and_reason(text: str, name: str, sentence: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_ballot_file(text.encode(), name).papers_for("schulze")

    assert str(caught.value) == sentence


BINARY = {
    "nul": (b"2 1\n1 1 0\n\x00", "Line 3: byte 0x00 does not belong in a text file."),
    "png": (b"\x89PNG\r\n\x1a\n\x00\x00", "Line 2: byte 0x1a does not belong in a text file."),
    "utf-16": ("2 1\n".encode("utf-16"), "The file is written in UTF-16; save it as UTF-8."),
    "latin-1 table": ("tracking_code,Märzen\n".encode("latin-1"), "Line 1: the table is not written in UTF-8."),
}


@pytest.mark.parametrize(("data", "sentence"), BINARY.values(), ids=BINARY)
def test_bytes_that_are_no_text_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_ballot_file(data, "x.blt")

    assert str(caught.value) == sentence


def test_file_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(BadFile) as caught:
        clean(bytes(FILE_BYTES_MAX + 1))

    assert str(caught.value) == "The file is larger than 256 MiB."
