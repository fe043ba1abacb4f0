"""``manage.py count``: without a database (these tests have none), in JSON and in words, exit 2 with one sentence."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ballots.rules.formats.published import write_published
from core.processes.messages import ROOT

BLT = '4 2\n9 1 2 0\n5 2 3 0\n3 3 0\n2 4 3 0\n1 1=2 0\n0\n"Amber"\n"Bitter"\n"Cask"\n"Dunkel"\n"Club"\n'
KEYS = ["method", "seats", "candidates", "rounds", "elected", "ties"]
ROUND_KEYS = ["tallies", "elected", "eliminated", "exhausted", "transfers"]


@pytest.fixture
def blt(tmp_path: Path) -> str:
    """A file of papers, its path."""
    path = tmp_path / "club.blt"
    path.write_text(BLT, encoding="utf-8")
    return str(path)


def count(*arguments: str) -> str:
    """Return what the command prints."""
    out = io.StringIO()
    call_command("count", *arguments, stdout=out)
    return out.getvalue()


def counted(*arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    found: dict[str, Any] = json.loads(count(*arguments, "--json"))
    return found


def refused(*arguments: str) -> str:
    """Return the sentence with which the command refuses, and check that it says so by exit code 2."""
    error = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("count", *arguments, stderr=error)
    assert caught.value.code == 2
    return error.getvalue()


def test_json_has_the_promised_keys_and_exact_votes(blt: str) -> None:
    found = counted(blt, "--method", "irv")

    assert list(found)[: len(KEYS)] == KEYS
    assert [list(each) for each in found["rounds"]] == [ROUND_KEYS] * len(found["rounds"])
    assert (found["method"], found["seats"], found["elected"]) == ("irv", 1, ["Amber"])
    assert found["candidates"] == ["Amber", "Bitter", "Cask", "Dunkel"]
    assert found["rounds"][0] == {
        "tallies": {"Amber": "9.00000", "Bitter": "5.00000", "Cask": "3.00000", "Dunkel": "2.00000"},
        "elected": [],
        "eliminated": ["Dunkel"],
        "exhausted": "1.00000",
        "transfers": [],
    }


@pytest.mark.parametrize(
    ("method", "seats"), [("irv", 1), ("schulze", 1), ("scottish-stv", 2), ("approval", 2), ("plurality", 2)]
)
def test_seats_of_the_file_are_filled_by_methods_that_fill_several(blt: str, method: str, seats: int) -> None:
    found = counted(blt, "--method", method)

    assert (found["method"], found["seats"], len(found["elected"])) == (method, seats, seats)


def test_seats_asked_for_go_before_the_file(blt: str) -> None:
    assert counted(blt, "--method", "scottish-stv", "--seats", "3")["seats"] == 3


def test_further_methods_say_whether_they_differ(blt: str) -> None:
    found = counted(blt, "--method", "irv", "--also", "schulze", "scottish-stv", "--also", "approval")

    assert [(other["method"], other["seats"], other["differs"]) for other in found["also"]] == [
        ("schulze", 1, False),
        ("scottish-stv", 2, False),
        ("approval", 2, False),
    ]


def test_pabulib_ids_stand_beside_the_names(tmp_path: Path) -> None:
    path = tmp_path / "x.pb"
    path.write_text(
        "META\nkey;value\nvote_type;approval\nPROJECTS\nproject_id;cost;name\n7;1;Bench\n9;1;Tree\n"
        "VOTES\nvoter_id;vote\n1;7,9\n2;9\n"
    )

    found = counted(str(path), "--method", "approval")

    assert (found["keys"], found["candidates"], found["elected"]) == (["7", "9"], ["Bench", "Tree"], ["Tree"])
    assert found["rounds"][0]["tallies"] == {"Bench": "1.00000", "Tree": "2.00000"}


def test_own_table_counts_as_its_papers(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    papers = [("AAAA", 1, ((0,), (1,))), ("BBBB", 1, ((1,),)), ("CCCC", 1, ((1,), (0,)))]
    path.write_text(write_published(["Amber", "Bitter"], papers), encoding="utf-8")

    assert counted(str(path), "--method", "plurality")["elected"] == ["Bitter"]


RESOLUTION = '3 1\n{} 1 0\n{} 2 0\n7 3 0\n0\n"For"\n"Against"\n"Withheld"\n'


@pytest.mark.parametrize(
    ("votes", "options", "passed"),
    [
        ((7_499_999, 2_500_001), ["--special"], False),
        ((7_500_000, 2_500_000), ["--special"], True),
        ((1, 1), [], False),
        ((2, 1), [], True),
    ],
)
def test_resolution_needs_its_majority(
    tmp_path: Path, votes: tuple[int, int], options: list[str], passed: bool
) -> None:
    path = tmp_path / "resolution.blt"
    path.write_text(RESOLUTION.format(*votes))

    found = counted(str(path), "--method", "resolution", *options)

    assert (found["passed"], found["elected"], found["withheld"]) == (passed, ["For"] if passed else [], 7)


DEFAULT = '3 1\n30 1 2 3 0\n25 2 3 1 0\n20 3 2 1 0\n0\n"A"\n"B"\n"None of these"\n'


@pytest.mark.parametrize(
    ("options", "elected", "dropped"),
    [
        (["--default", "3"], ["B"], ["A"]),
        (["--default", "None of these", "--supermajority", "B=3:1"], ["None of these"], ["A", "B"]),
        (["--default", "3", "--supermajority", "2=2.75"], ["B"], ["A"]),
        (["--default", "3", "--supermajority", "2=2.75", "--exceed"], ["None of these"], ["A", "B"]),
        (["--default", "3", "--quorum", "55.0001"], ["None of these"], ["A", "B"]),
    ],
)
def test_default_option_asks_quorum_and_majority(
    tmp_path: Path, options: list[str], elected: list[str], dropped: list[str]
) -> None:
    path = tmp_path / "x.blt"
    path.write_text(DEFAULT)

    found = counted(str(path), "--method", "schulze", *options)

    assert (found["elected"], [drop["option"] for drop in found["dropped"]]) == (elected, dropped)


def test_resolution_from_which_nobody_withheld_votes_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "resolution.blt"
    path.write_text('3 1\n70 1 0\n60 2 0\n0 3 0\n0\n"For"\n"Against"\n"Withheld"\n', encoding="utf-8")

    found = counted(str(path), "--method", "resolution")

    assert (found["for"], found["against"], found["withheld"], found["passed"]) == (70, 60, 0, True)


def test_lot_is_drawn_from_the_text_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "x.blt"
    path.write_text('2 1\n1 1 0\n1 2 0\n0\n"A"\n"B"\n')

    found = counted(str(path), "--method", "irv", "--lot", " 4 1\n6 ", "--lot-label", "c1", "--lot-root", "ab")

    lot = found["ties"][0]["lot"]
    assert (lot["label"], lot["root"], lot["beacon"]) == ("c1, round 1, elimination", "ab", "4 1 6")


REFUSED = {
    "no file": (["/nowhere/x.blt", "--method", "irv"], "/nowhere/x.blt cannot be read: No such file or directory.\n"),
    "nul": (["\0", "--method", "irv"], "\0 cannot be read: no such name.\n"),
    "seats": (["{}", "--method", "scottish-stv", "--seats", "5"], "--seats 5 is more than the 4 candidates.\n"),
    "one seat": (
        ["{}", "--method", "irv", "--seats", "2"],
        "IRV fills one seat, not 2; for several seats use Scottish STV.\n",
    ),
    "no seat": (
        ["{}", "--method", "approval", "--seats", "-1"],
        "There must be at least one seat to fill, not -1.\n",
    ),
    "default": (
        ["{}", "--method", "schulze", "--default", "Elk"],
        "“Elk” is none of the 4 options, by name or number.\n",
    ),
    "ratio": (
        ["{}", "--method", "schulze", "--default", "4", "--supermajority", "1=1e999999999"],
        "“1=1e999999999” does not hold a number like 3, 1.5 or 3:1.\n",
    ),
    "quorum": (
        ["{}", "--method", "schulze", "--default", "4", "--quorum", "3/0"],
        "“3/0” does not hold a number like 3, 1.5 or 3:1.\n",
    ),
    "resolution": (
        ["{}", "--method", "resolution"],
        "A resolution has the options for, against and perhaps withheld, not 4 options.\n",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_counted_is_refused_in_a_sentence(blt: str, arguments: list[str], sentence: str) -> None:
    assert refused(*(part.format(blt) for part in arguments)) == sentence


def test_bad_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.blt"
    path.write_text(BLT.replace("5 2 3 0", "5 2 7 0"))

    assert refused(str(path), "--method", "irv") == "Line 3: candidate 7 is not among the 4 candidates.\n"


def test_unknown_method_is_refused_by_its_name(blt: str) -> None:
    with pytest.raises(CommandError, match="invalid choice: 'borda'"):
        call_command("count", blt, "--method", "borda")


def run(*arguments: str, given: bytes) -> "subprocess.CompletedProcess[bytes]":
    """Run the command as a person does, where no database answers and the terminal knows only ASCII."""
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONIOENCODING": "ascii",
    }
    command = [sys.executable, "manage.py", "count", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, check=False)


def test_command_reads_standard_input_and_writes_utf_8_without_a_database() -> None:
    done = run("-", "--method", "plurality", "--json", given=BLT.replace("Amber", "Märzen").encode("latin-1"))

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["elected"] == ["Märzen", "Bitter"]


def test_command_says_what_is_bad_on_the_error_stream_and_exits_with_2() -> None:
    done = run("-", "--method", "irv", given=b"\x7fELF\x00\x01")

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"Line 1: byte 0x7f does not belong in a text file.\n"
