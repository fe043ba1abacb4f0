"""The verifier's own counting against the engine, and every byte of a bundle changed."""

import argparse
import importlib.util
import io
import zipfile
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ballots.rules.proofs.bundle import VERIFIER
from ballots.rules.proofs.canonical import canonical_bytes, parse_canonical
from ballots.rules.proofs.papers import Kind
from tests.ballots.proofs.election import Election

FEW_NAMES = ("A", "B", "C", "D")
RANKINGS = st.lists(st.permutations(range(4)).flatmap(lambda p: st.integers(0, 4).map(lambda n: p[:n])), max_size=9)
NOTHING_ASKED = argparse.Namespace(receipt=None, code=None, rules=None)
SAYS_NOTHING_OF_THE_VOTE = {"verify.py", "README.txt"}


@cache
def verifier() -> ModuleType:
    """The file as a module, here only: strangers run it (test_bundle)."""
    spec = importlib.util.spec_from_file_location("stand_alone_verifier", VERIFIER / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told_by_verifier(bundle: bytes, folder: Path) -> tuple[int, list[str]]:
    path, said = folder / "bundle.zip", []
    path.write_bytes(bundle)
    wrong = verifier().run(verifier().Bundle(path, NOTHING_ASKED), said.append)
    return wrong, said


def with_file(bundle: bytes, name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive, zipfile.ZipFile(buffer, "w") as changed:
        for each in archive.namelist():
            changed.writestr(each, data if each == name else archive.read(each))
    return buffer.getvalue()


def file_of(bundle: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return archive.read(name)


@pytest.mark.parametrize("method", ["irv", "approval", "plurality"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rankings=RANKINGS)
def test_recount_any_papers_agrees_with_the_engine(method: str, tmp_path: Path, rankings: list[list[int]]) -> None:
    most = 1 if method == "plurality" else 4
    election = Election(method=method, names=FEW_NAMES, choices_max=most, holdings=(1,) * 10)
    for voter, ranking in enumerate(rankings):
        election.cast(voter, *ranking[:most], merge=False)
    if rankings:
        election.merge()

    wrong, said = told_by_verifier(election.bundle(), tmp_path)

    assert (wrong, [line for line in said if line.startswith("WRONG")]) == (0, [])
    assert any(line.startswith(f"ok     Counted again by {method}: ") for line in said)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    majority=st.sampled_from(["ordinary", "special"]),
    splits=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=8),
)
def test_recount_any_resolution_agrees_with_the_engine(
    majority: str, splits: list[tuple[int, int, int]], tmp_path: Path
) -> None:
    election = Election(kind=Kind.NAMED, majority=majority, holdings=(9,) * 8)
    for voter, split in enumerate(splits):
        election.cast(voter, *split, merge=False)
    if splits:
        election.merge()

    wrong, said = told_by_verifier(election.bundle(with_votes=True), tmp_path)

    assert (wrong, [line for line in said if line.startswith("WRONG")]) == (0, [])


@pytest.mark.parametrize(
    ("for_votes", "against", "carried"), [(75, 25, True), (74, 25, False), (0, 0, False), (1, 0, True)]
)
def test_recount_special_resolution_needs_three_quarters(
    for_votes: int, against: int, carried: bool, tmp_path: Path
) -> None:
    election = Election(kind=Kind.NAMED, majority="special", holdings=(100,))
    election.cast(0, for_votes, against, 0)

    _, said = told_by_verifier(election.bundle(), tmp_path)

    verdict = "carried" if carried else "not carried"
    assert said[-1] == f"ok     Counted again: {for_votes} for, {against} against, 0 withheld: {verdict}.\n"


@pytest.mark.parametrize("method", ["irv", "approval", "plurality", "schulze", "scottish-stv"])
@pytest.mark.parametrize("blank_papers", [0, 2])
def test_recount_without_a_choice_on_any_paper_elects_nobody(method: str, blank_papers: int, tmp_path: Path) -> None:
    election = Election(method=method, names=FEW_NAMES, choices_max=1)
    for voter in range(blank_papers):
        election.cast(voter)

    wrong, said = told_by_verifier(election.bundle(), tmp_path)

    told = f"ok     Counted again by {method}: no paper names anybody, nobody is elected.\n"
    assert (wrong, said[-1]) == (0, told)


@pytest.mark.parametrize("with_lot", [True, False])
def test_recount_winner_whom_no_paper_names_is_named(with_lot: bool, tmp_path: Path) -> None:
    """A winner by dice where nobody voted: what the engine makes of an empty file is no result of the house."""
    election = Election(method="irv", names=FEW_NAMES)
    bundle = election.bundle()
    result = parse_canonical(file_of(bundle, "result.json"))
    result["elected"] = result["rounds"][0]["elected"] = ["B"]
    if with_lot:
        result["lots"] = [{"round": 1, "question": "election", "beacon": "dice", "order": list("BACD")}]

    wrong, said = told_by_verifier(with_file(bundle, "result.json", canonical_bytes(result)), tmp_path)

    assert (wrong, said[-1]) == (1, "WRONG  Counted again, the result is [], but result.json says ['B'].\n")


def test_recount_lot_in_a_ballot_without_papers_is_named(tmp_path: Path) -> None:
    bundle = Election(method="irv", names=FEW_NAMES).bundle()
    result = parse_canonical(file_of(bundle, "result.json"))
    result["lots"] = [{"round": 1, "question": "election", "beacon": "dice", "order": list("BACD")}]

    wrong, said = told_by_verifier(with_file(bundle, "result.json", canonical_bytes(result)), tmp_path)

    assert (wrong, said[-1]) == (1, "WRONG  result.json records a lot where none was needed.\n")


@pytest.mark.parametrize("method", ["schulze", "scottish-stv"])
def test_recount_of_another_method_says_that_it_was_not_done(method: str, tmp_path: Path) -> None:
    election = Election(method=method, names=FEW_NAMES)
    election.cast(0, 0, 1)

    wrong, said = told_by_verifier(election.bundle(), tmp_path)

    assert (wrong, said[-1]) == (
        0,
        f"ok     NOT COUNTED AGAIN: this program does not know {method}. Let another count papers.blt.\n",
    )


def test_recount_lot_that_was_not_drawn_is_named(tmp_path: Path) -> None:
    election = Election(method="plurality", names=FEW_NAMES, choices_max=1)
    election.cast(0, 0)
    election.cast(1, 1)
    bundle = election.bundle()
    result = parse_canonical(file_of(bundle, "result.json"))
    result["lots"][0]["order"].reverse()
    result["elected"] = result["rounds"][0]["elected"] = result["lots"][0]["order"][:1]

    wrong, said = told_by_verifier(with_file(bundle, "result.json", canonical_bytes(result)), tmp_path)

    assert (wrong, said[-1]) == (
        1,
        "WRONG  Round 1 is a tie (A, B), and result.json has no lot that can be repeated.\n",
    )


def test_recount_lot_where_nobody_was_tied_is_named(tmp_path: Path) -> None:
    election = Election(method="plurality", names=FEW_NAMES, choices_max=1)
    election.cast(0, 0)
    bundle = election.bundle()
    result = parse_canonical(file_of(bundle, "result.json"))
    result["lots"] = [{"round": 1, "question": "election", "beacon": "dice", "order": ["A", "B"]}]

    wrong, said = told_by_verifier(with_file(bundle, "result.json", canonical_bytes(result)), tmp_path)

    assert (wrong, said[-1]) == (1, "WRONG  result.json records a lot where none was needed.\n")


@cache
def whole_bundles() -> tuple[bytes, bytes]:
    ballot = Election(names=FEW_NAMES)
    for voter, ranking in enumerate([(0, 1), (0, 2), (1,), ()]):
        ballot.cast(voter, *ranking)
    resolution = Election(kind=Kind.NAMED)
    resolution.cast(0, 70, 20, 5)
    resolution.cast(1, 0, 40, 0)
    return ballot.bundle(), resolution.bundle(with_votes=True)


@pytest.mark.parametrize("which", [0, 1])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_verify_any_byte_of_any_file_changed_is_found(which: int, tmp_path: Path, data: st.DataObject) -> None:
    bundle = whole_bundles()[which]
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        name = data.draw(st.sampled_from(sorted(set(archive.namelist()) - SAYS_NOTHING_OF_THE_VOTE)))
    content = file_of(bundle, name)
    place = data.draw(st.integers(0, len(content) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))

    wrong, _ = told_by_verifier(
        with_file(bundle, name, content[:place] + bytes([value]) + content[place + 1 :]), tmp_path
    )

    assert wrong > 0
