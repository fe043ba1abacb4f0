from django.conf import settings
from django.db import models
from django.db.models import Q

from ballots.models.contest import Contest


class Publication(models.Model):
    """What is published of a declared contest: files in the document store, named by their own hash.

    A secret ballot has its papers as CSV and BLT beside the bundle. A resolution has the bundle alone: its votes are
    never published, because votes by size would tell whose they are.
    """

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="publication")
    bundle_sha256 = models.CharField(max_length=64)
    bundle_bytes = models.PositiveBigIntegerField()
    csv_sha256 = models.CharField(max_length=64, blank=True, default="")
    blt_sha256 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="publication_of_papers_in_both_forms_or_none",
                condition=Q(csv_sha256="", blt_sha256="") | ~Q(csv_sha256="") & ~Q(blt_sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return self.bundle_sha256[:12]
