from django.db import models
from django.db.models import Q

from equity.enums import CompanyKind, CompanyState


class Company(models.Model):
    """The issuer; one installation serves one company."""

    one = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=60)
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=16, choices=CompanyKind.choices)
    state = models.CharField(max_length=20, choices=CompanyState.choices, default=CompanyState.NORMAL)
    registered_office = models.CharField(max_length=300)
    registered_in = models.CharField(max_length=60)
    founded_on = models.DateField()
    currency = models.CharField(max_length=3)
    logo = models.CharField(max_length=120, blank=True, default="")
    email = models.EmailField()
    certificate_signatory = models.CharField(max_length=120)
    certificate_signatory_office = models.CharField(max_length=60)
    certificate_cosignatory = models.CharField(max_length=120)
    certificate_cosignatory_office = models.CharField(max_length=60)

    class Meta:
        constraints = [models.CheckConstraint(name="company_is_one", condition=Q(one=True))]

    def __str__(self) -> str:
        return self.name


class ShareClass(models.Model):
    """A class of shares. ``rank`` 1 is paid first among the classes; equal ranks share."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=80)
    name_vi = models.CharField(max_length=80)
    nominal_minor = models.DecimalField(max_digits=20, decimal_places=6)
    currency = models.CharField(max_length=3)
    rank = models.PositiveSmallIntegerField()
    votes_per_share = models.PositiveIntegerField(default=1)
    preference_per_share_minor = models.BigIntegerField(default=0)
    preference_growth_bps = models.PositiveIntegerField(default=0)
    preference_since = models.DateField(null=True)
    restriction = models.CharField(max_length=300, blank=True, default="")
    last_certificate_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="class_nominal_positive", condition=Q(nominal_minor__gt=0)),
            models.CheckConstraint(
                name="class_preference_has_start",
                condition=Q(preference_per_share_minor=0) | Q(preference_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
