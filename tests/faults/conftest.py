"""Every worker of pytest has one PostgreSQL cluster for its faults, every test a database and a folder of its own."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import call_command
from django.db import connections

from core.processes import postgres
from tests.databases import dropping
from tests.faults.house import House, OwnCluster, at_home, settings_of

PREFIX = "kilderkin-faults-"
_databases = count(1)


def remove_what_a_killed_run_left() -> None:
    """End the servers of runs that were killed before they could do so themselves."""
    for record in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/postgres/faults-*.json"):
        folder, run = record.parent.parent, int(record.stem.removeprefix("faults-"))
        if folder.stat().st_uid == os.geteuid() and not psutil.pid_exists(run):
            with at_home(folder):
                postgres.remove(record.stem)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def own_cluster(django_db_blocker: Any) -> Iterator[OwnCluster]:
    """A server of our own, its first database migrated."""
    remove_what_a_killed_run_left()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    name = f"faults-{os.getpid()}"
    with at_home(folder):
        url = postgres.ensure_running(name)
    cluster = OwnCluster(name, folder, url)
    with django_db_blocker.unblock(), connected(url, role=""):
        call_command("migrate", verbosity=0)
    yield cluster
    with at_home(folder):
        postgres.remove(name)
    shutil.rmtree(folder)


@pytest.fixture
def house(own_cluster: OwnCluster, django_db_blocker: Any, settings: Any) -> Iterator[House]:
    """A database of this test's own, to which its ORM speaks as the app, and a folder for files, mail and broker."""
    database = f"house_{next(_databases)}"
    own_cluster.ensure_running()
    own_cluster.run(f"CREATE DATABASE {database} TEMPLATE kilderkin")
    house = House(own_cluster.folder / database, own_cluster.address(database), own_cluster)
    (house.folder / "broker").mkdir(parents=True)
    settings.FILES_ROOT = house.folder / "files"
    settings.CELERY_BROKER_URL = "memory://"
    settings.SANDBOX_POST = "tests.payments.actions.post_to_test_client"
    with django_db_blocker.unblock(), connected(house.url, role="kilderkin_app"):
        yield house
        house.end_processes()
    own_cluster.ensure_running()
    own_cluster.run(*dropping(database))
    shutil.rmtree(house.folder)


class connected:
    """Let Django's connection lead to another database for a while."""

    def __init__(self, url: str, *, role: str) -> None:
        self.wanted = {**settings_of(url), "OPTIONS": {"assume_role": role} if role else {}}

    def __enter__(self) -> None:
        connections["default"].close()
        there = connections["default"].settings_dict
        self.before = {name: there[name] for name in self.wanted}
        there.update(self.wanted)

    def __exit__(self, *exception: object) -> None:
        connections["default"].close()
        connections["default"].settings_dict.update(self.before)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance from one seed, printed when the test fails; ``FAULT_SEED`` repeats it."""
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**9))
    print(f"FAULT_SEED={seed}")  # noqa: T201  pytest shows it with a failure
    return random.Random(seed)
