from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.ids import PublicIdField
from payments.models.payout import Payout

WORDING = ("said_payout_id", "said_provider_id", "said_amount_minor", "said_currency", "said_status", "said_reason")


class ParkedNews(models.Model):
    """What the bank told about a transfer and we could not write, until a person has dealt with it.

    A row of its own and not another line of the audit trail: the trail tells what was done and by whom, nobody asks it
    what is still open, and only a row can be locked, so that the second of two people learns of the first, be open
    once however often the bank repeats it (unique), and be closed once (trigger).

    ``said_…`` is the bank's word, in our codes; ``said_payout_id`` what it holds as our id, which may be nobody's.
    ``our_state`` is where the payout stood then, empty without a payout. ``differing`` names the terms that differ, the
    codes of `payments.services.payouts.compare`, or is ``unread`` where the bank says what we do not understand (then
    ``said_…`` is in its words, and an amount that cannot be read is 0); where nothing differs, ``mistake`` is the error
    of ours that kept it from being written. Closing it moves no money and changes no payout.
    """

    public_id = PublicIdField()
    route = models.CharField(max_length=8)
    payout = models.ForeignKey(Payout, null=True, on_delete=models.PROTECT, related_name="parked_news")
    said_payout_id = models.CharField(max_length=255)
    said_provider_id = models.CharField(max_length=255)
    said_amount_minor = models.BigIntegerField()
    said_currency = models.CharField(max_length=16)
    said_status = models.CharField(max_length=16)
    said_reason = models.CharField(max_length=64, blank=True)
    said_at = models.DateTimeField()
    our_state = models.CharField(max_length=12, blank=True)
    differing = ArrayField(models.CharField(max_length=64))
    mistake = models.CharField(max_length=64, blank=True)
    parked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="parked_news_open_once",
                fields=["route", "differing", "mistake", *WORDING],
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="parked_news_says_what_kept_it",
                condition=Q(mistake="") & ~Q(differing=[]) | ~Q(mistake="") & Q(differing=[]),
            ),
            models.CheckConstraint(
                name="parked_news_payout_stood_somewhere",
                condition=Q(payout__isnull=True, our_state="") | Q(payout__isnull=False) & ~Q(our_state=""),
            ),
            models.CheckConstraint(
                name="parked_news_closed_by_somebody_who_says_how",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_note="")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_note=""),
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="parked_news_open", condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.said_provider_id} {self.mistake or ' '.join(self.differing)}"
