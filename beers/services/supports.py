"""One person stands behind an idea, once, and may take that back."""

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.models import Party
from beers.enums import ProposalState
from beers.errors import NotSupportable, OwnProposal
from beers.models import Proposal, Support
from beers.queries.calls import takes_ideas
from core import audit
from core.errors import constraints_as
from core.transactions import atomic, needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def support_proposal(*, proposal: Proposal, party: Party, by: "User | None", at: datetime) -> Support:
    """Write the person's support; whoever supports already keeps that one.

    Raises `OwnProposal` for the author, `NotSupportable` after a refusal, a merge or the end of the call. Twenty taps
    at once leave one row: the constraint decides, not the look before.
    """
    if proposal.author_id == party.pk:
        raise OwnProposal()
    _check(proposal, at=at)
    with constraints_as({"support_is_of_a_person": NotSupportable}), atomic():
        support, made = Support.objects.get_or_create(proposal=proposal, party=party, defaults={"given_at": at})
    if made:
        audit.record(by=by, at=at, verb="idea_supported", subject=proposal)
    return support


@needs_transaction
def withdraw_support(*, proposal: Proposal, party: Party, by: "User | None", at: datetime) -> None:
    """Take the person's support back; nothing happens to whoever gave none. Raises `NotSupportable` too late."""
    _check(proposal, at=at)
    taken, _kinds = Support.objects.filter(proposal=proposal, party=party).delete()
    if taken:
        audit.record(by=by, at=at, verb="idea_support_withdrawn", subject=proposal)


def _check(proposal: Proposal, *, at: datetime) -> None:
    standing = proposal.state in (ProposalState.OPEN, ProposalState.SHORTLISTED)
    if not standing or not takes_ideas(proposal.call, at=at):
        raise NotSupportable()
