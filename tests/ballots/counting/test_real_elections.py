"""The engine against what real returning officers, secretaries and companies published: to the last decimal."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ballots.rules.counting import irv, resolution, schulze, scottish_stv
from ballots.rules.counting.debian import DefaultOption
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result
from tests.ballots.counting import real_elections as real


def counted(path: Path) -> tuple[dict[str, Any], dict[str, str], Result]:
    """Return a ward's official file, our name for each of its candidates, and our result."""
    official = real.load(path)
    papers, seats = real.read_blt(path.with_name(path.name.replace(".official.json", ".blt")))
    names = real.same_people(papers.candidates, [line["name"] for line in official["stages"]["1"]])
    return official, names, scottish_stv.count(papers, seats=seats)


@pytest.mark.parametrize("path", real.files("scottish-stv/*.official.json"))
def test_scottish_ward_has_the_official_votes_at_every_stage(path: Path) -> None:
    official, names, result = counted(path)
    stages = [official["stages"][number] for number in sorted(official["stages"], key=int)]

    ours = [round_.as_json()["tallies"] for round_ in result.rounds]

    assert len(ours) == len(stages)
    for tallies, stage in zip(ours, stages, strict=True):
        for line in stage:
            assert real.as_printed(tallies[names[line["name"]]], line["votes"]) == real.as_printed(
                line["votes"], "1.00000"
            )


@pytest.mark.parametrize("path", real.files("scottish-stv/*.official.json"))
def test_scottish_ward_elects_and_excludes_at_the_official_stages(path: Path) -> None:
    official, names, result = counted(path)
    last = official["stages"][str(len(official["stages"]))]
    expected = {(line["status"], names[line["name"]], int(line["on"])) for line in last if line["status"]}

    elected = {("Elected", name, n) for n, round_ in enumerate(result.rounds, start=1) for name in round_.elected}
    excluded = {("Excluded", name, n) for n, round_ in enumerate(result.rounds, start=1) for name in round_.eliminated}

    assert elected | excluded == expected
    assert result.extras["quota"] == int(official["countInfo"]["Quota"])
    assert result.extras["valid"] == int(official["countInfo"]["Valid_Poll"])


@pytest.mark.parametrize("path", real.files("scottish-stv/*.official.json"))
def test_scottish_ward_transfers_the_official_votes(path: Path) -> None:
    official, names, result = counted(path)

    for number, round_ in enumerate(result.as_json()["rounds"][1:], start=2):
        (transfer,) = round_["transfers"]
        printed = {names[line["name"]]: line["transfers"] for line in official["stages"][str(number)]}
        gained = {name: votes for name, votes in printed.items() if real.as_printed(votes, "1.00000") > 0}
        assert set(transfer["to"]) == set(gained)
        for name, votes in gained.items():
            assert real.as_printed(transfer["to"][name], votes) == real.as_printed(votes, "1.00000")


# What PrefLib's files lack of the official counts: the sources' own notes in official_rounds.json.
PREFLIB_DIFFERS = {"burlington2006": {"Hinda Miller": -1}, "burlington2009": {"Kurt Wright": -1}}


@pytest.mark.parametrize("path", real.files("irv/*.toi"))
def test_irv_election_passes_through_the_official_rounds(path: Path) -> None:
    official = real.load(path.with_name("official_rounds.json"))[path.stem]
    papers = real.read_preflib(path)
    names = real.same_people(papers.candidates, list(official["official"][0]))

    result = irv.count(papers)

    *before, last = [
        {names[name]: votes * 100_000 for name, votes in tallies.items()} for tallies in official["official"]
    ]
    for name, less in PREFLIB_DIFFERS.get(path.stem, {}).items():
        last[names[name]] += less * 100_000
    tallies = [{name: round_.tallies.get(name) for name in names.values()} for round_ in result.rounds]
    for expected in [*before, last]:
        assert expected in [{name: votes for name, votes in ours.items() if name in expected} for ours in tallies]
    assert result.elected == (names[official["winner"]],)


# The file of 2003 has the papers only; who became leader is known.
NOT_IN_FILE = {"2003_leader2003": "Martin Michlmayr"}


@pytest.mark.parametrize("path", real.files("condorcet-debian/*.json"))
def test_debian_vote_has_the_official_matrix_drops_and_winner(path: Path) -> None:
    vote = real.load(path)
    official, options = vote["official"], [name for _, name in vote["options"]]
    supermajority = {number: 3 for number, name in enumerate(options) if "3:1 majority" in name}
    quorum = Fraction(official["quorum"][0][3]) if "quorum" in official else 0
    year = int(vote["name"][:4])
    default = DefaultOption(len(options) - 1, quorum, supermajority, strictly=year < 2007)

    result = schulze.count(Papers.of(options, real.debian_rows(vote["votes"])), default=default)

    dropped = [int(line.split("Option ")[1].split()[0]) for line in official.get("dropped", [])]
    assert [drop["option"] for drop in result.extras["dropped"]] == [options[number - 1] for number in dropped]
    assert result.elected == (NOT_IN_FILE.get(vote["name"]) or official["winners"][0][1],)
    if official["matrix"]:
        assert result.extras["pairwise"] == official["matrix"]


@pytest.mark.parametrize("path", real.files("agm/published_polls.csv"))
def test_published_polls_have_our_percentages(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    wrong = []
    for row in rows:
        outcome = resolution.Outcome(int(row["for"]), int(row["against"]), int(row["withheld"])).as_json()
        printed = [f"{Decimal(row[key]):.2f}" for key in ("for_pct", "against_pct")]
        ours = [outcome["for_percent"], outcome["against_percent"]]
        if ours != printed or outcome["cast"] != int(row["total_cast"]):
            wrong.append((row["company"], row["resolution"], ours, printed))

    assert wrong == []
    assert len(rows) >= 20


@pytest.mark.parametrize("path", real.files("agm/scrutineer_split_votes.json"))
def test_scrutineers_certificate_with_a_split_holding_has_our_percentages(path: Path) -> None:
    certificate = real.load(path)
    whole, split = certificate["by_proxy_excl_split"], certificate["by_proxy_split"]
    rows = [(whole["for_votes"], [(0,)]), (split["for_votes"], [(0,)]), (split["against_votes"], [(1,)])]

    counted_ = resolution.count(Papers.of(["For", "Against", "Withheld"], rows), special=True)

    total = certificate["total_incl_split"]
    assert counted_.extras["for"] == total["for_votes"]
    assert counted_.extras["against"] == total["against_votes"]
    assert counted_.extras["for_percent"] == str(total["for_pct"])
    assert counted_.extras["against_percent"] == str(total["against_pct"])
    assert counted_.extras["passed"] is True
