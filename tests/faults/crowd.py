"""Many applications at once, made by copying one that went the whole way."""

from typing import Any

from core.ids import new_public_id
from equity.models import Application, Offer, OfferCapacity, PersonAllowance
from tests.factories.equity import make_approved_batch, make_open_offer, make_payable_application, pay

SHARES = 2


def make_payable(offer: Offer, number: int) -> list[Application]:
    """Return applications at the till, all of one person's account but each for a holder of its own."""
    one = make_payable_application(offer, SHARES)
    return [one, *(_copy(one) for _turn in range(number - 1))]


def make_unconfirmed(offer: Offer, number: int) -> list[Application]:
    """Return applications whose thinking time is over and whose answers wait to be confirmed."""
    rows = make_payable(offer, number)
    waiting: dict[str, Any] = {"state": "quantity_chosen", "confirmed_at": None, "holder": None}
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(**waiting)
    return list(Application.objects.filter(pk__in=[row.pk for row in rows]))


def _copy(one: Application) -> Application:
    party = type(one.applicant).objects.get(pk=one.applicant_id)
    party.pk, party.public_id = None, new_public_id()
    party.save()
    copy = Application.objects.get(pk=one.pk)
    copy.pk, copy.public_id, copy.applicant, copy.holder = None, new_public_id(), party, party
    copy.save()
    PersonAllowance.objects.create(
        offer_id=one.offer_id, party=party, max_shares=one.offer.person_max_shares, kept_shares=SHARES
    )
    capacity = OfferCapacity.objects.get(offer_id=one.offer_id)
    capacity.kept_shares += SHARES
    capacity.save(update_fields=["kept_shares"])
    return copy


def make_allotted(number: int) -> Offer:
    """Allot shares to that many holders: their certificates wait for the job that makes the files."""
    offer = make_paid(number)
    make_approved_batch(offer)
    return offer


def make_paid(number: int) -> Offer:
    """Return an offer with that many paid applications."""
    offer = make_open_offer()
    for application in make_payable(offer, number):
        pay(application)
    return offer
