from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from dividends.enums import Way
from dividends.models.declaration import EXACT_DIGITS, RATE_DECIMALS, Declaration
from dividends.models.withholding import WithholdingRule


class Entitlement(models.Model):
    """What one member is owed of one declaration: a debt from then on (append-only).

    ``exact_minor`` is shares times rate in minor units with twelve decimals, so that the holder can redo the sum;
    ``brought_fraction`` was carried from an earlier dividend, ``carried_fraction`` goes to a later one.
    ``country`` is the residence by which was withheld; the rate is kept in parts per million with its rule.
    """

    public_id = PublicIdField()
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="entitlements")
    member = models.ForeignKey("equity.Member", on_delete=models.PROTECT, related_name="entitlements")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="entitlements")
    shares = models.BigIntegerField()
    exact_minor = models.DecimalField(max_digits=EXACT_DIGITS, decimal_places=RATE_DECIMALS)
    brought_fraction = models.DecimalField(max_digits=13, decimal_places=RATE_DECIMALS)
    gross_minor = models.BigIntegerField()
    carried_fraction = models.DecimalField(max_digits=13, decimal_places=RATE_DECIMALS)
    country = models.CharField(max_length=2)
    withholding_rule = models.ForeignKey(WithholdingRule, on_delete=models.PROTECT, related_name="+")
    withheld_ppm = models.PositiveIntegerField()
    withheld_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="entitlement_once_per_member", fields=["declaration", "member"]),
            models.CheckConstraint(name="entitlement_of_somebody_with_shares", condition=Q(shares__gt=0)),
            models.CheckConstraint(
                name="entitlement_adds_up",
                condition=Q(
                    gross_minor__gte=0,
                    withheld_minor__gte=0,
                    withheld_minor__lte=F("gross_minor"),
                    net_minor=F("gross_minor") - F("withheld_minor"),
                ),
            ),
            models.CheckConstraint(
                name="entitlement_fractions_below_one",
                condition=Q(
                    brought_fraction__gte=0, brought_fraction__lt=1, carried_fraction__gte=0, carried_fraction__lt=1
                ),
            ),
        ]
        indexes = [models.Index(fields=["party", "-id"], name="entitlement_of_party")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.net_minor}"


class PayoutLine(models.Model):
    """A payout pays this entitlement. Released when the payout did not arrive: then it is owed again.

    An entitlement is in one payout at most that was not released; the lines of a payout add up to it (database).
    """

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="payout_lines")
    payout = models.ForeignKey("payments.Payout", on_delete=models.PROTECT, related_name="dividend_lines")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="payout_line_pays_once", fields=["entitlement"], condition=Q(released_at__isnull=True)
            ),
            models.UniqueConstraint(name="payout_line_once_per_payout", fields=["payout", "entitlement"]),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} pays {self.entitlement_id}"


class StatementSeries(models.Model):
    """The last number given; its row is locked while numbers are given, so that they have no gaps."""

    code = models.CharField(max_length=12, primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.code} {self.last_number}"


class Statement(models.Model):
    """A dividend statement: facts at the day of issue, written once; the bytes follow (`StatementFile`).

    ``earlier_minor`` was open from earlier dividends and is paid with this one; ``paid_minor`` is the payment
    announced (0 when it waits), ``kept_minor`` what stays in the jar or waits. ``ending`` are the last four
    characters of the account.
    """

    public_id = PublicIdField()
    check_code = PublicIdField()
    entitlement = models.OneToOneField(Entitlement, on_delete=models.PROTECT, related_name="statement")
    payout = models.ForeignKey("payments.Payout", null=True, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField(unique=True)
    language = models.CharField(max_length=2)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=Way.choices)
    ending = models.CharField(max_length=4, blank=True, default="")
    earlier_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()
    kept_minor = models.BigIntegerField()
    facts_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="statement_way_known", condition=Q(way__in=Way.values)),
            models.CheckConstraint(
                name="statement_announces_a_payment",
                condition=Q(way=Way.BANK, payout__isnull=False, paid_minor__gt=0)
                | ~Q(way=Way.BANK) & Q(payout__isnull=True, paid_minor=0),
            ),
            models.CheckConstraint(name="statement_number_positive", condition=Q(number__gt=0)),
        ]

    def __str__(self) -> str:
        return f"D-{self.number:06d}"


class StatementFile(models.Model):
    """The statement's PDF as it was issued."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="file")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]
