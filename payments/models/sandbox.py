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


class SandboxTransfer(models.Model):
    """A transfer at the sandbox bank. Nothing keeps one reference from being paid twice: the payer must see to that.

    Of the account only the ending is kept. ``due_at`` is real time, ``returns_at`` the demo's clock; ``due_status`` and
    ``due_reason`` are what the bank will say when it is due.
    """

    number = models.BigAutoField(primary_key=True)
    transfer_id = models.CharField(max_length=80, unique=True)
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    scheme = models.CharField(max_length=8)
    country = models.CharField(max_length=2)
    holder_name = models.CharField(max_length=140)
    ending = models.CharField(max_length=4)
    statement_reference = models.CharField(max_length=18)
    status = models.CharField(max_length=12, default="pending")
    reason = models.CharField(max_length=8, blank=True, default="")
    due_at = models.DateTimeField()
    due_status = models.CharField(max_length=12)
    due_reason = models.CharField(max_length=8, blank=True, default="")
    comes_back = models.BooleanField(default=False)
    returns_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxtransfer"
        constraints = [
            models.CheckConstraint(name="sandbox_transfer_amount_positive", condition=models.Q(amount__gt=0)),
        ]
        indexes = [
            models.Index(fields=["reference"], name="sandboxtransfer_reference"),
            models.Index(fields=["number"], name="sandboxtransfer_pending", condition=models.Q(status="pending")),
            models.Index(
                fields=["returns_at"], name="sandboxtransfer_returning", condition=models.Q(returns_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.status}"


class SandboxTransferChange(models.Model):
    """What became of a transfer after the bank took it. Numbers are given under one lock, so readers miss none."""

    number = models.BigAutoField(primary_key=True)
    transfer = models.ForeignKey(SandboxTransfer, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(max_length=12)
    reason = models.CharField(max_length=8, blank=True, default="")
    happened_at = models.DateTimeField()

    class Meta:
        db_table = "payments_sandboxtransferchange"

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class SandboxFault(models.Model):
    """Something the demo's drawer makes go wrong, once. Armed until ``used_at``; ``outcome`` holds what it met."""

    kind = models.CharField(max_length=24)
    armed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        db_table = "payments_sandboxfault"
        constraints = [
            models.UniqueConstraint(
                name="sandbox_fault_armed_once", fields=["kind"], condition=models.Q(used_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {'used' if self.used_at else 'armed'}"
