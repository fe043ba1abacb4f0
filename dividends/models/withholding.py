from django.conf import settings
from django.db import models
from django.db.models import F, Q

from dividends.enums import Basis, HolderKind, Income


class WithholdingRule(models.Model):
    """What the company's country makes it keep back. Dated data with a source, never a constant.

    ``rate_ppm`` is in parts per million (26.375 % = 263,750); an empty ``holder_country`` means everywhere. A rule
    that asks for evidence holds for those whose document is valid on the payment date.
    """

    income = models.CharField(max_length=8, choices=Income.choices, default=Income.DIVIDEND)
    issuer_country = models.CharField(max_length=2)
    holder_country = models.CharField(max_length=2, blank=True, default="")
    holder_kind = models.CharField(max_length=12, choices=HolderKind.choices, blank=True, default="")
    rate_ppm = models.PositiveIntegerField()
    basis = models.CharField(max_length=12, choices=Basis.choices)
    evidence = models.CharField(max_length=40, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="withholding_rate_within_all", condition=Q(rate_ppm__lte=1_000_000)),
            models.CheckConstraint(
                name="withholding_valid_forward", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="withholding_treaty_asks_for_evidence",
                condition=Q(basis=Basis.STATUTORY) | (Q(basis=Basis.TREATY) & ~Q(evidence="")),
            ),
            models.CheckConstraint(name="withholding_names_its_source", condition=~Q(source="")),
            models.UniqueConstraint(
                name="withholding_rule_once",
                fields=["income", "issuer_country", "holder_country", "holder_kind", "evidence", "valid_from"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer_country} to {self.holder_country or '*'} {self.rate_ppm / 10_000:g} %"


class TaxDocument(models.Model):
    """A document that lowers what is withheld from a holder: valid from, until, both days included."""

    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="tax_documents")
    kind = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()
    document_sha256 = models.CharField(max_length=64)
    document_name = models.CharField(max_length=160)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="tax_document_valid_forward", condition=Q(valid_until__gte=F("valid_from"))),
            models.UniqueConstraint(
                name="tax_document_once",
                fields=["party", "kind", "valid_from", "valid_until"],
                condition=Q(refused_at__isnull=True),
            ),
            models.CheckConstraint(
                name="tax_document_refused_by_somebody",
                condition=Q(refused_at__isnull=True, refused_by__isnull=True)
                | Q(refused_at__isnull=False, refused_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["party", "kind"], name="tax_document_of_party")]

    def __str__(self) -> str:
        return f"{self.kind} until {self.valid_until}"
