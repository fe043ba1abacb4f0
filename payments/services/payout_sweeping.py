"""What no message announced about money out: runs whose day has come, the bank's news, payouts nobody finished."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q

from core import clock
from core.jobs.mishaps import is_passing
from core.sweeping import each
from core.transactions import atomic, refuses_transaction
from payments.enums import PayoutRoute, PayoutState, RunState
from payments.errors import Mismatch
from payments.gateways.current import current_payout_gateway
from payments.gateways.payout_port import PayoutChange, UnreadChange
from payments.models import Payout, PayoutNews
from payments.queries.payout_runs import runs_to_begin, runs_to_finish
from payments.rules.payout_states import UNREAD
from payments.services.parked_news import park_news
from payments.services.payout_attempts import only_caller
from payments.services.payout_runs import begin_run, finish_run
from payments.services.payouts import give_up_payout, reason_to_hold, send_payout, take_news

logger = logging.getLogger(__name__)
BATCH = 500
STUCK_AFTER_SECONDS = 600
ON_ITS_WAY = timedelta(days=1)
FAILED_LATELY = timedelta(days=7)
# Held as long as a job's lease and renewed with every change, so that a reader who is killed is soon followed.
CLAIM_NEWS = """
UPDATE payments_payoutnews SET claimed_until = clock_timestamp() + make_interval(secs => %s)
WHERE route = %s AND (claimed_until IS NULL OR claimed_until < clock_timestamp()) RETURNING read_until
"""
ADVANCE_NEWS = """
UPDATE payments_payoutnews SET read_until = greatest(read_until, %s),
       claimed_until = clock_timestamp() + make_interval(secs => %s)
WHERE route = %s
"""
# A payout whose job is over while an attempt is open, or failed without a word, longer than any call takes. One of a
# file the bank has is never called about: it needs no rest.
STUCK = """
SELECT payout.id FROM payments_payout payout
JOIN payments_payoutrun run ON run.id = payout.run_id JOIN core_job job ON job.id = run.job_id
WHERE payout.state IN ('ready', 'sending') AND job.state IN ('done', 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM payments_payoutattempt attempt WHERE attempt.payout_id = payout.id
                  AND greatest(attempt.started_at, attempt.ended_at) > clock_timestamp() - make_interval(secs => %s))
ORDER BY payout.id LIMIT %s
"""


@refuses_transaction
def sweep() -> None:
    """Begin, read, finish: each step takes rows that wait and does a limited amount, so sweeps may overlap."""
    begin_due_runs()
    if settings.PAYMENTS == "sandbox":
        each([PayoutRoute.SANDBOX], read_news)
    each(stuck_payouts(), resolve_payout)
    each(runs_to_finish(), _finish)


def begin_due_runs() -> None:
    """Start the job of every approved run whose moment has come."""
    each(runs_to_begin(), _begin)


def _begin(run_id: int) -> None:
    with atomic():
        begin_run(run_id=run_id, at=clock.now())


def _finish(run_id: int) -> None:
    with atomic():
        finish_run(run_id=run_id, at=clock.now())


def stuck_payouts() -> list[int]:
    """Return payouts that no job will touch any more although the bank may have heard of them."""
    with connection.cursor() as cursor:
        cursor.execute(STUCK, [STUCK_AFTER_SECONDS, BATCH])
        return [row[0] for row in cursor.fetchall()]


def resolve_payout(payout_id: int) -> None:
    """Let a payout that its job left behind end as the bank says.

    One of a cancelled run, or whose bank details were changed since, is not sent any more; but what stands in a file
    that the bank has is sent, whatever changed. Raises `Busy` while another process calls the bank about it.
    """
    payout = Payout.objects.select_related("run", "mandate").get(pk=payout_id)
    reason = "cancelled" if payout.run.state == RunState.CANCELLED else reason_to_hold(payout.mandate)
    if not reason or payout.run.handed_over_at is not None:
        send_payout(payout_id=payout_id, store=atomic)
        return
    with only_caller(payout_id):
        found = current_payout_gateway(payout.run.route).find(payout.public_id)
        with atomic():
            give_up_payout(payout_id=payout_id, found=found, reason=reason, at=clock.now())


def read_news(route: str) -> int:
    """Read the bank's changes since the last reading and write each; return how many there were.

    News of a transfer we did not order as the bank has it waits for a person (`payments.models.ParkedNews`).
    """
    PayoutNews.objects.get_or_create(route=route)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_NEWS, [settings.JOB_LEASE_SECONDS, route])
        row = cursor.fetchone()
    if row is None:
        return 0
    try:
        changes = current_payout_gateway(route).changes_since(row[0], limit=BATCH)
        at = clock.now()
        for change in changes:
            take_change(route, change, at=at)
    finally:
        PayoutNews.objects.filter(route=route).update(claimed_until=None)
    return len(changes)


def take_change(route: str, change: PayoutChange | UnreadChange, *, at: datetime) -> None:
    """Write one change together with how far the list is read, so that none is taken twice or lost.

    One that cannot be read or written is put aside for a person, so that it does not hold up the others; `reconcile`
    meets its payout again. What passes by itself (a lock, a lost database) leaves the list where it is.
    """
    with atomic():
        _take_or_park(route, change, at=at)
        with connection.cursor() as cursor:
            cursor.execute(ADVANCE_NEWS, [change.number, settings.JOB_LEASE_SECONDS, route])


def _take_or_park(route: str, change: PayoutChange | UnreadChange, *, at: datetime) -> None:
    if isinstance(change, UnreadChange):
        park_news(route=route, change=change, differing=[UNREAD], at=at)
        return
    try:
        with atomic():
            take_news(facts=change.facts, at=at)
    except Mismatch as mismatch:
        park_news(route=route, change=change, differing=mismatch.differing, at=at)
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("news %s of %s could not be written", change.number, route)
        park_news(route=route, change=change, mistake=type(error).__name__, at=at)


@refuses_transaction
def reconcile() -> int:
    """Ask the bank about every payout that has been on its way for a day, and write what it holds; return how many.

    What no news told, or what could not be written when it was told, is found here, and what the bank holds although
    we believe that it refused it, or has paid although it told us that it failed; run it every night. What differs
    night after night is put aside once.
    """
    waiting = Payout.objects.filter(run__route=PayoutRoute.SANDBOX).filter(
        Q(state=PayoutState.SENT, sent_at__lt=clock.now() - ON_ITS_WAY)
        | Q(state=PayoutState.FAILED, ended_at__gt=clock.now() - FAILED_LATELY)
    )
    return each(list(waiting.order_by("pk").values_list("pk", flat=True)), _ask)


def _ask(payout_id: int) -> None:
    payout = Payout.objects.select_related("run").get(pk=payout_id)
    found = current_payout_gateway(payout.run.route).find(payout.public_id)
    for facts in found:
        with atomic():
            _take_or_park(payout.run.route, PayoutChange(0, facts), at=clock.now())
