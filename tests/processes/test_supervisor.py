"""The supervisor on a small house of real programs: whatever is killed, it comes back, and nothing answers twice."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.processes import ports, postgres
from core.processes.leftovers import Records
from core.processes.messages import ROOT


@pytest.fixture
def port() -> int:
    return ports.free_port()


def start_house(port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.processes.small_house", str(port)]
    house = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert house.stdout is not None
    assert house.stdout.readline() == "ready\n"
    wait_for(lambda: answers(port))
    return house


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return bool(answer.read() == b"here")
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def children(place: Path, name: str = "") -> list[psutil.Process]:
    return [p for p in Records(place / "run").running(name) if p.status() != psutil.STATUS_ZOMBIE]


def main_of(place: Path, name: str) -> psutil.Process:
    """Return the oldest process of that child: its main one."""
    return min(children(place, name), key=lambda process: process.create_time())


def kill(*processes: psutil.Process) -> None:
    for process in processes:
        process.kill()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_ends_every_process(place: Path, port: int, sign: signal.Signals) -> None:
    house = start_house(port)

    house.send_signal(sign)

    assert house.wait(timeout=20) == 0
    assert (children(place), postgres.server_pid("house"), ports.is_free(port)) == ([], None, True)


def test_granian_main_killed_leaves_a_worker_that_is_ended_and_replaced(place: Path, port: int) -> None:
    house = start_house(port)
    old = children(place, "web")
    assert len(old) == 2  # main and worker

    kill(main_of(place, "web"))
    wait_for(
        lambda: len(children(place, "web")) == 2 and not {p.pid for p in old} & {p.pid for p in children(place, "web")}
    )

    wait_for(lambda: answers(port))
    assert house.poll() is None


def test_sleeper_killed_again_and_again_waits_longer_each_time(place: Path, port: int) -> None:
    house = start_house(port)
    waited = []

    for _ in range(3):
        killed = main_of(place, "sleeper")
        kill(killed)
        since = time.monotonic()
        wait_for(lambda killed=killed: [p.pid for p in children(place, "sleeper")] not in ([], [killed.pid]))
        waited.append(time.monotonic() - since)

    assert waited[0] >= 0.5
    assert waited[1] >= 1.0
    assert waited[2] >= 2.0
    assert house.poll() is None


def test_postgres_killed_comes_back(place: Path, port: int) -> None:
    house = start_house(port)
    killed = postgres.server_pid("house")

    os.kill(killed or 0, signal.SIGKILL)

    wait_for(lambda: postgres.server_pid("house") not in (None, killed))
    assert house.poll() is None


def test_supervisor_killed_next_one_ends_its_orphans(place: Path, port: int) -> None:
    house = start_house(port)
    orphans = {p.pid for p in children(place)}
    house.kill()
    house.wait()
    assert answers(port)  # the orphan does answer: that is the danger

    second = start_house(port)

    assert not orphans & {p.pid for p in children(place)}
    assert second.poll() is None


def test_everything_killed_next_one_starts(place: Path, port: int) -> None:
    house = start_house(port)
    server = psutil.Process(postgres.server_pid("house"))

    kill(psutil.Process(house.pid), *children(place), server)
    house.wait()

    assert start_house(port).poll() is None


def test_records_lost_orphans_are_still_found_by_their_mark(place: Path, port: int) -> None:
    house = start_house(port)
    orphans = {p.pid for p in children(place)}
    house.kill()
    house.wait()
    (place / "run" / "processes.json").unlink()

    start_house(port)

    assert not orphans & {p.pid for p in children(place)}


def test_recorded_pid_of_a_stranger_is_left_alone(place: Path, port: int) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    run = place / "run"
    run.mkdir()
    (run / "processes.json").write_text(f'[{{"name": "web", "pid": {stranger.pid}, "started": 1.0}}]')

    start_house(port)

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_port_of_another_program_is_refused_with_a_sentence(place: Path, port: int) -> None:
    stranger = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)])
    wait_for(lambda: not ports.is_free(port))

    command = [sys.executable, "-m", "tests.processes.small_house", str(port)]
    house = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)

    assert house.returncode == 1
    assert house.stderr.startswith(f"Port {port} is already in use by python")
    assert f"(process {stranger.pid})" in house.stderr
    assert "Traceback" not in house.stderr
    assert children(place) == []
    stranger.kill()
    stranger.wait()


def test_port_taken_by_granian_with_a_shared_socket_is_refused_too(place: Path, port: int) -> None:
    command = f"-m granian --interface wsgi --port {port} --no-ws tests.processes.plain_page:application"
    stranger = subprocess.Popen([sys.executable, *command.split()], cwd=ROOT, start_new_session=True)
    wait_for(lambda: answers(port))

    assert not ports.is_free(port)

    stranger.terminate()
    stranger.wait(timeout=20)


def test_second_supervisor_waits_then_says_who_has_the_lock(place: Path, port: int) -> None:
    house = start_house(port)

    command = [sys.executable, "-m", "tests.processes.small_house", str(port)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=40, check=False)

    assert second.stderr == f"It is already running: process {house.pid}. Stop that one first.\n"
    assert house.poll() is None
