"""What is published: made once, countable and checkable by strangers, and telling nothing about anybody."""

import json
import re
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from accounts.models import Party
from ballots.errors import ContestNotReady
from ballots.models import Contest, Publication, RollEntry
from ballots.queries.publication import find_publication
from ballots.rules.proofs.canonical import sha256_hex
from ballots.services import sweeping
from ballots.services.publication import publish
from ballots.services.voting import Receipt
from core import clock
from core.errors import constraint_name
from core.models import AuditRecord
from core.storage import read_bytes
from core.transactions import atomic
from tests.factories.agm import World, cast, count_vote, declare_vote, make_world, open_vote

pytestmark = pytest.mark.django_db
SECONDS_OR_DAYS = re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}|\b[0-9]{2}:[0-9]{2}:[0-9]{2}\b")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def declared(world: World, kind: str, *ballots: Any) -> tuple[Contest, list[Receipt]]:
    """Cast these ballots in turn, declare the vote, and return it with the receipts."""
    contest = open_vote(world, kind)
    cast_in = [
        cast(contest, user, votes=ballot) if kind == "resolution" else cast(contest, user, *ballot)
        for user, ballot in zip(world.members, ballots, strict=False)
    ]
    return declare_vote(world, kind), cast_in


def recipes(world: World) -> tuple[Contest, list[Receipt]]:
    return declared(world, "recipes", ("Weir Stout", "Towpath Pale"), ("Towpath Pale",), ("Weir Stout",))


def published(contest: Contest) -> Publication:
    with atomic():
        return publish(contest=contest, by=None, at=clock.now())


def verified(tmp_path: Path, publication: Publication, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own verifier as a stranger does: a program by itself, in a folder of its own."""
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(read_bytes(publication.bundle_sha256))
    with ZipFile(bundle) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    command = [sys.executable, "-I", "verify.py", "bundle.zip", *more]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)


def counted_again(name: str, data: bytes, tmp_path: Path, *options: str) -> dict[str, Any]:
    """Count a published file with the command, as anybody may."""
    (tmp_path / name).write_bytes(data)
    out = StringIO()
    call_command("count", str(tmp_path / name), *options, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def test_publishing_before_the_declaration_is_refused() -> None:
    world = make_world(kinds=("recipes",))
    cast(open_vote(world, "recipes"), world.members[0], "Weir Stout")
    contest = count_vote(world, "recipes")

    with pytest.raises(ContestNotReady):
        published(contest)

    assert find_publication(contest) is None


def test_database_refuses_files_of_a_contest_that_is_not_declared() -> None:
    contest = make_world(kinds=("recipes",)).contest("recipes")
    files = {"bundle_sha256": "0" * 64, "bundle_bytes": 1}

    with pytest.raises(DatabaseError) as refused, atomic():
        Publication.objects.create(contest=contest, made_at=clock.now(), **files)

    assert constraint_name(refused.value) == "publication_after_declaration"


def test_publishing_twice_gives_the_same_files() -> None:
    world = make_world(kinds=("recipes",))
    contest, _receipts = recipes(world)

    first, second = published(contest), published(contest)

    assert (first.pk, first.bundle_sha256) == (second.pk, second.bundle_sha256)
    assert sha256_hex(read_bytes(first.bundle_sha256)) == first.bundle_sha256
    assert len(read_bytes(first.bundle_sha256)) == first.bundle_bytes


def test_sweep_publishes_what_the_chair_declared() -> None:
    world = make_world(kinds=("recipes", "resolution"))
    ballot, _receipts = recipes(world)
    resolution, _more = declared(world, "resolution", (4, 0, 0))

    sweeping.sweep()

    found = {publication.contest_id for publication in Publication.objects.all()}
    assert found == {ballot.pk, resolution.pk}


@pytest.mark.parametrize(("kind", "method"), [("recipes", "irv"), ("names", "approval")])
@pytest.mark.parametrize("form", ["csv", "blt"])
def test_published_papers_counted_by_the_command_give_the_declared_result(
    kind: str, method: str, form: str, tmp_path: Path
) -> None:
    world = make_world(kinds=(kind,), holdings=(4, 5, 6, 7, 8))
    titles = list(world.contest(kind).options.order_by("position").values_list("title", flat=True))
    first, second, third = titles[:3]
    contest, _receipts = declared(world, kind, (first, second), (second,), (third, second), (second, first), (first,))
    publication = published(contest)
    data = read_bytes(publication.csv_sha256 if form == "csv" else publication.blt_sha256)

    again = counted_again(f"papers.{form}", data, tmp_path, "--method", method)

    assert again["rounds"] == contest.count.result["rounds"]
    assert again["elected"] == contest.count.result["elected"]


def test_tie_broken_by_lot_is_drawn_again_from_the_published_papers(tmp_path: Path) -> None:
    world = make_world(kinds=("names",), holdings=(4, 5))
    contest = open_vote(world, "names")
    cast(contest, world.members[0], "Mossy Gate")
    cast(contest, world.members[1], "Low Water")
    contest = declare_vote(world, "names", beacon="3 5 1")
    lot = contest.count.result["ties"][0]["lot"]
    data = read_bytes(published(contest).csv_sha256)

    again = counted_again(
        "papers.csv", data, tmp_path,
        "--method", "approval", "--lot", "3 5 1", "--lot-label", contest.public_id, "--lot-root", lot["root"],
    )  # fmt: skip

    assert (again["elected"], again["ties"]) == (contest.count.result["elected"], contest.count.result["ties"])


def test_papers_stand_in_the_order_of_their_codes() -> None:
    world = make_world(kinds=("recipes",), holdings=(4,) * 12)
    contest, receipts = declared(world, "recipes", *[("Weir Stout",)] * 12)

    lines = read_bytes(published(contest).csv_sha256).decode().splitlines()[1:]

    codes = [line.partition(",")[0] for line in lines]
    assert codes == sorted(receipt.code for receipt in receipts)


@pytest.mark.parametrize("kind", ["recipes", "names"])
def test_bundle_passes_its_own_verifier_with_receipt_and_code(kind: str, tmp_path: Path) -> None:
    world = make_world(kinds=(kind,))
    title = world.contest(kind).options.order_by("position")[0].title
    contest, receipts = declared(world, kind, (title,), (title,))

    run = verified(
        tmp_path, published(contest), "--receipt", receipts[0].promise, "--code", receipts[0].code.lower(),
        "--rules", contest.rules_sha256,
    )  # fmt: skip

    assert (run.returncode, run.stderr) == (0, "")
    assert f"Your paper was counted: {title}." in run.stdout
    assert "Nothing was found wrong." in run.stdout


@pytest.mark.parametrize("missing", ["csv_sha256", "blt_sha256"])
def test_database_refuses_papers_in_one_form_alone(missing: str) -> None:
    contest, _receipts = declared(make_world(kinds=("recipes",)), "recipes", ("Weir Stout",))
    files = dict.fromkeys(["bundle_sha256", "csv_sha256", "blt_sha256"], "0" * 64) | {missing: ""}

    with pytest.raises(DatabaseError) as refused, atomic():
        Publication.objects.create(contest=contest, made_at=clock.now(), bundle_bytes=1, **files)

    assert constraint_name(refused.value) == "publication_of_papers_in_both_forms_or_none"


def test_bundle_of_a_resolution_passes_its_own_verifier_with_a_receipt(tmp_path: Path) -> None:
    world = make_world(kinds=("resolution",), holdings=(4, 100, 2000))
    contest, receipts = declared(world, "resolution", (4, 0, 0), (0, 60, 40), (70, 1, 5))

    run = verified(tmp_path, published(contest), "--receipt", receipts[1].promise)

    assert (run.returncode, run.stderr) == (0, "")
    assert "Counted again: 74 for, 61 against, 45 withheld: carried." in run.stdout
    assert "Your envelope is in the log, was opened, and its paper was counted." in run.stdout


def test_ballot_in_which_nobody_voted_is_published_with_nobody_elected(tmp_path: Path) -> None:
    world = make_world(kinds=("recipes",))
    contest, _receipts = declared(world, "recipes")

    run = verified(tmp_path, published(contest))

    assert "Counted again by irv: no paper names anybody, nobody is elected." in run.stdout
    assert run.returncode == 0


def test_vote_on_which_nobody_voted_is_published_too(tmp_path: Path) -> None:
    world = make_world(kinds=("resolution",))
    contest, _receipts = declared(world, "resolution")

    run = verified(tmp_path, published(contest))

    assert "0 for, 0 against, 0 withheld: not carried." in run.stdout
    assert run.returncode == 0


def test_spoiled_and_unused_votes_of_a_resolution_are_not_listed_one_by_one() -> None:
    world = make_world(kinds=("resolution",), holdings=(4, 100, 2000))
    contest, receipts = declared(world, "resolution", (4, 0, 0), (0, 60, 40), (70, 1, 5))
    publication = published(contest)

    with ZipFile(BytesIO(read_bytes(publication.bundle_sha256))) as archive:
        names, text = sorted(archive.namelist()), b"".join(map(archive.read, archive.namelist())).decode()

    assert "sums.csv" not in names
    assert (publication.csv_sha256, publication.blt_sha256) == ("", "")
    assert [receipt.code for receipt in receipts if receipt.code in text] == []


@pytest.mark.parametrize("kind", ["recipes", "names", "resolution"])
def test_published_files_hold_no_name_no_entry_and_no_time_of_anybody(kind: str) -> None:
    world = make_world()
    ballots: list[Any] = [(4, 0, 0), (0, 60, 40)]
    if kind != "resolution":
        title = world.contest(kind).options.order_by("position")[0].title
        ballots = [(title,), (title,)]
    contest, receipts = declared(world, kind, *ballots)
    publication = published(contest)
    shas = [publication.bundle_sha256, publication.csv_sha256, publication.blt_sha256]
    texts = [text for sha256 in shas if sha256 for text in texts_in(read_bytes(sha256))]

    secrets = [name for party in Party.objects.all() for name in (party.display_name, party.public_id)]
    secrets += RollEntry.objects.values_list("public_id", flat=True)
    secrets += [user.email for user in world.members]
    secrets += [str(int(receipt.received_at.timestamp())) for receipt in receipts]
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []
    assert [SECONDS_OR_DAYS.findall(text.replace(due_day(contest), "")) for text in texts] == [[] for _ in texts]


def due_day(contest: Contest) -> str:
    """Return the one day that belongs into the files: until when the promise is to be kept."""
    return contest.promise_due_on.isoformat() if contest.promise_due_on else "no day"


def texts_in(data: bytes) -> list[str]:
    """Return the text of a file, of a bundle those of its files, the verifier's own aside."""
    if not data.startswith(b"PK"):
        return [data.decode()]
    with ZipFile(BytesIO(data)) as archive:
        return [archive.read(name).decode() for name in archive.namelist() if name not in ("verify.py", "README.txt")]


def test_assessor_gets_the_votes_of_a_resolution_in_a_file_of_their_own(tmp_path: Path) -> None:
    world = make_world(kinds=("resolution",))
    contest, _receipts = declared(world, "resolution", (4, 0, 0), (0, 60, 40))
    out = tmp_path / "assessor.zip"

    call_command("assessor_bundle", contest.public_id, str(out), stdout=StringIO())

    with ZipFile(out) as archive:
        sums = archive.read("sums.csv").decode()
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    checked = subprocess.run(
        [sys.executable, "-I", "verify.py", "assessor.zip"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, out.stat().st_mode & 0o077) == (0, 0)
    assert "60,40" in sums
    assert AuditRecord.objects.filter(verb="assessor_bundle_made").count() == 1


def test_assessor_bundle_before_the_declaration_or_over_a_file_is_refused(tmp_path: Path) -> None:
    world = make_world(kinds=("resolution",))
    contest = open_vote(world, "resolution")
    out = tmp_path / "assessor.zip"
    out.write_bytes(b"mine")

    with pytest.raises(CommandError, match="at another point"):
        call_command("assessor_bundle", contest.public_id, str(out))
    with pytest.raises(CommandError, match="There is no such vote"):
        call_command("assessor_bundle", "x" * 22, str(out))
    declare_vote(world, "resolution")
    with pytest.raises(CommandError, match="is not overwritten"):
        call_command("assessor_bundle", contest.public_id, str(out))

    assert out.read_bytes() == b"mine"
