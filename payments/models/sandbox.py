"""What the sandbox bank remembers. Nothing outside payments.sandbox reads these rows. See ADR 0021."""

from django.db import models


class SandboxSession(models.Model):
    """A Checkout Session at the sandbox; amounts in Stripe's units, currency in small letters as Stripe has it."""

    session_id = models.CharField(max_length=80, primary_key=True)
    params = models.JSONField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, default="open")
    payment_status = models.CharField(max_length=24, default="unpaid")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxsession"

    def __str__(self) -> str:
        return f"{self.session_id} {self.status}"


class SandboxIntent(models.Model):
    """A PaymentIntent: made when the payer first tries a card. ``due_at`` is when a slow bank will answer."""

    intent_id = models.CharField(max_length=80, primary_key=True)
    session = models.OneToOneField(SandboxSession, on_delete=models.PROTECT, related_name="intent")
    status = models.CharField(max_length=32)
    error_code = models.CharField(max_length=64, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    due_status = models.CharField(max_length=32, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxintent"

    def __str__(self) -> str:
        return f"{self.intent_id} {self.status}"


class SandboxRefund(models.Model):
    """A refund at the sandbox."""

    refund_id = models.CharField(max_length=80, primary_key=True)
    intent = models.ForeignKey(SandboxIntent, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    status = models.CharField(max_length=24)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxrefund"

    def __str__(self) -> str:
        return f"{self.refund_id} {self.status}"


class SandboxEvent(models.Model):
    """An event the sandbox tells about, body fixed when it happened."""

    number = models.BigAutoField(primary_key=True)
    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=100)
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxevent"

    def __str__(self) -> str:
        return f"{self.event_id} {self.type}"


class SandboxDelivery(models.Model):
    """One posting of an event to our webhook. ``due_at`` and ``claimed_until`` are real time, not the demo's clock."""

    event = models.ForeignKey(SandboxEvent, on_delete=models.PROTECT, related_name="deliveries")
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_answer = models.CharField(max_length=200, blank=True, default="")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_sandboxdelivery"
        indexes = [
            models.Index(
                fields=["due_at"], name="sandboxdelivery_waiting", condition=models.Q(delivered_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} attempts {self.attempts}"


class SandboxRequest(models.Model):
    """A POST the sandbox answered under an idempotency key, and the answer it will give again."""

    key = models.CharField(max_length=255, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxrequest"

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
