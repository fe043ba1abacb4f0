"""The box, and what comes out of it.

Note [Two envelopes]: before the close there are `Envelope` rows, each with a name outside and a sealed paper inside;
the key is not here. After the close there are `Paper` rows that came back from the scrutineer, each with nothing but a
tracking code and choices. Nothing joins the two: no foreign key, no time, no serial, no order (papers are written in
the order of their random codes, in one statement).
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ballots.models.contest import Contest
from ballots.models.roll import RollEntry

USER = settings.AUTH_USER_MODEL
CODE_LENGTH_MAX = 40


class Envelope(models.Model):
    """A member's sealed paper; voting again replaces it until the close, and every version is in the log.

    ``caster_position`` is 1 for who votes for themselves, for joint holders their place in the register: the
    first-named prevails (Companies Act 2006 s.286).
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="envelopes")
    entry = models.ForeignKey(RollEntry, on_delete=models.PROTECT, related_name="envelopes")
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    cast_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    caster_position = models.PositiveSmallIntegerField(default=1)
    changes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "entry"], name="envelope_once_per_voter_and_contest"),
            models.UniqueConstraint(fields=["contest", "sha256"], name="envelope_of_its_own"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class LogLeaf(models.Model):
    """The hash of an envelope that was received, in the log for ever.

    ``request_sha256`` recognises the same vote sent twice; it tells nothing, because what it hashes holds 128 random
    bits that are never stored. ``position`` is given at the next merge.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="leaves")
    sha256 = models.CharField(max_length=64)
    request_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    position = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "request_sha256"], name="leaf_once_per_request"),
            models.UniqueConstraint(fields=["contest", "position"], name="leaf_position_once"),
        ]
        indexes = [
            models.Index(fields=["contest", "sha256"], name="leaf_by_hash"),
            models.Index(fields=["contest"], name="leaf_waiting", condition=Q(position__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Checkpoint(models.Model):
    """The signed size and root of a contest's log at a moment (RFC 9162; C2SP signed note)."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contest", "size"], name="checkpoint_once_per_size")]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.size}"


class Handover(models.Model):
    """The envelopes as they were given to the scrutineer: no names, shuffled."""

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="handover")
    file_sha256 = models.CharField(max_length=64)
    envelopes_count = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.file_sha256[:12]


class Opening(models.Model):
    """What came back from the scrutineer, signed; ``papers_sha256`` binds the papers to that signature."""

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="opening")
    file_sha256 = models.CharField(max_length=64)
    papers_sha256 = models.CharField(max_length=64)
    papers_count = models.PositiveIntegerField()
    spoiled_count = models.PositiveIntegerField()
    taken_in_at = models.DateTimeField()
    taken_in_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.file_sha256[:12]


class Paper(models.Model):
    """An opened secret paper: see Note [Two envelopes]."""

    code = models.CharField(max_length=CODE_LENGTH_MAX, primary_key=True)
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="papers")
    choices = ArrayField(models.CharField(max_length=22))

    def __str__(self) -> str:
        return self.code


class NamedVote(models.Model):
    """An opened vote on a resolution, in votes; what is left of the holding is unused."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="named_votes")
    entry = models.ForeignKey(RollEntry, on_delete=models.PROTECT, related_name="named_votes")
    code = models.CharField(max_length=CODE_LENGTH_MAX)
    for_votes = models.BigIntegerField()
    against_votes = models.BigIntegerField()
    withheld_votes = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "entry"], name="named_vote_once_per_voter"),
            models.UniqueConstraint(fields=["contest", "code"], name="named_vote_code_once"),
            models.CheckConstraint(
                name="named_vote_not_negative",
                condition=Q(for_votes__gte=0, against_votes__gte=0, withheld_votes__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SpoiledEnvelope(models.Model):
    """An envelope that held no valid paper, with the scrutineer's reason."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="spoiled")
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contest", "sha256"], name="spoiled_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.reason}"


class Count(models.Model):
    """The result, counted once from the opened papers; ``lot`` is the public throw that broke a tie, if one did."""

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="count")
    papers_sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    lot = models.CharField(max_length=120, blank=True, default="")
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"count of {self.contest_id}"
