"""Files of cancelled runs that hold the same debts as a run that waits: a bank that has one pays twice."""

from dataclasses import dataclass

from django.db.models import Count, Model, Sum

from dividends.models import PayoutLine, RoyaltyPayoutLine
from payments.enums import PayoutState, RunState
from payments.models import PayoutRun
from payments.queries.payout_runs import file_takers
from portal.queries.office_people import name_of

# By what a run pays: the lines of its payouts, the debt that each is about, and the amount of it.
LINES: dict[str, tuple[type[Model], str, str]] = {
    "dividend": (PayoutLine, "entitlement", "entitlement__net_minor"),
    "royalty": (RoyaltyPayoutLine, "statement", "statement__paid_minor"),
}


@dataclass(frozen=True)
class FileBefore:
    """A cancelled run with a file, and what of it the waiting run pays anew.

    ``taken_by`` are the names of those who took the file away, empty when nobody did.
    """

    run: PayoutRun
    taken_by: str
    cancelled_by: str
    payees: int
    sum_minor: int


def files_before(run: PayoutRun) -> list[FileBefore]:
    """Return the cancelled runs whose file holds what this run pays, the latest first."""
    if run.purpose not in LINES:
        return []
    shared = _shared(run)
    runs = PayoutRun.objects.select_related("cancelled_by__party").filter(pk__in=shared).order_by("-pk")
    return [
        FileBefore(
            run=before,
            taken_by=", ".join(name_of(taker) for taker in file_takers(before)),
            cancelled_by=name_of(before.cancelled_by),
            payees=shared[before.pk][0],
            sum_minor=shared[before.pk][1],
        )
        for before in runs
    ]


def _shared(run: PayoutRun) -> dict[int, tuple[int, int]]:
    """Return, by cancelled run, how many payees have a debt in its file that this run pays, and the sum of those."""
    model, debt, amount = LINES[run.purpose]
    lines = model._default_manager.filter(
        **{
            f"{debt}__in": model._default_manager.filter(payout__run=run).values(debt),
            "payout__state": PayoutState.CANCELLED,
            "payout__run__state": RunState.CANCELLED,
            "payout__run__file_made_at__isnull": False,
        }
    )
    by_run = lines.order_by().values("payout__run")
    counted = by_run.annotate(payees=Count("payout__party", distinct=True), sum_minor=Sum(amount))
    return {row["payout__run"]: (row["payees"], int(row["sum_minor"])) for row in counted}
