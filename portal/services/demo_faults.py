"""What the demo's drawer does when a stranger pulls something out of it. See payments.sandbox.faults."""

from collections.abc import Callable

from core import clock
from core.enums import JobState
from core.errors import DomainError
from core.processes.siblings import kill_sibling
from core.transactions import atomic, refuses_transaction
from payments.sandbox import bank, faults
from payments.sandbox.faults import ARMED, Fault
from payments.sandbox.forging import forge_webhooks
from portal.queries.office_jobs import job_line, jobs_for_office

WORKER = "worker"


class NoDrawer(DomainError):
    """Faults are for the demo beside the sandbox only."""

    code = "no_drawer"


@refuses_transaction
def use_fault(*, kind: Fault, transfer_id: str = "") -> None:
    """Arm the fault, or let it happen if it is one that happens at once.

    ``transfer_id`` chooses the transfer that comes back; the newest one without it. Raises `NoDrawer` outside the demo.
    """
    if not faults.drawer_is_there():
        raise NoDrawer()
    if kind in ARMED:
        with atomic():
            faults.arm(kind, at=clock.now())
        return
    at_once: dict[Fault, Callable[[], object]] = {
        Fault.FORGE_WEBHOOK: forge_webhooks,
        Fault.RETURN_PAYOUT: lambda: return_payout(transfer_id),
        Fault.STOP_WORKER: stop_worker,
    }
    at_once[kind]()


@refuses_transaction
def put_fault_back(*, kind: Fault) -> None:
    """Take off a fault that still waits. Raises `NoDrawer` outside the demo."""
    if not faults.drawer_is_there():
        raise NoDrawer()
    with atomic():
        faults.put_back(kind)


@refuses_transaction
def return_payout(transfer_id: str) -> None:
    """Let the bank send a settled transfer back; that there was none is written down too."""
    with atomic():
        at = clock.now()
        transfer = bank.return_transfer(at=at, transfer_id=transfer_id)
        faults.record(Fault.RETURN_PAYOUT, at=at, transfer=transfer.transfer_id if transfer else "")


@refuses_transaction
def stop_worker() -> None:
    """Kill this demo's Celery worker in the middle of what it does, and write down what it was doing."""
    at = clock.now()
    running = [job_line(job) for job in jobs_for_office().filter(state=JobState.RUNNING)]
    killed = kill_sibling(WORKER)
    with atomic():
        faults.record(Fault.STOP_WORKER, at=at, killed=killed, jobs=[(line.public_id, line.done) for line in running])
