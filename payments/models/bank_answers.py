from django.conf import settings
from django.db import models
from django.db.models import Q

from core.ids import PublicIdField
from payments.models.payout import Payout, PayoutRun
from payments.rules.bank_answers import WORDS_LENGTH_MAX, Outcome

USER = settings.AUTH_USER_MODEL
PAID = Outcome.PAID.value


class BankAnswerFile(models.Model):
    """What the bank answered about a run's file: a file as it was uploaded, or one word for everything that was sent.

    It is uploaded, shown, and only then taken in. ``sha256`` names the sealed bytes in the document store, bad lines
    included; it is empty when a person said "all paid", without a file.
    """

    public_id = PublicIdField()
    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="answer_files")
    name = models.CharField(max_length=160, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    taken_in_at = models.DateTimeField(null=True)
    taken_in_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    answers_count = models.PositiveIntegerField(null=True)
    job = models.OneToOneField("core.Job", null=True, on_delete=models.PROTECT, related_name="bank_answer_file")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="answers_uploaded_once_per_run", fields=["run", "sha256"], condition=~Q(sha256="")
            ),
            models.CheckConstraint(
                name="answers_taken_in_whole",
                condition=Q(
                    taken_in_at__isnull=True,
                    taken_in_by__isnull=True,
                    answers_count__isnull=True,
                    job__isnull=True,
                )
                | Q(taken_in_at__isnull=False, taken_in_by__isnull=False, answers_count__gt=0, job__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class BankAnswer(models.Model):
    """One answer that was taken in: what became of a payment, when, and why not, in a code and the bank's words.

    ``line`` is the line of the file, 0 without one. Append-only.
    """

    file = models.ForeignKey(BankAnswerFile, on_delete=models.PROTECT, related_name="answers")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="bank_answers")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=64, blank=True, default="")
    words = models.CharField(max_length=WORDS_LENGTH_MAX, blank=True, default="")
    told_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="answer_once_per_file_and_outcome", fields=["file", "payout", "outcome"]),
            models.CheckConstraint(
                name="answer_outcome_known", condition=Q(outcome__in=[outcome.value for outcome in Outcome])
            ),
            models.CheckConstraint(
                name="answer_says_why_not",
                condition=Q(outcome=PAID, reason="") | (~Q(outcome=PAID) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.outcome} {self.told_on}"
