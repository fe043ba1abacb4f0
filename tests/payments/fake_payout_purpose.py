"""A purpose of payouts for tests: writes an audit row for everything it is told, in the transaction it is told in."""

from collections.abc import Sequence
from datetime import datetime

from core import audit
from core.models import AuditRecord
from payments.models import Payout

PURPOSE = "test_payout"
HANDLERS = {
    name: f"tests.payments.fake_payout_purpose.{name}" for name in ("sent", "settled", "failed", "returned", "released")
}


def sent(*, payout: Payout, at: datetime) -> None:
    audit.record(by=None, at=at, verb="told_sent", subject=payout)


def settled(*, payout: Payout, at: datetime) -> None:
    audit.record(by=None, at=at, verb="told_settled", subject=payout)


def failed(*, payout: Payout, at: datetime) -> None:
    audit.record(by=None, at=at, verb="told_failed", subject=payout)


def returned(*, payout: Payout, at: datetime) -> None:
    audit.record(by=None, at=at, verb="told_returned", subject=payout)


def released(*, payout_ids: Sequence[int], at: datetime) -> None:
    for payout in Payout.objects.filter(pk__in=payout_ids):
        audit.record(by=None, at=at, verb="told_released", subject=payout)


def told(payout: Payout) -> list[str]:
    """Return what the purpose was told about the payout, in order."""
    rows = AuditRecord.objects.filter(
        subject_id=str(payout.pk), verb__startswith="told_", subject_kind="payments.payout"
    )
    return [verb.removeprefix("told_") for verb in rows.order_by("pk").values_list("verb", flat=True)]
