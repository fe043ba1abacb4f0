"""What a run's file for the bank may not pay any more."""

from datetime import datetime

from django.db.models import Q, QuerySet

from payments.enums import PayoutState
from payments.models import Payout, PayoutRun


def not_to_be_paid(run: PayoutRun, *, at: datetime) -> QuerySet[Payout]:
    """Return the run's payouts that nobody sent yet and whose bank details were ended or may not be used.

    Before the file is made they are held back; afterwards somebody must ask the bank to leave them out.
    """
    waiting = Payout.objects.filter(run=run, state=PayoutState.READY)
    spoiled = waiting.filter(Q(mandate__ended_at__isnull=False) | Q(mandate__usable_from__gt=at))
    return spoiled.select_related("party", "mandate").order_by("pk")
