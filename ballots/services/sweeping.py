"""What time does by itself: announced ends come, logs are merged. Safe to run twice and side by side."""

from datetime import timedelta

from django.db import connection

from ballots.enums import ContestState
from ballots.models import Contest, LogLeaf
from ballots.services.contests import close_contest
from ballots.services.handovers import hand_over
from ballots.services.log import merge_log
from ballots.services.publication import publish
from core import clock
from core.sweeping import each
from core.transactions import atomic

# The receipt promises a place in the log within a minute. The longer a merge gathers, the less the published log tells
# of the order in which envelopes came.
MERGE_AFTER = timedelta(seconds=45)


def sweep() -> None:
    """Close contests whose announced end has come, hand over their envelopes, merge logs that wait, publish results."""
    due = Contest.objects.filter(state=ContestState.OPEN, closes_at__lte=clock.now())
    each(due, _close)
    each(Contest.objects.filter(state=ContestState.CLOSED, handover__isnull=True), _hand_over)
    waited = clock.now() - MERGE_AFTER
    waits = LogLeaf.objects.filter(position__isnull=True, received_at__lte=waited)
    waiting = waits.values_list("contest_id", flat=True).distinct()
    each(Contest.objects.filter(pk__in=list(waiting)), _merge)
    each(Contest.objects.filter(state=ContestState.DECLARED, publication__isnull=True), _publish)


def _close(contest: Contest) -> None:
    with atomic():
        close_contest(contest=contest, by=None, at=clock.now())


def _hand_over(contest: Contest) -> None:
    with atomic():
        hand_over(contest=contest, by=None, at=clock.now())


def _merge(contest: Contest) -> None:
    with atomic():
        merge_log(contest=contest, at=clock.now())


def _publish(contest: Contest) -> None:
    """A large bundle takes longer than the pause between two sweeps: one worker makes it, the others pass it by."""
    with atomic():
        if _is_alone_with(contest):
            publish(contest=contest, by=None, at=clock.now())


def _is_alone_with(contest: Contest) -> bool:
    # The class number is arbitrary, and another than the door's. Not the contest's row: who challenges needs that.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(20260627, %s)", [contest.pk])
        return bool(cursor.fetchone()[0])
