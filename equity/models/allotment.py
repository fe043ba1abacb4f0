from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from equity.enums import BatchState
from equity.models.application import Application
from equity.models.company import ShareClass
from equity.models.offer import Offer


class AllotmentAuthority(models.Model):
    """The directors' authority to allot (CA 2006 s.551): a maximum and an end, at most five years on."""

    share_class = models.ForeignKey(ShareClass, on_delete=models.PROTECT, related_name="authorities")
    resolution_reference = models.CharField(max_length=120)
    resolved_on = models.DateField()
    expires_on = models.DateField()
    max_shares = models.PositiveIntegerField()
    used_shares = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="authority_used_within_maximum",
                condition=Q(used_shares__gte=0, used_shares__lte=F("max_shares")),
            ),
            models.CheckConstraint(name="authority_ends_after_start", condition=Q(expires_on__gt=F("resolved_on"))),
        ]

    def __str__(self) -> str:
        return self.resolution_reference


class AllotmentBatch(models.Model):
    """An allotment as the board decided it: made by one person, approved by another by its exact rows."""

    public_id = PublicIdField()
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="batches")
    authority = models.ForeignKey(AllotmentAuthority, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=16, choices=BatchState.choices, default=BatchState.DRAFT)
    minute_reference = models.CharField(max_length=120)
    resolved_on = models.DateField()
    rows_sha256 = models.CharField(max_length=64)
    shares = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    rejection_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="allotment_decided_when_not_draft",
                condition=Q(state=BatchState.DRAFT, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=BatchState.DRAFT) & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="allotment_approved_by_another",
                condition=~Q(state=BatchState.APPROVED) | ~Q(decided_by=F("prepared_by")),
            ),
            models.CheckConstraint(name="allotment_shares_positive", condition=Q(shares__gt=0)),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(state=BatchState.DRAFT), name="allotment_one_draft_per_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minute_reference} {self.state}"


class AllotmentLine(models.Model):
    """What one application gets in the batch. Rows of a rejected batch stay, as the record of what was proposed."""

    batch = models.ForeignKey(AllotmentBatch, on_delete=models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="allotment_lines")
    quantity = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="allotment_line_once_per_batch"),
            models.CheckConstraint(name="allotment_line_positive", condition=Q(quantity__gt=0, amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.quantity}"
