"""The demo itself, as `make demo` starts it: everything killed, and nothing lost."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from core.processes import cluster as clusters
from core.processes import ports, postgres
from core.processes.leftovers import Records
from core.processes.messages import ROOT

pytestmark = pytest.mark.fault
SECOND_START_SECONDS = 60.0  # 10 on an idle machine; the tests beside this one take their share
ADDRESS = "Kilderkin is at http://localhost:{port}"


def start_demo(port: int) -> tuple[subprocess.Popen[str], list[str], float]:
    """Start the demo and return it with what it said until it was ready, and how long that took."""
    since = time.monotonic()
    of_the_tests = ("DATABASE", "DJANGO", "CELERY")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(of_the_tests)}
    demo = subprocess.Popen(
        [sys.executable, "-m", "core.processes.demo"],
        cwd=ROOT,
        env={**environment, "DEMO_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    assert demo.stdout is not None
    for line in demo.stdout:
        said.append(line.rstrip("\n"))
        if line.startswith("Ctrl-C"):
            break
    assert ADDRESS.format(port=port) in said, "\n".join(said)
    return demo, said, time.monotonic() - since


def members() -> int:
    with psycopg.connect(postgres.ensure_running("demo")) as connection:
        row = connection.execute("SELECT count(*) FROM accounts_party").fetchone()
    assert row is not None
    return int(row[0])


def logins() -> set[str]:
    """As whom the running processes log in; the worker and the timer need a moment."""
    for _ in range(600):
        with psycopg.connect(postgres.ensure_running("demo")) as connection:
            rows = connection.execute(
                "SELECT usename FROM pg_stat_activity WHERE datname = 'kilderkin' AND pid <> pg_backend_pid() "
                "AND usename IS NOT NULL"  # a vacuum worker has no name
            )
            found = {row[0] for row in rows}
        if len(found) > 1:
            break
        time.sleep(0.1)
    return found


def statuses_open_to_others(place: Path) -> dict[str, str]:
    """The private folders that somebody else may enter or list."""
    private = [place / name for name in ("secrets", "mail", "files", "broker", "keys", "run", "logs")]
    return {folder.name: oct(folder.stat().st_mode) for folder in private if folder.stat().st_mode & 0o077}


def proof() -> tuple[int, str]:
    """What the README's command says beside the running demo."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    command = [sys.executable, "manage.py", "prove", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def web_login_cannot_change_the_register() -> None:
    cluster = clusters.find("demo")
    assert cluster is not None
    with psycopg.connect(cluster.web_url, autocommit=True) as connection:
        connection.execute("SET ROLE kilderkin_app")
        assert connection.execute("SELECT count(*) FROM equity_registerentry").fetchone() > (0,)
        connection.execute("RESET ROLE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="for table equity_registerentry"):
            connection.execute("UPDATE equity_registerentry SET quantity = quantity")


def test_demo_killed_whole_starts_again_with_everything_in_it(place: Path) -> None:
    port = ports.free_port()
    for name in ("files", "mail"):  # from a time when they were open to everybody
        (place / name).mkdir(mode=0o755)
    demo, said, _ = start_demo(port)
    assert [line.split()[0] for line in said if "@demo.example" in line] == [
        f"{name}@demo.example" for name in ("customer", "holder", "secretary", "finance", "director", "chair", "door")
    ]
    before = members()
    assert logins() == {"kilderkin_web", "kilderkin_work"}
    assert statuses_open_to_others(place) == {}

    server = psutil.Process(postgres.server_pid("demo"))
    for process in (psutil.Process(demo.pid), server, *Records(place / "run").running()):
        process.kill()
    demo.wait()
    again, _, seconds = start_demo(port)

    assert seconds < SECOND_START_SECONDS
    assert (before > 1000, members()) == (True, before)
    with urllib.request.urlopen(f"http://localhost:{port}/check/", timeout=30) as page:
        assert page.status == 200
    web_login_cannot_change_the_register()
    assert proof() == (0, "The books hold together.\n")
    again.send_signal(signal.SIGINT)
    assert again.wait(timeout=60) == 0
    assert (Records(place / "run").running(), postgres.server_pid("demo"), ports.is_free(port)) == ([], None, True)


@pytest.mark.parametrize("named", ["web", "0", "70000"])
def test_port_that_is_none_is_refused_with_a_sentence(place: Path, named: str) -> None:
    environment = {**os.environ, "DEMO_PORT": named}

    demo = subprocess.run(
        [sys.executable, "-m", "core.processes.demo"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (demo.returncode, demo.stderr) == (1, f"DEMO_PORT must be a number from 1 to 65535, not '{named}'.\n")
