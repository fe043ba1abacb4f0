"""Invented holders as parties, many at once: the same rows as accounts.services.people writes one by one.

Note [Parties in bulk]: twenty thousand calls of `register_person` would take minutes. These four statements write the
same columns; tests/portal/test_seed.py holds them against the services' rows, field by field.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.enums import MemberRole, PartyKind
from accounts.models import Party, PartyMember, PrivateContact
from accounts.rules.names import search_key, sort_key
from accounts.services.people import cleaned
from core.transactions import needs_transaction
from portal.rules.example_names import HolderPlan, PersonPlan

DOMAIN = "holders.example"
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class ExampleHolder:
    """A party that can hold shares, and the people in it: itself, the joint holders, or who acts for it."""

    party: Party
    people: tuple[Party, ...]
    plan: HolderPlan


class Addresses:
    """Gives everybody an e-mail address of their own: namesakes get a number."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def of(self, name: str) -> str:
        """Return ``ann.cobb@holders.example``, or ``ann.cobb2@...`` for the second Ann Cobb."""
        local = search_key(name).replace(" ", ".")
        self._taken[local] += 1
        times = self._taken[local]
        return f"{local}{times if times > 1 else ''}@{DOMAIN}"


@needs_transaction
def write_holders(*, plans: Iterable[HolderPlan], addresses: Addresses, at: datetime) -> list[ExampleHolder]:
    """Write the parties of the plans with their private contacts, in the order of the plans."""
    plans = list(plans)
    people = Party.objects.bulk_create(
        [_person_row(person, at) for plan in plans for person in plan.people], batch_size=ROWS_AT_ONCE
    )
    each = iter(people)
    own = [tuple(next(each) for _person in plan.people) for plan in plans]
    sets = [_set_row(plan, persons, at) for plan, persons in zip(plans, own, strict=True)]
    Party.objects.bulk_create([party for party in sets if party is not None])
    holders = [
        ExampleHolder(party or persons[0], persons, plan) for plan, persons, party in zip(plans, own, sets, strict=True)
    ]
    PartyMember.objects.bulk_create(_memberships(holders))
    PrivateContact.objects.bulk_create(_contacts(holders, addresses), batch_size=ROWS_AT_ONCE)
    return holders


def _person_row(person: PersonPlan, at: datetime) -> Party:
    name = cleaned(person.display_name)
    return Party(
        kind=PartyKind.PERSON,
        display_name=name,
        given_name=person.given_name,
        forename=person.forename,
        surname=person.surname,
        name_search=search_key(name),
        name_sort=sort_key(name, person.language, surname=person.surname),
        language=person.language,
        created_at=at,
    )


def _set_row(plan: HolderPlan, people: tuple[Party, ...], at: datetime) -> Party | None:
    """The joint set or the organisation of the plan; None when the person holds alone."""
    if plan.organisation:
        name = cleaned(plan.organisation, organisation=True)
        return Party(
            kind=PartyKind.ORGANISATION,
            display_name=name,
            organisation_number=plan.organisation_number,
            name_search=search_key(name),
            name_sort=sort_key(name, people[0].language, as_written=True),
            language=people[0].language,
            created_at=at,
        )
    if plan.is_joint:
        return Party(
            kind=PartyKind.JOINT,
            display_name=" & ".join(person.display_name for person in people),
            name_search=" ".join(person.name_search for person in people),
            name_sort=people[0].name_sort,
            language=people[0].language,
            created_at=at,
        )
    return None


def _memberships(holders: Iterable[ExampleHolder]) -> Iterator[PartyMember]:
    for holder in holders:
        if holder.party.kind == PartyKind.PERSON:
            continue
        role = MemberRole.HOLDER if holder.plan.is_joint else MemberRole.REPRESENTATIVE
        for position, person in enumerate(holder.people, 1):
            yield PartyMember(joint=holder.party, person=person, position=position, role=role)


def _contacts(holders: Iterable[ExampleHolder], addresses: Addresses) -> Iterator[PrivateContact]:
    """Contacts of the people and of organisations; a joint set is reached through its people."""
    for holder in holders:
        country = holder.plan.address.country
        for plan, person in zip(holder.plan.people, holder.people, strict=True):
            email = addresses.of(person.display_name)
            yield PrivateContact(party=person, email=email, date_of_birth=plan.born_on, country=country)
        if holder.plan.organisation:
            yield PrivateContact(party=holder.party, email=addresses.of(holder.plan.organisation), country=country)
