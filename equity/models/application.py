from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from equity.enums import UNFINISHED, ApplicationState, HolderKind, InvestorCategory
from equity.models.offer import Offer, OfferDocument
from equity.models.profile import JurisdictionProfile

SHARES_CHOSEN = ["quantity_chosen", "payable", "paid", "allotted"]


class Application(models.Model):
    """One person's way from a first look to shares; saved at every step.

    The ``register_`` fields are what the register will show, frozen when the answers are confirmed: what a director
    approves is what the person checked, whatever they call themselves afterwards.
    """

    public_id = PublicIdField()
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="applications")
    applicant = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="applications")
    applicant_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=24, choices=ApplicationState.choices, default=ApplicationState.STARTED)
    language = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    not_before_at = models.DateTimeField()
    risk_acknowledged_at = models.DateTimeField(null=True)
    details = models.JSONField(default=dict)
    holder_kind = models.CharField(max_length=16, choices=HolderKind.choices, blank=True, default="")
    holder = models.ForeignKey("accounts.Party", null=True, on_delete=models.PROTECT, related_name="+")
    register_names = models.JSONField(default=list)
    register_address = models.CharField(max_length=400, blank=True, default="")
    register_country = models.CharField(max_length=2, blank=True, default="")
    register_designation = models.CharField(max_length=10, blank=True, default="")
    category = models.CharField(max_length=20, choices=InvestorCategory.choices, blank=True, default="")
    quantity = models.PositiveIntegerField(null=True)
    price_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    kept_until_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    payment_id = models.CharField(max_length=22, blank=True, default="")
    allotted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "applicant"], condition=Q(state__in=UNFINISHED), name="application_one_unfinished"
            ),
            models.CheckConstraint(
                name="application_chosen_has_shares",
                condition=~Q(state__in=SHARES_CHOSEN) | Q(quantity__gt=0, price_minor__gt=0),
            ),
            models.CheckConstraint(
                name="application_kept_until_when_unpaid",
                condition=~Q(state__in=["quantity_chosen", "payable"]) | Q(kept_until_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_payable_is_confirmed",
                condition=~Q(state__in=["payable", "paid", "allotted"]) | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_confirmed_stands_in_register",
                condition=Q(confirmed_at__isnull=True)
                | (~Q(register_names=[]) & ~Q(register_address="") & ~Q(register_country="")),
            ),
            models.CheckConstraint(
                name="application_confirmed_after_cooling_off",
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("not_before_at")),
            ),
            models.CheckConstraint(
                name="application_paid_has_moment",
                condition=~Q(state__in=["paid", "allotted", "refunded"]) | Q(paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_allotted_has_moment",
                condition=Q(state="allotted", allotted_at__isnull=False, holder__isnull=False)
                | (~Q(state="allotted") & Q(allotted_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="application_withdrawn_has_moment",
                condition=~Q(state="withdrawn") | Q(withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_expired_has_moment", condition=~Q(state="expired") | Q(expired_at__isnull=False)
            ),
            models.CheckConstraint(
                name="application_refunded_has_moment",
                condition=Q(state="refunded", refunded_at__isnull=False)
                | (~Q(state="refunded") & Q(refunded_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["offer", "state"], name="application_offer_state"),
            models.Index(
                fields=["kept_until_at"],
                condition=Q(state__in=["quantity_chosen", "payable"]),
                name="application_kept_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class StatementGiven(models.Model):
    """The category statement a person gave, word for word by version; lapses after the profile's months."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="statement")
    category = models.CharField(max_length=20, choices=InvestorCategory.choices)
    text_version = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    given_at = models.DateTimeField()
    lapses_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="statement_lapses_after_given", condition=Q(lapses_at__gt=F("given_at")))
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.text_version}"


class QuizAttempt(models.Model):
    """One try at the appropriateness questions (COBS 10 Annex 1 topics)."""

    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="quiz_attempts")
    profile = models.ForeignKey(JurisdictionProfile, on_delete=models.PROTECT, related_name="+")
    version = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    wrong = ArrayField(models.CharField(max_length=40), default=list)
    passed = models.BooleanField()
    attempted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party", "-attempted_at"], name="quiz_latest")]

    def __str__(self) -> str:
        return f"{self.party_id} {'passed' if self.passed else 'failed'}"


class DocumentAcceptance(models.Model):
    """Who accepted which version of which document when."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="acceptances")
    document = models.ForeignKey(OfferDocument, on_delete=models.PROTECT, related_name="acceptances")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "document"], name="document_accepted_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.document_id}"
