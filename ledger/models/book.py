from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ledger.enums import AccountKind


class Account(models.Model):
    """A place where money is counted, in one currency. A clearing account must come back to zero."""

    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=AccountKind.choices)
    currency = models.CharField(max_length=3)
    owner = models.CharField(max_length=22, blank=True, default="")
    is_clearing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="account_currency_is_iso", condition=Q(currency__regex="^[A-Z]{3}$")),
            models.UniqueConstraint(fields=["id", "currency"], name="account_id_currency"),
        ]

    def __str__(self) -> str:
        return self.code


class Entry(models.Model):
    """One booking: why money moved. Append-only; a mistake is corrected by an entry that reverses it."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    effective_on = models.DateField()
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    source = models.CharField(max_length=64, blank=True, default="")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        indexes = [
            models.Index(fields=["source", "kind"], name="entry_source"),
            models.Index(fields=["effective_on"], name="entry_effective"),
        ]

    def __str__(self) -> str:
        return self.key


class Movement(models.Model):
    """An amount from one account to another. It cannot be unbalanced, so nothing has to check that it balances."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="movements")
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="movement_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="movement_between_two_accounts", condition=~Q(debit=F("credit"))),
        ]

    def __str__(self) -> str:
        return f"{self.debit_id} / {self.credit_id} {self.amount_minor} {self.currency}"


class ClosedPeriod(models.Model):
    """From the day it was closed on, no entry may be effective on or before ``until``."""

    until = models.DateField(unique=True)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"closed until {self.until}"
