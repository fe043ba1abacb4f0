"""One payout: sent once, whatever dies in between.

Note [Sending once]: before the call an attempt is written and committed; its key is the bank's idempotency key. While
its outcome is open (the connection broke, the worker died) the next call uses the same key and the bank pays once.
After a server error the bank would repeat that error under the key, and after 20 hours it may have forgotten it: then
the bank is first asked what it holds for our id, and only if that is nothing a new key is taken. A result is stored
together with the job's new position, only by the worker whose lease still holds. Attempts are dated by real time: the
demo's clock must not age a call that is under way.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import connection

from core import audit, clock, jobs
from core.errors import Busy
from core.locks import lock
from core.models import Job
from core.transactions import atomic, needs_transaction, refuses_transaction
from payments.enums import AttemptOutcome, PayoutRoute, PayoutState
from payments.errors import (
    Mismatch,
    OutcomeUnknown,
    ProviderBusy,
    ProviderFault,
    ProviderNotAvailable,
    ProviderRefused,
)
from payments.gateways.current import current_payout_gateway
from payments.gateways.destinations import destination_of
from payments.gateways.payout_port import PayoutFacts, PayoutGateway, PayoutOrder
from payments.models import Payout, PayoutAttempt
from payments.rules.payout_states import PayoutReason, PayoutStatus
from payments.services.payout_callbacks import tell_payout, tell_released

Store = Callable[[], AbstractContextManager[None]]
KEY_GOOD_FOR = timedelta(hours=20)
CALLS_MAX = 3
DETAILS_CHANGED, DETAILS_WAIT = "details_changed", "details_wait"
OVER = {
    PayoutState.SENT,
    PayoutState.SETTLED,
    PayoutState.RETURNED,
    PayoutState.FAILED,
    PayoutState.HELD,
    PayoutState.CANCELLED,
}


@refuses_transaction
def send_payout(*, payout_id: int, store: Store, job_id: int | None = None) -> None:
    """Send one payout of an approved run, or hold it back when its bank details may not be used.

    ``store`` opens the transaction in which a result is written: a job's lease, or ``atomic`` where no job is at it.
    Raises `Busy` when the bank cannot say now: the same payout is met again. A bank that does not let us in pauses the
    job with that reason.
    """
    payout = Payout.objects.select_related("run", "mandate").get(pk=payout_id)
    if payout.state in OVER:
        with store():
            return
    if payout.run.route == PayoutRoute.CSV:
        with store():
            accept_payout(payout_id=payout_id, provider_id=None, at=clock.now())
        return
    reason = _reason_to_hold(payout) if payout.state == PayoutState.READY else ""
    if reason:
        with store():
            hold_payout(payout_id=payout_id, reason=reason, at=clock.now())
        return
    _send(payout, current_payout_gateway(payout.run.route), store, job_id)


def _reason_to_hold(payout: Payout) -> str:
    """Details that were changed or taken back after the approval, or may not be used yet (TRUST: payout fraud)."""
    if payout.mandate.ended_at is not None:
        return DETAILS_CHANGED
    return DETAILS_WAIT if payout.mandate.usable_from > clock.now() else ""


def _send(payout: Payout, gateway: PayoutGateway, store: Store, job_id: int | None) -> None:
    for _call in range(CALLS_MAX):
        with atomic():
            attempt = begin_attempt(payout_id=payout.pk)
        try:
            facts = _made_before(payout, attempt, gateway) or gateway.send(order_of(payout), key=attempt.key)
        except ProviderRefused as refusal:
            with store():
                fail_payout(payout_id=payout.pk, attempt=attempt, reason=refusal.reason, at=clock.now())
            return
        except ProviderFault:
            with atomic():
                end_attempt(attempt=attempt, outcome=AttemptOutcome.SERVER_ERROR)
            continue
        except ProviderNotAvailable as error:
            _pause(job_id, reason=str(error))
            raise Busy() from error
        except (ProviderBusy, OutcomeUnknown) as error:
            raise Busy() from error
        with store():
            take_facts(payout_id=payout.pk, facts=facts, at=clock.now())
        return
    raise Busy()


def _made_before(payout: Payout, attempt: PayoutAttempt, gateway: PayoutGateway) -> PayoutFacts | None:
    """Return what an earlier attempt with another key did after all."""
    earlier = PayoutAttempt.objects.filter(payout=payout, pk__lt=attempt.pk)
    if not earlier.filter(outcome__in=[AttemptOutcome.SERVER_ERROR, AttemptOutcome.ABANDONED]).exists():
        return None
    return next(iter(gateway.find(payout.public_id)), None)


def order_of(payout: Payout) -> PayoutOrder:
    """Return what the payout is ordered with, from the rows alone: the same each time."""
    return PayoutOrder(
        payout_id=payout.public_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        destination=destination_of(payout.mandate),
        statement_reference=payout.reference,
    )


def real_now() -> datetime:
    """Return the present moment without the demo's offset."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


@needs_transaction
def begin_attempt(*, payout_id: int) -> PayoutAttempt:
    """Return the open attempt while its key is good, or a new one; the payout is now being sent."""
    payout = lock(Payout.objects.all(), pk=payout_id)
    began = real_now()
    last = PayoutAttempt.objects.filter(payout=payout).order_by("-pk").first()
    if last is not None and last.outcome == AttemptOutcome.OPEN:
        if began - last.started_at < KEY_GOOD_FOR:
            return last
        end_attempt(attempt=last, outcome=AttemptOutcome.ABANDONED)
    if payout.state == PayoutState.READY:
        payout.state = PayoutState.SENDING
        payout.save(update_fields=["state"])
    number = PayoutAttempt.objects.filter(payout=payout).count() + 1
    return PayoutAttempt.objects.create(payout=payout, key=f"payout:{payout.public_id}:{number}", started_at=began)


@needs_transaction
def end_attempt(*, attempt: PayoutAttempt, outcome: AttemptOutcome, detail: str = "") -> None:
    """Write how the attempt ended, unless another process has done so."""
    PayoutAttempt.objects.filter(pk=attempt.pk, outcome=AttemptOutcome.OPEN).update(
        outcome=outcome, ended_at=real_now(), detail=detail[:300]
    )


@needs_transaction
def accept_payout(*, payout_id: int, provider_id: str | None, at: datetime) -> Payout:
    """Write that the bank took it, once, and tell the purpose."""
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    if payout.state in {PayoutState.READY, PayoutState.SENDING}:
        payout.state, payout.sent_at, payout.provider_id = PayoutState.SENT, at, provider_id
        payout.save(update_fields=["state", "sent_at", "provider_id"])
        for attempt in PayoutAttempt.objects.filter(payout=payout, outcome=AttemptOutcome.OPEN):
            end_attempt(attempt=attempt, outcome=AttemptOutcome.ACCEPTED, detail=provider_id or "")
        tell_payout(payout, "sent", at=at)
    return payout


@needs_transaction
def take_facts(*, payout_id: int, facts: PayoutFacts, at: datetime) -> Payout:
    """Move the payout to where the bank's facts say it is; each step once, each told to the purpose.

    Raises `Mismatch` when the facts are another payout's, or tell of one that nobody was asked to send.
    """
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    compare(payout, facts)
    payout = accept_payout(payout_id=payout.pk, provider_id=facts.provider_id, at=at)
    if facts.status in {PayoutStatus.SETTLED, PayoutStatus.RETURNED}:
        settle_payout(payout_id=payout.pk, at=at)
    if facts.status == PayoutStatus.RETURNED:
        return_payout(payout_id=payout.pk, reason=facts.reason, at=at)
    if facts.status == PayoutStatus.FAILED:
        fail_sent_payout(payout_id=payout.pk, reason=facts.reason, at=at)
    return payout


def compare(payout: Payout, facts: PayoutFacts) -> None:
    """Raise `Mismatch` unless the bank's transfer is the one we ordered."""
    pairs = {
        "payout_id": (payout.public_id, facts.payout_id),
        "amount_minor": (payout.amount_minor, facts.amount_minor),
        "currency": (payout.currency, facts.currency),
        "provider_id": (payout.provider_id or facts.provider_id, facts.provider_id),
    }
    differing = [name for name, (ours, theirs) in pairs.items() if ours != theirs]
    if payout.state in {PayoutState.READY, PayoutState.HELD, PayoutState.CANCELLED}:
        differing.append("state")
    if differing:
        raise Mismatch(differing)


@needs_transaction
def settle_payout(*, payout_id: int, at: datetime) -> Payout:
    """Write that the bank paid a sent payout; one in any other state stays as it is."""
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    if payout.state == PayoutState.SENT:
        payout.state, payout.settled_at = PayoutState.SETTLED, at
        payout.save(update_fields=["state", "settled_at"])
        tell_payout(payout, "settled", at=at)
    return payout


@needs_transaction
def return_payout(*, payout_id: int, reason: str, at: datetime) -> Payout:
    """Write that a paid payout came back, with the bank's reason; one in any other state stays as it is."""
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    if payout.state == PayoutState.SETTLED:
        _end(payout, PayoutState.RETURNED, reason, at)
        audit.record(by=None, at=at, verb="payout_returned", subject=payout, reason=payout.reason)
        tell_payout(payout, "returned", at=at)
    return payout


@needs_transaction
def fail_sent_payout(*, payout_id: int, reason: str, at: datetime) -> Payout:
    """Write that the bank could not pay a sent payout after all; one in any other state stays as it is."""
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    if payout.state == PayoutState.SENT:
        _end(payout, PayoutState.FAILED, reason, at)
        audit.record(by=None, at=at, verb="payout_failed", subject=payout, reason=payout.reason)
        tell_payout(payout, "failed", at=at)
    return payout


@needs_transaction
def fail_payout(*, payout_id: int, attempt: PayoutAttempt, reason: str, at: datetime) -> None:
    """Write that the bank will not take it; it is owed again."""
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    end_attempt(attempt=attempt, outcome=AttemptOutcome.REFUSED, detail=reason)
    if payout.state == PayoutState.SENDING:
        _end(payout, PayoutState.FAILED, reason, at)
        audit.record(by=None, at=at, verb="payout_failed", subject=payout, reason=payout.reason)
        tell_payout(payout, "failed", at=at)


@needs_transaction
def hold_payout(*, payout_id: int, reason: str, at: datetime) -> None:
    """Write that a payout of which the bank has never heard is not sent; it is owed again."""
    payout = lock(Payout.objects.select_related("run"), pk=payout_id)
    if payout.state in {PayoutState.READY, PayoutState.SENDING}:
        _end(payout, PayoutState.HELD, reason, at)
        audit.record(by=None, at=at, verb="payout_held", subject=payout, reason=reason)
        tell_released(purpose=payout.run.purpose, payout_ids=[payout.pk], at=at)


def _end(payout: Payout, state: PayoutState, reason: str, at: datetime) -> None:
    payout.state, payout.reason, payout.ended_at = state, (reason or PayoutReason.OTHER)[:64], at
    payout.save(update_fields=["state", "reason", "ended_at"])


def _pause(job_id: int | None, *, reason: str) -> None:
    if job_id is not None:
        with atomic():
            jobs.pause(job=Job.objects.get(pk=job_id), reason=reason, by=None, at=clock.now())


@needs_transaction
def give_up_payout(*, payout_id: int, found: Sequence[PayoutFacts], at: datetime) -> None:
    """End a payout of a cancelled run: as the bank says when it holds something for it, else as never sent."""
    if found:
        take_facts(payout_id=payout_id, facts=found[0], at=at)
        return
    for attempt in PayoutAttempt.objects.filter(payout=payout_id, outcome=AttemptOutcome.OPEN):
        end_attempt(attempt=attempt, outcome=AttemptOutcome.ABANDONED)
    hold_payout(payout_id=payout_id, reason="cancelled", at=at)
