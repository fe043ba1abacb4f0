"""Attempts at a payout, and who may call the bank about it: see Note [Sending once] in payments.services.payouts."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import DateTimeField, Func

from core.errors import Busy
from core.transactions import needs_transaction, refuses_transaction
from payments.enums import AttemptOutcome
from payments.models import Payout, PayoutAttempt

KEY_GOOD_FOR = timedelta(hours=20)
# So many attempts may fail at the bank one upon the other; then it is given time, twice as much after each.
FAILURES_AT_ONCE = 3
PATIENCE, PATIENCE_MAX = timedelta(seconds=5), timedelta(minutes=10)
# After these an effect may show under an old key: one looks before a new key is used.
MAY_HAVE_PAID = {AttemptOutcome.SERVER_ERROR, AttemptOutcome.ABANDONED}
REAL_NOW = Func(function="clock_timestamp", output_field=DateTimeField())
TAKE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 43))"
GIVE_BACK = "SELECT pg_advisory_unlock(hashtextextended(%s, 43))"


@dataclass(frozen=True)
class Begun:
    """An open attempt; ``must_look`` when an earlier one may have paid under another key."""

    attempt: PayoutAttempt
    must_look: bool


@contextmanager
@refuses_transaction
def only_caller(payout_id: int) -> Iterator[None]:
    """Let nobody else call the bank about the payout meanwhile; raise `Busy` when somebody is at it.

    The lock is the database session's: it ends with its process, however that ends, and stays with one that is only
    slow, whose lease somebody else has taken over since.
    """
    key = f"payout:{payout_id}"
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [key])
        if not cursor.fetchone()[0]:
            raise Busy()
    try:
        yield
    finally:
        with (
            suppress(OperationalError, InterfaceError),
            connection.cursor() as cursor,
        ):  # a session that broke holds none
            cursor.execute(GIVE_BACK, [key])


def real_now() -> datetime:
    """Return the present moment without the demo's offset."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


@needs_transaction
def open_attempt(payout: Payout) -> Begun:
    """Return the open attempt of a locked payout while its key is good, or write the next one.

    Raises `Busy` when the bank has failed so often that it is given time.
    """
    attempts = list(PayoutAttempt.objects.filter(payout=payout).order_by("pk"))
    last = attempts[-1] if attempts else None
    _give_time(attempts)
    if last is not None and last.outcome == AttemptOutcome.OPEN:
        if real_now() - last.started_at < KEY_GOOD_FOR:
            return Begun(last, _may_have_paid(attempts[:-1]))
        end_attempts(payout_id=payout.pk, outcome=AttemptOutcome.ABANDONED)
        last.outcome = AttemptOutcome.ABANDONED
    key = f"payout:{payout.public_id}:{len(attempts) + 1}"
    return Begun(
        PayoutAttempt.objects.create(payout=payout, key=key, started_at=REAL_NOW),
        _may_have_paid(attempts),
    )


def _give_time(attempts: list[PayoutAttempt]) -> None:
    """Raise `Busy` while a bank that keeps failing is left alone: hours of it must not leave thousands of rows."""
    failed = sum(attempt.outcome == AttemptOutcome.SERVER_ERROR for attempt in attempts)
    ended_at = attempts[-1].ended_at if attempts else None
    if failed >= FAILURES_AT_ONCE and ended_at is not None:
        patience = min(PATIENCE * 2 ** min(failed - FAILURES_AT_ONCE, 10), PATIENCE_MAX)
        if real_now() - ended_at < patience:
            raise Busy()


def _may_have_paid(attempts: list[PayoutAttempt]) -> bool:
    return any(attempt.outcome in MAY_HAVE_PAID for attempt in attempts)


@needs_transaction
def end_attempts(*, payout_id: int, outcome: AttemptOutcome, detail: str = "") -> None:
    """Write how the open attempt of the payout ended; one that ended stays as it is."""
    PayoutAttempt.objects.filter(payout=payout_id, outcome=AttemptOutcome.OPEN).update(
        outcome=outcome, ended_at=REAL_NOW, detail=detail[:300]
    )
