"""A program under the supervisor stops another one, and the supervisor brings it back."""

import psutil
import pytest

from core.processes import ports
from core.processes.leftovers import MARK
from core.processes.siblings import find_sibling, kill_sibling
from tests.processes.test_supervisor import children, start_house, wait_for


def test_killed_sibling_is_brought_back_and_the_others_are_left_alone(place, monkeypatch: pytest.MonkeyPatch) -> None:
    house = start_house(ports.free_port())
    monkeypatch.setenv(MARK, str(place / "run"))
    sleeper, web = find_sibling("sleeper"), {process.pid for process in children(place, "web")}

    killed = kill_sibling("sleeper")

    assert killed == [sleeper]
    wait_for(lambda: find_sibling("sleeper") not in (None, sleeper))
    assert {process.pid for process in children(place, "web")} == web
    assert house.poll() is None


def test_sibling_with_children_is_killed_whole_the_main_process_first(place, monkeypatch: pytest.MonkeyPatch) -> None:
    start_house(ports.free_port())
    monkeypatch.setenv(MARK, str(place / "run"))
    main = find_sibling("web")

    killed = kill_sibling("web")

    assert (killed[0], len(killed)) == (main, 2)
    assert [psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in killed] == [False, False]
    wait_for(lambda: find_sibling("web") not in (None, main))


def test_without_a_supervisor_nobody_is_found_or_killed(place, monkeypatch: pytest.MonkeyPatch) -> None:
    start_house(ports.free_port())
    monkeypatch.delenv(MARK, raising=False)
    before = {process.pid for process in children(place)}

    assert (find_sibling("sleeper"), kill_sibling("sleeper")) == (None, [])
    assert {process.pid for process in children(place)} == before


def test_supervisor_of_another_house_is_no_concern_of_ours(place, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_house(ports.free_port())
    monkeypatch.setenv(MARK, str(tmp_path))

    assert (find_sibling("sleeper"), kill_sibling("sleeper")) == (None, [])
