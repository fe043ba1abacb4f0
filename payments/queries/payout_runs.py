"""What a payment run holds, and how it differs from the one before."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from accounts.models import User
from core.models import AuditRecord
from payments.enums import PayoutState, RunState
from payments.models import Payout, PayoutRun

# The same words as the law by which the database approves a run (migration 0010).
ROWS_SHA256 = "SELECT payments_run_sha256(%s)"
PREVIOUS = """
SELECT DISTINCT ON (payout.party_id) payout.party_id, payout.amount_minor, mandate.fingerprint
FROM payments_payout payout
JOIN payments_payoutrun run ON run.id = payout.run_id
JOIN payments_bankmandate mandate ON mandate.id = payout.mandate_id
WHERE run.purpose = %(purpose)s AND run.currency = %(currency)s AND run.id <> %(run)s
  AND payout.state IN ('sent', 'settled', 'returned')
ORDER BY payout.party_id, payout.id DESC
"""
CHANGES = f"""
WITH previous AS ({PREVIOUS}), compared AS (
    SELECT payout.id, payout.amount_minor - previous.amount_minor AS difference,
           CASE WHEN previous.party_id IS NULL THEN 'new'
                WHEN previous.fingerprint <> mandate.fingerprint THEN 'destination'
                WHEN previous.amount_minor <> payout.amount_minor THEN 'amount' END AS what
    FROM payments_payout payout
    JOIN payments_bankmandate mandate ON mandate.id = payout.mandate_id
    LEFT JOIN previous ON previous.party_id = payout.party_id
    WHERE payout.run_id = %(run)s
)
"""  # noqa: S608  our own text
COUNTS = f"{CHANGES} SELECT what, count(*) FROM compared WHERE what IS NOT NULL GROUP BY what"  # noqa: S608  our own text
SAMPLE = f"""{CHANGES}
SELECT id FROM compared WHERE what = %(what)s ORDER BY abs(COALESCE(difference, 0)) DESC, id LIMIT %(limit)s
"""  # noqa: S608  our own text


@dataclass(frozen=True)
class Changes:
    """How a run differs from what each party was paid last: counts, and the first so many payouts of each kind."""

    previous_run: PayoutRun | None
    new_count: int
    destination_count: int
    amount_count: int
    new: list[Payout]
    destination_changed: list[Payout]
    amount_changed: list[Payout]


@dataclass(frozen=True)
class StateCount:
    """How many payouts of a run are in a state, and their sum in minor units."""

    state: str
    count: int
    sum_minor: int


def rows_sha256(run: PayoutRun) -> str:
    """Return the hash of the run's rows with the bank details that are in force now."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS_SHA256, [run.pk])
        return str(cursor.fetchone()[0])


def changes_since_last(run: PayoutRun, *, limit: int = 20) -> Changes:
    """Return who is paid for the first time, whose bank details changed, whose amount differs; ``limit`` rows each."""
    values: dict[str, Any] = {"run": run.pk, "purpose": run.purpose, "currency": run.currency, "limit": limit}
    previous = PayoutRun.objects.filter(purpose=run.purpose, currency=run.currency, approved_at__isnull=False)
    previous = previous.exclude(pk=run.pk).exclude(state=RunState.CANCELLED)
    previous_run = previous.order_by("-approved_at").first()
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, values)
        counts: dict[str, int] = dict(cursor.fetchall())
        found = {what: _sample(cursor, values | {"what": what}) for what in counts}
    return Changes(
        previous_run=previous_run,
        new_count=counts.get("new", 0),
        destination_count=counts.get("destination", 0),
        amount_count=counts.get("amount", 0),
        new=found.get("new", []),
        destination_changed=found.get("destination", []),
        amount_changed=found.get("amount", []),
    )


def _sample(cursor: Any, values: dict[str, Any]) -> list[Payout]:
    cursor.execute(SAMPLE, values)
    order = [row[0] for row in cursor.fetchall()]
    rows = Payout.objects.select_related("party", "mandate").in_bulk(order)
    return [rows[pk] for pk in order]


def counts_of(run: PayoutRun) -> list[StateCount]:
    """Return the run's payouts by state, in the order of their way; states without any are left out."""
    rows = Payout.objects.filter(run=run).values("state").annotate(count=Count("id"), sum=Sum("amount_minor"))
    order = PayoutState.values
    found = [StateCount(row["state"], row["count"], int(row["sum"])) for row in rows]
    return sorted(found, key=lambda row: order.index(row.state))


def file_takers(run: PayoutRun) -> list[User]:
    """Return who took the run's file away, each once, the first one first."""
    rows = _trail_of(run).filter(verb="bank_file_taken", by__isnull=False).select_related("by__party").order_by("pk")
    return list({row.by_id: row.by for row in rows if row.by}.values())


def had_the_file(run: PayoutRun, person: User) -> bool:
    """Tell whether the file was taken away and the person prepared the run, or made or took the file."""
    trail = _trail_of(run).filter(verb__in=["payout_file_made", "bank_file_taken"])
    rows = set(trail.values_list("verb", "by"))
    is_taken = any(verb == "bank_file_taken" for verb, _by in rows)
    return is_taken and person.pk in {run.prepared_by_id, *(by for _verb, by in rows)}


def _trail_of(run: PayoutRun) -> QuerySet[AuditRecord]:
    return AuditRecord.objects.filter(subject_kind="payments.payoutrun", subject_id=str(run.pk))


def runs_to_begin() -> list[int]:
    """Return approved runs whose moment has come; a file's when the bank has taken it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM payments_payoutrun WHERE state = 'approved' AND not_before <= kilderkin_now() "
            "AND (route <> 'csv' OR handed_over_at IS NOT NULL) ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def runs_to_finish() -> list[int]:
    """Return runs being paid of which nothing is left to send."""
    open_states = [PayoutState.READY, PayoutState.SENDING]
    busy = Payout.objects.filter(state__in=open_states).values("run_id")
    rows = PayoutRun.objects.filter(state=RunState.PAYING, job__state="done").exclude(pk__in=busy)
    return list(rows.order_by("pk").values_list("pk", flat=True))
