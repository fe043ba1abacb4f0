from django.conf import settings
from django.db import models
from django.db.models import Q

from core.ids import PublicIdField


class Roll(models.Model):
    """Who may vote, and with how many votes, at one moment; written once.

    ``issued_votes`` are all votes that exist, those that may not be cast included. ``sha256`` is over salted ids and
    votes, so that it can be published without saying who is on the roll (Note [Roll hash] in rules.proofs.rolls).
    """

    public_id = PublicIdField()
    label = models.CharField(max_length=160)
    record_at = models.DateTimeField()
    known_at = models.DateTimeField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=32)
    entries_count = models.PositiveIntegerField()
    votes_total = models.BigIntegerField()
    issued_votes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="roll_votes_within_issued",
                condition=Q(votes_total__gte=0, votes_total__lte=models.F("issued_votes")),
            ),
            models.CheckConstraint(name="roll_known_when_frozen", condition=Q(known_at__lte=models.F("frozen_at"))),
        ]

    def __str__(self) -> str:
        return self.label


class RollEntry(models.Model):
    """One member's right to vote: a person, a joint set or an organisation."""

    public_id = PublicIdField()
    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, related_name="entries")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="+")
    votes = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roll", "party"], name="roll_entry_once_per_party"),
            models.CheckConstraint(name="roll_entry_votes_positive", condition=Q(votes__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.votes}"


class Scrutineer(models.Model):
    """Who holds the key of the envelopes; said on every result page.

    ``public_key`` is an Ed25519 verify key (64 hexadecimal digits): it proves the scrutineer's signature, and converted
    to Curve25519 it seals the papers.
    """

    public_id = PublicIdField()
    name = models.CharField(max_length=160)
    paid_by = models.CharField(max_length=160)
    is_independent = models.BooleanField()
    public_key = models.CharField(max_length=64, unique=True)
    appointed_at = models.DateTimeField()
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="scrutineer_key_is_ed25519", condition=Q(public_key__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="scrutineer_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
