"""The broker loses its messages or is not there: pages and services work, and the sweeper does what was hinted at."""

from pathlib import Path

import pytest

from core.enums import JobState
from core.models import Job, JobChunk
from equity.enums import ApplicationState
from equity.models import Application, CertificateFile
from portal.queries.proofs import findings
from tests.factories.equity import make_batch, make_open_offer
from tests.factories.people import make_staff
from tests.faults.crowd import make_paid, make_unconfirmed
from tests.faults.house import House, wait_until

pytestmark = pytest.mark.fault
LOTS = 8


def empty(broker: Path) -> int:
    """Lose every message; return how many there were."""
    messages = list(broker.glob("*.msg"))
    for message in messages:
        message.unlink(missing_ok=True)
    return len(messages)


def test_broker_emptied_before_and_during_the_job_delays_it_only(house: House) -> None:
    broker = house.folder / "broker"
    make_batch(make_paid(LOTS))
    director = make_staff("director")
    house.run("tests.faults.approving_web", str(director.pk), DATABASE_ROLE="app")
    assert empty(broker) > 0
    worker = "worker --beat --concurrency 1 --loglevel WARNING --without-gossip --without-mingle --without-heartbeat"

    house.start("celery", "-A", "config.celery", *worker.split(), "-s", str(house.folder / "schedule"))
    wait_until(lambda: JobChunk.objects.get(job__kind="certificates").position > 0, house)
    empty(broker)
    wait_until(lambda: Job.objects.get(kind="certificates").state == JobState.DONE, house)

    assert CertificateFile.objects.count() == LOTS
    assert list(findings()) == []


def test_broker_that_is_down_stops_neither_pages_nor_checkout_nor_job(house: House) -> None:
    make_unconfirmed(make_open_offer(), 3)
    director = make_staff("director")
    in_the_way = house.folder / "in-the-way"
    in_the_way.write_text("a file where the broker's folder should be")
    down = {"BROKER_FOLDER": str(in_the_way / "broker"), "DATABASE_ROLE": "app"}

    out = house.run("tests.faults.shoppers", "3", "pages", **down)
    assert [line.split()[0] for line in out.splitlines()] == ["page"] * 3 + ["paid"] * 3
    assert set(Application.objects.values_list("state", flat=True)) == {ApplicationState.PAID}
    make_batch(Application.objects.select_related("offer")[0].offer)
    house.run("tests.faults.approving_web", str(director.pk), **down)
    assert "the broker took no hint for core.tasks.work_on_job" in house.last_words()
    house.work()

    assert (Job.objects.get(kind="certificates").state, CertificateFile.objects.count()) == (JobState.DONE, 3)
    assert list(findings()) == []
