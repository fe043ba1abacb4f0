"""The file a bank gets for a run on the way "file for the bank".

Note [Bank file]: it is made once, of what was approved, and given again byte for byte. It holds what nothing else in
the house shows, account numbers in full, so the document store keeps it sealed (core.secrets): neither a backup nor
the folder gives a number away. `PayoutRun.file_sha256` names the sealed bytes; the trail names the hash of the file as
the bank gets it, so that anybody who holds the file can tell whether it is ours. Whoever takes it away stands in the
trail, too, and of a cancelled run nobody does: what it would pay is owed again and paid by another run.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from core import audit
from core.locks import lock
from core.secrets import seal, unseal
from core.storage import read_bytes, store_bytes
from core.transactions import needs_transaction
from payments.enums import PayoutRoute, PayoutState, RunState
from payments.errors import NothingToPay, RunIsOver, RunNotReady
from payments.gateways.bank_csv import file_lines
from payments.models import Payout, PayoutRun
from payments.queries.bank_files import not_to_be_paid
from payments.services.payout_runs import keep_file
from payments.services.payouts import DETAILS_CHANGED, DETAILS_WAIT, hold_payout

if TYPE_CHECKING:
    from accounts.models import User

PURPOSE = "payments.bank_file"
FETCHED = 2000


@needs_transaction
def make_bank_file(*, run: PayoutRun, by: "User", at: datetime) -> PayoutRun:
    """Write the file of an approved run, once; whose bank details were changed or stopped meanwhile is held back.

    What is held back is owed again and stands on the run's page. Raises `RunNotReady`; `NothingToPay` when nobody is
    left; `DetailsUnreadable`.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    if run.file_sha256:
        return run
    if run.route != PayoutRoute.CSV or run.state != RunState.APPROVED:
        raise RunNotReady()
    for payout in not_to_be_paid(run, at=at):
        reason = DETAILS_CHANGED if payout.mandate.ended_at else DETAILS_WAIT
        hold_payout(payout_id=payout.pk, reason=reason, at=at)
    count, total, data = _written(run)
    if not count:
        raise NothingToPay()
    sha256 = store_bytes(seal(data.decode(), purpose=PURPOSE).encode())
    run = keep_file(run=run, sha256=sha256, by=by, at=at)
    plain = hashlib.sha256(data).hexdigest()
    audit.record(by=by, at=at, verb="bank_file_written", subject=run, sha256=plain, payouts=count, total=total)
    return run


def _written(run: PayoutRun) -> tuple[int, int, bytes]:
    """Return how many payments the file holds, their sum in minor units, and its bytes."""
    rows = Payout.objects.filter(run=run, state=PayoutState.READY).select_related("mandate").order_by("pk")
    amounts: list[int] = []

    def counted() -> Iterator[Payout]:
        for payout in rows.iterator(chunk_size=FETCHED):
            amounts.append(payout.amount_minor)
            yield payout

    data = "".join(file_lines(counted())).encode()
    return len(amounts), sum(amounts), data


def bank_file(run: PayoutRun) -> bytes:
    """Return the run's file as the bank gets it, always the same bytes; raises `RunNotReady` before it was made.

    `core.errors.MissingFile` when the store lost it, `core.secrets.NotSealedHere` when its key is gone.
    """
    if not run.file_sha256:
        raise RunNotReady()
    return unseal(read_bytes(run.file_sha256).decode(), purpose=PURPOSE).encode()


@needs_transaction
def take_bank_file(*, run: PayoutRun, by: "User", at: datetime) -> bytes:
    """Return the file for the bank and write down who took it; it holds account numbers in full.

    Raises `RunIsOver` for a cancelled run, `RunNotReady` before the file was made, and what `bank_file` raises.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    if run.state == RunState.CANCELLED:
        raise RunIsOver()
    data = bank_file(run)
    audit.record(by=by, at=at, verb="bank_file_taken", subject=run, sha256=hashlib.sha256(data).hexdigest())
    return data
