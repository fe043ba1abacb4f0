"""Who in the books is written to at an address but signs in with none yet: see Note [Claims]."""

from django.db.models import F, Q, QuerySet

from accounts.enums import PartyKind
from accounts.models import Party


def people_at(email: str) -> QuerySet[Party]:
    """Return the people the books write to at the address, in any letter case, except who signs up or in with it.

    Contacts are kept in lower case by everybody who writes them: see `accounts.services.people.register_person`.
    """
    address = email.strip().lower()
    people = Party.objects.filter(kind=PartyKind.PERSON, contact__email=address) if address else Party.objects.none()
    return people.filter(Q(user=None) | ~Q(user__email=F("contact__email")))


def find_claimable(email: str) -> Party | None:
    """Return the one person who may sign in with the address as soon as it is proved; None for none or several."""
    found = list(people_at(email).select_related("user")[:2])
    return found[0] if len(found) == 1 and not hasattr(found[0], "user") else None


def is_shared(email: str) -> bool:
    """Return whether the books write to several people at the address, so that its proof tells nobody who is there."""
    return people_at(email).count() > 1
