"""kill -9 of workers and of the web process: nothing is lost, doubled or left for a person."""

import contextlib
import http.client
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from django.db.models.functions import Now

from core.enums import JobState
from core.models import Job, JobChunk, JobFailure, OutgoingMail
from core.processes import leftovers, ports
from equity.models import AllotmentBatch, Certificate, CertificateFile, Lot
from portal.queries.proofs import findings
from tests.factories.equity import make_batch
from tests.factories.people import make_staff, sign_in_staff
from tests.faults.crowd import make_allotted, make_paid
from tests.faults.house import House, children_of, wait_until

pytestmark = pytest.mark.fault
LOTS, KILLS, DEATHS_OF_ONE_ITEM_MAX = 60, 8, 2


def is_over() -> bool:
    return not Job.objects.exclude(state=JobState.DONE).exists()


def all_mail_left() -> bool:
    return not OutgoingMail.objects.filter(sent_at=None).exists()


def let_claims_run_out() -> None:
    """Let the two minutes pass after which a mail is sent again whose sender was killed over it."""
    OutgoingMail.objects.filter(sent_at=None, claimed_until__isnull=False).update(claimed_until=Now())


def delivered(house: House, kind: str) -> Counter[str]:
    """Count the mails of a kind as the mail server saw them, by Message-ID."""
    ours = set(OutgoingMail.objects.filter(kind=kind).values_list("public_id", flat=True))
    lines = [line for path in Path(house.folder / "mail").iterdir() for line in path.read_text("latin-1").splitlines()]
    ids = [line.removeprefix("Message-ID: <").partition("@")[0] for line in lines if line.startswith("Message-ID: <")]
    return Counter(public_id for public_id in ids if public_id in ours)


def is_third_death_near() -> bool:
    """Three deaths at one item set it aside, as they should; chance must not bring that about here."""
    return JobChunk.objects.filter(state="running", attempts__gt=DEATHS_OF_ONE_ITEM_MAX).exists()


def kill_at_random(house: House, workers, chance: random.Random) -> int:
    """Kill a worker at random moments until it was done often enough or the job is over."""
    killed = 0
    while killed < KILLS and not is_over():
        time.sleep(chance.uniform(0.05, 1.0))
        alive = children_of(workers)
        if alive and not is_third_death_near():
            os.kill(chance.choice(alive).pid, signal.SIGKILL)
            killed += 1
    return killed


def test_worker_killed_at_random_makes_every_certificate_once(house: House, chance: random.Random) -> None:
    make_allotted(LOTS)
    workers = house.start("tests.faults.workers", "2", JOB_LEASE_SECONDS="6")
    wait_until(CertificateFile.objects.exists, house)

    killed = kill_at_random(house, workers, chance)
    wait_until(is_over, house)
    let_claims_run_out()
    wait_until(all_mail_left, house)

    print(f"killed {killed} workers")  # noqa: T201
    assert killed >= 3
    assert JobFailure.objects.count() == 0
    assert sorted(Certificate.objects.values_list("serial", flat=True)) == [f"B-{n:06d}" for n in range(1, LOTS + 1)]
    assert Certificate.objects.values("lot").distinct().count() == Lot.objects.count() == LOTS
    assert CertificateFile.objects.values("certificate").distinct().count() == CertificateFile.objects.count() == LOTS
    assert OutgoingMail.objects.filter(kind="certificate").count() == LOTS
    assert len(delivered(house, "certificate")) == LOTS
    assert list(findings()) == []


def start_web(house: House, application: str) -> tuple[int, psutil.Process]:
    """Serve by granian as in production; return its port and the one process that answers requests."""
    port = ports.free_port()
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --no-ws --workers 1 --blocking-threads 2 {application}"
    web = house.start("granian", *options.split(), DATABASE_ROLE="app")
    wait_until(lambda: web.poll() is not None or not ports.is_free(port), house)
    (serving,) = [child for child in children_of(web) if "resource_tracker" not in " ".join(child.cmdline())]
    return port, serving


def ask(port: int, path: str, session: str, **answers: str) -> int:
    """Ask for a page, or post the answers to it, as a browser with that session would; return the status."""
    browser = http.client.HTTPConnection("localhost", port, timeout=60)
    headers = {"Cookie": f"sessionid={session}; csrftoken={'t' * 32}", "X-CSRFToken": "t" * 32}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    with contextlib.closing(browser):
        browser.request("POST" if answers else "GET", path, urlencode(answers), headers)
        return browser.getresponse().status


def test_web_killed_between_commit_and_hint_leaves_work_that_the_sweeper_finds(house: House) -> None:
    batch = make_batch(make_paid(3))
    session = sign_in_staff(make_staff("director")).cookies["sessionid"].value
    port, serving = start_web(house, "tests.faults.dying_web:application")
    page = f"/office/allotments/{batch.public_id}/decide/"

    assert ask(port, page, session) == 200, house.last_words()
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(port, page, session, sha256=batch.rows_sha256)
    wait_until(lambda: not leftovers.lives(serving), house)

    assert AllotmentBatch.objects.get().state == "approved"
    assert (Job.objects.get(kind="certificates").state, CertificateFile.objects.count()) == (JobState.RUNNING, 0)
    house.work()
    assert (Job.objects.get(kind="certificates").state, CertificateFile.objects.count()) == (JobState.DONE, 3)
    assert list(findings()) == []
