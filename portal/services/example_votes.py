"""The demo's other members vote: through the same service as everybody, each in a transaction of its own.

So that a stranger who holds one phone sees a hall that votes.
"""

import secrets
from collections.abc import Sequence
from random import Random

from django.conf import settings

from accounts.enums import PartyKind
from accounts.models import Party, User
from accounts.queries.people import find_unproved
from accounts.services.claims import claim_person
from accounts.services.people import make_user
from ballots.enums import ContestState, Method
from ballots.models import Contest, RollEntry
from ballots.queries.contests import Voter
from ballots.rules.proofs.papers import CAST_ID_BYTES, Choice, Split
from ballots.services.voting import cast_ballot, ranking
from core import clock
from core.transactions import atomic
from portal.services.example_company import OnlyInTheDemo
from portal.services.example_people import DOMAIN

AT_ONCE = 60
CHOICES_MAX = 5
FOR_PERCENT, AGAINST_PERCENT = 78, 90


def let_members_vote(*, contest: Contest, count: int = AT_ONCE, seed: int | None = None) -> int:
    """Cast a vote for so many members who have not voted yet; return how many did. Refused outside the demo."""
    if not settings.DEMO:
        raise OnlyInTheDemo()
    if contest.state != ContestState.OPEN or contest.roll_id is None:
        return 0
    chance = Random(seed)  # noqa: S311  invented people, no secrets
    silent = RollEntry.objects.filter(roll_id=contest.roll_id).exclude(envelopes__contest=contest)
    invented = silent.filter(party__kind=PartyKind.PERSON, party__contact__email__endswith=f"@{DOMAIN}")
    people = invented.select_related("party__contact", "party__user")
    chosen = people.order_by("votes", "public_id")[: count * 4]
    for entry in chance.sample(list(chosen), min(count, len(chosen))):
        with atomic():
            voter = _user_of(entry.party)
            cast_ballot(
                contest=contest,
                voter=Voter(entry, 1),
                choice=_choice(contest, entry, chance),
                cast_id=secrets.token_bytes(CAST_ID_BYTES),
                by=voter,
            )
    return min(count, len(chosen))


def _user_of(party: Party) -> User:
    """An invented member signs in, for the first time if need be."""
    if hasattr(party, "user"):
        return party.user
    begun = find_unproved(party.contact.email)  # a stranger asked for their code and gave up
    if begun is not None and claim_person(user=begun, by=None, at=clock.now()):
        return begun
    return make_user(email=party.contact.email, party=party, by=None, at=clock.now())


def _choice(contest: Contest, entry: RollEntry, chance: Random) -> Choice:
    if contest.method == Method.RESOLUTION:
        throw = chance.randrange(100)
        way = 0 if throw < FOR_PERCENT else 1 if throw < AGAINST_PERCENT else 2
        votes = [entry.votes if way == place else 0 for place in range(3)]
        return Split(entry.public_id, votes[0], votes[1], votes[2])
    options = [option["id"] for option in contest.rules["options"]]
    return ranking(contest, _liked(options, chance)[: min(contest.choices_max, chance.randint(1, CHOICES_MAX))])


def _liked(options: Sequence[str], chance: Random) -> list[str]:
    """Tastes differ, but not evenly: earlier options are liked a little more."""
    return sorted(options, key=lambda option: (options.index(option) + 3) * chance.random())
