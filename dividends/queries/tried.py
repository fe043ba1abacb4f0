"""Payments that were to bring a debt and did not, and whether its owner was told."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from core.models import AuditRecord
from dividends.models import PayoutLine, RoyaltyPayoutLine
from payments.models import Payout

# The trail's word for the mail that tells why a payment did not arrive and what mends it.
TOLD = "payout_holder_told"
# Whoever was asked for other details is asked again a day later at the soonest.
ASK_AGAIN_AFTER = timedelta(days=1)


def is_owed_again(payout: Payout) -> bool:
    """Tell whether something the payout was for is in no other payout now."""
    paid = PayoutLine.objects.filter(entitlement=OuterRef("entitlement"), released_at__isnull=True)
    earned = RoyaltyPayoutLine.objects.filter(statement=OuterRef("statement"), released_at__isnull=True)
    dividend = PayoutLine.objects.filter(payout=payout).exclude(Exists(paid))
    royalty = RoyaltyPayoutLine.objects.filter(payout=payout).exclude(Exists(earned))
    return dividend.exists() or royalty.exists()


def asked_at(payout: Payout) -> datetime | None:
    """Return when somebody last asked the payee for other details; mails that go by themselves do not count."""
    rows = AuditRecord.objects.filter(subject_kind=Payout._meta.label_lower, subject_id=str(payout.pk), verb=TOLD)
    return rows.filter(by__isnull=False).order_by("-pk").values_list("at", flat=True).first()
