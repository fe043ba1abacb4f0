from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from dividends.enums import AccountsKind, DeclarationState, Rounding

USER = settings.AUTH_USER_MODEL
RATE_DIGITS, RATE_DECIMALS = 24, 12
EXACT_DIGITS = 38
ONE_OF_RATE_AND_POT = Q(rate_minor__gt=0, pot_minor__isnull=True) | Q(rate_minor__isnull=True, pot_minor__gt=0)


class RelevantAccounts(models.Model):
    """Figures of uploaded accounts by which a distribution is justified (Companies Act 2006 ss.830, 831, 836).

    Amounts are minor units; losses are a positive number. Written once; later accounts are a new row.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=8, choices=AccountsKind.choices)
    made_up_to = models.DateField()
    currency = models.CharField(max_length=3)
    realised_profits_minor = models.BigIntegerField()
    realised_losses_minor = models.BigIntegerField()
    net_assets_minor = models.BigIntegerField()
    called_up_capital_minor = models.BigIntegerField()
    undistributable_minor = models.BigIntegerField()
    document_sha256 = models.CharField(max_length=64)
    document_name = models.CharField(max_length=160)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="accounts_kind_known", condition=Q(kind__in=AccountsKind.values)),
            models.CheckConstraint(
                name="accounts_parts_not_negative",
                condition=Q(
                    realised_profits_minor__gte=0,
                    realised_losses_minor__gte=0,
                    called_up_capital_minor__gte=0,
                    undistributable_minor__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="accounts_document_is_kept", condition=Q(document_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.made_up_to}"


class Recommendation(models.Model):
    """What the directors recommend at most: made before the members vote on it, and never changed.

    ``contest`` is the resolution that declares the dividend. Exactly one of the rate (minor units per share, exact to
    twelve decimals) and the pot (minor units for the whole class) is given.
    """

    public_id = PublicIdField()
    contest = models.OneToOneField("ballots.Contest", on_delete=models.PROTECT, related_name="recommendation")
    share_class = models.ForeignKey("equity.ShareClass", on_delete=models.PROTECT, related_name="recommendations")
    currency = models.CharField(max_length=3)
    rate_minor = models.DecimalField(max_digits=RATE_DIGITS, decimal_places=RATE_DECIMALS, null=True)
    pot_minor = models.BigIntegerField(null=True)
    minute_reference = models.CharField(max_length=120)
    recommended_at = models.DateTimeField()
    recommended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="recommendation_is_rate_or_pot", condition=ONE_OF_RATE_AND_POT),
            models.CheckConstraint(name="recommendation_names_its_minute", condition=~Q(minute_reference="")),
        ]

    def __str__(self) -> str:
        return self.minute_reference


class Declaration(models.Model):
    """A final dividend: proposed by finance on a carried resolution, computed from the register at the record moment.

    The terms never change; a wrong one is dropped before it is computed. Totals are written with the entitlements and
    are checked against them by the database. ``exact_total`` is in minor units with twelve decimals,
    ``residue_minor`` what whole minor units of it rounding left with the company, ``residue_fraction`` the rest that
    is less than one. ``reserves_minor`` is what could lawfully be distributed when it was computed.
    """

    public_id = PublicIdField()
    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="declarations")
    share_class = models.ForeignKey("equity.ShareClass", on_delete=models.PROTECT, related_name="declarations")
    accounts = models.ForeignKey(RelevantAccounts, on_delete=models.PROTECT, related_name="declarations")
    title = models.CharField(max_length=120)
    title_vi = models.CharField(max_length=120)
    period_from = models.DateField()
    period_to = models.DateField()
    currency = models.CharField(max_length=3)
    rate_minor = models.DecimalField(max_digits=RATE_DIGITS, decimal_places=RATE_DECIMALS, null=True)
    pot_minor = models.BigIntegerField(null=True)
    rounding = models.CharField(max_length=20, choices=Rounding.choices)
    record_at = models.DateTimeField()
    pay_on = models.DateField()
    minimum_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=DeclarationState.choices, default=DeclarationState.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    drop_reason = models.CharField(max_length=300, blank=True, default="")
    computed_at = models.DateTimeField(null=True)
    computed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField("ledger.Entry", null=True, on_delete=models.PROTECT, related_name="+")
    holders_count = models.PositiveIntegerField(null=True)
    shares_total = models.BigIntegerField(null=True)
    exact_total = models.DecimalField(max_digits=EXACT_DIGITS, decimal_places=RATE_DECIMALS, null=True)
    gross_total_minor = models.BigIntegerField(null=True)
    withheld_total_minor = models.BigIntegerField(null=True)
    net_total_minor = models.BigIntegerField(null=True)
    residue_minor = models.BigIntegerField(null=True)
    residue_fraction = models.DecimalField(max_digits=13, decimal_places=RATE_DECIMALS, null=True)
    reserves_minor = models.BigIntegerField(null=True)
    snapshot_sha256 = models.CharField(max_length=64, blank=True, default="")
    statements_issued_at = models.DateTimeField(null=True)
    statements_issued_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    statements_job = models.OneToOneField("core.Job", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="declaration_is_rate_or_pot", condition=ONE_OF_RATE_AND_POT),
            models.CheckConstraint(
                name="declaration_pot_is_shared_out",
                condition=Q(rounding=Rounding.LARGEST_REMAINDER, pot_minor__isnull=False)
                | Q(rounding__in=[Rounding.FLOOR, Rounding.CARRY], rate_minor__isnull=False),
            ),
            models.CheckConstraint(name="declaration_period_runs_forward", condition=Q(period_from__lt=F("period_to"))),
            models.CheckConstraint(name="declaration_minimum_not_negative", condition=Q(minimum_minor__gte=0)),
            models.CheckConstraint(name="declaration_state_known", condition=Q(state__in=DeclarationState.values)),
            models.CheckConstraint(
                name="declaration_dropped_says_why",
                condition=Q(state=DeclarationState.DROPPED, dropped_at__isnull=False, dropped_by__isnull=False)
                & ~Q(drop_reason="")
                | ~Q(state=DeclarationState.DROPPED)
                & Q(dropped_at__isnull=True, dropped_by__isnull=True, drop_reason=""),
            ),
            models.CheckConstraint(
                name="declaration_computed_whole",
                condition=Q(
                    state=DeclarationState.COMPUTED,
                    computed_at__isnull=False,
                    computed_by__isnull=False,
                    entry__isnull=False,
                    holders_count__gt=0,
                    shares_total__gt=0,
                    exact_total__isnull=False,
                    gross_total_minor__isnull=False,
                    withheld_total_minor__isnull=False,
                    net_total_minor=F("gross_total_minor") - F("withheld_total_minor"),
                    residue_minor__isnull=False,
                    residue_fraction__gte=0,
                    residue_fraction__lt=1,
                    reserves_minor__isnull=False,
                    snapshot_sha256__regex=r"^[0-9a-f]{64}$",
                )
                | ~Q(state=DeclarationState.COMPUTED)
                & Q(computed_at__isnull=True, computed_by__isnull=True, entry__isnull=True, snapshot_sha256=""),
            ),
            models.CheckConstraint(
                name="declaration_computed_after_record",
                condition=Q(computed_at__isnull=True) | Q(computed_at__gte=F("record_at")),
            ),
            # s.830, s.831: what is declared may not be more than what could be distributed.
            models.CheckConstraint(
                name="declaration_within_reserves",
                condition=Q(gross_total_minor__isnull=True)
                | Q(reserves_minor__gte=F("gross_total_minor") + F("residue_minor")),
            ),
            models.CheckConstraint(
                name="declaration_statements_of_a_computed_one",
                condition=Q(
                    statements_issued_at__isnull=True, statements_issued_by__isnull=True, statements_job__isnull=True
                )
                | Q(
                    statements_issued_at__isnull=False,
                    statements_issued_by__isnull=False,
                    statements_job__isnull=False,
                    state=DeclarationState.COMPUTED,
                ),
            ),
            models.UniqueConstraint(
                name="declaration_once_per_recommendation",
                fields=["recommendation"],
                condition=~Q(state=DeclarationState.DROPPED),
            ),
        ]

    def __str__(self) -> str:
        return self.title
