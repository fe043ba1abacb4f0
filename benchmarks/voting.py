"""How many signed-in votes per second the house takes, as ratios to bare Django views on the same server, in one run.

``python benchmarks/voting.py`` makes a PostgreSQL cluster, a meeting and a web server of its own in a temporary folder
and removes them. Every round sends the same number of requests to the ballot and to each bare view (``bare.py``), in
turn, so that whatever else the machine does falls on all alike. Afterwards it asks whether every vote is in the box.
The exit status is 1 where a limit is missed or an answer was not what it should be.
"""

import argparse
import contextlib
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a script in a folder

from benchmarks.voting_load import Plan, Result  # noqa: E402  after the path or the settings
from core.processes import cluster as clusters  # noqa: E402  after the path or the settings
from core.processes import leftovers, ports, postgres  # noqa: E402  after the path or the settings
from core.processes.demo import WEB_PROCESSES, WEB_THREADS  # noqa: E402  after the path or the settings
from core.processes.messages import compile_messages  # noqa: E402  after the path or the settings

if TYPE_CHECKING:
    from tests.factories.agm import World

RATIO_MIN, P95_SECONDS_MAX = 0.5, 1.0
VOTE, PEER, LIKE_FOR_LIKE = "vote", "stack", "member"
BARE = {
    "member": "all middleware of the house, the member is looked up; one INSERT",
    "stack": "all middleware of the house, nobody is looked up; one INSERT",
    "signed": "no middleware; session and user by Django's own means, one INSERT",
    "nothing": "no middleware; one INSERT",
    "idle": "answered before Django: what the load itself can do",
}
READY_SECONDS = 60.0


@dataclass
class Round:
    """One run of one kind of request over so many connections."""

    kind: str
    connections: int
    result: Result
    server_cpu: float
    database_cpu: float

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return len(self.result.answers) / self.result.wall_seconds


@dataclass
class Report:
    """Lines of figures and whether every limit was kept."""

    kept: bool = True
    rounds: list[Round] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Print a line at once."""
        print(line, flush=True)  # noqa: T201  what it is run for

    def limit(self, what: str, is_kept: bool) -> None:
        """Print whether a limit was kept."""
        self.kept &= is_kept
        self.say(f"{what}: {'kept' if is_kept else 'MISSED'}")

    def of(self, kind: str, connections: int) -> list[Round]:
        """Return the rounds of one kind over so many connections, in their order."""
        return [one for one in self.rounds if (one.kind, one.connections) == (kind, connections)]


@dataclass
class Server:
    """granian, as the demo runs it, and the database behind it."""

    process: subprocess.Popen[bytes]
    port: int
    cluster: str

    def cpu_seconds(self) -> tuple[dict[int, float], dict[int, float]]:
        """Return the processor time of each living process of web and database."""
        return _cpu_of(self.process.pid), _cpu_of(postgres.server_pid(self.cluster) or 0)


def _cpu_of(pid: int) -> dict[int, float]:
    times = {}
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            times[process.pid] = spent.user + spent.system
    return times


def _spent(before: dict[int, float], after: dict[int, float]) -> float:
    """Return the time between; a process that ended meanwhile (a vacuum) is left out whole."""
    return sum(spent - before.get(pid, 0.0) for pid, spent in after.items())


@contextlib.contextmanager
def own_house() -> Iterator[str]:
    """Make a folder and a cluster that nobody else uses, let this process be its owner, and remove both at the end."""
    folder = Path(tempfile.mkdtemp(prefix="kilderkin-benchmark-"))
    folder.chmod(0o711)
    name = f"benchmark-{os.getpid()}"
    os.environ |= {
        "KILDERKIN_HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "benchmarks.voting_settings",
        "DATABASE_ROLE": "owner",
        "DEMO_PORT": str(ports.free_port()),
    }
    try:
        os.environ["DATABASE_URL"] = postgres.ensure_running(name)
        yield name
    finally:
        postgres.remove(name)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def served(cluster: str, threads: int) -> Iterator[Server]:
    """Serve house and bare views by one granian with the demo's numbers of processes and threads."""
    record = clusters.find(cluster)
    if record is None:
        raise LookupError(cluster)
    port = int(os.environ["DEMO_PORT"])
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --no-ws --workers {WEB_PROCESSES}"
    options += f" --blocking-threads {threads} --log-level warning"
    environment = {**os.environ, "DATABASE_URL": record.web_url, "DATABASE_ROLE": "app", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "granian", *options.split(), "benchmarks.voting_web:application"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603 our own command
    try:
        _wait_until_ready(process, port)
        yield Server(process, port, cluster)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            leftovers.end([*psutil.Process(process.pid).children(recursive=True)], seconds=0)
        process.kill()
        process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/bare/idle/", timeout=10).close()
            return
        if process.poll() is not None or time.monotonic() > until:
            raise TimeoutError("the web server did not start")
        time.sleep(0.1)


def send(server: Server, kind: str, requests: list[bytes], connections: int) -> Round:
    """Let a process of its own send the requests; return what came of it and what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        plan, answer = Path(folder) / "plan", Path(folder) / "result"
        plan.write_bytes(pickle.dumps(Plan(server.port, requests, connections)))
        web, database = server.cpu_seconds()
        subprocess.run([sys.executable, "-m", "benchmarks.voting_load", str(plan), str(answer)], check=True, cwd=ROOT)  # noqa: S603
        web_after, database_after = server.cpu_seconds()
        result: Result = pickle.loads(answer.read_bytes())  # noqa: S301 written a moment ago by our own process
    return Round(kind, connections, result, _spent(web, web_after), _spent(database, database_after))


def prepare_database() -> None:
    """Migrate, gather the static files, and write the bare views' table."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.bare import TABLE

    compile_messages()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def measure(report: Report, server: Server, world: "World", levels: Sequence[int], repeats: int) -> None:
    """Run every kind at every level, as often as asked, in turn; look into the box after each vote."""
    from benchmarks import voting_house as house

    host = f"localhost:{server.port}"
    members = house.sign_in_all(world.members)
    bare = {kind: [house.request(f"/bare/{kind}/", host, one, "said=one+row") for one in members] for kind in BARE}
    house.tidy_database()
    for kind in ("member", "signed"):  # every thread has its connection and its code in memory
        send(server, kind, bare[kind], levels[-1])
    for number in range(-1, repeats * len(levels)):
        contest = house.open_vote(world, number + 1)
        level = levels[number % len(levels)]
        kinds = {VOTE: house.votes(world, contest, members, host), **bare}
        order = list(kinds) if number % 2 else list(reversed(kinds))
        done = [send(server, kind, kinds[kind], level) for kind in (order if number >= 0 else [VOTE])]
        check(report, house.found(contest, next(one for one in done if one.kind == VOTE).result.answers), members, done)
        report.rounds += done if number >= 0 else []  # the first ballot warms up
        house.close_vote(world, number + 1)
    report.limit("Nothing that ballots' own integrity check would find", house.broken_laws() == [])


def check(report: Report, found: object, members: Sequence[object], done: Sequence[Round]) -> None:
    """Say so when a vote, a leaf or a receipt is missing, or an answer was an error."""
    from benchmarks.voting_house import Finding

    refused = sum(one.result.refused for one in done)
    if refused or found != Finding(*[len(members)] * 3):
        report.limit(f"{refused} errors, {found} of {len(members)} votes sent", is_kept=False)


def tell(report: Report, levels: Sequence[int]) -> None:
    """Print the table and the limits."""
    head = f"{'kind':<8} {'conns':>5} {'req/s':>7} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} "
    report.say(f"\n{head}{'web ms':>7} {'db ms':>7} {'load':>5} {'votes to it':>16}")
    for level in levels:
        for kind in (VOTE, *BARE):
            report.say(_line(report, kind, level))
    best = max(levels, key=lambda level: median(one.per_second for one in report.of(VOTE, level)))
    report.say(
        "\nweb ms, db ms: processor time for each request; load: the load's share of a core; ratios: median (range)"
    )
    for kind, words in BARE.items():
        report.say(f"{kind}: {words}")
    ratios = {kind: median(ratio for level in levels for ratio in _ratios(report, kind, level)) for kind in BARE}
    speed = median(one.per_second for one in report.of(VOTE, best))
    report.say(f"\nSaturated at {best} connections: {speed:.0f} votes/s")
    what = f"Votes to INSERTs of nobody in particular, same middleware: {ratios[PEER]:.2f}, goal {RATIO_MIN:g}"
    report.limit(what, ratios[PEER] >= RATIO_MIN)
    report.say(f"Votes to INSERTs of members signed in as the voters are, same middleware: {ratios[LIKE_FOR_LIKE]:.2f}")
    slowest = max(_percentile(report.of(VOTE, level), 95) for level in levels)
    report.limit(f"p95 of a vote at saturation: {slowest:.3f} s of {P95_SECONDS_MAX:g} s", slowest < P95_SECONDS_MAX)


def _line(report: Report, kind: str, level: int) -> str:
    rounds = report.of(kind, level)
    requests = sum(len(one.result.answers) for one in rounds)
    speeds = median(one.per_second for one in rounds)
    times = " ".join(f"{1000 * _percentile(rounds, percent):7.1f}" for percent in (50, 95, 99))
    web = 1000 * sum(one.server_cpu for one in rounds) / requests
    database = 1000 * sum(one.database_cpu for one in rounds) / requests
    load = sum(one.result.own_cpu_seconds for one in rounds) / sum(one.result.wall_seconds for one in rounds)
    ratios = _ratios(report, kind, level)
    shown = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if kind != VOTE else ""
    return f"{kind:<8} {level:>5} {speeds:7.0f} {times} {web:7.2f} {database:7.2f} {load:5.2f} {shown:>16}"


def _ratios(report: Report, kind: str, level: int) -> list[float]:
    pairs = zip(report.of(VOTE, level), report.of(kind, level), strict=True)
    return [vote.per_second / other.per_second for vote, other in pairs]


def _percentile(rounds: Sequence[Round], percent: int) -> float:
    seconds = [one for round_ in rounds for one in round_.result.seconds]
    return quantiles(seconds, n=100)[percent - 1]


def main() -> int:
    """Measure everything, print it, and return 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=2000, help="how many vote in each round")
    parser.add_argument("--repeats", type=int, default=3, help="rounds at each number of connections")
    parser.add_argument("--threads", type=int, default=WEB_THREADS, help="threads of each web process")
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 32, 64])
    arguments = parser.parse_args()
    report = Report()
    with own_house() as cluster:
        prepare_database()
        from benchmarks.voting_house import prepare_world

        report.say(f"Preparing {arguments.members:,} members")
        world = prepare_world(arguments.members, 1 + arguments.repeats * len(arguments.connections))
        with served(cluster, arguments.threads) as server:
            measure(report, server, world, arguments.connections, arguments.repeats)
    tell(report, arguments.connections)
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
