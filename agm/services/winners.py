"""What won a beer ballot becomes the company's once the result is final."""

from datetime import datetime
from typing import TYPE_CHECKING

from agm.models import Meeting
from ballots.enums import ContestState
from ballots.models import Contest
from ballots.services.promises import is_final
from beers.models import Adoption
from beers.services.adoption import adopt_winner
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def adopt_final_winners(*, meeting: Meeting, by: "User | None", at: datetime) -> list[Adoption]:
    """Adopt the winners of ballots that can be challenged no more; a challenge without an answer holds them back."""
    ballots = Contest.objects.filter(item__meeting=meeting, state=ContestState.DECLARED).exclude(promise_kind="")
    adopted = set(Adoption.objects.values_list("contest_reference", flat=True))
    waiting = ballots.exclude(public_id__in=adopted).exclude(
        challenges__answered_at__isnull=True, challenges__isnull=False
    )
    return [
        adopt_winner(reference=reference, contest_reference=contest.public_id, by=by, at=at)
        for contest in waiting.select_related("count")
        if is_final(contest, at=at)
        for reference in _references(contest)
    ]


def _references(contest: Contest) -> list[str]:
    elected = contest.count.result["elected"]
    return [
        reference
        for reference in contest.options.filter(title__in=elected).values_list("reference", flat=True)
        if reference
    ]
