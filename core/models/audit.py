from django.conf import settings
from django.db import models


class AuditRecord(models.Model):
    """Who did what to what, when; append-only. ``by`` is empty for the system itself."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="audit_subject"),
            models.Index(fields=["-id", "verb"], name="audit_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject_kind} {self.subject_id}"
