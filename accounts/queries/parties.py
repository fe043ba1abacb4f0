"""For whom somebody acts."""

from django.db.models import Q

from accounts.enums import MemberRole
from accounts.models import Party, PartyMember, User

# The first-named joint holder decides for all, as with the vote; an organisation's people act each alone.
DECIDES = Q(members__role=MemberRole.REPRESENTATIVE) | Q(members__role=MemberRole.HOLDER, members__position=1)


def parties_of(user: User) -> list[Party]:
    """Return the parties whose money the user decides about: their own first, then others by name."""
    if user.party_id is None:
        return []
    acted_for = Party.objects.filter(DECIDES, members__person=user.party_id).distinct().order_by("name_sort", "pk")
    return [*Party.objects.filter(pk=user.party_id), *acted_for]


def find_party_of(user: User, public_id: str) -> Party | None:
    """Return the party of that id if the user decides about its money."""
    return next((party for party in parties_of(user) if party.public_id == public_id), None)


def decided_by_others(user: User) -> list[PartyMember]:
    """Return the first places of joint sets the user belongs to without being first: those people decide."""
    sets = Party.objects.filter(members__person=user.party_id, members__role=MemberRole.HOLDER, members__position__gt=1)
    first = PartyMember.objects.filter(joint__in=sets, role=MemberRole.HOLDER, position=1)
    return list(first.select_related("joint", "person").order_by("joint__name_sort", "joint"))


def users_deciding_for(party: Party) -> list[User]:
    """Return who can sign in and decides about the party's money, in the order of the register."""
    places = PartyMember.objects.filter(Q(role=MemberRole.REPRESENTATIVE) | Q(position=1), joint=party)
    people = [*places.order_by("position").values_list("person", flat=True), party.pk]
    users = User.objects.filter(party__in=people, is_active=True).select_related("party")
    return sorted(users, key=lambda user: people.index(user.party_id or 0))
