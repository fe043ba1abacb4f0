"""Fixtures of the whole house: a real database as the app role, fresh copies for committed work, no network."""

import os
import shutil
import socket
from collections.abc import Iterator
from itertools import count

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, sync_playwright

from core.processes.messages import compile_messages
from tests.databases import dropping
from tests.network import only_loopback

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
APP_ROLE = "kilderkin_app"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
_copies = count()


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations once, before any worker starts: without them Vietnamese pages would pass in English."""
    if not hasattr(config, "workerinput"):
        compile_messages()


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


def become(role: str) -> None:
    """Reconnect as the PostgreSQL role; empty means the owner."""
    options = connections["default"].settings_dict["OPTIONS"]
    options.pop("assume_role", None)
    if role:
        options["assume_role"] = role
    connections["default"].close()


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
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database for tests that commit: a copy of the migrated one, dropped afterwards.

    Append-only triggers refuse the usual flush, and they are never switched off.
    """
    template = settings.DATABASES["default"]["NAME"]
    name = f"{template}_copy_{next(_copies)}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        become("")
        _with_server(*dropping(name), f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _use(name)
        become(APP_ROLE)
        yield name
        _use(template)
        become("")
        try:
            _with_server(*dropping(name))
        finally:
            become(APP_ROLE)


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name


def _with_server(*statements: str) -> None:
    """Run statements in the maintenance database, with nobody in the template."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for statement in statements:
            cursor.execute(statement)
