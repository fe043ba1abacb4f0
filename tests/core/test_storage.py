import errno
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from core import storage
from core.errors import MissingFile, StorageFull
from core.storage import read_bytes, store_bytes


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def two_megabytes(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A real disk of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a 2 MB tmpfs")
    disk = tmp_path / "small-disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"this machine does not allow a tmpfs: {mounted.stderr.strip()}")
    settings.FILES_ROOT = disk
    yield disk
    subprocess.run(["umount", disk], check=True)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [b"", b"certificate", os.urandom(300_000)])
def test_stored_bytes_come_back_under_their_fingerprint(data: bytes) -> None:
    sha256 = store_bytes(data)

    assert (sha256, read_bytes(sha256)) == (hashlib.sha256(data).hexdigest(), data)


def test_folder_is_closed_to_others(folder: Path) -> None:
    store_bytes(b"certificate")

    assert folder.stat().st_mode & 0o777 == 0o700


def test_same_bytes_stored_twice_are_kept_once(folder: Path) -> None:
    sha256 = store_bytes(b"one")
    store_bytes(b"one")

    assert files_in(folder) == [f"{sha256[:2]}/{sha256[2:]}"]


def test_file_changed_on_disk_is_not_handed_out(folder: Path) -> None:
    sha256 = store_bytes(b"two hundred and five")
    (folder / sha256[:2] / sha256[2:]).write_bytes(b"two million and five")

    with pytest.raises(MissingFile):
        read_bytes(sha256)


def test_torn_file_is_mended_when_its_bytes_are_stored_again(folder: Path) -> None:
    sha256 = store_bytes(b"a whole document")
    (folder / sha256[:2] / sha256[2:]).write_bytes(b"a whole docu")

    store_bytes(b"a whole document")

    assert read_bytes(sha256) == b"a whole document"


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "/"])
def test_name_of_nothing_we_stored_is_a_missing_file(name: str) -> None:
    with pytest.raises(MissingFile):
        read_bytes(name)


def test_power_cut_before_the_rename_leaves_nothing_under_the_final_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(storage.os, "replace", power_cut)

    with pytest.raises(KeyboardInterrupt):
        store_bytes(b"never finished")

    assert files_in(folder) == []


def test_killed_while_writing_leaves_no_file_under_a_final_name(folder: Path) -> None:
    child = os.fork()
    if child == 0:
        # kill -9 in the middle: half the bytes are in the temporary file, no cleaning up happens.
        storage.os.fsync = lambda _: os.kill(os.getpid(), 9)
        store_bytes(b"half")
        os._exit(1)
    os.waitpid(child, 0)

    sha256 = hashlib.sha256(b"half").hexdigest()
    with pytest.raises(MissingFile):
        read_bytes(sha256)
    assert [name for name in files_in(folder) if "/.tmp-" not in name] == []
    assert read_bytes(store_bytes(b"half")) == b"half"


def test_full_disk_is_said_in_a_sentence_and_leaves_nothing_half_written(two_megabytes: Path) -> None:
    kept = store_bytes(os.urandom(1_500_000))

    with pytest.raises(StorageFull) as refused:
        store_bytes(os.urandom(1_500_000))

    assert "no room left" in str(refused.value.sentence)
    assert files_in(two_megabytes) == [f"{kept[:2]}/{kept[2:]}"]
    assert len(read_bytes(kept)) == 1_500_000


def test_work_goes_on_when_there_is_room_again(two_megabytes: Path) -> None:
    ballast = two_megabytes / "ballast"
    ballast.write_bytes(b"0" * 1_900_000)
    with pytest.raises(StorageFull):
        store_bytes(b"1" * 500_000)

    ballast.unlink()

    assert read_bytes(store_bytes(b"1" * 500_000)) == b"1" * 500_000


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_or_quota_while_writing_is_storage_full(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage.os, "fsync", full)

    with pytest.raises(StorageFull):
        store_bytes(b"anything")


def test_other_trouble_with_the_disk_is_not_called_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(storage.os, "fsync", broken)

    with pytest.raises(OSError, match="broken"):
        store_bytes(b"anything")
