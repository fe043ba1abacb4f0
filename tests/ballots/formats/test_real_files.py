"""Real files through the command, from bytes to the published outcome; and our readers against another reader."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ballots.rules.counting.papers import Papers
from ballots.rules.formats.reading import read_ballot_file
from tests.ballots.counting import real_elections as real


def counted(path: Path, *arguments: str) -> Any:
    """Return what the command prints as JSON."""
    out = io.StringIO()
    call_command("count", str(path), *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def gathered(papers: Papers) -> Counter[Any]:
    """Return the weight of each order."""
    found: Counter[Any] = Counter()
    for weight, ranks in papers.rows():
        found[ranks] += weight
    return found


@pytest.mark.parametrize("path", real.files("scottish-stv/*.official.json"))
def test_ward_has_the_official_votes_and_members(path: Path) -> None:
    official = real.load(path)
    stages = [official["stages"][number] for number in sorted(official["stages"], key=int)]

    found = counted(path.with_name(path.name.replace(".official.json", ".blt")), "--method", "scottish-stv")

    plain = tuple(name.rsplit(" (", 1)[0] for name in found["candidates"])
    names = {theirs: f"{ours}" for theirs, ours in real.same_people(plain, [c["name"] for c in stages[0]]).items()}
    full = dict(zip(plain, found["candidates"], strict=True))
    for each, stage in zip(found["rounds"], stages, strict=True):
        ours = {
            line["name"]: real.as_printed(each["tallies"][full[names[line["name"]]]], line["votes"]) for line in stage
        }
        assert ours == {line["name"]: real.as_printed(line["votes"], "1.00000") for line in stage}
    assert sorted(found["elected"]) == sorted(full[names[name]] for name in official["elected_recount"])
    assert str(found["seats"]) == official["countInfo"]["Number_Of_Seats"]


@pytest.mark.parametrize("path", real.files("irv/*.toi"))
def test_runoff_elects_the_official_winner(path: Path) -> None:
    official = real.load(path.with_name("official_rounds.json"))[path.stem]

    found = counted(path, "--method", "irv", "--also", "schulze")

    assert found["elected"] == [official["winner"]]
    if "condorcet_winner" in official:
        assert found["also"][0]["elected"] == [official["condorcet_winner"]]


# Recounts of the published papers, where an overvote ends a paper: the notes in official_rounds.json.
FINAL = {
    "burlington2006": {"Bob Kiss": "4761.00000", "Hinda Miller": "3985.00000"},
    "burlington2009": {"Bob Kiss": "4313.00000", "Kurt Wright": "4060.00000"},
    "takomapark2007": {
        "Alexandra Quere Barrionuevo": "23.00000",
        "Eric Hensal": "72.00000",
        "Reuben Snipper": "107.00000",
        "Write In": "1.00000",
    },
}


@pytest.mark.parametrize("path", real.files("irv/*.toi"))
def test_runoff_ends_with_the_published_votes(path: Path) -> None:
    assert counted(path, "--method", "irv")["rounds"][-1]["tallies"] == FINAL[path.stem]


def as_preflib(tally: Any) -> str:
    """Return Debian's tally sheet as a PrefLib file."""
    lines = [f"# NUMBER ALTERNATIVES: {len(tally['options'])}"]
    lines += [f"# ALTERNATIVE NAME {key}: {name}" for key, name in tally["options"]]
    for _, ranks in real.debian_rows(tally["votes"]):
        lines.append("1: " + ",".join("{" + ",".join(str(number + 1) for number in rank) + "}" for rank in ranks))
    return "\n".join(lines) + "\n"


WITHOUT_RESULT_FILE = [("4", "Martin Michlmayr")]  # leader of 2003: the tally sheet came without a machine's result


@pytest.mark.parametrize("path", real.files("condorcet-debian/*.json"))
def test_debian_vote_has_the_official_winner_and_dropped(path: Path, tmp_path: Path) -> None:
    tally = real.load(path)
    official = tally["official"]
    file = tmp_path / "tally.toi"
    file.write_text(as_preflib(tally), encoding="utf-8")
    quorum = official["quorum"][0][3] if "quorum" in official else "0"
    majority_lines = official.get("majority_lines", [])
    arguments = ["--default", str(len(tally["options"])), "--quorum", quorum]
    threes = [f"{key}=3" for key, name in tally["options"] if "3:1 majority" in name]
    strict = ["--exceed"] if "> 1" in " ".join(majority_lines) else []

    found = counted(file, "--method", "schulze", *arguments, *(["--supermajority", *threes] if threes else []), *strict)

    dropped = [line.split("Option ")[1].split()[0] for line in majority_lines if line.startswith("Drop")]
    assert found["elected"] == [name for _, name in official.get("winners", WITHOUT_RESULT_FILE)]
    assert [drop["option"] for drop in found["dropped"]] == [name for key, name in tally["options"] if key in dropped]
    assert {drop["reason"] for drop in found["dropped"]} <= {"majority"}  # every quorum was reached


@pytest.mark.parametrize("path", real.files("scottish-stv/*.blt"))
def test_ward_is_read_as_another_reader_reads_it(path: Path) -> None:
    theirs, seats = real.read_blt(path)

    found = read_ballot_file(path.read_bytes(), path.name)

    assert gathered(found.papers_for("scottish-stv")) == gathered(theirs)
    assert (found.seats, tuple(name.rsplit(" (", 1)[0] for name in found.candidates)) == (seats, theirs.candidates)


@pytest.mark.parametrize("path", real.files("irv/*.toi"))
def test_orders_are_read_as_another_reader_reads_them(path: Path) -> None:
    theirs = real.read_preflib(path)

    found = read_ballot_file(path.read_bytes(), path.name)

    assert gathered(found.papers_for("schulze")) == gathered(theirs)
    assert found.candidates == theirs.candidates
