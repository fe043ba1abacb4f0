"""No room left where documents are kept: the job waits and says why, no row names a file that is not there."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import clock, jobs
from core.enums import JobState
from core.errors import StorageFull
from core.models import Job, JobFailure, OutgoingMail
from core.transactions import atomic
from dividends.documents import statement_pdf
from dividends.models import StatementFile
from dividends.queries.statements import whole_statements
from dividends.services.statements import issue_statements
from equity.models import CertificateFile
from payments.models import Payout
from portal.queries.proofs import findings
from tests.factories.equity import make_approved_batch, pay
from tests.faults.crowd import make_allotted, make_payable
from tests.faults.house import House
from tests.faults.payees import make_approved_run, make_owed_dividend

pytestmark = pytest.mark.fault
LOTS = 6


@pytest.fixture
def small_disk(house: House) -> Iterator[Path]:
    """A document store of two megabytes."""
    folder = house.folder / "files"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leave: int) -> Path:
    """Fill the disk but for so many bytes."""
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(folder).free - leave))
    return ballast


def test_full_disk_pauses_the_certificates_and_room_lets_them_go_on(house: House, small_disk: Path) -> None:
    offer = make_allotted(1)
    house.work()
    size = CertificateFile.objects.get().size_bytes
    for application in make_payable(offer, LOTS):
        pay(application)
    make_approved_batch(offer)
    ballast = fill(small_disk, leave=round(2.5 * size))

    house.work()

    job = Job.objects.latest("pk")
    assert (job.state, job.pause_reason) == (JobState.PAUSED, str(StorageFull()))
    made = CertificateFile.objects.count()
    assert 1 < made < 1 + LOTS
    assert OutgoingMail.objects.filter(kind="certificate").count() == made
    assert [path.name for path in small_disk.rglob(".tmp-*")] == []
    assert list(findings()) == []

    ballast.unlink()
    with atomic():
        jobs.resume(job=job, by=None, at=clock.now())
    house.work()

    assert Job.objects.latest("pk").state == JobState.DONE
    assert CertificateFile.objects.count() == 1 + LOTS
    assert JobFailure.objects.count() == 0
    assert list(findings()) == []


def test_full_disk_pauses_the_statements_and_not_the_payments(house: House, small_disk: Path) -> None:
    made = make_owed_dividend(LOTS)
    make_approved_run(made)
    with atomic():
        issued = issue_statements(declaration=made.declaration, by=made.finance, at=clock.now())
    size = len(statement_pdf(whole_statements()[0]))
    ballast = fill(small_disk, leave=round(2.5 * size))

    house.work()

    job = Job.objects.get(pk=issued.pk)
    assert (job.state, job.pause_reason) == (JobState.PAUSED, str(StorageFull()))
    stored = StatementFile.objects.count()
    assert 1 <= stored < LOTS
    assert OutgoingMail.objects.filter(kind="dividend.statement").count() == stored
    assert [path.name for path in small_disk.rglob(".tmp-*")] == []
    assert list(Payout.objects.values_list("state", flat=True)) == ["sent"] * LOTS
    assert list(findings()) == []

    ballast.unlink()
    with atomic():
        jobs.resume(job=job, by=None, at=clock.now())
    house.work()

    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    assert StatementFile.objects.count() == LOTS
    assert JobFailure.objects.count() == 0
    assert list(findings()) == []
