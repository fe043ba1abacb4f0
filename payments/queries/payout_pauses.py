"""Who paused the job of a payment run."""

from accounts.queries.people import roles_of
from core.models import AuditRecord, Job

DIRECTOR = "director"


def is_paused_by_director(job: Job) -> bool:
    """Tell whether the last pause of the job was a director's; the house itself pauses as nobody."""
    rows = AuditRecord.objects.filter(verb="job_paused", subject_kind="core.job", subject_id=str(job.pk))
    last = rows.select_related("by").order_by("-pk").first()
    return last is not None and last.by is not None and DIRECTOR in roles_of(last.by)
