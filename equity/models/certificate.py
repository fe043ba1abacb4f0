from django.db import models

from core.ids import PublicIdField
from equity.enums import CertificateEndKind
from equity.models.register import Lot


class Certificate(models.Model):
    """A certificate's facts (CA 2006 s.769), fixed at allotment. The number comes from the class's locked counter."""

    public_id = PublicIdField()
    check_code = PublicIdField()
    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="certificate")
    serial = models.CharField(max_length=24, unique=True)
    facts_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    holder_names = models.JSONField()
    minute_reference = models.CharField(max_length=160)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.serial


class CertificateFile(models.Model):
    """The frozen bytes, once."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="file")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256


class CertificateEnd(models.Model):
    """When and why a certificate stopped being good, and what replaced it."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=16, choices=CertificateEndKind.choices)
    ended_on = models.DateField()
    ended_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    replaced_by = models.ForeignKey(Certificate, null=True, on_delete=models.PROTECT, related_name="replaces")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="certificate_replaced_names_successor",
                condition=models.Q(kind=CertificateEndKind.CANCELLED, replaced_by__isnull=True)
                | models.Q(kind=CertificateEndKind.REPLACED, replaced_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kind}"
