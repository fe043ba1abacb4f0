"""What sales earned each creator, the statements about it, and what was paid."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from dividends.enums import RoyaltyWay
from dividends.models.royalty import CURRENCY, SHA256, RoyaltyAgreement, SalesReport
from dividends.models.withholding import WithholdingRule

USER = settings.AUTH_USER_MODEL


class RoyaltyLine(models.Model):
    """What one figure of sales earned under one agreement; the lines of an agreement are an unbroken row of totals.

    ``net_before_minor`` and ``net_after_minor`` are its net sales to date, ``earned_minor`` the difference of what
    those earn at the rate, each rounded down (the database computes it again). ``entry`` is there unless it is nil.
    """

    agreement = models.ForeignKey(RoyaltyAgreement, on_delete=models.PROTECT, related_name="lines")
    report = models.ForeignKey(SalesReport, on_delete=models.PROTECT, related_name="royalty_lines")
    position = models.PositiveIntegerField()
    rate_ppm = models.PositiveIntegerField()
    net_before_minor = models.BigIntegerField()
    net_after_minor = models.BigIntegerField()
    earned_minor = models.BigIntegerField()
    entry = models.OneToOneField("ledger.Entry", null=True, on_delete=models.PROTECT, related_name="+")
    accrued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="royalty_line_once_per_report", fields=["agreement", "report"]),
            models.UniqueConstraint(name="royalty_line_in_order", fields=["agreement", "position"]),
            models.CheckConstraint(
                name="royalty_line_never_below_nil",
                condition=Q(net_before_minor__gte=0, net_after_minor__gte=0, position__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}/{self.position} {self.earned_minor}"


class RoyaltyPart(models.Model):
    """One creator's part of a line; the parts of a line are written in one statement and add up to it (trigger)."""

    line = models.ForeignKey(RoyaltyLine, on_delete=models.PROTECT, related_name="parts")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="royalty_parts")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="royalty_part_once_per_creator", fields=["line", "party"])]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount_minor}"


class RoyaltyRound(models.Model):
    """One issue of statements in a currency: everything approved until then, sales up to ``period_to`` (half-open)."""

    public_id = PublicIdField()
    currency = models.CharField(max_length=3)
    period_to = models.DateField()
    pay_on = models.DateField()
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    statements_count = models.PositiveIntegerField()
    paid_total_minor = models.BigIntegerField()
    withheld_total_minor = models.BigIntegerField()
    job = models.OneToOneField("core.Job", on_delete=models.PROTECT, related_name="royalty_round")

    class Meta:
        constraints = [
            models.CheckConstraint(name="royalty_round_currency_is_code", condition=Q(currency__regex=CURRENCY)),
            models.CheckConstraint(name="royalty_round_issues_something", condition=Q(statements_count__gt=0)),
            models.CheckConstraint(
                name="royalty_round_pays_after_it_is_issued", condition=Q(pay_on__gte=F("issued_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} until {self.period_to}"


class RoyaltyStatement(models.Model):
    """A creator's account of one agreement for a period: written once, the next one opens where this one closes.

    ``first_position`` to ``last_position`` are the agreement's lines it covers; units and amounts are the sums of
    those reports, ``earned_minor`` what the whole work earned, ``part_minor`` the creator's part of it. Always
    opening + part - withheld - paid = closing; the database compares everything with what it is about. Tax is
    withheld when something is paid (ITA 2007 s.906), by the law of the day of payment.
    """

    public_id = PublicIdField()
    check_code = PublicIdField()
    round = models.ForeignKey(RoyaltyRound, on_delete=models.PROTECT, related_name="statements")
    agreement = models.ForeignKey(RoyaltyAgreement, on_delete=models.PROTECT, related_name="statements")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="royalty_statements")
    number = models.PositiveIntegerField(unique=True)
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
    beer_name = models.CharField(max_length=60)
    period_from = models.DateField()
    period_to = models.DateField()
    first_position = models.PositiveIntegerField()
    last_position = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField()
    units = models.BigIntegerField()
    units_returned = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    returns_minor = models.BigIntegerField()
    discounts_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    rate_ppm = models.PositiveIntegerField()
    earned_minor = models.BigIntegerField()
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    part_minor = models.BigIntegerField()
    country = models.CharField(max_length=2, blank=True, default="")
    withholding_rule = models.ForeignKey(WithholdingRule, null=True, on_delete=models.PROTECT, related_name="+")
    withheld_ppm = models.PositiveIntegerField(default=0)
    withheld_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    way = models.CharField(max_length=8, choices=RoyaltyWay.choices)
    ending = models.CharField(max_length=4, blank=True, default="")
    pay_on = models.DateField()
    language = models.CharField(max_length=2)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    entry = models.OneToOneField("ledger.Entry", null=True, on_delete=models.PROTECT, related_name="+")
    facts_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="royalty_statement_covers_sales_once", fields=["agreement", "party", "first_position"]
            ),
            models.CheckConstraint(name="royalty_statement_number_positive", condition=Q(number__gt=0)),
            models.CheckConstraint(
                name="royalty_statement_adds_up",
                condition=Q(
                    closing_minor=F("opening_minor") + F("part_minor") - F("withheld_minor") - F("paid_minor"),
                    net_minor=F("gross_minor") - F("returns_minor") - F("discounts_minor") - F("tax_minor"),
                ),
            ),
            models.CheckConstraint(
                name="royalty_statement_pays_all_or_nothing",
                condition=Q(paid_minor=0, withheld_minor=0)
                | Q(
                    paid_minor__gt=0,
                    withheld_minor__gte=0,
                    closing_minor=0,
                    withholding_rule__isnull=False,
                    country__regex=r"^[A-Z]{2}$",
                ),
            ),
            models.CheckConstraint(
                name="royalty_statement_way_fits_its_sum",
                condition=Q(way__in=[RoyaltyWay.BANK, RoyaltyWay.WAITING, RoyaltyWay.HELD], paid_minor__gt=0)
                | Q(way=RoyaltyWay.KEPT, paid_minor=0, closing_minor__gt=0)
                | Q(way=RoyaltyWay.OWED, paid_minor=0, closing_minor__lt=0)
                | Q(way=RoyaltyWay.NOTHING, paid_minor=0, closing_minor=0),
            ),
            models.CheckConstraint(
                name="royalty_statement_booked_when_withheld",
                condition=Q(withheld_minor=0, entry__isnull=True) | Q(withheld_minor__gt=0, entry__isnull=False),
            ),
            models.CheckConstraint(
                name="royalty_statement_period_runs_forward",
                condition=Q(period_from__lte=F("period_to"), first_position__lte=F("last_position")),
            ),
            models.CheckConstraint(
                name="royalty_statement_is_hashed", condition=Q(facts_sha256__regex=SHA256, currency__regex=CURRENCY)
            ),
        ]
        indexes = [models.Index(fields=["party", "-id"], name="royalty_statement_of_party")]

    def __str__(self) -> str:
        return f"R-{self.number:06d}"


class RoyaltyStatementFile(models.Model):
    """The statement's PDF as it was issued."""

    statement = models.OneToOneField(RoyaltyStatement, on_delete=models.PROTECT, related_name="file")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]


class RoyaltyPayoutLine(models.Model):
    """A payout pays this statement. Released when the payout did not arrive: then it is owed again.

    A statement is in one payout at most that was not released; the lines of a payout add up to it (database).
    """

    statement = models.ForeignKey(RoyaltyStatement, on_delete=models.PROTECT, related_name="payout_lines")
    payout = models.ForeignKey("payments.Payout", on_delete=models.PROTECT, related_name="royalty_lines")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="royalty_payout_pays_once", fields=["statement"], condition=Q(released_at__isnull=True)
            ),
            models.UniqueConstraint(name="royalty_payout_line_once", fields=["payout", "statement"]),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} pays {self.statement_id}"
