from core.models.audit import AuditRecord
from core.models.job import Job, JobChunk, JobFailure
from core.models.mail import OutgoingMail

__all__ = ["AuditRecord", "Job", "JobChunk", "JobFailure", "OutgoingMail"]
