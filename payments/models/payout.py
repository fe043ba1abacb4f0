from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from payments.enums import AttemptOutcome, PayoutRoute, PayoutState, RunState

USER = settings.AUTH_USER_MODEL
CURRENCY = r"^[A-Z]{3}$"
APPROVED = [RunState.APPROVED, RunState.PAYING, RunState.DONE]


class PayoutRun(models.Model):
    """Payments to many that one person prepares and another approves by the hash of its rows.

    See Note [Payout runs] in payments.services.payout_runs. ``purpose`` names who in the house is told
    (`settings.PAYOUT_HANDLERS`), ``reference`` is what it pays for. Nothing leaves before ``not_before``.
    """

    public_id = PublicIdField()
    purpose = models.CharField(max_length=64)
    reference = models.CharField(max_length=64)
    title = models.CharField(max_length=160)
    title_vi = models.CharField(max_length=160)
    currency = models.CharField(max_length=3)
    route = models.CharField(max_length=8, choices=PayoutRoute.choices)
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.DRAFT)
    rows_sha256 = models.CharField(max_length=64)
    payouts_count = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    not_before = models.DateTimeField()
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField("core.Job", null=True, on_delete=models.PROTECT, related_name="payout_run")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    file_made_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    cancel_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="run_approved_by_another", condition=~Q(approved_by=F("prepared_by"))),
            models.CheckConstraint(name="run_state_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(name="run_route_known", condition=Q(route__in=PayoutRoute.values)),
            models.CheckConstraint(name="run_currency_is_code", condition=Q(currency__regex=CURRENCY)),
            models.CheckConstraint(name="run_pays_somebody", condition=Q(payouts_count__gt=0, total_minor__gt=0)),
            models.CheckConstraint(
                name="run_approved_at_and_by_somebody",
                condition=Q(state=RunState.DRAFT, approved_at__isnull=True, approved_by__isnull=True)
                | Q(state__in=APPROVED, approved_at__isnull=False, approved_by__isnull=False)
                | Q(state=RunState.CANCELLED),
            ),
            models.CheckConstraint(
                name="run_paying_has_a_job",
                condition=~Q(state__in=[RunState.PAYING, RunState.DONE]) | Q(job__isnull=False),
            ),
            models.CheckConstraint(
                name="run_finished_when_done",
                condition=Q(state=RunState.DONE, finished_at__isnull=False)
                | (~Q(state=RunState.DONE) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="run_cancelled_says_why",
                condition=Q(state=RunState.CANCELLED, cancelled_at__isnull=False) & ~Q(cancel_reason="")
                | ~Q(state=RunState.CANCELLED) & Q(cancelled_at__isnull=True, cancel_reason=""),
            ),
            models.CheckConstraint(
                name="run_file_made_at_a_moment",
                condition=Q(file_sha256="", file_made_at__isnull=True)
                | (~Q(file_sha256="") & Q(file_made_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="run_handed_over_by_somebody",
                condition=Q(handed_over_at__isnull=True, handed_over_by__isnull=True)
                | Q(handed_over_at__isnull=False, handed_over_by__isnull=False, route=PayoutRoute.CSV)
                & ~Q(file_sha256=""),
            ),
            models.UniqueConstraint(
                name="run_one_draft_per_purpose", fields=["purpose", "currency"], condition=Q(state=RunState.DRAFT)
            ),
        ]
        indexes = [models.Index(fields=["purpose", "reference"], name="run_reference")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id} {self.state}"


class Payout(models.Model):
    """Money that one party is to get. Its terms never change; its state only goes forward (trigger).

    Ready: nobody was asked yet. Sending: an attempt is written, the bank may have heard of it. Sent: the bank took
    it. Settled: the bank paid it. Failed, returned: the money is back with us, and a new payout is a new row.
    Held: not sent, because the bank details were changed or taken back after the approval.
    """

    public_id = PublicIdField()
    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="payouts")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="payouts")
    mandate = models.ForeignKey("payments.BankMandate", on_delete=models.PROTECT, related_name="payouts")
    reference = models.CharField(max_length=18)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=PayoutState.choices, default=PayoutState.READY)
    reason = models.CharField(max_length=64, blank=True, default="")
    provider_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001  unknown until sent
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="payout_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payout_currency_is_code", condition=Q(currency__regex=CURRENCY)),
            models.CheckConstraint(name="payout_state_known", condition=Q(state__in=PayoutState.values)),
            models.UniqueConstraint(name="payout_once_per_run_and_party", fields=["run", "party"]),
            models.CheckConstraint(
                name="payout_sent_at_when_sent",
                condition=Q(
                    state__in=[PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED], sent_at__isnull=False
                )
                | Q(state=PayoutState.FAILED)
                | Q(
                    state__in=[PayoutState.READY, PayoutState.SENDING, PayoutState.HELD, PayoutState.CANCELLED],
                    sent_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="payout_settled_at_when_settled",
                condition=Q(state=PayoutState.SETTLED, settled_at__isnull=False)
                | Q(state=PayoutState.RETURNED)
                | ~Q(state__in=[PayoutState.SETTLED, PayoutState.RETURNED]) & Q(settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="payout_ended_says_why",
                condition=Q(
                    state__in=[
                        PayoutState.FAILED,
                        PayoutState.RETURNED,
                        PayoutState.HELD,
                        PayoutState.CANCELLED,
                    ],
                    ended_at__isnull=False,
                )
                & ~Q(reason="")
                | Q(
                    state__in=[PayoutState.READY, PayoutState.SENDING, PayoutState.SENT, PayoutState.SETTLED],
                    ended_at__isnull=True,
                    reason="",
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-id"], name="payout_of_party"),
            models.Index(fields=["run", "state"], name="payout_by_state"),
            models.Index(fields=["id"], name="payout_sending", condition=Q(state=PayoutState.SENDING)),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.amount_minor} {self.state}"


class PayoutAttempt(models.Model):
    """One call to the bank, written and committed before the call; ``key`` is its idempotency key."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts")
    key = models.CharField(max_length=255, unique=True)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome.choices, default=AttemptOutcome.OPEN)
    detail = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="payout_attempt_one_open", fields=["payout"], condition=Q(outcome=AttemptOutcome.OPEN)
            ),
            models.CheckConstraint(
                name="payout_attempt_ended_when_known",
                condition=Q(outcome=AttemptOutcome.OPEN, ended_at__isnull=True)
                | (~Q(outcome=AttemptOutcome.OPEN) & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"


class PayoutNews(models.Model):
    """How far the bank's own list of changes has been read, one row per route."""

    route = models.CharField(max_length=8, primary_key=True)
    read_until = models.BigIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.route} read until {self.read_until}"
