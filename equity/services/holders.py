"""Who will stand in the register: the buyer, a joint set, an organisation, or the buyer on behalf of a child."""

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.enums import PartyKind
from accounts.models import Party
from accounts.services.people import make_joint_party, make_organisation, register_person
from core.transactions import needs_transaction
from equity.enums import HolderKind
from equity.models import Application

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def holder_for(application: Application, *, by: "User", at: datetime) -> Party:
    """Return the party that will hold the shares, writing it when it is new.

    A child cannot be a member in its own name here: the adult holds, with a designation on the account. A joint set
    or organisation that the same buyer used before is used again, so that nobody gets two accounts.
    """
    buyer = application.applicant
    others = application.details.get("holder", {})
    if application.holder_kind == HolderKind.JOINT:
        return _known(buyer, PartyKind.JOINT, [buyer.display_name, *others["joint_names"]]) or make_joint_party(
            holders=[buyer, *(_person(name, buyer, by=by, at=at) for name in others["joint_names"])],
            by=by,
            at=at,
            language=buyer.language,
        )
    if application.holder_kind == HolderKind.ORGANISATION:
        number = others.get("organisation_number", "")
        return _known(buyer, PartyKind.ORGANISATION, [others["organisation_name"]]) or make_organisation(
            name=others["organisation_name"],
            number=number,
            representatives=[buyer],
            language=buyer.language,
            by=by,
            at=at,
        )
    return buyer


def _person(name: str, buyer: Party, *, by: "User", at: datetime) -> Party:
    return register_person(name=name, language=buyer.language, by=by, at=at)


def _known(buyer: Party, kind: PartyKind, names: list[str]) -> Party | None:
    for party in Party.objects.filter(kind=kind, members__person=buyer).distinct().order_by("id"):
        if names_in_register(party) == names:
            return party
    return None


def names_in_register(party: Party) -> list[str]:
    """Return the names under which the party stands in the register, the first-named first."""
    if party.kind == PartyKind.JOINT:
        return [member.person.display_name for member in party.members.select_related("person").order_by("position")]
    return [party.display_name]
