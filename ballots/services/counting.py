"""Counting opened papers with the engine, once."""

from datetime import datetime
from typing import TYPE_CHECKING

from ballots.enums import ContestState
from ballots.errors import ContestNotReady, LotNeeded
from ballots.models import Contest, Count
from ballots.queries.papers import ballot_root, result_of
from ballots.rules.counting.lot import Lot, TieNeedsLot
from core import audit
from core.locks import lock
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def count_contest(*, contest: Contest, by: "User | None", at: datetime, beacon: str = "") -> Count:
    """Count the opened papers and keep the result. Counted already: returned as it is.

    ``beacon`` is what the dice showed that were thrown in public after the close; it is used only for a tie that
    nothing else breaks, and then asked for: `LotNeeded`. Raises `ContestNotReady` before the envelopes are opened.
    """
    contest = lock(Contest.objects.all(), pk=contest.pk)
    known = Count.objects.filter(contest=contest).first()
    if known is not None:
        return known
    if contest.state != ContestState.OPENED:
        raise ContestNotReady()
    root, beacon = ballot_root(contest), " ".join(beacon.split())
    lot = Lot(label=contest.public_id, root=root, beacon=beacon or None, strict=True)
    try:
        result = result_of(contest, lot)
    except TieNeedsLot as error:
        raise LotNeeded() from error
    count = Count.objects.create(
        contest=contest,
        papers_sha256=root,
        result=result.as_json(),
        lot=beacon if any(tie.lot for tie in result.ties) else "",
        counted_at=at,
        counted_by=by,
    )
    contest.state, contest.counted_at = ContestState.COUNTED, at
    contest.save(update_fields=["state", "counted_at"])
    audit.record(by=by, at=at, verb="contest_counted", subject=contest, elected=list(result.elected), lot=count.lot)
    return count
