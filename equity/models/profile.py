from django.db import models
from django.db.models import F, Q


class JurisdictionProfile(models.Model):
    """Law as data with a date and a source: what an offer under it must keep."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.TextField()
    currency = models.CharField(max_length=3)
    offer_cap_minor = models.BigIntegerField()
    offer_cap_months = models.PositiveSmallIntegerField()
    cooling_off_hours = models.PositiveSmallIntegerField()
    keep_hours = models.PositiveSmallIntegerField()
    category_valid_months = models.PositiveSmallIntegerField()
    quiz_fails_max = models.PositiveSmallIntegerField()
    quiz_pause_hours = models.PositiveSmallIntegerField()
    ranking_age_days_max = models.PositiveSmallIntegerField()
    refund_after_days = models.PositiveSmallIntegerField()
    interest_from_day = models.PositiveSmallIntegerField()
    register_months_max = models.PositiveSmallIntegerField()
    return_months_max = models.PositiveSmallIntegerField()
    certificate_months_max = models.PositiveSmallIntegerField()
    age_years_min = models.PositiveSmallIntegerField()
    incentives_allowed = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="profile_valid_until_after_from",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="profile_keeps_longer_than_cooling_off", condition=Q(keep_hours__gt=F("cooling_off_hours"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProfileText(models.Model):
    """The regulator's own words, versioned; ``body_vi`` is a translation, the English binds."""

    profile = models.ForeignKey(JurisdictionProfile, on_delete=models.PROTECT, related_name="texts")
    kind = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    title_vi = models.CharField(max_length=200)
    body = models.TextField()
    body_vi = models.TextField()
    options = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "kind", "version"], name="profile_text_once_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
