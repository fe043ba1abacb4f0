"""One payout: sent once, whatever dies in between.

Note [Sending once]: before the call an attempt is written and committed; its key is the bank's idempotency key. While
its outcome is open (the connection broke, the worker died) the next call uses the same key and the bank pays once.
After a server error the bank would repeat that error under the key, and after 20 hours it may have forgotten it: then
the bank is first asked what it holds for our id, and only if that is nothing a new key is taken. A result is stored
together with the job's new position, only by the worker whose lease still holds. Attempts are dated by real time: the
demo's clock must not age a call that is under way.

Two callers at once would undo all of it: one looks and takes a new key while the other's order is still on its way. So
only one calls at a time (`only_caller`), and what it is about to do is looked at under locks when the attempt is
written: a payout whose run was cancelled or whose bank details were changed meanwhile is not begun. One that was begun
before is not sent again: the sweep asks the bank when no call can be under way any more, and it ends as the bank says.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from core import audit, clock, jobs
from core.errors import Busy
from core.locks import lock
from core.models import Job
from core.transactions import atomic, needs_transaction, refuses_transaction
from payments.enums import AttemptOutcome, PayoutRoute, PayoutState, RunState
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
from payments.models import BankMandate, Payout
from payments.rules.payout_states import PayoutReason, PayoutStatus
from payments.services.payout_attempts import FAILURES_AT_ONCE, Begun, end_attempts, only_caller, open_attempt
from payments.services.payout_callbacks import tell_payout, tell_released

Store = Callable[[], AbstractContextManager[None]]
DETAILS_CHANGED, DETAILS_WAIT = "details_changed", "details_wait"
OVER = {
    PayoutState.SENT,
    PayoutState.SETTLED,
    PayoutState.RETURNED,
    PayoutState.FAILED,
    PayoutState.HELD,
    PayoutState.CANCELLED,
}
# Where one of ours may stand when the bank tells this of its transfer: the news moves it, or tells nothing new. News
# also comes late, again and in another order. Anywhere else the bank contradicts what it said before, or what we did.
FITS = {
    PayoutStatus.ACCEPTED: {
        PayoutState.SENDING, PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED, PayoutState.FAILED
    },
    PayoutStatus.SETTLED: {PayoutState.SENDING, PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED},
    PayoutStatus.RETURNED: {PayoutState.SENDING, PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED},
    PayoutStatus.FAILED: {PayoutState.SENDING, PayoutState.SENT, PayoutState.FAILED},
}  # fmt: skip


@refuses_transaction
def send_payout(*, payout_id: int, store: Store, job_id: int | None = None) -> None:
    """Send one payout of an approved run, or hold it back when its bank details may not be used.

    ``store`` opens the transaction in which a result is written: a job's lease, or ``atomic`` where no job is at it.
    Raises `Busy` when the bank cannot say now, or another process is asking it: the same payout is met again. A bank
    that does not let us in pauses the job with that reason. `DetailsUnreadable`: nothing was begun.
    """
    payout = Payout.objects.select_related("run", "mandate").get(pk=payout_id)
    if payout.state in OVER:
        with store():
            return
    if payout.run.route == PayoutRoute.CSV:
        with store():
            accept_payout(payout_id=payout_id, provider_id=None, at=clock.now())
        return
    order = order_of(payout)
    with only_caller(payout_id):
        _send(payout_id, order, current_payout_gateway(payout.run.route), store, job_id)


def _send(payout_id: int, order: PayoutOrder, gateway: PayoutGateway, store: Store, job_id: int | None) -> None:
    for _call in range(FAILURES_AT_ONCE):
        with atomic():
            begun = begin_attempt(payout_id=payout_id)
        if begun is None:
            with store():
                return
        try:
            facts = (begun.must_look and _made_before(order, gateway)) or gateway.send(order, key=begun.attempt.key)
        except ProviderRefused as refusal:
            with store():
                fail_payout(payout_id=payout_id, reason=refusal.reason, at=clock.now())
            return
        except ProviderFault:
            with atomic():
                end_attempts(payout_id=payout_id, outcome=AttemptOutcome.SERVER_ERROR)
            continue
        except ProviderNotAvailable as error:
            _pause(job_id, reason=str(error))
            raise Busy() from error
        except (ProviderBusy, OutcomeUnknown) as error:
            raise Busy() from error
        with store():
            take_facts(payout_id=payout_id, facts=facts, at=clock.now())
        return
    raise Busy()


def _made_before(order: PayoutOrder, gateway: PayoutGateway) -> PayoutFacts | None:
    """Return what an earlier attempt with another key did after all; raises `Mismatch` when the bank has two."""
    return only_one(gateway.find(order.payout_id))


def only_one(found: Sequence[PayoutFacts]) -> PayoutFacts | None:
    """Return the bank's transfer under one of our ids; two under one id are for a person to look at: `Mismatch`."""
    if len(found) > 1:
        raise Mismatch(["transfers"])
    return found[0] if found else None


def order_of(payout: Payout) -> PayoutOrder:
    """Return what the payout is ordered with, from the rows alone: the same each time."""
    return PayoutOrder(
        payout_id=payout.public_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        destination=destination_of(payout.mandate),
        statement_reference=payout.reference,
    )


@needs_transaction
def begin_attempt(*, payout_id: int) -> Begun | None:
    """Return the attempt to call the bank with, the payout now being sent; None when it is not to be sent, or not now.

    Looks under locks at what may have changed since the approval. What nobody was asked for yet is held back when its
    details may not be used; what the bank may have heard of before is left to the sweep.
    """
    payout = _locked(pk=payout_id)
    if payout.state not in {PayoutState.READY, PayoutState.SENDING} or payout.run.state == RunState.CANCELLED:
        return None
    reason = reason_to_hold(lock(BankMandate.objects.all(), pk=payout.mandate_id))
    if payout.state == PayoutState.SENDING:
        return open_attempt(payout) if not reason else None
    if reason:
        hold_payout(payout_id=payout_id, reason=reason, at=clock.now())
        return None
    payout.state = PayoutState.SENDING
    payout.save(update_fields=["state"])
    return open_attempt(payout)


def reason_to_hold(mandate: BankMandate) -> str:
    """Return why nothing is paid to the details: changed or taken back, or not usable yet (TRUST: payout fraud)."""
    if mandate.ended_at is not None:
        return DETAILS_CHANGED
    return DETAILS_WAIT if mandate.usable_from > clock.now() else ""


def _locked(**lookup: Any) -> Payout:
    return lock(Payout.objects.select_related("run", "party"), **lookup)


@needs_transaction
def accept_payout(*, payout_id: int, provider_id: str | None, at: datetime) -> Payout:
    """Write that the bank took it, once, and tell the purpose."""
    return _accept(_locked(pk=payout_id), provider_id, at)


def _accept(payout: Payout, provider_id: str | None, at: datetime) -> Payout:
    if payout.state in {PayoutState.READY, PayoutState.SENDING}:
        payout.state, payout.sent_at, payout.provider_id = PayoutState.SENT, at, provider_id
        payout.save(update_fields=["state", "sent_at", "provider_id"])
        end_attempts(payout_id=payout.pk, outcome=AttemptOutcome.ACCEPTED, detail=provider_id or "")
        tell_payout(payout, "sent", at=at)
    return payout


@needs_transaction
def take_facts(*, payout_id: int, facts: PayoutFacts, at: datetime) -> Payout:
    """Move the payout to where the bank's facts say it is; each step once, each told to the purpose.

    Raises `Mismatch`, before anything is written, when the facts are another payout's, tell of one that nobody was
    asked to send, or contradict what the bank said of it before.
    """
    return _take(_locked(pk=payout_id), facts, at)


@needs_transaction
def take_news(*, facts: PayoutFacts, at: datetime) -> Payout:
    """Take facts of a payout that the bank names by itself; raises `Mismatch` also for one we do not know."""
    try:
        payout = _locked(public_id=facts.payout_id)
    except Payout.DoesNotExist as error:
        raise Mismatch(["payout_id"]) from error
    return _take(payout, facts, at)


def _take(payout: Payout, facts: PayoutFacts, at: datetime) -> Payout:
    compare(payout, facts)
    _accept(payout, facts.provider_id, at)
    if facts.status in {PayoutStatus.SETTLED, PayoutStatus.RETURNED}:
        _settle(payout, at)
    if facts.status == PayoutStatus.RETURNED:
        _return(payout, facts.reason, at)
    if facts.status == PayoutStatus.FAILED:
        _fail_sent(payout, facts.reason, at)
    return payout


def compare(payout: Payout, facts: PayoutFacts) -> None:
    """Raise `Mismatch` unless the bank's transfer is the one we ordered and may have come to where the bank says it is.

    One that the bank refused or failed, by our record, and nevertheless holds or has paid would be paid again; one that
    is settled for us and failed for the bank would never be. A person must see that.
    """
    pairs = {
        "payout_id": (payout.public_id, facts.payout_id),
        "amount_minor": (payout.amount_minor, facts.amount_minor),
        "currency": (payout.currency, facts.currency),
        "provider_id": (payout.provider_id or facts.provider_id, facts.provider_id),
    }
    differing = [name for name, (ours, theirs) in pairs.items() if ours != theirs]
    is_unheard = payout.state == PayoutState.FAILED and payout.provider_id is None
    if is_unheard or payout.state not in FITS[facts.status]:
        differing.append("state")
    if differing:
        raise Mismatch(differing)


@needs_transaction
def settle_payout(*, payout_id: int, at: datetime) -> Payout:
    """Write that the bank paid a sent payout; one in any other state stays as it is."""
    return _settle(_locked(pk=payout_id), at)


def _settle(payout: Payout, at: datetime) -> Payout:
    if payout.state == PayoutState.SENT:
        payout.state, payout.settled_at = PayoutState.SETTLED, at
        payout.save(update_fields=["state", "settled_at"])
        tell_payout(payout, "settled", at=at)
    return payout


@needs_transaction
def return_payout(*, payout_id: int, reason: str, at: datetime) -> Payout:
    """Write that a paid payout came back, with the bank's reason; one in any other state stays as it is."""
    return _return(_locked(pk=payout_id), reason, at)


def _return(payout: Payout, reason: str, at: datetime) -> Payout:
    if payout.state == PayoutState.SETTLED:
        _end(payout, PayoutState.RETURNED, reason, at)
        audit.record(by=None, at=at, verb="payout_returned", subject=payout, reason=payout.reason)
        tell_payout(payout, "returned", at=at)
    return payout


@needs_transaction
def fail_sent_payout(*, payout_id: int, reason: str, at: datetime) -> Payout:
    """Write that the bank could not pay a sent payout after all; one in any other state stays as it is."""
    return _fail_sent(_locked(pk=payout_id), reason, at)


def _fail_sent(payout: Payout, reason: str, at: datetime) -> Payout:
    return _fail(payout, reason, at) if payout.state == PayoutState.SENT else payout


@needs_transaction
def fail_payout(*, payout_id: int, reason: str, at: datetime) -> None:
    """Write that the bank will not take it; it is owed again."""
    payout = _locked(pk=payout_id)
    end_attempts(payout_id=payout_id, outcome=AttemptOutcome.REFUSED, detail=reason)
    if payout.state == PayoutState.SENDING:
        _fail(payout, reason, at)


def _fail(payout: Payout, reason: str, at: datetime) -> Payout:
    _end(payout, PayoutState.FAILED, reason, at)
    audit.record(by=None, at=at, verb="payout_failed", subject=payout, reason=payout.reason)
    tell_payout(payout, "failed", at=at)
    return payout


@needs_transaction
def hold_payout(*, payout_id: int, reason: str, at: datetime) -> None:
    """Write that a payout of which the bank has never heard is not sent; it is owed again."""
    payout = _locked(pk=payout_id)
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
def give_up_payout(*, payout_id: int, found: Sequence[PayoutFacts], reason: str, at: datetime) -> None:
    """End a payout that is not to be sent any more: as the bank says when it holds something for it, else as held."""
    if found:
        take_facts(payout_id=payout_id, facts=found[0], at=at)
        return
    if _locked(pk=payout_id).state == PayoutState.SENDING:
        end_attempts(payout_id=payout_id, outcome=AttemptOutcome.ABANDONED)
    hold_payout(payout_id=payout_id, reason=reason, at=at)
