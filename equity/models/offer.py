from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from equity.enums import MoneyHeld, OfferState, Preemption, PromotionBasis, RankKind
from equity.models.company import ShareClass
from equity.models.profile import JurisdictionProfile


class Offer(models.Model):
    """Shares offered to the public on stated terms, first come first served."""

    public_id = PublicIdField()
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    title_vi = models.CharField(max_length=120)
    share_class = models.ForeignKey(ShareClass, on_delete=models.PROTECT, related_name="offers")
    profile = models.ForeignKey(JurisdictionProfile, on_delete=models.PROTECT, related_name="offers")
    authority = models.ForeignKey(
        "equity.AllotmentAuthority", null=True, on_delete=models.PROTECT, related_name="offers"
    )
    state = models.CharField(max_length=16, choices=OfferState.choices, default=OfferState.DRAFT)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    block_size = models.PositiveIntegerField()
    person_min_shares = models.PositiveIntegerField()
    person_max_shares = models.PositiveIntegerField()
    minimum_shares = models.PositiveIntegerField()
    cap_shares = models.PositiveIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    countries = ArrayField(models.CharField(max_length=2))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="offer_price_positive", condition=Q(price_minor__gt=0)),
            models.CheckConstraint(name="offer_block_positive", condition=Q(block_size__gt=0)),
            models.CheckConstraint(
                name="offer_limits_in_order",
                condition=Q(person_min_shares__gte=F("block_size"))
                & Q(person_max_shares__gte=F("person_min_shares"))
                & Q(cap_shares__gte=F("person_max_shares"))
                & Q(cap_shares__gte=F("minimum_shares")),
            ),
            models.CheckConstraint(name="offer_closes_after_opening", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(
                name="offer_opened_at_and_by_together",
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
            ),
            models.CheckConstraint(
                name="offer_draft_until_opened",
                condition=Q(state=OfferState.DRAFT, opened_at__isnull=True)
                | (~Q(state=OfferState.DRAFT) & Q(opened_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="offer_over_has_closing_time",
                condition=Q(state__in=[OfferState.DRAFT, OfferState.OPEN], closed_at__isnull=True)
                | (~Q(state__in=[OfferState.DRAFT, OfferState.OPEN]) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="offer_open_names_authority",
                condition=Q(state=OfferState.DRAFT) | Q(authority__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OfferDisclosure(models.Model):
    """What an honest offer tells, in the order of its page; every missing part keeps the offer from opening."""

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="disclosure")
    promotion_basis = models.CharField(max_length=16, choices=PromotionBasis.choices, blank=True, default="")
    promotion_firm = models.CharField(max_length=120, blank=True, default="")
    promotion_firm_number = models.CharField(max_length=20, blank=True, default="")
    promotion_approved_on = models.DateField(null=True, blank=True)
    promotion_expires_on = models.DateField(null=True, blank=True)
    promotion_exemption = models.CharField(max_length=200, blank=True, default="")
    preemption = models.CharField(max_length=16, choices=Preemption.choices, blank=True, default="")
    preemption_reference = models.CharField(max_length=120, blank=True, default="")
    accounts_year_end_on = models.DateField(null=True, blank=True)
    accounts_profit_minor = models.BigIntegerField(null=True, blank=True)
    accounts_cash_minor = models.BigIntegerField(null=True, blank=True)
    accounts_net_debt_minor = models.BigIntegerField(null=True, blank=True)
    price_basis = models.TextField(blank=True, default="")
    price_basis_vi = models.TextField(blank=True, default="")
    price_independent_check = models.CharField(max_length=160, blank=True, default="")
    last_traded_price_minor = models.BigIntegerField(null=True, blank=True)
    last_traded_on = models.DateField(null=True, blank=True)
    never_traded = models.BooleanField(default=False)
    last_dividend = models.CharField(max_length=120, blank=True, default="")
    last_dividend_vi = models.CharField(max_length=120, blank=True, default="")
    money_held = models.CharField(max_length=16, choices=MoneyHeld.choices, blank=True, default="")
    money_held_where = models.CharField(max_length=160, blank=True, default="")
    cooling_off_kept = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="disclosure_traded_price_with_date",
                condition=Q(last_traded_price_minor__isnull=True, last_traded_on__isnull=True)
                | Q(last_traded_price_minor__gt=0, last_traded_on__isnull=False, never_traded=False),
            ),
        ]

    def __str__(self) -> str:
        return f"disclosure of {self.offer_id}"


class RankingLine(models.Model):
    """A place in the queue: who is paid before the buyer, and how much."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="ranking")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=RankKind.choices)
    label = models.CharField(max_length=160)
    label_vi = models.CharField(max_length=160)
    amount_minor = models.BigIntegerField()
    as_of_on = models.DateField()
    growth_bps = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "position"], name="ranking_position_once"),
            models.CheckConstraint(name="ranking_amount_not_negative", condition=Q(amount_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return self.label


class RankingSignature(models.Model):
    """One of the two people who stand for the ranking; void once the ranking changes."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="ranking_signatures")
    ranking_sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "ranking_sha256", "signed_by"], name="ranking_signed_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.ranking_sha256[:8]}"


class UseOfMoney(models.Model):
    """What the money is for; what goes to selling holders is marked."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="uses")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=160)
    label_vi = models.CharField(max_length=160)
    amount_minor = models.BigIntegerField()
    to_selling_holders = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "position"], name="use_position_once"),
            models.CheckConstraint(name="use_amount_positive", condition=Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return self.label


class OfferDocument(models.Model):
    """One version of one document; append-only, so that we can always show what somebody accepted."""

    public_id = PublicIdField()
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="documents")
    kind = models.SlugField()
    title = models.CharField(max_length=160)
    title_vi = models.CharField(max_length=160)
    version = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "kind", "version"], name="document_version_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class OfferApproval(models.Model):
    """A director approved exactly the version with this hash; any change makes the hash another one."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="approvals")
    version_sha256 = models.CharField(max_length=64)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "version_sha256"], name="offer_version_approved_once"),
            models.CheckConstraint(name="offer_approved_by_another", condition=~Q(approved_by=F("prepared_by"))),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.version_sha256[:8]}"


class OfferCapacity(models.Model):
    """The one counter that decides who gets the last shares: kept = chosen + paid + allotted."""

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="capacity")
    cap_shares = models.PositiveIntegerField()
    kept_shares = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="offer_kept_within_cap", condition=Q(kept_shares__gte=0, kept_shares__lte=F("cap_shares"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.kept_shares} of {self.cap_shares}"


class PersonAllowance(models.Model):
    """The counter of one person's limit over all live applications to an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="allowances")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="+")
    max_shares = models.PositiveIntegerField()
    kept_shares = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "party"], name="allowance_once_per_person"),
            models.CheckConstraint(
                name="person_kept_within_limit", condition=Q(kept_shares__gte=0, kept_shares__lte=F("max_shares"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kept_shares} of {self.max_shares}"
