"""The whole demo on one machine: PostgreSQL, web, Celery worker and beat, and a scrutineer, until Ctrl-C.

python -m core.processes.demo
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg

from core.processes import cluster as clusters
from core.processes import ports, postgres, roles
from core.processes.child import Child, Program
from core.processes.errors import CannotStart
from core.processes.messages import ROOT, compile_messages
from core.processes.places import home
from core.processes.supervisor import Stopped, Supervisor, say

CLUSTER = "demo"
READY_SECONDS = 60.0
# Two of each: the demo must feel as it would on a small server with two cores.
WEB_PROCESSES, WEB_THREADS, WORKER_PROCESSES = 2, 8, 2


def run() -> None:
    """Start everything, say where it is, and keep it running until ``Stopped``."""
    port = _port()
    own_database = "DATABASE_URL" not in os.environ
    with Supervisor(place=home(), root=ROOT, cluster=CLUSTER if own_database else "") as supervisor:
        ports.refuse_occupied(port)
        owner, web, work = _own_database() if own_database else _foreign_database(os.environ["DATABASE_URL"])
        people = home() / "run" / "demo_people.txt"
        compile_messages()
        say("Preparing the database and the example company")
        supervisor.run_once(_prepare(owner, port, people))
        say("Starting the web server")
        _wait_until_ready(supervisor, supervisor.add(_web(web, port)), port)
        # Only now: on two cores they would double the wait for the first page, and their work waits in rows anyway.
        supervisor.add(_worker(work, port))
        supervisor.add(_beat(work, port))
        supervisor.add(_scrutineer(work, port))
        say(f"\nKilderkin is at http://localhost:{port}\n\n{people.read_text()}\nCtrl-C ends it.")
        supervisor.watch()


def _port() -> int:
    named = os.environ.get("DEMO_PORT", "8000")
    if not named.isdecimal() or not 1 <= int(named) <= 65535:
        raise CannotStart(f"DEMO_PORT must be a number from 1 to 65535, not {named!r}.")
    return int(named)


def _own_database() -> tuple[str, str, str]:
    """Return the addresses for owner, web and Celery of the demo's own cluster, which answers."""
    owner = postgres.ensure_running(CLUSTER)
    cluster = clusters.find(CLUSTER)
    if cluster is None:  # ensure_running has just written it
        raise CannotStart(f"The record of the cluster {CLUSTER} is gone: start again.")
    return owner, cluster.web_url, cluster.work_url


def _foreign_database(url: str) -> tuple[str, str, str]:
    """Return the address that was named, for all three: we may not know how to make logins over there."""
    try:
        roles.make_running_roles(url)
    except psycopg.OperationalError as error:
        raise CannotStart(f"The database of DATABASE_URL does not answer: {error}") from error
    return url, url, url


def _environment(url: str, port: int, role: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "DATABASE_URL": url,
        "DATABASE_ROLE": role,
        "KILDERKIN_HOME": str(home()),
        "DEMO_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def _prepare(url: str, port: int, people: Path) -> Program:
    command = (sys.executable, "manage.py", "prepare_demo", "--people-to", str(people))
    return Program("prepare", command, _environment(url, port, "owner"))


def _web(url: str, port: int) -> Program:
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --no-ws --respawn-failed-workers"
    options += f" --workers {WEB_PROCESSES} --blocking-threads {WEB_THREADS} --workers-kill-timeout 5"
    command = (sys.executable, "-m", "granian", *options.split(), "config.wsgi:application")
    return Program("web", command, _environment(url, port, "app"), port=port)


def _worker(url: str, port: int) -> Program:
    options = f"--concurrency {WORKER_PROCESSES} --loglevel INFO --without-gossip --without-mingle --without-heartbeat"
    command = (sys.executable, "-m", "celery", "-A", "config.celery", "worker", *options.split())
    return Program("worker", command, _environment(url, port, "worker"))


def _beat(url: str, port: int) -> Program:
    schedule = str(home() / "run" / "beat-schedule")
    command = (sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--loglevel", "INFO", "-s", schedule)
    return Program("beat", command, _environment(url, port, "worker"))


def _scrutineer(url: str, port: int) -> Program:
    """Who opens the envelopes of the demo's ballots: a process of its own, because the web must not read the key."""
    return Program("scrutineer", (sys.executable, "manage.py", "demo_scrutineer"), _environment(url, port, "worker"))


def _wait_until_ready(supervisor: Supervisor, web: Child, port: int) -> None:
    """Wait for the first page; give up with the log's last words after 60 s or three deaths."""
    deadline = time.monotonic() + READY_SECONDS
    while not _first_page_answers(port):
        if time.monotonic() > deadline or web.failures >= 3:
            raise CannotStart(f"The web server did not start. Its last words ({web.log}):\n{web.last_words()}")
        supervisor.look()
        time.sleep(0.1)


def _first_page_answers(port: int) -> bool:
    """Say whether the web server answers at all; a page with an error is still an answer."""
    try:
        urllib.request.urlopen(f"http://localhost:{port}/", timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True


def main() -> int:
    """Run the demo; return 0 when stopped as asked, 1 with a sentence when something is in the way."""
    try:
        run()
    except (Stopped, KeyboardInterrupt):
        say("Ended.")
        return 0
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
