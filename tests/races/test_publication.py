"""A declared vote published by many at once: one row, one bundle, and the sweeps do not make it side by side."""

from typing import Any

import pytest

from ballots.models import Contest, Publication
from ballots.services import sweeping
from ballots.services.publication import publish
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from tests.factories.agm import cast, declare_vote, make_world, open_vote
from tests.races.crowd import together

pytestmark = pytest.mark.race
CROWD = 6


@pytest.fixture
def contest(committed_db: str, settings: Any, tmp_path: Any) -> Contest:
    settings.FILES_ROOT = tmp_path
    world = make_world(kinds=("recipes",))
    cast(open_vote(world, "recipes"), world.members[0], "Weir Stout")
    return declare_vote(world, "recipes")


def test_publishing_many_times_at_once_leaves_one_publication(contest: Contest) -> None:
    def act() -> str:
        with atomic():
            return publish(contest=contest, by=None, at=clock.now()).bundle_sha256

    results = together([act] * CROWD)

    assert results == [Publication.objects.get().bundle_sha256] * CROWD
    assert AuditRecord.objects.filter(verb="contest_published").count() == 1


def test_sweep_passes_by_what_another_sweep_is_publishing(contest: Contest) -> None:
    with atomic():
        assert sweeping._is_alone_with(contest)
        results = together([sweeping.sweep])
        meanwhile = Publication.objects.count()
    sweeping.sweep()

    assert (results, meanwhile, Publication.objects.count()) == ([None], 0, 1)
