"""Parties come to be and change here, and nowhere else."""

from collections.abc import Sequence
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.enums import MemberRole, PartyKind
from accounts.errors import BadName, EmailTaken, HolderTwice, NotAPerson, TooManyHolders
from accounts.models import Party, PartyMember, PrivateContact, User
from accounts.models.party import JOINT_HOLDERS_MAX
from accounts.rules.names import NameRefused, clean_name, given_name_of, search_key, sort_key
from core import audit
from core.errors import constraints_as
from core.transactions import needs_transaction

MEMBER_LAWS = {
    "member_stands_once": HolderTwice,
    "member_is_not_itself": HolderTwice,
    "member_is_a_person": NotAPerson,
    "member_role_fits_the_party": NotAPerson,
}


def cleaned(name: str, *, organisation: bool = False) -> str:
    """Return the name as it will stand in the register; raise `BadName` with the sentence for its owner."""
    try:
        return clean_name(name, organisation=organisation)
    except NameRefused as refused:
        raise BadName(refused.problem) from refused


@needs_transaction
def register_person(
    *,
    name: str,
    language: str,
    by: User | None,
    at: datetime,
    given_name: str = "",
    forename: str = "",
    surname: str = "",
    email: str = "",
    phone: str = "",
    date_of_birth: date | None = None,
    country: str = "",
) -> Party:
    """Write a person and how we reach them; raise `BadName`. Makes nobody able to sign in: `make_user` does."""
    full_name = cleaned(name)
    party = Party.objects.create(
        kind=PartyKind.PERSON,
        display_name=full_name,
        given_name=cleaned(given_name) if given_name else given_name_of(full_name, language),
        forename=cleaned(forename) if forename else "",
        surname=cleaned(surname) if surname else "",
        name_search=search_key(full_name),
        name_sort=sort_key(full_name, language, surname=surname),
        language=language,
        created_at=at,
    )
    PrivateContact.objects.create(
        party=party, email=email.lower(), phone=phone, date_of_birth=date_of_birth, country=country
    )
    audit.record(by=by, at=at, verb="register_person", subject=party)
    return party


@needs_transaction
def make_joint_party(*, holders: Sequence[Party], by: User | None, at: datetime, language: str = "") -> Party:
    """Write two to four people as one holder, in the order of the register.

    Raises `TooManyHolders`, `HolderTwice`, `NotAPerson`.
    """
    if not 2 <= len(holders) <= JOINT_HOLDERS_MAX:
        raise TooManyHolders()
    shown = " & ".join(holder.display_name for holder in holders)
    joint = Party.objects.create(
        kind=PartyKind.JOINT,
        # Four names of 300 letters do not fit; the register itself lists the holders one by one.
        display_name=shown if len(shown) <= 300 else f"{holders[0].display_name[:290]} &c.",
        given_name="",
        name_search=" ".join(holder.name_search for holder in holders)[:1500],
        name_sort=holders[0].name_sort,
        language=language or holders[0].language,
        created_at=at,
    )
    _write_members(joint, holders, MemberRole.HOLDER)
    audit.record(by=by, at=at, verb="make_joint_party", subject=joint, holders=[holder.pk for holder in holders])
    return joint


@needs_transaction
def make_organisation(
    *,
    name: str,
    number: str,
    representatives: Sequence[Party],
    language: str,
    by: User | None,
    at: datetime,
    email: str = "",
    country: str = "",
) -> Party:
    """Write an organisation and the people who act for it; raise `BadName`, `TooManyHolders`, `NotAPerson`."""
    if len(representatives) > JOINT_HOLDERS_MAX:
        raise TooManyHolders()
    full_name = cleaned(name, organisation=True)
    organisation = Party.objects.create(
        kind=PartyKind.ORGANISATION,
        display_name=full_name,
        organisation_number=number,
        name_search=search_key(full_name),
        name_sort=sort_key(full_name, language, as_written=True),
        language=language,
        created_at=at,
    )
    PrivateContact.objects.create(party=organisation, email=email.lower(), country=country)
    _write_members(organisation, representatives, MemberRole.REPRESENTATIVE)
    audit.record(by=by, at=at, verb="make_organisation", subject=organisation)
    return organisation


def _write_members(joint: Party, people: Sequence[Party], role: MemberRole) -> None:
    rows = [
        PartyMember(joint=joint, person=person, position=position, role=role)
        for position, person in enumerate(people, start=1)
    ]
    with constraints_as(MEMBER_LAWS), transaction.atomic():
        PartyMember.objects.bulk_create(rows)


@needs_transaction
def change_name(*, party: Party, name: str, given_name: str, by: User | None, at: datetime) -> Party:
    """Change the name somebody is shown and greeted by; raise `BadName`. What the register says already stays."""
    full_name = cleaned(name, organisation=party.kind == PartyKind.ORGANISATION)
    before = party.display_name
    party.display_name = full_name
    if party.kind == PartyKind.PERSON:
        party.given_name = cleaned(given_name) if given_name else given_name_of(full_name, party.language)
    party.name_search = search_key(full_name)
    as_written = party.kind != PartyKind.PERSON
    party.name_sort = sort_key(full_name, party.language, surname=party.surname, as_written=as_written)
    party.save(update_fields=["display_name", "given_name", "name_search", "name_sort"])
    audit.record(by=by, at=at, verb="change_name", subject=party, before=before, after=full_name)
    return party


@needs_transaction
def choose_language(*, party: Party, language: str, by: User | None, at: datetime) -> Party:
    """Write to this party in that language from now on."""
    party.language = language
    party.save(update_fields=["language"])
    audit.record(by=by, at=at, verb="choose_language", subject=party, language=language)
    return party


@needs_transaction
def take_sign_up_name(*, user: User, name: str, language: str, by: User | None, at: datetime) -> None:
    """Call somebody as they asked in the browser they proved their address in, whatever was typed elsewhere before."""
    party = user.party
    if party is None:
        user.party = register_person(name=name, language=language, email=user.email, by=by, at=at)
        user.save(update_fields=["party"])
        return
    if (party.display_name, party.language) == (cleaned(name), language):
        return
    choose_language(party=party, language=language, by=by, at=at)
    change_name(party=party, name=name, given_name="", by=by, at=at)


@needs_transaction
def make_user(
    *, email: str, party: Party | None, by: User | None, at: datetime, password: str | None = None, name: str = ""
) -> User:
    """Make somebody able to sign in with a verified address; without a password they use codes or a passkey.

    ``name`` is how staff without shares sign what they decide.

    Raises `EmailTaken`.
    """
    user = User(email=email.lower(), name=name, party=party, date_joined=at)
    user.set_password(password)
    with constraints_as({"user_email_is_one_persons": EmailTaken}), transaction.atomic():
        user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record(by=by, at=at, verb="make_user", subject=user)
    return user
