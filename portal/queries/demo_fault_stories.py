"""What a fault of the demo's drawer met, and what the house did about it: sentences made of what the rows say now."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.enums import JobState
from core.processes.siblings import find_sibling
from payments.enums import PaymentState, PayoutState
from payments.models import Payout, PayoutAttempt, ProviderEvent, SandboxDelivery, SandboxFault, SandboxTransfer
from payments.sandbox.faults import Fault
from portal.queries.demo_fault_facts import (
    booked,
    bookings,
    events_of,
    find_transfer,
    received,
    session_and_payment,
    subject_of,
    time_of_day,
    transfer_in_words,
)
from portal.queries.office_jobs import job_line, jobs_for_office


@dataclass(frozen=True)
class Story:
    """Two sentences, and in ``details`` what is better read as a list. ``is_over`` when nothing more will happen."""

    happened: str
    answered: str
    details: tuple[str, ...] = ()
    is_over: bool = True


def told(fault: SandboxFault) -> Story:
    """Return the story of a fault that was used."""
    return STORIES[Fault(fault.kind)](fault)


def _declined(fault: SandboxFault) -> Story:
    amount, payment = session_and_payment(fault.outcome["session"])
    happened = _("A card for %(amount)s was declined by its bank.") % {"amount": amount}
    if payment and payment.succeeded_at:
        count = bookings(f"receipt:{payment.public_id}")
        return Story(happened, _("Nothing was booked for it. Another card paid.") + " " + booked(count))
    answers = {
        PaymentState.CREATED.value: _(
            "Nothing was booked. The payment page is still open: try another card, or the same again."
        ),
        PaymentState.PROCESSING.value: _("Nothing was booked for it. Another card is under way at its bank."),
    }
    return Story(happened, answers.get(payment.state if payment else "", _("Nothing was booked for it.")))


def _delayed(fault: SandboxFault) -> Story:
    events = events_of(fault)
    subject = subject_of(events)
    happened = ngettext(
        "A message about %(amount)s was held back for 30 seconds.",
        "%(count)d messages about %(amount)s were held back for 30 seconds.",
        len(events),
    ) % {"amount": subject.amount, "count": len(events)}
    arrived = received(events)
    is_here = len(arrived) == len(events)
    if subject.known_at is None:
        waiting = _("Not here yet. The house hears of the money then, or when the payer comes back.")
        return Story(happened, _("Here, and about to be acted on.") if is_here else waiting, is_over=False)
    if not is_here:
        answered = _("Not here yet. The house did not wait: when the payer came back it asked the bank itself.")
    elif subject.known_at < arrived[0]:
        answered = _(
            "Here at %(time)s, and changed nothing: when the payer came back the house had asked the bank itself."
        )
    else:
        answered = _("Here at %(time)s, and acted on.")
    answered %= {"time": time_of_day(arrived[0]) if is_here else ""}
    return Story(happened, f"{answered} {booked(subject.bookings, subject.known_at)}", is_over=is_here)


def _doubled(fault: SandboxFault) -> Story:
    events = events_of(fault)
    subject = subject_of(events)
    posts = list(SandboxDelivery.objects.filter(event__in=events).values_list("last_answer", flat=True))
    values = {
        "amount": subject.amount,
        "count": len(events),
        "posted": len(posts),
        "taken": posts.count("200"),
        "kept": len(received(events)),
    }
    happened = ngettext(
        "A message about %(amount)s is posted three times.",
        "%(count)d messages about %(amount)s are posted three times each.",
        len(events),
    )
    answered = _("Posted so far: %(taken)d of %(posted)d. Kept, each message once: %(kept)d.") % values
    is_over = "" not in posts and bool(subject.known_at)
    return Story(happened % values, f"{answered} {booked(subject.bookings, subject.known_at)}", is_over=is_over)


def _reordered(fault: SandboxFault) -> Story:
    events = events_of(fault)
    subject = subject_of(events)
    if len(events) == 1:
        happened = _("The message about %(amount)s was held back for six seconds; there was no other to overtake it.")
    else:
        happened = _("Of the messages about %(amount)s the second overtakes the first.")
    answered = _("A message only tells the house where to look, so their order does not matter.")
    return Story(
        happened % {"amount": subject.amount},
        f"{answered} {booked(subject.bookings, subject.known_at)}",
        is_over=len(received(events)) == len(events) and bool(subject.known_at),
    )


def _forged(fault: SandboxFault) -> Story:
    amount, payment = session_and_payment(fault.outcome["session"])
    tried = fault.outcome["tried"]
    kept = ProviderEvent.objects.filter(pk__in=[one["event"] for one in tried]).count()
    how = {
        "own_key": _("signed with a key of the forger's own"),
        "no_signature": _("not signed"),
        "changed": _("truly signed, the amount changed afterwards"),
        "old": _("truly signed, and sent again ten minutes later"),
    }
    details = tuple(f"{how[one['how']]}: {_answer_in_words(one['answer'])}" for one in tried)
    answered = _("None of them was kept.") if kept == 0 else _("Kept of them: %(kept)d!") % {"kept": kept}
    if payment is None:
        return Story(_("Four forged messages told the house that somebody had paid."), answered, details)
    happened = _("Four forged messages told the house that %(amount)s had been paid.") % {"amount": amount}
    if payment.succeeded_at and fault.used_at and payment.succeeded_at > fault.used_at:
        answered += " " + _("The payer paid in earnest afterwards.")
        return Story(happened, f"{answered} {booked(bookings(f'receipt:{payment.public_id}'))}", details)
    answered += " " + _("The payment is where it was: %(state)s.") % {"state": payment.get_state_display()}
    return Story(happened, answered, details)


def _answer_in_words(answer: str) -> str:
    if answer == "400":
        return _("refused (400)")
    return _("taken (200)") if answer == "200" else answer


def _returned(fault: SandboxFault) -> Story:
    transfer = find_transfer(fault)
    if transfer is None:
        return Story(
            _("There was nothing to return."), _("No payment has arrived at a holder's bank yet: pay a dividend first.")
        )
    happened = _("%(amount)s came back from the account ending %(ending)s: the name does not match.")
    payout = Payout.objects.filter(public_id=transfer.reference).first()
    if payout is None:
        answered = _(
            "The house knows no payment of that number, and noted it in the audit trail for a person to look at."
        )
    elif payout.state == PayoutState.RETURNED:
        answered = _("The payment is marked as returned, and the money is owed to its holder again.")
    else:
        answered = _("The house reads the bank's list every few seconds, and has not come to this yet.")
    is_over = payout is None or payout.state == PayoutState.RETURNED
    return Story(happened % transfer_in_words(transfer), answered, is_over=is_over)


def _lost(fault: SandboxFault) -> Story:
    transfer = SandboxTransfer.objects.get(transfer_id=fault.outcome["transfer"])
    happened = _("The bank took %(amount)s for the account ending %(ending)s, and its answer was lost.")
    happened %= transfer_in_words(transfer)
    payout = Payout.objects.filter(public_id=transfer.reference).first()
    if payout is None or payout.state in {PayoutState.READY, PayoutState.SENDING}:
        return Story(
            happened,
            _("The house does not know whether it was paid. It asks again with the same key, which pays only once."),
            is_over=False,
        )
    values = {
        "made": SandboxTransfer.objects.filter(reference=transfer.reference).count(),
        "keys": PayoutAttempt.objects.filter(payout=payout).count(),
    }
    answered = _(
        "The house asked again and was told what had been done. Keys it used: %(keys)d. Payments made: %(made)d."
    )
    return Story(happened, answered % values)


def _stopped(fault: SandboxFault) -> Story:
    killed = fault.outcome["killed"]
    if not killed:
        return Story(
            _("There was no worker to stop."), _("Only a demo that was started by `make demo` has a supervisor.")
        )
    happened = ngettext(
        "The worker was killed (process %(pid)d).",
        "The worker was killed (process %(pid)d) with what it had started, %(count)d processes in all.",
        len(killed),
    ) % {"pid": killed[0], "count": len(killed)}
    is_back, answered = _came_back(fault)
    jobs = jobs_for_office().filter(public_id__in=[public_id for public_id, _done in fault.outcome["jobs"]])
    stood = dict(fault.outcome["jobs"])
    lines = [(job_line(job), stood[job.public_id]) for job in jobs]
    details = tuple(
        _("%(title)s: %(before)d of %(total)d when it was killed, %(done)d now.")
        % {"title": line.title, "before": before, "total": line.total, "done": line.done}
        for line, before in lines
    )
    if not details:
        details = (_("No long work was under way. Start some, and stop the worker in the middle of it."),)
    is_done = all(line.is_finished or line.state == JobState.PAUSED for line, _before in lines)
    if is_back and not is_done:
        lease = {"seconds": round(settings.JOB_LEASE_SECONDS)}
        answered += " " + (
            _("What the killed one had in its hands is taken up again when its lease ends, after %(seconds)d seconds.")
            % lease
        )
    return Story(happened, answered, details, is_back and is_done)


def _came_back(fault: SandboxFault) -> tuple[bool, str]:
    """Return whether another worker runs, and the sentence about it."""
    if SandboxFault.objects.filter(kind=Fault.STOP_WORKER, pk__gt=fault.pk).exists():
        return True, _("The supervisor started another one.")
    worker = find_sibling("worker")
    if worker is None or worker in fault.outcome["killed"]:
        return False, _(
            "The supervisor has not started another one yet. What is to be done lies in rows, not in the worker."
        )
    return True, _("The supervisor started another one (process %(pid)d).") % {"pid": worker}


STORIES: dict[Fault, Callable[[SandboxFault], Story]] = {
    Fault.DECLINE_CARD: _declined,
    Fault.DELAY_WEBHOOK: _delayed,
    Fault.DUPLICATE_WEBHOOK: _doubled,
    Fault.REORDER_WEBHOOKS: _reordered,
    Fault.LOSE_BANK_ANSWER: _lost,
    Fault.FORGE_WEBHOOK: _forged,
    Fault.RETURN_PAYOUT: _returned,
    Fault.STOP_WORKER: _stopped,
}
