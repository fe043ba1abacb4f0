"""The scrutineer's two commands, as they are typed on a machine without a database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ballots.rules.proofs.key_files import read_key_file, write_key_file
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from core.processes.messages import ROOT
from tests.ballots.proofs.election import CONTEST, Election

NO_DATABASE = "postgresql://nobody:nothing@127.0.0.1:1/none"


def typed(*arguments: object) -> tuple[int, str, str]:
    """In a terminal, where no database answers."""
    environment = {**os.environ, "DATABASE_URL": NO_DATABASE, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "manage.py", *map(str, arguments)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def run(*arguments: object) -> tuple[int, str, str]:
    """The same without a new process; pytest-django refuses every query."""
    out, error = StringIO(), StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, stderr=error)
    except CommandError as refused:
        return refused.returncode, out.getvalue(), f"CommandError: {refused}\n"
    return 0, out.getvalue(), error.getvalue()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "scrutineer.key"
    write_key_file(path, ScrutineerKey("Ann Tran", "2026-06-01", new_seed()))
    return path


def an_election(key: Path) -> Election:
    election = Election(scrutineer=read_key_file(key))
    for voter in range(5):
        election.cast(voter, voter % 3)
    return election


def handed_over(election: Election, folder: Path) -> Path:
    path = folder / "handover.json"
    path.write_bytes(election.handover())
    return path


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_scrutineer_key_writes_a_private_file_and_prints_the_public_half(tmp_path: Path) -> None:
    path = tmp_path / "new.key"

    code, out, error = typed("scrutineer_key", "--out", path, "--name", "Ánh Trần")

    key = read_key_file(path)
    assert (code, error) == (0, "")
    assert out.splitlines() == [
        f"{path} holds the key of Ánh Trần. Only you can read it. Keep a copy in a safe place.",
        f"Public key: {key.public_key}",
    ]
    assert (key.name, mode_of(path)) == ("Ánh Trần", 0o600)
    assert key.seed.hex() not in out


def test_scrutineer_key_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("precious")

    code, out, error = run("scrutineer_key", "--out", path, "--name", "Ann")

    assert (code, out, path.read_text()) == (2, "", "precious")
    assert error == f"CommandError: {path} exists already. Choose another name: a lost key cannot be made again.\n"


@pytest.mark.parametrize(
    ("out", "name", "sentence"),
    [
        ("no/such/folder/key", "Ann", "cannot be written: No such file or directory."),
        ("key", "  ", "--name is empty or holds signs that cannot be printed."),
        ("key", "Ann\nTran", "--name is empty or holds signs that cannot be printed."),
    ],
)
def test_scrutineer_key_bad_input_is_a_sentence(out: str, name: str, sentence: str, tmp_path: Path) -> None:
    code, _, error = run("scrutineer_key", "--out", tmp_path / out, "--name", name)

    assert code == 2
    assert error.strip().endswith(sentence)
    assert list(tmp_path.iterdir()) == []


def test_open_envelopes_gives_back_what_the_office_accepts(key: Path, tmp_path: Path) -> None:
    election, out = an_election(key), tmp_path / "return.json"

    code, told, error = typed("open_envelopes", "--key", key, handed_over(election, tmp_path), out)

    assert (code, error) == (0, "")
    assert told == f"Contest {CONTEST}: 5 envelopes, 5 papers, 0 spoiled. Signed and written to {out}.\n"
    assert len(election.read(out.read_bytes()).papers) == 5
    assert mode_of(out) == 0o600


def test_open_envelopes_few_papers_warns_of_it(key: Path, tmp_path: Path) -> None:
    election = Election(scrutineer=read_key_file(key))
    election.cast(0, 1)

    code, _, error = run("open_envelopes", "--key", key, handed_over(election, tmp_path), tmp_path / "out")

    assert (code, error) == (0, "So few papers can show how a person voted to whoever knows who took part.\n")


def test_open_envelopes_never_overwrites(key: Path, tmp_path: Path) -> None:
    out = tmp_path / "return.json"
    out.write_text("precious")

    code, _, error = typed("open_envelopes", "--key", key, handed_over(an_election(key), tmp_path), out)

    assert (code, out.read_text()) == (2, "precious")
    assert error == f"CommandError: {out} exists already. Choose another name; nothing was opened.\n"


def test_open_envelopes_same_handover_again_gives_the_same(key: Path, tmp_path: Path) -> None:
    handover = handed_over(an_election(key), tmp_path)

    codes = [run("open_envelopes", "--key", key, handover, tmp_path / name)[0] for name in ("one", "two")]

    assert codes == [0, 0]
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_open_envelopes_second_handover_without_one_voter_is_refused(key: Path, tmp_path: Path) -> None:
    """The difference of two openings would be one person's vote."""
    election = an_election(key)
    run("open_envelopes", "--key", key, handed_over(election, tmp_path), tmp_path / "one")
    election.box.popitem()

    code, _, error = run("open_envelopes", "--key", key, handed_over(election, tmp_path), tmp_path / "two")

    assert code == 2
    assert error.startswith("CommandError: With this key another handover of the same contest was opened before.")
    assert not (tmp_path / "two").exists()


def no_key(key: Path, handover: Path) -> None:
    key.unlink()


def readable_key(key: Path, handover: Path) -> None:
    key.chmod(0o640)


def damaged_key(key: Path, handover: Path) -> None:
    key.write_text(key.read_text().replace('"seed":"', '"seed":"0'))


def swapped_seed(key: Path, handover: Path) -> None:
    key.write_text(json.dumps({**json.loads(key.read_text()), "seed": "00" * 32}))


def other_key(key: Path, handover: Path) -> None:
    key.unlink()
    write_key_file(key, ScrutineerKey("Other", "2026-06-01", new_seed()))


def no_handover(key: Path, handover: Path) -> None:
    handover.unlink()


def empty_handover(key: Path, handover: Path) -> None:
    handover.write_bytes(b"")


def altered_handover(key: Path, handover: Path) -> None:
    handover.write_bytes(handover.read_bytes().replace(b'"choices_max":5', b'"choices_max":4'))


def edited_handover(key: Path, handover: Path) -> None:
    handover.write_bytes(handover.read_bytes() + b"\n")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (no_key, "{key} cannot be used: No such file or directory."),
        (readable_key, "{key} can be read by others. Close it first: chmod 600 {key}"),
        (damaged_key, "{key} is not a key file made by scrutineer_key, or it is damaged."),
        (swapped_seed, "{key} is not a key file made by scrutineer_key, or it is damaged."),
        (other_key, "{handover} is sealed to another key, not to that of {key}."),
        (no_handover, "{handover} cannot be used: No such file or directory."),
        (empty_handover, "{handover} is not a handover file."),
        (altered_handover, "{handover} was changed after the office made it. Ask the office for it again."),
        (edited_handover, "{handover} was written by another program, or edited. Ask the office for it again."),
    ],
)
def test_open_envelopes_bad_file_is_a_sentence_and_opens_nothing(
    spoil: Callable[[Path, Path], None], sentence: str, key: Path, tmp_path: Path
) -> None:
    handover, out = handed_over(an_election(key), tmp_path), tmp_path / "out"
    spoil(key, handover)

    code, told, error = run("open_envelopes", "--key", key, handover, out)

    assert (code, told, error) == (2, "", f"CommandError: {sentence.format(key=key, handover=handover)}\n")
    assert not out.exists()


def test_open_envelopes_into_a_folder_that_is_not_there_is_a_sentence(key: Path, tmp_path: Path) -> None:
    out = tmp_path / "no" / "out"

    code, _, error = run("open_envelopes", "--key", key, handed_over(an_election(key), tmp_path), out)

    assert (code, error) == (2, f"CommandError: {out} cannot be used: No such file or directory.\n")


def test_key_file_written_and_read_is_the_same(tmp_path: Path) -> None:
    key = ScrutineerKey("Ann", "2026-06-01", new_seed())

    write_key_file(tmp_path / "key", key)

    assert read_key_file(tmp_path / "key") == key


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b"\xff", b'{"name":1}'])
def test_read_key_file_of_anything_else_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(ProofRefused) as refused:
        read_key_file(path)

    assert refused.value.reason == Refusal.BAD_KEY
