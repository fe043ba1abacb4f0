"""Races for shares, each first shown to happen with its lock off."""

import pytest

from core import clock
from core.errors import DomainError, constraint_name
from core.models import OutgoingMail
from core.transactions import atomic
from equity.enums import ApplicationState
from equity.errors import AlreadyDecided, NoSharesLeft, PersonLimitReached, QuantityRefused
from equity.integrity import findings
from equity.models import (
    AllotmentAuthority,
    AllotmentBatch,
    Application,
    OfferCapacity,
    PersonAllowance,
    RegisterBatch,
    RegisterEntry,
)
from equity.services import allotments, applications, payments_in
from equity.services.allotments import approve_batch
from equity.services.payments_in import record_paid
from ledger.models import Entry
from payments.models import Payment, Refund
from tests.factories.equity import (
    make_batch,
    make_open_offer,
    make_paid_application,
    make_payable_application,
    pay,
)
from tests.factories.people import make_holder, make_staff
from tests.races.crowd import drop_constraint, meeting, patient, together

BUYERS, CAP, AT_ONCE = 300, 100, 60
ONE_ENTRY = "equity_registerentry_application_id_key"
pytestmark = pytest.mark.race


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


def outcome(act):
    try:
        return act()
    except DomainError as error:
        return error


def test_last_shares_without_the_counter_are_sold_twice(committed_db, monkeypatch) -> None:
    offer = make_open_offer(cap_shares=CAP, block_size=1, person_min_shares=1)
    buyers = assessed_buyers(offer, AT_ONCE)
    OfferCapacity.objects.update(kept_shares=CAP - 2)
    drop_constraint("equity_offercapacity", "offer_kept_within_cap")
    monkeypatch.setattr(applications, "lock_counters", lambda application: None)
    monkeypatch.setattr(applications, "shares_left", meeting(applications.shares_left, AT_ONCE))

    together([patient(choose(buyer, 1)) for buyer in buyers])

    assert OfferCapacity.objects.get().kept_shares > CAP


def test_last_shares_of_a_cap_go_to_exactly_as_many_buyers(committed_db) -> None:
    offer = make_open_offer(cap_shares=CAP, block_size=1, person_min_shares=1)
    buyers = assessed_buyers(offer, BUYERS)

    def serve(line: list[Application]) -> list:
        return [outcome(patient(choose(buyer, 1))) for buyer in line]

    lines = together([lambda line=line: serve(line) for line in (buyers[begin::AT_ONCE] for begin in range(AT_ONCE))])

    results = [result for line in lines for result in line]
    assert OfferCapacity.objects.get().kept_shares == CAP
    assert Application.objects.filter(state=ApplicationState.QUANTITY_CHOSEN).count() == CAP
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == BUYERS - CAP
    assert {type(error) for error in refused} <= {QuantityRefused, NoSharesLeft}


TABS = 8


PERSON_MAX = 40


def second_application() -> Application:
    """An application of somebody who may have 40 shares and has paid for 38: they now choose how many more."""
    offer, user = make_open_offer(person_max_shares=PERSON_MAX), make_holder()
    make_paid_application(offer, PERSON_MAX - 2, user=user)
    second = make_payable_application(offer, 2, user=user)
    with atomic():
        applications.go_back_to_answers(application=second, by=user, at=clock.now())
    Application.objects.filter(pk=second.pk).update(state="assessed", quantity=None, kept_until_at=None)
    OfferCapacity.objects.update(kept_shares=PERSON_MAX - 2)
    PersonAllowance.objects.update(kept_shares=PERSON_MAX - 2)
    return Application.objects.get(pk=second.pk)


def kept_by(application: Application) -> int:
    return PersonAllowance.objects.get(party_id=application.applicant_id).kept_shares


def switch_locks_off(monkeypatch) -> None:
    """Let every tab read what is left before any of them writes."""
    monkeypatch.setattr(applications, "lock_counters", lambda application: None)
    monkeypatch.setattr(applications, "lock", lambda rows, **lookup: rows.get(**lookup))
    monkeypatch.setattr(applications, "shares_left", meeting(applications.shares_left, TABS))


def test_two_tabs_without_locks_and_law_keep_more_than_a_person_may_have(committed_db, monkeypatch) -> None:
    second = second_application()
    drop_constraint("equity_personallowance", "person_kept_within_limit")
    switch_locks_off(monkeypatch)

    together([patient(choose(second, 2))] * TABS)

    assert kept_by(second) > PERSON_MAX


def test_two_tabs_without_locks_are_stopped_by_the_law_of_the_personal_limit(committed_db, monkeypatch) -> None:
    second = second_application()
    switch_locks_off(monkeypatch)

    results = together([patient(choose(second, 2))] * TABS)

    assert [type(result) for result in results if isinstance(result, Exception)] == [PersonLimitReached] * (TABS - 1)
    assert kept_by(second) == PERSON_MAX


def test_two_tabs_with_locks_keep_what_a_person_may_have(committed_db) -> None:
    second = second_application()

    results = together([patient(choose(second, 2))] * TABS)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert kept_by(second) == PERSON_MAX
    assert OfferCapacity.objects.get().kept_shares == PERSON_MAX


def test_two_tabs_keep_what_was_chosen_last(committed_db) -> None:
    (buyer,) = assessed_buyers(make_open_offer(), 1)

    results = together([patient(choose(buyer, 40)), patient(choose(buyer, 20))] * (TABS // 2))

    assert [result for result in results if isinstance(result, Exception)] == []
    chosen = Application.objects.get(state=ApplicationState.QUANTITY_CHOSEN).quantity
    assert PersonAllowance.objects.get(kept_shares__gt=0).kept_shares == chosen
    assert OfferCapacity.objects.get().kept_shares == chosen


def approving(batch: AllotmentBatch, director):
    def act():
        with atomic():
            return approve_batch(batch=batch, sha256=batch.rows_sha256, by=director, at=clock.now())

    return act


def switch_the_directors_locks_off(monkeypatch) -> None:
    """Let both directors read the draft and its paid rows before either writes."""
    paid = list(Application.objects.select_related("applicant", "applicant_user", "holder", "offer"))
    monkeypatch.setattr(allotments, "lock", lambda rows, **lookup: rows.get(**lookup))
    monkeypatch.setattr(allotments, "_locked_applications", meeting(lambda batch: paid, 2))


def test_two_directors_without_locks_and_laws_allot_twice(committed_db, monkeypatch) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = make_batch(offer)
    directors = [make_staff("director"), make_staff("director")]
    drop_constraint("equity_registerentry", ONE_ENTRY)
    drop_constraint("ledger_entry", "ledger_entry_key_key")
    switch_the_directors_locks_off(monkeypatch)

    together([approving(batch, director) for director in directors])

    assert AllotmentAuthority.objects.get().used_shares == 2 * batch.shares
    assert sum(RegisterEntry.objects.values_list("quantity", flat=True)) == 2 * batch.shares


def test_two_directors_without_locks_are_stopped_by_the_law_of_one_entry(committed_db, monkeypatch) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = make_batch(offer)
    directors = [make_staff("director"), make_staff("director")]
    switch_the_directors_locks_off(monkeypatch)

    results = together([approving(batch, director) for director in directors])

    assert [constraint_name(result) for result in results if isinstance(result, Exception)] == [ONE_ENTRY]
    assert AllotmentAuthority.objects.get().used_shares == batch.shares
    assert RegisterEntry.objects.count() == 1
    assert list(findings()) == []


def test_two_directors_at_once_allot_once(committed_db) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = make_batch(offer)
    directors = [make_staff("director") for _turn in range(4)]

    results = together([patient(approving(batch, director)) for director in directors])

    assert [type(result) for result in results if isinstance(result, Exception)] == [AlreadyDecided] * 3
    assert RegisterBatch.objects.count() == 1
    assert RegisterEntry.objects.count() == 1
    assert list(findings()) == []


def telling_paid(payment: Payment):
    def act():
        with atomic():
            record_paid(payment=payment, at=clock.now())

    return act


def paid_and_untold(offer) -> Payment:
    """A payment the provider has settled, whose news has not reached the application yet."""
    payment = pay(make_payable_application(offer, 2))
    Application.objects.update(state="payable", paid_at=None, payment_id="")
    OutgoingMail.objects.update(kind="before")
    return payment


def test_one_payment_told_at_once_without_the_lock_is_answered_twice(committed_db, monkeypatch) -> None:
    payment = paid_and_untold(make_open_offer())
    monkeypatch.setattr(payments_in, "lock_reference", lambda reference: None)
    monkeypatch.setattr(payments_in, "find", meeting(payments_in.find, 2))

    together([telling_paid(payment)] * 2)

    assert OutgoingMail.objects.filter(kind="paid").count() == 2


def test_one_payment_told_20_times_at_once_is_booked_once(committed_db) -> None:
    payment = paid_and_untold(make_open_offer())

    results = together([patient(telling_paid(payment))] * 20)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Entry.objects.filter(kind="application_receipt").count() == 1
    assert Application.objects.get().state == ApplicationState.PAID
    assert OutgoingMail.objects.filter(kind="paid").count() == 1
    assert Refund.objects.count() == 0
    assert list(findings()) == []
