"""Races for shares, each first shown to happen with its lock off."""

import pytest
from django.db import transaction

from core import clock
from core.errors import DomainError
from core.transactions import atomic
from equity.enums import ApplicationState
from equity.errors import AlreadyDecided, NoSharesLeft, QuantityRefused
from equity.integrity import findings
from equity.models import AllotmentBatch, Application, OfferCapacity, PersonAllowance, RegisterBatch, RegisterEntry
from equity.services import allotments, applications
from equity.services.allotments import approve_batch
from ledger.models import Entry
from tests.factories.equity import (
    make_batch,
    make_open_offer,
    make_paid_application,
    make_payable_application,
    pay,
)
from tests.factories.people import make_staff
from tests.races.crowd import drop_constraint, together

BUYERS, CAP = 300, 100


def assessed_buyers(offer, number: int) -> list[Application]:
    """People who have answered everything and now choose how many shares, made by copying one such person."""
    one = make_payable_application(offer, 2)
    with atomic():
        applications.go_back_to_answers(application=one, by=one.applicant_user, at=clock.now())
    Application.objects.filter(pk=one.pk).update(state="assessed", quantity=None, kept_until_at=None)
    OfferCapacity.objects.update(kept_shares=0)
    PersonAllowance.objects.update(kept_shares=0)
    party, user = one.applicant, one.applicant_user
    copies = []
    for position in range(number):
        party.pk, party.public_id = None, f"race-party-{position:010d}"
        party.save()
        copy = Application.objects.get(pk=one.pk)
        copy.pk, copy.public_id, copy.applicant = None, f"race-{position:017d}", party
        copies.append(copy)
    Application.objects.bulk_create(copies)
    Application.objects.filter(pk=one.pk).update(state="expired", expired_at=clock.now())
    return [Application.objects.get(public_id=copy.public_id) for copy in copies] if user else []


def choose(application: Application, quantity: int):
    def act():
        with atomic():
            return applications.choose_quantity(
                application=application, quantity=quantity, by=application.applicant_user, at=clock.now()
            )

    return act


def test_last_shares_without_the_counter_are_sold_twice(committed_db, monkeypatch) -> None:
    offer = make_open_offer(cap_shares=CAP, block_size=1, person_min_shares=1)
    buyers = assessed_buyers(offer, 60)
    OfferCapacity.objects.update(kept_shares=CAP - 2)
    drop_constraint("equity_offercapacity", "offer_kept_within_cap")
    monkeypatch.setattr(applications, "lock_counters", lambda application: None)

    together([choose(buyer, 1) for buyer in buyers])

    assert OfferCapacity.objects.get().kept_shares > CAP


def test_last_shares_of_a_cap_go_to_exactly_as_many_buyers(committed_db) -> None:
    offer = make_open_offer(cap_shares=CAP, block_size=1, person_min_shares=1)
    buyers = assessed_buyers(offer, BUYERS)

    results = together([choose(buyer, 1) for buyer in buyers])

    assert OfferCapacity.objects.get().kept_shares == CAP
    assert Application.objects.filter(state=ApplicationState.QUANTITY_CHOSEN).count() == CAP
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == BUYERS - CAP
    assert {type(error) for error in refused} <= {QuantityRefused, NoSharesLeft}


def two_tabs(offer) -> list:
    (buyer,) = assessed_buyers(offer, 1)
    return together([choose(buyer, 40), choose(buyer, 20)] * 4)


def test_two_tabs_without_the_locks_keep_shares_twice(committed_db, monkeypatch) -> None:
    offer = make_open_offer()
    drop_constraint("equity_personallowance", "person_kept_within_limit")
    monkeypatch.setattr(applications, "lock_counters", lambda application: None)
    monkeypatch.setattr(applications, "lock", lambda rows, **lookup: rows.get(**lookup))

    two_tabs(offer)

    chosen = Application.objects.get(state=ApplicationState.QUANTITY_CHOSEN).quantity
    assert PersonAllowance.objects.get(kept_shares__gt=0).kept_shares > chosen


def test_two_tabs_keep_what_was_chosen_last(committed_db) -> None:
    offer = make_open_offer()

    results = two_tabs(offer)

    assert [result for result in results if isinstance(result, Exception)] == []
    chosen = Application.objects.get(state=ApplicationState.QUANTITY_CHOSEN).quantity
    assert PersonAllowance.objects.get(kept_shares__gt=0).kept_shares == chosen
    assert OfferCapacity.objects.get().kept_shares == chosen


def approving(batch: AllotmentBatch, director):
    def act():
        with atomic():
            return approve_batch(batch=batch, sha256=batch.rows_sha256, by=director, at=clock.now())

    return act


def test_two_directors_without_the_lock_both_decide(committed_db, monkeypatch) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = make_batch(offer)
    directors = [make_staff("director"), make_staff("director")]
    decided = []
    monkeypatch.setattr(allotments, "lock", lambda rows, **lookup: rows.get(**lookup))
    monkeypatch.setattr(allotments, "_locked_applications", lambda batch: list(Application.objects.all()))
    monkeypatch.setattr(allotments, "_use_authority", lambda batch: decided.append(batch))

    together([approving(batch, director) for director in directors])

    assert len(decided) == 2


def test_two_directors_at_once_allot_once(committed_db) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = make_batch(offer)
    directors = [make_staff("director") for _turn in range(4)]

    results = together([approving(batch, director) for director in directors])

    assert [type(result) for result in results if isinstance(result, DomainError)] == [AlreadyDecided] * 3
    assert RegisterBatch.objects.count() == 1
    assert RegisterEntry.objects.count() == 1
    assert list(findings()) == []


def test_one_payment_told_20_times_at_once_is_booked_once(committed_db) -> None:
    offer = make_open_offer()
    application = make_payable_application(offer, 2)
    payment = pay(application)
    from payments.services.callbacks import lock_parents, tell

    def again():
        with transaction.atomic():
            lock_parents(payment)
            return tell(payment, "paid", at=clock.now())

    results = together([again] * 20)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Entry.objects.filter(kind="application_receipt").count() == 1
    assert Application.objects.get(pk=application.pk).state == ApplicationState.PAID
    assert list(findings()) == []
