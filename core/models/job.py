from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from core.enums import ChunkState, JobState
from core.ids import PublicIdField


class Job(models.Model):
    """Long work as rows: what it is, how far it is. See Note [Jobs] in core.jobs.engine."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=64)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.RUNNING)
    pause_reason = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_finished_when_over",
                condition=Q(state__in=["done", "cancelled"], finished_at__isnull=False)
                | Q(state__in=["running", "paused"], finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="job_paused_says_why", condition=~Q(state=JobState.PAUSED) | ~Q(pause_reason="")
            ),
        ]
        indexes = [models.Index(fields=["state"], condition=Q(state="running"), name="job_running")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class JobChunk(models.Model):
    """A part of a job that one worker does; ``position`` items of it are behind us, ``worked`` real time went there."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="chunks")
    state = models.CharField(max_length=16, choices=ChunkState.choices, default=ChunkState.READY)
    items = models.JSONField()
    size = models.IntegerField()
    position = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    fence = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worked = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="chunk_position_within_size", condition=Q(position__gte=0, position__lte=F("size"))
            ),
            models.CheckConstraint(name="chunk_worked_forward", condition=Q(worked__gte=timedelta(0))),
            models.CheckConstraint(name="chunk_failed_within_position", condition=Q(failed__lte=F("position"))),
            models.CheckConstraint(
                name="chunk_done_when_all_behind", condition=~Q(state=ChunkState.DONE) | Q(position=F("size"))
            ),
            models.CheckConstraint(
                name="chunk_running_has_lease",
                condition=Q(state=ChunkState.RUNNING, lease_until__isnull=False)
                | (~Q(state=ChunkState.RUNNING) & Q(lease_until__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["job", "state"], name="chunk_job_state")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.pk} {self.position} of {self.size}"


class JobFailure(models.Model):
    """One item that could not be done, and why; the rest of the job goes on."""

    chunk = models.ForeignKey(JobChunk, on_delete=models.PROTECT, related_name="failures")
    item = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    failed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chunk", "item"], name="failure_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item}: {self.reason}"
