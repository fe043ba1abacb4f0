"""A house with one of everything, written once for all tests of a file."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from tests.consistency.world import World, write_everything
from tests.databases import written_once


@pytest.fixture(scope="module")
def everything(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One of everything, for all tests of the file."""
    with written_once(django_db_blocker):
        yield write_everything()


@pytest.fixture
def world(everything: World, db: None) -> World:
    """The same things, and clients that no test before has signed out."""
    return World(everything.arguments, {who: _again(client) for who, client in everything.clients.items()})


def _again(client: Client) -> Client:
    other = Client()
    other.cookies = deepcopy(client.cookies)
    return other
