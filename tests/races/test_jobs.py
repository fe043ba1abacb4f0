"""Races for the chunks of a job and for waiting mail, each first shown to happen with its lock off."""

import threading
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.enums import JobState
from core.jobs import engine
from core.mail import delivery, queue_mail
from core.models import Job, JobChunk, OutgoingMail
from core.tasks import sweep
from core.transactions import atomic
from tests.core import probe
from tests.core.probe import fresh
from tests.races.crowd import together

pytestmark = pytest.mark.race
LOCK = "FOR UPDATE OF chunk SKIP LOCKED"
MAIL_LOCK = "FOR UPDATE SKIP LOCKED"


@pytest.fixture(autouse=True)
def probes(settings: Any) -> None:
    """Our own kind of job only; hints go nowhere."""
    settings.JOB_HANDLERS = probe.HANDLERS
    settings.CELERY_BROKER_URL = "memory://"
    settings.SWEEPERS = ["core.jobs.engine.sweep"]


def claim_all() -> list[int]:
    claimed = []
    while lease := engine.claim():
        claimed.append(lease.chunk_id)
    return claimed


def test_workers_without_the_lock_claim_the_same_chunk(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    probe.start(range(60), chunk_size=1)
    assert LOCK in engine.CLAIM
    monkeypatch.setattr(engine, "CLAIM", engine.CLAIM.replace(LOCK, ""))

    claimed = [chunk for result in together([claim_all] * 8) for chunk in result]

    assert len(claimed) > len(set(claimed))


def test_workers_at_once_never_claim_the_same_chunk(committed_db: str) -> None:
    probe.start(range(60), chunk_size=1)

    claimed = [chunk for result in together([claim_all] * 8) for chunk in result]

    assert sorted(claimed) == sorted(JobChunk.objects.values_list("pk", flat=True))


def test_workers_at_once_do_every_item_once(committed_db: str) -> None:
    job = probe.start(range(60), chunk_size=5)

    together([lambda: engine.run(job.pk)] * 4)

    assert sorted(probe.done(job)) == list(range(60))
    assert fresh(job).state == JobState.DONE


def test_sweeps_at_once_finish_a_job_once(committed_db: str) -> None:
    job = probe.start([])

    results = together([sweep] * 8)

    assert [result for result in results if result is not None] == []
    assert fresh(job).state == JobState.DONE


def test_worker_comes_back_after_the_server_ended_its_connection(committed_db: str) -> None:
    job = probe.start([1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def end_session() -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.close()

    thread = threading.Thread(target=end_session)
    thread.start()
    thread.join()
    sweep()  # meets the broken connection
    sweep()

    assert (probe.done(job), fresh(job).state) == ([1], JobState.DONE)
    assert Job.objects.count() == 1


def queue(number: int) -> None:
    for position in range(number):
        with atomic():
            queue_mail(
                to=f"reader{position}@example.org",
                subject="News",
                text="Text",
                kind="news",
                language="en",
                at=clock.now(),
            )


def test_deliverers_without_the_claim_send_a_mail_twice(
    committed_db: str, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    queue(40)
    assert MAIL_LOCK in delivery.CLAIM
    monkeypatch.setattr(delivery, "CLAIM", delivery.CLAIM.replace(MAIL_LOCK, ""))

    together([delivery.deliver_waiting] * 8)

    sent = [message.to[0] for message in mailoutbox]
    assert len(sent) > len(set(sent))


def test_deliverers_at_once_send_every_mail_once(committed_db: str, mailoutbox: list[Any]) -> None:
    queue(40)

    results = together([delivery.deliver_waiting] * 8)

    sent = [message.to[0] for message in mailoutbox]
    assert sorted(sent) == sorted(OutgoingMail.objects.values_list("to", flat=True))
    assert sum(results) == len(sent) == 40
