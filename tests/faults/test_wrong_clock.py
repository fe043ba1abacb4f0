"""An application server whose clock is wrong by three days decides what every other decides."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock, jobs
from core.jobs import engine
from core.models import JobChunk
from core.transactions import atomic
from equity.models import Application
from equity.services.sweeping import expire_unkept
from tests.factories.equity import make_open_offer
from tests.factories.payouts import approve, make_payee, make_run
from tests.faults.crowd import make_unconfirmed
from tests.faults.house import House

pytestmark = pytest.mark.fault
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def make_two_applications() -> tuple[Application, Application]:
    """One whose thinking time ends in a day, one whose thinking time ended an hour ago."""
    now = clock.now()
    offer = make_open_offer(title="closes in two days", closes_at=now + timedelta(days=2))
    cooling, cooled = make_unconfirmed(offer, 2)
    Application.objects.filter(pk=cooling.pk).update(started_at=now, not_before_at=now + timedelta(days=1))
    Application.objects.update(kept_until_at=now + timedelta(days=1, hours=12))
    return cooling, cooled


def make_two_chunks() -> None:
    """One under a lease that runs for another hour, one whose lease ran out a minute ago."""
    with atomic():
        jobs.start(kind="certificates", items=[1, 2], chunk_size=1, by=None, at=clock.now())
    held, dead = engine.claim(), engine.claim()
    assert (held.items, dead.items) == ([1], [2])
    real = clock.now() - clock.offset()  # leases know nothing of the demo's clock
    JobChunk.objects.filter(pk=held.chunk_id).update(lease_until=real + timedelta(hours=1))
    JobChunk.objects.filter(pk=dead.chunk_id).update(lease_until=real - timedelta(minutes=1))


def make_two_runs() -> None:
    """One whose day comes in two days, one whose moment came an hour ago."""
    now = clock.now()
    for title, not_before in (("in two days", now + timedelta(days=2)), ("an hour ago", now - timedelta(hours=1))):
        payee = make_payee(holder_name=title, given_at=now - timedelta(days=7), usable_from=not_before)
        approve(make_run([payee], title=title, not_before=not_before))


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
@pytest.mark.parametrize("days", [3, -3])
def test_clock_wrong_by_three_days_changes_no_decision(house: House, days: int) -> None:
    make_open_offer(title="closed an hour ago", closes_at=clock.now() + timedelta(days=2))
    clock.move_forward(by=timedelta(days=2, hours=1))
    cooling, cooled = make_two_applications()
    make_two_chunks()
    make_two_runs()

    wrong = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"{days:+d}d", "DATABASE_ROLE": "app"}
    facts = json.loads(house.run("tests.faults.probe_clock", cooling.public_id, cooled.public_id, **wrong))

    assert facts == {
        "days_wrong": days,
        "house_clock_wrong": False,
        "cooling": "still_cooling_off",
        "cooled": "payable",
        "claimed": [2],
        "claimed_again": False,
        "offers": {"closes in two days": "open", "closed an hour ago": "failed"},
        "runs": {"in two days": "approved", "an hour ago": "paying"},
        "details": {"in two days": "details_wait", "an hour ago": ""},
    }
    assert set(Application.objects.values_list("state", flat=True)) == {"quantity_chosen"}
    assert expire_unkept() == 0
