"""Who an application enters in the register: the names as typed, the service address, a child's designation."""

from dataclasses import dataclass

from accounts.enums import PartyKind
from accounts.models import Party
from accounts.rules.names import is_family_first, search_key
from equity.enums import HolderKind
from equity.models import Application


@dataclass(frozen=True)
class Standing:
    """What the register will show: names first-named first, one address, a country (ISO 3166), a designation."""

    names: list[str]
    address: str
    country: str
    designation: str


def typed_name(application: Application) -> str:
    """Return the applicant's name as typed in the journey, in the order in which they write it (Phạm Ngọc Lan).

    The account's own name tells the order where it can; otherwise Vietnamese names stand family name first.
    """
    forename, surname = (str(application.details.get(part, "")) for part in ("forename", "surname"))
    if not surname or not forename:
        return forename or surname or application.applicant.display_name
    forename_first, surname_first = f"{forename} {surname}", f"{surname} {forename}"
    shown, family = f" {search_key(application.applicant.display_name)} ", f" {search_key(surname)} "
    if shown.endswith(family) != shown.startswith(family):
        return surname_first if shown.startswith(family) else forename_first
    return surname_first if is_family_first(surname_first, application.applicant.language) else forename_first


def standing_of(application: Application) -> Standing:
    """Return what the register will show: frozen since the answers were confirmed, or as the answers say now."""
    if application.confirmed_at:
        return Standing(
            list(application.register_names),
            application.register_address,
            application.register_country,
            application.register_designation,
        )
    return standing_by_answers(application)


def standing_by_answers(application: Application) -> Standing:
    """Return what the register would show by the answers given so far."""
    details, others = application.details, application.details.get("holder", {})
    names = [typed_name(application)]
    if application.holder_kind == HolderKind.JOINT:
        names += others.get("joint_names", [])
    elif application.holder_kind == HolderKind.ORGANISATION:
        names = [others.get("organisation_name", "")]
    address = ", ".join(
        part for part in (str(details.get(name, "")) for name in ("address", "city", "postcode")) if part
    )
    designation = others.get("designation", "") if application.holder_kind == HolderKind.MINOR else ""
    return Standing(names, address, details.get("country", ""), designation)


def names_in_register(party: Party) -> list[str]:
    """Return the names of the party's people by their accounts, the first-named first; an organisation's own name."""
    if party.kind == PartyKind.JOINT:
        return [member.person.display_name for member in party.members.select_related("person").order_by("position")]
    return [party.display_name]
