"""Fixtures of the whole house: a real database as the app role, fresh copies for committed work, no network."""

import os
import shutil
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright

from core.jobs import engine
from core.processes.messages import compile_messages
from tests.databases import APP_ROLE, become, copied, speaking_to
from tests.dealing import dealt
from tests.network import only_loopback

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations once, before any worker starts: without them Vietnamese pages would pass in English."""
    if not hasattr(config, "workerinput"):
        compile_messages()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the long tests out first where several workers run. See Note [Long tests first] in tests/dealing.py."""
    if hasattr(config, "workerinput"):
        items[:] = dealt(items, config.workerinput["workercount"])


@pytest.fixture(autouse=True)
def english() -> None:
    """Start in English: a page asked for in Vietnamese leaves its language on in the tests' own thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Sockets reach this machine only."""
    original = socket.socket.connect
    socket.socket.connect = only_loopback(original)  # type: ignore[method-assign]
    yield
    socket.socket.connect = original  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: pytest.FixtureRequest,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Migrate as the owner, then run every test as the app role, as the web does.

    pytest-django's own fixture makes no database when no test asks for ``db``; then `committed_db` would copy the
    database of the running house.
    """
    verbosity = request.config.option.verbose
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = setup_databases(verbosity, interactive=False, aliases={"default"}, serialized_aliases=set(), keepdb=keep)
        become(APP_ROLE)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        become("")
        if not django_db_keepdb:
            teardown_databases(made, verbosity=verbosity)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium for the browser tests of one file.

    While Playwright's loop runs, Django keeps other connections for this thread: both sides are closed at the change,
    so that no forgotten one keeps a database from being copied or dropped.
    """
    path = shutil.which("chromium")
    assert path, "Chromium is not installed: `make test` says how to get it"
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A fresh database for tests that commit: a copy of the migrated one, dropped afterwards.

    Append-only triggers refuse the usual flush, and they are never switched off.
    """
    with django_db_blocker.unblock(), copied(settings.DATABASES["default"]["NAME"]) as name, speaking_to(name):
        yield name


@pytest.fixture(scope="session")
def example_company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[tuple[str, Path]]:
    """The example company with 50 members, seeded once, their certificates made: its database and folder of files."""
    folder = tmp_path_factory.mktemp("example")
    with django_db_blocker.unblock(), copied(settings.DATABASES["default"]["NAME"]) as name:
        with speaking_to(name), override_settings(FILES_ROOT=folder / "files", KILDERKIN_HOME=folder):
            call_command("seed", members=50, seed=7, stdout=StringIO())
            engine.run()
        yield name, folder


@pytest.fixture
def example_db(
    example_company: tuple[str, Path],
    django_db_blocker: Any,
    settings: Any,
    tmp_path: Path,
) -> Iterator[str]:
    """The example company in a database and a folder of the test's own: copies of those that were seeded."""
    seeded, folder = example_company
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    settings.FILES_ROOT = tmp_path / "files"
    settings.KILDERKIN_HOME = tmp_path  # the keys of the log and of the demo's scrutineer
    with django_db_blocker.unblock(), copied(seeded) as name, speaking_to(name):
        yield name
