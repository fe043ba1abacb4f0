from django.db import models
from django.db.models import Q

from accounts.models.user import User


class UsedCode(models.Model):
    """A time-based code that was used: the row makes its second use impossible, whatever becomes of the cache."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    counter = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="totp_code_used_once", fields=["user", "counter"])]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.counter}"


class ConfirmationCode(models.Model):
    """A code mailed to a signed-in holder to confirm one act; only its hash is kept.

    The moments are real time, not the demo's clock: see Note [One clock] in core.clock. ``session_hash`` binds the
    code to the browser session that asked for it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=3)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="confirmation_tries_within_three", condition=Q(tries_left__lte=3)),
            models.CheckConstraint(
                name="confirmation_expires_after_sending",
                condition=Q(expires_at__gt=models.F("sent_at")),
            ),
        ]
        indexes = [models.Index(fields=["user", "-sent_at"], name="confirmation_latest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.sent_at:%Y-%m-%d %H:%M:%S}"
