from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.ids import PublicIdField
from payments.enums import MandateEnd, MandateScheme

USER = settings.AUTH_USER_MODEL


class BankMandate(models.Model):
    """Where a party wants to be paid. Its facts never change: new details are a new row, and the old one ends.

    ``sealed`` holds the numbers, encrypted (core.secrets); people see ``ending`` only. ``fingerprint`` tells two
    accounts apart without opening either. Nothing is paid before ``usable_from``: details that replace others wait,
    so that whoever owned the old account can say "this was not me" by the link in the mail, whose secret is kept as
    its hash. ``restores`` is set when such an answer brought an older account back.
    """

    public_id = PublicIdField()
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="bank_mandates")
    scheme = models.CharField(max_length=8, choices=MandateScheme.choices)
    country = models.CharField(max_length=2)
    holder_name = models.CharField(max_length=140)
    sealed = models.TextField()
    ending = models.CharField(max_length=4)
    fingerprint = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    usable_from = models.DateTimeField()
    stop_token_sha256 = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  none was mailed
    restores = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="restored_as")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, choices=MandateEnd.choices, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="mandate_one_in_force_per_party", fields=["party"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="mandate_scheme_known", condition=Q(scheme__in=MandateScheme.values)),
            models.CheckConstraint(name="mandate_country_is_iso_3166", condition=Q(country__regex=r"^[A-Z]{2}$")),
            models.CheckConstraint(name="mandate_ending_is_short", condition=Q(ending__regex=r"^[A-Z0-9]{4}$")),
            models.CheckConstraint(
                name="mandate_fingerprint_is_sha256", condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="mandate_names_its_holder", condition=~Q(holder_name="")),
            models.CheckConstraint(name="mandate_usable_not_before_given", condition=Q(usable_from__gte=F("given_at"))),
            models.CheckConstraint(
                name="mandate_ended_says_how",
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__isnull=False, ended_how__in=MandateEnd.values),
            ),
        ]
        indexes = [models.Index(fields=["party", "-given_at"], name="mandate_history")]

    def __str__(self) -> str:
        return f"…{self.ending}"
