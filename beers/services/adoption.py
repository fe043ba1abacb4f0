"""What won a ballot becomes the company's, and its author stays named."""

from datetime import datetime
from typing import TYPE_CHECKING

from beers.errors import AnotherWinner, NotOnTheShortlist
from beers.models import Adoption
from beers.queries.proposals import find_by_reference
from core import audit
from core.errors import constraints_as
from core.transactions import atomic, needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def adopt_winner(*, reference: str, contest_reference: str, by: "User | None", at: datetime) -> Adoption:
    """Write that a contest chose the recipe or name its option stood for; safe to call twice.

    ``reference`` is what the option carried: the public id of a recipe or of a proposed name. Raises
    `NotOnTheShortlist` for what was never on one, `AnotherWinner` when the contest, or the idea, is settled otherwise.
    """
    proposal = find_by_reference(reference)
    if proposal is None:
        raise NotOnTheShortlist()
    standing = Adoption.objects.filter(proposal=proposal, contest_reference=contest_reference).first()
    if standing:
        return standing
    laws = {
        "adoption_once_per_contest": AnotherWinner,
        "beers_adoption_proposal_id_key": AnotherWinner,
        "adoption_is_of_the_shortlist": NotOnTheShortlist,
    }
    with constraints_as(laws), atomic():
        adoption = Adoption.objects.create(
            proposal=proposal, contest_reference=contest_reference, adopted_by=by, adopted_at=at
        )
    audit.record(by=by, at=at, verb="winner_adopted", subject=proposal, contest=contest_reference)
    return adoption
