from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from equity.enums import EntryKind
from equity.models.company import ShareClass


class RegisterHead(models.Model):
    """The one row that is locked while the register is written; it carries the end of the chain."""

    one = models.BooleanField(default=True, unique=True, editable=False)
    last_sequence = models.PositiveIntegerField(default=0)
    last_sha256 = models.CharField(max_length=64, default="0" * 64)
    last_entered_at = models.DateTimeField(null=True)
    last_member_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="register_head_is_one", condition=Q(one=True))]

    def __str__(self) -> str:
        return f"{self.last_sequence} {self.last_sha256[:8]}"


class Member(models.Model):
    """A place in the register of members (CA 2006 s.113). Joint holders are one member."""

    public_id = PublicIdField()
    number = models.PositiveIntegerField(unique=True)
    party = models.OneToOneField("accounts.Party", on_delete=models.PROTECT, related_name="member")
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"member {self.number}"


class MemberParticulars(models.Model):
    """Name and service address as the register shows them, every superseded version kept with both its dates."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="particulars")
    names = models.JSONField()
    name_sort = models.CharField(max_length=400)
    service_address = models.CharField(max_length=400)
    country = models.CharField(max_length=2)
    effective_on = models.DateField()
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "entered_at"], name="particulars_once_per_moment"),
        ]
        indexes = [models.Index(fields=["member", "-effective_on", "-entered_at"], name="particulars_latest")]

    def __str__(self) -> str:
        return self.name_sort


class RegisterAccount(models.Model):
    """Where shares of a class lie: with a member, or in the unissued pool.

    ``designation`` keeps shares apart that a member holds for a child ("T.O'B."); the member stays the holder (CA 2006
    s.126: no trust is entered in the register).
    """

    share_class = models.ForeignKey(ShareClass, on_delete=models.PROTECT, related_name="accounts")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="accounts")
    designation = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share_class", "member", "designation"], name="register_account_once"),
            models.CheckConstraint(
                name="register_designation_is_of_a_member", condition=Q(member__isnull=False) | Q(designation="")
            ),
            models.UniqueConstraint(
                fields=["share_class"], condition=Q(member__isnull=True), name="register_one_unissued_pool"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share_class_id}/{self.member_id or 'unissued'}"


class RegisterBatch(models.Model):
    """Entries written together; each batch carries the hash of the one before."""

    sequence = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=16, choices=EntryKind.choices)
    reference = models.CharField(max_length=160)
    entered_at = models.DateTimeField(unique=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entries_count = models.PositiveIntegerField()
    previous_sha256 = models.CharField(max_length=64, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(name="register_batch_not_empty", condition=Q(entries_count__gt=0))]

    def __str__(self) -> str:
        return f"{self.sequence} {self.reference}"


class RegisterEntry(models.Model):
    """Shares moved from one account to another; true from ``effective_on``, known since the batch was entered."""

    batch = models.ForeignKey(RegisterBatch, on_delete=models.PROTECT, related_name="entries")
    line = models.PositiveIntegerField()
    from_account = models.ForeignKey(RegisterAccount, on_delete=models.PROTECT, related_name="out_entries")
    to_account = models.ForeignKey(RegisterAccount, on_delete=models.PROTECT, related_name="in_entries")
    quantity = models.PositiveIntegerField()
    effective_on = models.DateField()
    paid_minor = models.BigIntegerField(default=0)
    application = models.OneToOneField(
        "equity.Application", null=True, on_delete=models.PROTECT, related_name="register_entry"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="register_line_once_per_batch"),
            models.CheckConstraint(name="register_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="register_between_two_accounts", condition=~Q(from_account=F("to_account"))),
            models.CheckConstraint(name="register_paid_not_negative", condition=Q(paid_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.line} {self.quantity}"


class Lot(models.Model):
    """Shares that came to a member together: what a certificate is made for (the Open Cap Format's security)."""

    public_id = PublicIdField()
    account = models.ForeignKey(RegisterAccount, on_delete=models.PROTECT, related_name="lots")
    entry = models.OneToOneField(RegisterEntry, on_delete=models.PROTECT, related_name="lot")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="lot_quantity_positive", condition=Q(quantity__gt=0))]

    def __str__(self) -> str:
        return f"{self.public_id} {self.quantity}"


class LotEnd(models.Model):
    """The entry that ended a lot; a lot without one is open."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="end")
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="ended_lots")

    def __str__(self) -> str:
        return f"{self.lot_id} ended"
