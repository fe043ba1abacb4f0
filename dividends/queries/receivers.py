"""Who is written to about a holder's dividend."""

from dataclasses import dataclass

from accounts.enums import PartyKind
from accounts.models import Party, PartyMember, User


@dataclass(frozen=True)
class Receiver:
    """An address and how its owner is greeted; ``member_name`` is the holder, empty where the owner holds alone."""

    address: str
    given_name: str
    language: str
    member_name: str


def receiver_of(party: Party) -> Receiver | None:
    """Return who is written to: the holder, else the first-named of a joint set or of an organisation's people.

    Notices to the first-named are notices to all (Companies Act 2006 Sch. 5 para. 16(3)), as with the notice of a
    meeting. None without an address: such a holder is written to on paper, and no mail is owed.
    """
    place = PartyMember.objects.filter(joint=party).select_related("person__contact").order_by("position").first()
    member_name = "" if party.kind == PartyKind.PERSON else party.display_name
    for reader in [party, *([place.person] if place else [])]:
        address = _address_of(reader)
        if address:
            person = place.person if place else party
            given_name = " ".join(person.given_name.split())
            return Receiver(address, given_name, person.language, member_name)
    return None


def _address_of(party: Party) -> str:
    contact = getattr(party, "contact", None)
    if contact is not None and contact.email:
        return str(contact.email)
    user = User.objects.filter(party=party, is_active=True).first()
    return user.email if user else ""
