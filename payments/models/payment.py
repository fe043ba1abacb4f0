from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from core.ids import PublicIdField
from payments.enums import AttemptOutcome, PaymentState, RefundState
from payments.rules.stripe_amounts import THREE_DECIMALS

OPEN_STATES = [PaymentState.CREATED, PaymentState.PROCESSING]
PAID_STATES = [PaymentState.SUCCEEDED, PaymentState.REFUNDED]


class Payment(models.Model):
    """Money that somebody is asked to pay for one thing, through one provider.

    ``purpose`` names who in the house is told (`settings.PAYMENT_HANDLERS`), ``reference`` is the public id of the
    thing paid for. Everything the call to the provider holds is kept, so that a repeated call has the same body.
    A trigger lets the terms never change and the state only go forward.
    """

    public_id = PublicIdField()
    purpose = models.CharField(max_length=64)
    reference = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=300)
    payer_email = models.EmailField()
    language = models.CharField(max_length=8)
    success_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    state = models.CharField(max_length=16, choices=PaymentState.choices, default=PaymentState.CREATED)
    provider = models.CharField(max_length=16)
    livemode = models.BooleanField()
    provider_session_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001  unknown until sent
    provider_intent_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001  unknown until paid
    checkout_url = models.CharField(max_length=2000, blank=True, default="")
    failure_reason = models.CharField(max_length=300, blank=True, default="")
    expires_at = models.DateTimeField()
    next_check_at = models.DateTimeField()
    created_at = models.DateTimeField()
    processing_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payment_currency_is_code", condition=Q(currency__regex=r"^[A-Z]{3}$")),
            models.CheckConstraint(
                name="payment_amount_fits_step",
                condition=(
                    ~Q(currency__in=sorted(THREE_DECIMALS)) | Q(Exact(Mod(F("amount_minor"), Value(10)), Value(0)))
                )
                & (~Q(currency="MGA") | Q(Exact(Mod(F("amount_minor"), Value(100)), Value(0)))),
            ),
            models.CheckConstraint(name="payment_expires_after_created", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(name="payment_state_known", condition=Q(state__in=PaymentState.values)),
            models.CheckConstraint(
                name="payment_created_has_no_outcome",
                condition=~Q(state=PaymentState.CREATED)
                | Q(
                    processing_at__isnull=True,
                    succeeded_at__isnull=True,
                    refunded_at__isnull=True,
                    failed_at__isnull=True,
                    expired_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="payment_processing_has_moment",
                condition=~Q(state=PaymentState.PROCESSING) | Q(processing_at__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_succeeded_at_when_paid",
                condition=Q(state__in=PAID_STATES, succeeded_at__isnull=False)
                | (~Q(state__in=PAID_STATES) & Q(succeeded_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="payment_refunded_at_when_refunded",
                condition=Q(state=PaymentState.REFUNDED, refunded_at__isnull=False)
                | (~Q(state=PaymentState.REFUNDED) & Q(refunded_at__isnull=True)),
            ),
            # Money may still arrive after a failure or an expiry: the moment of it stays.
            models.CheckConstraint(
                name="payment_failed_at_when_failed",
                condition=Q(state=PaymentState.FAILED, failed_at__isnull=False)
                | Q(state__in=PAID_STATES)
                | (~Q(state=PaymentState.FAILED) & Q(failed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="payment_expired_at_when_expired",
                condition=Q(state=PaymentState.EXPIRED, expired_at__isnull=False)
                | Q(state__in=PAID_STATES)
                | (~Q(state=PaymentState.EXPIRED) & Q(expired_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="payment_paid_through_provider",
                condition=~Q(state__in=PAID_STATES)
                | Q(provider_session_id__isnull=False, provider_intent_id__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_url_belongs_to_session",
                condition=Q(checkout_url="") | Q(provider_session_id__isnull=False),
            ),
            models.UniqueConstraint(
                name="payment_one_open_per_reference",
                fields=["purpose", "reference"],
                condition=Q(state__in=OPEN_STATES),
            ),
        ]
        indexes = [
            models.Index(fields=["purpose", "reference"], name="payment_reference"),
            models.Index(
                fields=["next_check_at"],
                name="payment_to_check",
                condition=Q(state__in=OPEN_STATES),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id} {self.state}"


class Refund(models.Model):
    """Money going back to the payer. The sum over a payment never exceeds what was paid (trigger).

    ``key`` comes from the caller and makes asking twice one refund. One that failed stays open until a person sent it
    again (``again_of`` of the new one) or paid it back another way (``settled_at``).
    """

    public_id = PublicIdField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=16, choices=RefundState.choices, default=RefundState.REQUESTED)
    provider_refund_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001  unknown until sent
    failure_reason = models.CharField(max_length=300, blank=True, default="")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    again_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="again")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_note = models.CharField(max_length=300, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="refund_key_once", fields=["key"]),
            models.CheckConstraint(name="refund_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="refund_state_known", condition=Q(state__in=RefundState.values)),
            models.CheckConstraint(
                name="refund_sent_at_when_sent",
                condition=Q(state=RefundState.REQUESTED, sent_at__isnull=True)
                | Q(state__in=[RefundState.SENT, RefundState.SUCCEEDED], sent_at__isnull=False)
                | Q(state=RefundState.FAILED),
            ),
            models.CheckConstraint(
                name="refund_succeeded_at_when_succeeded",
                condition=Q(state=RefundState.SUCCEEDED, succeeded_at__isnull=False)
                | (~Q(state=RefundState.SUCCEEDED) & Q(succeeded_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="refund_failed_at_when_failed",
                condition=Q(state=RefundState.FAILED, failed_at__isnull=False)
                | (~Q(state=RefundState.FAILED) & Q(failed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="refund_sent_has_provider_id",
                condition=Q(sent_at__isnull=True) | Q(provider_refund_id__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_settled_failed_and_says_how",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, settled_note="")
                | (
                    Q(settled_at__isnull=False, settled_by__isnull=False, state=RefundState.FAILED)
                    & ~Q(settled_note="")
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="refund_to_send", condition=Q(state=RefundState.REQUESTED)),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.amount_minor} {self.state}"


class PaymentAttempt(models.Model):
    """One call to the provider, written and committed before the call; ``key`` is its idempotency key."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="attempts")
    key = models.CharField(max_length=255)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome.choices, default=AttemptOutcome.OPEN)
    detail = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="attempt_key_once", fields=["key"]),
            models.UniqueConstraint(
                name="attempt_one_open_checkout",
                fields=["payment"],
                condition=Q(outcome=AttemptOutcome.OPEN, refund__isnull=True),
            ),
            models.UniqueConstraint(
                name="attempt_one_open_refund",
                fields=["refund"],
                condition=Q(outcome=AttemptOutcome.OPEN, refund__isnull=False),
            ),
            models.CheckConstraint(
                name="attempt_ended_when_known",
                condition=Q(outcome=AttemptOutcome.OPEN, ended_at__isnull=True)
                | (~Q(outcome=AttemptOutcome.OPEN) & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"
