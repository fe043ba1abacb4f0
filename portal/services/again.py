"""Trying again what a job could not do."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core import jobs
from core.errors import DomainError
from core.locks import lock
from core.models import Job, JobFailure
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


class NothingFailed(DomainError):
    """There is nothing to try again."""

    sentence = _("Nothing of this job waits to be tried again.")
    code = "nothing_failed"


@needs_transaction
def try_again(*, job: Job, by: "User", at: datetime) -> Job:
    """Start a job with the items of this one that failed; raises `NothingFailed`. Called again: the same new job."""
    job = lock(Job.objects.all(), pk=job.pk)
    standing = Job.objects.filter(kind=job.kind, params__again_of=job.public_id).first()
    if standing:
        return standing
    failed = list(JobFailure.objects.filter(chunk__job=job).order_by("id").values_list("item", flat=True))
    if not failed:
        raise NothingFailed()
    items = [int(item) if item.isdecimal() else item for item in failed]
    return jobs.start(kind=job.kind, items=items, by=by, at=at, params={**job.params, "again_of": job.public_id})
