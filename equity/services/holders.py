"""Who will stand in the register: the buyer, a joint set, an organisation, or the buyer on behalf of a child."""

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.enums import PartyKind
from accounts.models import Party
from accounts.services.people import make_joint_party, make_organisation, register_person
from core.transactions import needs_transaction
from equity.enums import HolderKind
from equity.models import Application
from equity.queries.holders import names_in_register

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
        return _known_set(buyer, [buyer.display_name, *others["joint_names"]]) or make_joint_party(
            holders=[buyer, *(_person(name, buyer, by=by, at=at) for name in others["joint_names"])],
            by=by,
            at=at,
            language=buyer.language,
        )
    if application.holder_kind == HolderKind.ORGANISATION:
        number = others.get("organisation_number", "")
        return _known_organisation(buyer, others["organisation_name"], number) or make_organisation(
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


def _known_set(buyer: Party, names: list[str]) -> Party | None:
    for party in Party.objects.filter(kind=PartyKind.JOINT, members__person=buyer).distinct().order_by("id"):
        if names_in_register(party) == names:
            return party
    return None


def _known_organisation(buyer: Party, name: str, number: str) -> Party | None:
    """Two clubs may bear one name; the number tells them apart, and no number is a number of its own."""
    rows = Party.objects.filter(kind=PartyKind.ORGANISATION, members__person=buyer)
    return rows.filter(display_name=name, organisation_number=number).order_by("id").first()
