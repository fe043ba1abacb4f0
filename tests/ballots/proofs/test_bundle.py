"""The published bundle and its stand-alone verifier, which must name every tampering."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ballots.rules.formats.reading import read_ballot_file
from ballots.rules.proofs.bundle import VERIFIER, write_bundle
from ballots.rules.proofs.canonical import canonical_bytes, sha256_hex
from ballots.rules.proofs.opening import DOMAIN, papers_sha256
from ballots.rules.proofs.papers import Kind
from ballots.rules.proofs.rolls import contest_rules_sha256, roll_csv
from ballots.rules.proofs.sealing import new_seed, sign
from tests.ballots.proofs.election import SALT, Election, Receipt

Files = dict[str, bytes]
Tamper = Callable[[Files], None]


@cache
def a_ballot() -> tuple[Election, list[Receipt]]:
    """Six voters; the first votes again, the last one's paper is spoiled."""
    election = Election()
    receipts = [election.cast(0, 0, 1), election.cast(1, 1, 2), election.cast(2, 2), election.cast(3, 3, 0)]
    receipts += [election.cast(4), election.cast(0, 1, 2), election.post(election.entries[5], b"no paper")]
    return election, receipts


@cache
def a_resolution() -> tuple[Election, list[Receipt]]:
    election = Election(kind=Kind.NAMED)
    return election, [election.cast(0, 70, 20, 5), election.cast(1, 0, 40, 0)]


@cache
def files_of(kind: str) -> Files:
    bundle = a_ballot()[0].bundle() if kind == "ballot" else a_resolution()[0].bundle(with_votes=kind == "assessor")
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def verify(path: Path, *arguments: str, python: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run the verifier as a stranger would: alone, from another folder, with nothing of ours to import."""
    alone = path.with_name("verify.py")
    alone.write_bytes((VERIFIER / "verify.py").read_bytes())
    command = [sys.executable, "-I", *python, str(alone), str(path), *arguments]
    ended = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def sentences(told: str, mark: str) -> list[str]:
    return [line.removeprefix(mark).strip() for line in told.splitlines() if line.startswith(mark)]


@pytest.mark.parametrize("kind", ["ballot", "resolution", "assessor"])
def test_verify_published_bundle_finds_nothing_wrong(kind: str, tmp_path: Path) -> None:
    code, told = verify(zipped(files_of(kind), tmp_path / "bundle.zip"))

    assert (code, sentences(told, "WRONG")) == (0, [])
    assert len(sentences(told, "ok")) == 8
    assert told.endswith("Nothing was found wrong.\n")


def test_verify_ballot_says_what_holds(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(a_ballot()[0].bundle())

    _, told = verify(path)

    rules = contest_rules_sha256(a_ballot()[0].rules)
    assert told.splitlines() == [
        f"SHA-256 of this bundle: {sha256_hex(path.read_bytes())}",
        f"ok     The rules of “Which beer is brewed” have the hash {rules}: compare it with what you noted before.",
        "ok     All 11 files are there.",
        "ok     The scrutineer, Ann Tran, signed what was opened.",
        "ok     The roll has 8 voters with 158 votes, as fixed before voting.",
        "ok     The log of 7 envelopes only ever grew: all 7 signed roots are right.",
        "ok     6 envelopes were opened, all from the log; 1 of them spoiled.",
        "ok     All 5 papers fit the rules and are the same in every file.",
        "ok     Counted again by irv: =Brown Bear. A tie was broken by the public lot “dice: 3 5 1 6”: compare it with "
        "what was thrown.",
        "Nothing was found wrong.",
    ]


# --- tampering by whoever publishes ----------------------------------------------------------------------------------


def replaced(name: str, old: str, new: str) -> Tamper:
    def tamper(files: Files) -> None:
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode(), 1)

    return tamper


def edited(name: str, edit: Callable[[Any], None]) -> Tamper:
    def tamper(files: Files) -> None:
        value = json.loads(files[name])
        edit(value)
        files[name] = canonical_bytes(value)

    return tamper


def line_dropped(name: str, number: int) -> Tamper:
    def tamper(files: Files) -> None:
        lines = files[name].splitlines(keepends=True)
        del lines[number]
        files[name] = b"".join(lines)

    return tamper


def lines_swapped(name: str) -> Tamper:
    def tamper(files: Files) -> None:
        lines = files[name].splitlines(keepends=True)
        lines[1], lines[2] = lines[2], lines[1]
        files[name] = b"".join(lines)

    return tamper


def line_added(name: str, line: str) -> Tamper:
    def tamper(files: Files) -> None:
        files[name] += f"{line}\n".encode()

    return tamper


def first_of(value: dict[str, Any]) -> Any:
    return value["papers"][0]


SIGNED_FOR_OTHER = "return.json is signed for another rules_sha256 than that of rules.json."
NOT_THE_ROLL = "roll.csv is not the roll whose hash stands in rules.json."
NOT_THE_PAPERS = "The papers in return.json are not those the scrutineer signed."
NOT_COUNTED_SO = "counted.txt is not the list of opened envelopes that the scrutineer signed."
BAD_SCRUTINEER = "The signature of the scrutineer is not good."
OTHER_SAYING = "does not say the same as the papers the scrutineer signed."
NO_END = "checkpoints.txt does not end with a signed root over all of log.txt."
NEEDED = (
    *(
        "roll.csv",
        "log.txt",
        "checkpoints.txt",
        "counted.txt",
        "return.json",
        "result.json",
        "papers.csv",
        "papers.blt",
    ),
    *("verify.py", "README.txt"),
)
TAMPERINGS: list[tuple[Tamper, str]] = [
    (replaced("rules.json", "brewed by October", "brewed by someday"), SIGNED_FOR_OTHER),
    (replaced("rules.json", "irv", "approval"), SIGNED_FOR_OTHER),
    (replaced("rules.json", '"seats":1', '"seats": 1'), "rules.json is not written in its canonical form."),
    (replaced("roll.csv", ",100", ",101"), NOT_THE_ROLL),
    (line_dropped("roll.csv", 1), NOT_THE_ROLL),
    (line_added("roll.csv", "ab" * 32 + ",1"), NOT_THE_ROLL),
    (line_dropped("log.txt", 6), "The signed root over 7 envelopes is not that of log.txt."),
    (line_dropped("log.txt", 0), "The signed root over 1 envelopes is not that of log.txt."),
    (line_added("log.txt", "ab" * 32), NO_END),
    (lines_swapped("log.txt"), "The signed root over 2 envelopes is not that of log.txt."),
    (line_added("log.txt", "no hash"), "log.txt holds a line that is not a hash, or one twice."),
    (lambda f: f.update({"checkpoints.txt": b""}), NO_END),
    (replaced("checkpoints.txt", "\n7\n", "\n8\n"), "The signed root over 8 envelopes is not that of log.txt."),
    (
        replaced("checkpoints.txt", "— example.test ", "— other.test "),
        "The checkpoint over 1 envelopes is not signed by the log.",
    ),
    (
        replaced("checkpoints.txt", "example.test/", "example.test/other-"),
        "checkpoints.txt holds a checkpoint of another log.",
    ),
    (line_dropped("counted.txt", 0), NOT_COUNTED_SO),
    (line_added("counted.txt", "ff" * 32), NOT_COUNTED_SO),
    (lines_swapped("counted.txt"), NOT_COUNTED_SO),
    (
        edited("return.json", lambda v: first_of(v)["choices"].reverse() or first_of(v)["choices"].append("x")),
        NOT_THE_PAPERS,
    ),
    (edited("return.json", lambda v: v["papers"].pop()), NOT_THE_PAPERS),
    (edited("return.json", lambda v: v["statement"]["counts"].update(papers=6)), BAD_SCRUTINEER),
    (edited("return.json", lambda v: v["statement"].update(scrutineer="Somebody Else")), BAD_SCRUTINEER),
    (edited("return.json", lambda v: v.update(signature="00" * 64)), BAD_SCRUTINEER),
    (edited("return.json", lambda v: v.update(zero_leaves=["00"])), "return.json holds what nobody signed."),
    (edited("return.json", lambda v: v.update(more=1)), "return.json holds what nobody signed."),
    (edited("return.json", lambda v: v.update(papers=None)), "return.json holds what nobody signed."),
    (line_dropped("papers.csv", 1), f"papers.csv {OTHER_SAYING}"),
    (lines_swapped("papers.csv"), f"papers.csv {OTHER_SAYING}"),
    (replaced("papers.csv", "Amber Fox", "Amber Wolf"), f"papers.csv {OTHER_SAYING}"),
    (replaced("papers.blt", ") 1 ", ") 2 "), f"papers.blt {OTHER_SAYING}"),
    (replaced("papers.blt", "Amber Fox", "Amber Wolf"), f"papers.blt {OTHER_SAYING}"),
    (
        edited("result.json", lambda v: v.update(elected=["Amber Fox"])),
        "Counted again, the result is ['=Brown Bear'], but result.json says ['Amber Fox'].",
    ),
    (
        edited("result.json", lambda v: v["rounds"].pop(0)),
        "Counted again, a round has other numbers than result.json says.",
    ),
    (
        edited("result.json", lambda v: v["rounds"][0]["tallies"].update({"Amber Fox": "3.00000"})),
        "Counted again, a round has other numbers than result.json says.",
    ),
    (
        edited("result.json", lambda v: v["rounds"][0].update(eliminated=[])),
        "Counted again, a round has other numbers than result.json says.",
    ),
    (edited("result.json", lambda v: v["candidates"].reverse()), "result.json has other candidates than the rules."),
    (
        edited("result.json", lambda v: v.update(method="approval")),
        "result.json is of another method or number of seats, or says too much.",
    ),
    (
        edited("result.json", lambda v: v.update(remark="all is well")),
        "result.json is of another method or number of seats, or says too much.",
    ),
    (lambda f: f.update({"more.txt": b""}), "The bundle holds what does not belong there, or twice: more.txt."),
    *((lambda f, name=name: f.pop(name) and None, f"The bundle lacks {name}.") for name in NEEDED),
    (lambda f: f.pop("rules.json") and None, "rules.json is missing."),
]


@pytest.mark.parametrize(("tamper", "sentence"), TAMPERINGS)
def test_verify_tampered_bundle_names_it(tamper: Tamper, sentence: str, tmp_path: Path) -> None:
    files = dict(files_of("ballot"))
    tamper(files)

    code, told = verify(zipped(files, tmp_path / "bundle.zip"))

    assert code == 1
    assert sentence in sentences(told, "WRONG")
    assert "Nothing was found wrong." not in told


RESOLUTION_TAMPERINGS: list[tuple[str, Tamper, str]] = [
    (
        "resolution",
        edited("result.json", lambda v: v.update({"for": 71})),
        "result.json says (71, 60, 5) for, against and withheld, but the scrutineer signed (70, 60, 5).",
    ),
    (
        "resolution",
        edited("result.json", lambda v: v.update(passed=False)),
        "By the rules the resolution is carried, not as result.json says.",
    ),
    ("resolution", edited("return.json", lambda v: v["statement"]["sums"].update({"for": 71})), BAD_SCRUTINEER),
    ("resolution", edited("return.json", lambda v: v.update(papers=[])), "return.json holds what nobody signed."),
    (
        "assessor",
        replaced("sums.csv", ",70,20,5", ",71,20,5"),
        "The leaves in sums.csv do not make the totals that were signed.",
    ),
    ("assessor", line_added("sums.csv", "x,1,0,0"), "sums.csv holds a line that is no leaf."),
    ("assessor", replaced("sums.csv", "opening", "opened"), "sums.csv holds a line that is no leaf."),
    (
        "resolution",
        lambda f: f.update({"papers.csv": b""}),
        "The bundle holds what does not belong there, or twice: papers.csv.",
    ),
]


@pytest.mark.parametrize(("kind", "tamper", "sentence"), RESOLUTION_TAMPERINGS)
def test_verify_tampered_resolution_names_it(kind: str, tamper: Tamper, sentence: str, tmp_path: Path) -> None:
    files = dict(files_of(kind))
    tamper(files)

    code, told = verify(zipped(files, tmp_path / "bundle.zip"))

    assert (code, sentences(told, "WRONG")[0]) == (1, sentence)


# --- tampering by the scrutineer, who can sign -----------------------------------------------------------------------


def signed_again(change: Callable[[dict[str, Any]], None]) -> Files:
    """Change what was signed and everything that is made from it, and sign it with the scrutineer's own key."""
    election, files = a_ballot()[0], dict(files_of("ballot"))
    value = json.loads(files["return.json"])
    change(value)
    value["statement"]["papers_sha256"] = papers_sha256(value["papers"])
    value["signature"] = sign(DOMAIN + canonical_bytes(value["statement"]), election.scrutineer.seed).hex()
    files["return.json"] = canonical_bytes(value)
    files["counted.txt"] = "".join(f"{sha256}\n" for sha256 in value["statement"]["opened"]).encode()
    return files


def stuffed(value: dict[str, Any]) -> None:
    value["papers"].insert(0, {"code": "00000-00000-00000-00000", "choices": []})


def stuffed_with_an_envelope(value: dict[str, Any]) -> None:
    stuffed(value)
    value["statement"]["opened"].append("ff" * 32)
    value["statement"]["counts"].update(envelopes=7, papers=6)


def unspoiled(value: dict[str, Any]) -> None:
    value["statement"]["spoiled"] = []


def replaced_envelope_counted_too(value: dict[str, Any]) -> None:
    stuffed(value)
    first = a_ballot()[1][0].envelope
    value["statement"]["opened"] = sorted([*value["statement"]["opened"], first])
    value["statement"]["counts"].update(envelopes=7, papers=6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (stuffed, "There are 6 papers, but 5 were opened and not spoiled."),
        (lambda v: v["papers"].pop(), "There are 4 papers, but 5 were opened and not spoiled."),
        (stuffed_with_an_envelope, "An envelope was opened that is not in the log."),
        (unspoiled, "The numbers of envelopes, papers and spoiled envelopes do not add up."),
        (lambda v: v["papers"].reverse(), "A tracking code is no code, stands twice, or is out of order."),
        (lambda v: first_of(v).update(choices=["x"]), "does not fit the rules."),
        (lambda v: first_of(v).update(choices=["option0000000000000000"] * 2), "does not fit the rules."),
        (
            lambda v: v["statement"].update(contest="x"),
            "return.json is signed for another contest than that of rules.json.",
        ),
        (replaced_envelope_counted_too, f"papers.csv {OTHER_SAYING}"),
    ],
)
def test_verify_wicked_scrutineer_is_named(
    change: Callable[[dict[str, Any]], None], sentence: str, tmp_path: Path
) -> None:
    code, told = verify(zipped(signed_again(change), tmp_path / "bundle.zip"))

    assert code == 1
    assert any(said.endswith(sentence) for said in sentences(told, "WRONG"))


def test_verify_more_envelopes_than_voters_is_named(tmp_path: Path) -> None:
    """An office and a scrutineer who stuff the box together still cannot pass the roll."""
    election = Election(holdings=(5, 5))
    for number, entry in enumerate(["one", "two", "three"]):
        election.entries.append(entry)
        election.cast(2 + number, 0)

    code, told = verify(zipped_bundle(election.bundle(), tmp_path))

    assert (code, sentences(told, "WRONG")) == (1, ["More envelopes were opened than voters are on the roll."])


def test_verify_more_votes_than_the_roll_is_named(tmp_path: Path) -> None:
    election = Election(kind=Kind.NAMED, holdings=(5, 5))
    published = roll_csv(SALT, election.roll)
    election.entries.append("stranger")
    election.roll.append(("stranger", 90))
    election.cast(2, 90, 0, 0)

    code, told = verify(zipped_bundle(write_bundle(replace(election.parts(), roll=published)), tmp_path))

    assert (code, sentences(told, "WRONG")) == (1, ["The totals do not fit the roll."])


def zipped_bundle(bundle: bytes, folder: Path) -> Path:
    path = folder / "bundle.zip"
    path.write_bytes(bundle)
    return path


# --- the own vote ----------------------------------------------------------------------------------------------------


def test_verify_receipt_of_every_voter_says_what_became_of_it(tmp_path: Path) -> None:
    path = zipped(files_of("ballot"), tmp_path / "bundle.zip")
    counted = "Your envelope is in the log, was opened, and its paper was counted."
    replaced_one = (
        "Your envelope is in the log but was not opened: a later vote replaced it. Was there none? Ask at once."
    )
    spoiled = "Your envelope was opened, but the paper in it was spoiled and not counted."

    told = [verify(path, "--receipt", receipt.token) for receipt in a_ballot()[1]]

    said = [(code, (sentences(text, "WRONG") or sentences(text, "ok"))[-1]) for code, text in told]
    assert said == [(0, replaced_one), *[(0, counted)] * 5, (1, spoiled)]


def test_verify_receipt_for_an_envelope_that_was_dropped_says_so(tmp_path: Path) -> None:
    """The office promised, and left the envelope out of log and box: the receipt proves it."""
    election, dropped = Election(log_key=a_ballot()[0].log_key, scrutineer=a_ballot()[0].scrutineer), a_ballot()[1][0]
    election.cast(1, 1)

    code, told = verify(zipped_bundle(election.bundle(), tmp_path), "--receipt", dropped.token)

    assert (code, sentences(told, "WRONG")) == (
        1,
        ["Your envelope was promised but is NOT in the log. Show your receipt to others."],
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.replace("tulip", "daisy"), "Your receipt is of another contest."),
        (lambda t: t.replace("KV1", "KV2"), "Your receipt is of another contest."),
        (lambda t: t.replace(".17824752", ".17824753"), "The signature of your receipt is not good."),
        (lambda t: "nonsense", "The check of the receipt could not be made"),
    ],
)
def test_verify_receipt_that_is_not_of_this_log_is_named(
    change: Callable[[str], str], sentence: str, tmp_path: Path
) -> None:
    path = zipped(files_of("ballot"), tmp_path / "bundle.zip")

    code, told = verify(path, "--receipt", change(a_ballot()[1][1].token))

    assert code == 1
    assert sentences(told, "WRONG")[0].startswith(sentence)


def test_verify_code_shows_the_own_paper_as_typed(tmp_path: Path) -> None:
    path, code = zipped(files_of("ballot"), tmp_path / "bundle.zip"), a_ballot()[1][1].code

    told = [verify(path, "--code", typed) for typed in (code, code.lower().replace("-", " ").replace("0", "o"))]

    assert [(ended, sentences(text, "ok")[-1]) for ended, text in told] == [
        (0, 'Your paper was counted: =Brown Bear, Copper "Owl".')
    ] * 2


def test_verify_code_of_nobody_is_named(tmp_path: Path) -> None:
    code, told = verify(zipped(files_of("ballot"), tmp_path / "bundle.zip"), "--code", "00000-00000-00000-00000")

    assert (code, sentences(told, "WRONG")) == (1, ["No paper has the code 00000-00000-00000-00000."])


def test_verify_code_of_a_resolution_says_where_to_look(tmp_path: Path) -> None:
    path, code = zipped(files_of("resolution"), tmp_path / "bundle.zip"), a_resolution()[1][0].code

    ended, told = verify(path, "--code", code)

    said = "The papers of a resolution are not published: type your code on the page of its result."
    assert (ended, sentences(told, "WRONG")) == (1, [said])


def test_verify_rules_noted_before_voting(tmp_path: Path) -> None:
    path, rules = zipped(files_of("ballot"), tmp_path / "bundle.zip"), contest_rules_sha256(a_ballot()[0].rules)

    same, other = verify(path, "--rules", rules.upper()), verify(path, "--rules", "00" * 32)

    assert same[0] == 0
    assert (other[0], sentences(other[1], "WRONG")) == (1, [f"rules.json is not what you noted: its hash is {rules}."])


# --- how it runs -----------------------------------------------------------------------------------------------------


def test_verify_without_pynacl_checks_the_rest_and_says_so(tmp_path: Path) -> None:
    path = zipped(files_of("ballot"), tmp_path / "bundle.zip")
    files = dict(files_of("ballot"))
    edited("result.json", lambda v: v.update(elected=["Amber Fox"]))(files)

    good = verify(path, python=("-S",))
    bad = verify(zipped(files, path), python=("-S",))

    said = "NOT CHECKED: signatures, because PyNaCl is not installed (pip install pynacl)."
    assert good[1].splitlines()[-2:] == [said, "Nothing was found wrong."]
    assert (good[0], bad[0]) == (0, 1)


@pytest.mark.parametrize("data", [b"", b"PK", b"x" * 1000])
def test_verify_what_is_no_bundle_exits_with_2(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)

    code, told = verify(path)

    assert code == 2
    assert "cannot be read" in told
    assert "Traceback" not in told


def test_verifier_imports_nothing_of_ours() -> None:
    source = (VERIFIER / "verify.py").read_text("utf-8")

    imported = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.strip().startswith(("import", "from"))
    }

    assert imported - set(sys.stdlib_module_names) == {"nacl"}


# --- what is inside --------------------------------------------------------------------------------------------------


def test_bundle_same_parts_same_bytes() -> None:
    parts = a_ballot()[0].parts()

    assert write_bundle(parts) == write_bundle(parts)


def test_bundle_of_a_resolution_shows_nobodys_votes() -> None:
    election, files = a_resolution()[0], files_of("resolution")
    everything = b"\n".join(data for name, data in files.items() if name not in ("verify.py", "README.txt"))
    codes = [receipt.code for receipt in a_resolution()[1]]

    assert set(files) == set(files_of("assessor")) - {"sums.csv"}
    assert not any(word.encode() in everything for word in [*election.entries, *codes])


@pytest.mark.parametrize("name", ["papers.csv", "papers.blt"])
def test_bundle_papers_are_read_by_our_own_counter(name: str) -> None:
    read = read_ballot_file(files_of("ballot")[name], name)

    assert read.candidates == tuple(a_ballot()[0].names)
    assert read.papers_for("irv").total == 5


def test_bundle_keys_stay_out() -> None:
    election = a_ballot()[0]
    everything = b"".join(files_of("ballot").values())

    assert new_seed().hex().encode() not in everything
    assert election.scrutineer.seed.hex().encode() not in everything
    assert election.log_key.seed.hex().encode() not in everything
