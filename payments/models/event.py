from django.db import models
from django.db.models import Q


class ProviderEvent(models.Model):
    """A signed message of the provider as it came. Its facts never change; what became of it does.

    Waiting: neither processed nor parked. Parked: a person must look. A parked event that is processed too was
    settled by a person.
    """

    event_id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255)
    livemode = models.BooleanField()
    payload = models.JSONField()
    created_at = models.DateTimeField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    parked_reason = models.CharField(max_length=300, blank=True, default="")
    tries = models.IntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_parked_says_why",
                condition=(Q(parked_at__isnull=True) & Q(parked_reason=""))
                | (Q(parked_at__isnull=False) & ~Q(parked_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="event_waiting",
                condition=Q(processed_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(
                fields=["parked_at"],
                name="event_parked",
                condition=Q(processed_at__isnull=True, parked_at__isnull=False),
            ),
            models.Index(fields=["object_id"], name="event_object"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.type}"


class EventPoll(models.Model):
    """How far the provider's own list of events has been read, one row per provider."""

    provider = models.CharField(max_length=16, primary_key=True)
    next_poll_at = models.DateTimeField()
    read_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.provider} read until {self.read_until}"
