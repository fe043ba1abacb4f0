"""Shares kept for somebody: the cap and the personal limit as two counter rows.

Note [Two counters]: check-then-insert sold 103 of 100 shares under load. One row per offer and one per person, each
with a CHECK, decide; lock order is offer, person, application.
"""

from django.db.models import F

from core.errors import DomainError, constraints_as
from core.locks import bounded_wait
from core.transactions import atomic, needs_transaction
from equity.errors import NoSharesLeft, PersonLimitReached
from equity.models import Application, Offer, OfferCapacity, PersonAllowance

LIMITS: dict[str, type[DomainError]] = {
    "offer_kept_within_cap": NoSharesLeft,
    "person_kept_within_limit": PersonLimitReached,
}


@needs_transaction
def change_kept(*, application: Application, by_shares: int) -> None:
    """Count shares as kept (positive) or free them (negative), in the offer and for the person.

    Raises `NoSharesLeft`, `PersonLimitReached` or `Busy` and changes nothing; which of two people asking for the last
    shares gets them is decided by the order in which the database takes the counter row.
    """
    if by_shares == 0:
        return
    offer_id, party_id = application.offer_id, application.applicant_id
    with bounded_wait(), constraints_as(LIMITS), atomic():
        PersonAllowance.objects.get_or_create(
            offer_id=offer_id, party_id=party_id, defaults={"max_shares": _person_max(offer_id)}
        )
        OfferCapacity.objects.filter(offer_id=offer_id).update(kept_shares=F("kept_shares") + by_shares)
        PersonAllowance.objects.filter(offer_id=offer_id, party_id=party_id).update(
            kept_shares=F("kept_shares") + by_shares
        )


def _person_max(offer_id: int) -> int:
    return Offer.objects.values_list("person_max_shares", flat=True).get(pk=offer_id)


@needs_transaction
def lock_counters(application: Application) -> None:
    """Take the counter rows before the application's own lock, in the order of Note [Lock order]. Raises `Busy`."""
    persons = PersonAllowance.objects.filter(offer_id=application.offer_id, party_id=application.applicant_id)
    with bounded_wait():
        OfferCapacity.objects.filter(offer_id=application.offer_id).select_for_update(no_key=True).first()
        persons.select_for_update(no_key=True).first()
