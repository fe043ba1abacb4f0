"""Where things lie, and whose they are."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.processes.errors import CannotStart

SYSTEM_HOME = Path("/var/lib/kilderkin")
OWNER_NAME = "kilderkin"


@dataclass(frozen=True)
class Owner:
    """The system user PostgreSQL runs as; ``None`` in all fields means: whoever starts it."""

    uid: int | None = None
    gid: int | None = None

    def popen_arguments(self) -> dict[str, object]:
        """Return what ``subprocess`` needs to run a command as this user."""
        if self.uid is None:
            return {"cwd": "/", "umask": 0o077}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/", "umask": 0o077}


def home() -> Path:
    """Return the folder for everything written on this machine, made if it is missing.

    Others may pass through it (PostgreSQL's owner must), but not list it.
    """
    named = os.environ.get("KILDERKIN_HOME")
    default = SYSTEM_HOME if os.geteuid() == 0 else Path.home() / ".local" / "share" / "kilderkin"
    folder = Path(named).absolute() if named else default
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
    return folder


def private_folder(folder: Path) -> Path:
    """Return the folder, made if need be, closed to everybody else; one that stood open before is closed now.

    The home may have been made by somebody else, for everybody to read: what is private must not rely on it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def keep_first(path: Path, data: bytes) -> None:
    """Write the file for its owner alone, unless another process was faster: then theirs counts."""
    # mkstemp makes the file readable by its owner only; link() fails when another process was faster.
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        Path(name).unlink(missing_ok=True)


def owner_for(data: Path) -> Owner:
    """Return who must run PostgreSQL on this data folder: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Owner()
    if data.exists() and data.stat().st_uid != 0:
        return Owner(data.stat().st_uid, data.stat().st_gid)
    entry = _dedicated_user()
    return Owner(entry.pw_uid, entry.pw_gid)


def can_reach(owner: Owner, folder: Path) -> bool:
    """Say whether that user may enter the folder; tried for real, so that access lists count too."""
    if owner.uid is None:
        return True
    tried = subprocess.run(  # noqa: S603  fixed command, our own path
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        stderr=subprocess.DEVNULL,
        check=False,
        **owner.popen_arguments(),  # type: ignore[call-overload]
    )
    return bool(tried.returncode == 0)


def reachable_folder(owner: Owner, wanted: Path) -> Path:
    """Return ``wanted`` made, or a folder in /var/lib when that user cannot reach it.

    Nobody's folders are opened up for it: the home of root stays closed.
    """
    wanted.mkdir(parents=True, exist_ok=True)
    if can_reach(owner, wanted):
        return wanted
    mark = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    instead = SYSTEM_HOME / "clusters" / mark
    instead.mkdir(parents=True, exist_ok=True)
    if not can_reach(owner, instead):
        raise CannotStart(
            f"PostgreSQL may not run as root, and its user {OWNER_NAME} can enter neither {wanted} nor {instead}. "
            "Set KILDERKIN_HOME to a folder that every user may enter."
        )
    return instead


def _dedicated_user() -> pwd.struct_passwd:
    """Return the system user for PostgreSQL, made once; ``nobody`` where users cannot be made."""
    for attempt in ("look", "make"):
        try:
            return pwd.getpwnam(OWNER_NAME)
        except KeyError:
            useradd = shutil.which("useradd")
            if attempt == "look" and useradd:
                command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWNER_NAME]
                subprocess.run(command, check=False, capture_output=True)  # noqa: S603  fixed command
    return pwd.getpwnam("nobody")


if __name__ == "__main__":
    print(home())
