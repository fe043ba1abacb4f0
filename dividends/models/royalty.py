"""What a creator is promised of a beer, and what was sold of it."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from core.ids import PublicIdField
from dividends.enums import AgreementState, ReportKind, ReportState

USER = settings.AUTH_USER_MODEL
CURRENCY = r"^[A-Z]{3}$"
SHA256 = r"^[0-9a-f]{64}$"
PPM = 1_000_000
CREATORS_MAX = 16
PROPOSED, APPROVED, DROPPED = AgreementState.PROPOSED, AgreementState.APPROVED, AgreementState.DROPPED


class DateRange(Func):  # type: ignore[misc]
    """Half-open days, open above when the second is empty."""

    function = "daterange"


def _decided(*, undecided: str, by_whom: str) -> list[models.CheckConstraint]:
    """Approved and dropped have their moment, their person and, dropped, their reason. ``by_whom`` names the model."""
    nobody_approved = Q(approved_at__isnull=True, approved_by__isnull=True)
    nobody_dropped = Q(dropped_at__isnull=True, dropped_by__isnull=True, drop_reason="")
    was_dropped = Q(dropped_at__isnull=False, dropped_by__isnull=False) & ~Q(drop_reason="")
    return [
        models.CheckConstraint(
            name=f"{by_whom}_decided_by_somebody",
            condition=(Q(state=undecided) & nobody_approved & nobody_dropped)
            | (Q(state=APPROVED, approved_at__isnull=False, approved_by__isnull=False) & nobody_dropped)
            | (Q(state=DROPPED) & nobody_approved & was_dropped),
        )
    ]


class SoldBeer(models.Model):
    """A beer on the market: what sales are reported of, and what agreements hang on.

    ``recipe`` gives it its colour; a recipe and a name of one beer are two agreements on it. The name changes only
    when members gave it another (`dividends.services.royalties.approve_agreement`).
    """

    public_id = PublicIdField()
    name = models.CharField(max_length=60)
    sku = models.CharField(max_length=32)
    recipe = models.ForeignKey("beers.Recipe", null=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="sold_beer_named_once"),
            models.UniqueConstraint(Lower("sku"), name="sold_beer_sku_once"),
            models.CheckConstraint(name="sold_beer_has_name_and_sku", condition=~Q(name="") & ~Q(sku="")),
            models.CheckConstraint(name="sold_beer_currency_is_code", condition=Q(currency__regex=CURRENCY)),
        ]

    def __str__(self) -> str:
        return self.name


class RoyaltyAgreement(models.Model):
    """What the creators of a winning idea get of a beer's net sales: one person makes it, a director approves it.

    The rate is in parts per million of net sales (1 % = 10,000), the days are half-open, ``base`` says in words what
    net sales are. The terms never change: other terms are a new agreement, which ends an open one where it begins.
    What its creators are owed below ``minimum_minor`` is carried. A royalty is no dividend: whoever made the idea
    need not hold a share, and being a shareholder changes nothing.
    """

    public_id = PublicIdField()
    adoption = models.ForeignKey("beers.Adoption", on_delete=models.PROTECT, related_name="royalty_agreements")
    beer = models.ForeignKey(SoldBeer, on_delete=models.PROTECT, related_name="agreements")
    currency = models.CharField(max_length=3)
    base = models.CharField(max_length=300)
    base_vi = models.CharField(max_length=300)
    rate_ppm = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    minimum_minor = models.BigIntegerField()
    reference = models.CharField(max_length=120)
    terms_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=AgreementState.choices, default=PROPOSED)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    drop_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            *_decided(undecided=PROPOSED, by_whom="agreement"),
            models.CheckConstraint(name="agreement_approved_by_another", condition=~Q(approved_by=F("made_by"))),
            models.CheckConstraint(name="agreement_rate_within_all", condition=Q(rate_ppm__gt=0, rate_ppm__lte=PPM)),
            models.CheckConstraint(
                name="agreement_runs_forward", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(name="agreement_minimum_not_negative", condition=Q(minimum_minor__gte=0)),
            models.CheckConstraint(
                name="agreement_says_its_base_and_reference",
                condition=~Q(base="") & ~Q(base_vi="") & ~Q(reference="") & Q(terms_sha256__regex=SHA256),
            ),
            ExclusionConstraint(
                name="agreement_one_at_a_time",
                expressions=[
                    (F("adoption"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=APPROVED),
            ),
            models.UniqueConstraint(
                name="agreement_one_proposal_waits", fields=["adoption"], condition=Q(state=PROPOSED)
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class RoyaltyShare(models.Model):
    """One creator's fraction of what an agreement earns. Written in one statement; together exactly 1 (trigger).

    ``position`` decides who gets the last minor unit where remainders are equal.
    """

    agreement = models.ForeignKey(RoyaltyAgreement, on_delete=models.PROTECT, related_name="shares")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="royalty_shares")
    position = models.PositiveSmallIntegerField()
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="royalty_share_once_per_creator", fields=["agreement", "party"]),
            models.UniqueConstraint(name="royalty_share_in_order", fields=["agreement", "position"]),
            models.CheckConstraint(
                name="royalty_share_is_a_fraction",
                condition=Q(numerator__gt=0, numerator__lte=F("denominator"), denominator__lte=PPM),
            ),
            models.CheckConstraint(
                name="royalty_share_of_few", condition=Q(position__gte=1, position__lte=CREATORS_MAX)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


class SalesReport(models.Model):
    """What was sold of a beer in a period, entered by one person and approved by another; never changed.

    Sales are said once for each period of a beer. Beer that came back later, and every correction, is a new row about
    the period it was sold in (``corrects``), so that it is taken back at the rate it was paid at. Amounts are minor
    units; net sales are gross less returns, discounts and tax. Discounts and tax are negative where they are given
    back with returned goods; a correction may have either sign. ``source_sha256`` is the uploaded file it came from.
    """

    public_id = PublicIdField()
    beer = models.ForeignKey(SoldBeer, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=12, choices=ReportKind.choices)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    period_from = models.DateField()
    period_to = models.DateField()
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField()
    units_returned = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    returns_minor = models.BigIntegerField()
    discounts_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    net_minor = models.GeneratedField(
        expression=F("gross_minor") - F("returns_minor") - F("discounts_minor") - F("tax_minor"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    note = models.CharField(max_length=300, blank=True, default="")
    content_sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64, blank=True, default="")
    source_row = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.ENTERED)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    drop_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            *_decided(undecided=ReportState.ENTERED, by_whom="report"),
            models.CheckConstraint(name="report_approved_by_another", condition=~Q(approved_by=F("entered_by"))),
            models.CheckConstraint(name="report_period_runs_forward", condition=Q(period_from__lt=F("period_to"))),
            models.CheckConstraint(name="report_is_hashed", condition=Q(content_sha256__regex=SHA256)),
            models.CheckConstraint(
                name="report_figures_fit_its_kind",
                condition=Q(
                    kind=ReportKind.SALES,
                    corrects__isnull=True,
                    units__gte=0,
                    units_returned__gte=0,
                    gross_minor__gte=0,
                    returns_minor__gte=0,
                    discounts_minor__gte=0,
                    tax_minor__gte=0,
                )
                | Q(
                    kind=ReportKind.RETURNS,
                    corrects__isnull=False,
                    units=0,
                    units_returned__gte=0,
                    gross_minor=0,
                    returns_minor__gt=0,
                    discounts_minor__lte=0,
                    tax_minor__lte=0,
                )
                | Q(kind=ReportKind.CORRECTION, corrects__isnull=False) & ~Q(note=""),
            ),
            models.CheckConstraint(
                name="report_source_names_its_row",
                condition=Q(source_sha256="", source_row__isnull=True)
                | Q(source_sha256__regex=SHA256, source_row__gt=0),
            ),
            ExclusionConstraint(
                name="report_sales_said_once",
                expressions=[
                    (F("beer"), RangeOperators.EQUAL),
                    (DateRange("period_from", "period_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=ReportKind.SALES) & ~Q(state=ReportState.DROPPED),
            ),
            models.UniqueConstraint(
                name="report_not_entered_twice", fields=["content_sha256"], condition=~Q(state=ReportState.DROPPED)
            ),
        ]
        indexes = [models.Index(fields=["beer", "period_from"], name="report_of_beer")]

    def __str__(self) -> str:
        return f"{self.beer_id} {self.period_from} {self.kind}"
