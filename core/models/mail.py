from django.db import models
from django.db.models import Q

from core.ids import PublicIdField


class OutgoingMail(models.Model):
    """A mail as it left, or waits to leave, the house: the log of what was sent is these rows."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=64)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    language = models.CharField(max_length=8)
    attachments = models.JSONField(default=list)
    queued_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="mail_waiting"),
            models.Index(fields=["to", "-id"], name="mail_to"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
