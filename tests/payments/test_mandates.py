"""Bank details over time: the wait, what ends what, and what nobody can read or change."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from stdnum.iban import calc_check_digits

from accounts.errors import NotInTheDemo
from accounts.models import User
from accounts.services.addresses import change_email
from accounts.services.claims import claim_person, prepare_claim
from accounts.services.factors import end_factors, note_changed_factor
from accounts.services.people import register_person
from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from payments.enums import MandateEnd
from payments.errors import DetailsUnreadable
from payments.gateways.destinations import destination_of
from payments.models import BankMandate
from payments.queries.mandates import mandate_of, state_sentence
from payments.rules.bank_details import iban_details
from payments.services.example_mandates import ExampleMandate, write_example_mandates
from payments.services.mandates import withdraw_mandate
from tests.factories.banking import make_mandate
from tests.factories.people import make_holder
from tests.payments.bank_stories import account, endings_over_time, give, mails

HOLD = timedelta(days=7)
DAY = timedelta(days=1)


@pytest.fixture
def agnes(db: None) -> User:
    return make_holder(name="Agnes Whitlock", email="agnes@example.org")


def test_first_details_are_usable_at_once(agnes) -> None:
    at = clock.now()

    mandate = give(agnes, account("4471"), at=at)

    assert (mandate.given_at, mandate.usable_from, mandate.given_by) == (at, at, agnes)
    assert mandate_of(agnes.party_id) == mandate


def test_changed_details_wait_seven_days_and_nothing_is_payable_meanwhile(agnes) -> None:
    at = clock.now()
    first = give(agnes, account("4471"), at=at - DAY)

    second = give(agnes, account("1234"), at=at)

    first.refresh_from_db()
    assert (first.ended_at, first.ended_how) == (at, MandateEnd.REPLACED)
    assert second.usable_from == at + HOLD
    assert mandate_of(agnes.party_id) == second


def test_same_details_again_change_nothing(agnes) -> None:
    first = give(agnes, account("4471"))
    number = f"GB{calc_check_digits('GB00NWBK60161331924471')}NWBK60161331924471"

    again = give(agnes, iban_details(iban=number, holder_name="Agnes Whitlock"))

    assert again == first
    assert BankMandate.objects.count() == len(mails("bank_given")) == 1
    assert mails("bank_changed") == []


def test_corrected_name_of_the_same_account_waits_no_longer(agnes) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - DAY)
    corrected = give(agnes, account("4471", name="A Whitlock"), at=at)
    give(agnes, account("1234"), at=at)

    waiting = give(agnes, account("1234", name="A Whitlock"), at=at + DAY)

    assert corrected.usable_from == at
    assert waiting.usable_from == at + HOLD


def test_corrected_name_after_a_change_of_our_key_waits(agnes, settings) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - DAY)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]

    assert give(agnes, account("4471", name="A Whitlock"), at=at).usable_from == at + HOLD


def test_details_after_taking_back_wait_too(agnes) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - DAY)
    with atomic():
        withdraw_mandate(party=agnes.party, by=agnes, at=at)

    second = give(agnes, account("1234"), at=at)

    assert second.usable_from == at + HOLD


def test_withdraw_twice_ends_once(agnes) -> None:
    mandate = give(agnes, account("4471"))

    with atomic():
        first = withdraw_mandate(party=agnes.party, by=agnes, at=clock.now())
        second = withdraw_mandate(party=agnes.party, by=agnes, at=clock.now())

    assert (first, second) == (mandate, None)
    assert endings_over_time(agnes) == [("4471", "withdrawn")]
    assert len(mails("bank_withdrawn")) == 1


def _reset_password(user: User, at: datetime) -> None:
    note_changed_factor(user=user, what="password_reset", keep_session="", by=user, at=at)


def _lose_factors(user: User, at: datetime) -> None:
    end_factors(user=user, by=None, at=at)


def _change_address(user: User, at: datetime) -> None:
    change_email(user=user, email="new@example.org", by=None, at=at)


@pytest.mark.parametrize("reset", [_reset_password, _lose_factors, _change_address])
def test_first_details_soon_after_a_reset_wait(agnes, reset) -> None:
    at = clock.now()
    other = make_holder()
    with atomic():
        reset(agnes, at - HOLD + timedelta(minutes=1))
        reset(other, at - HOLD) if reset is not _change_address else None

    waiting = give(agnes, account("4471"), at=at)
    at_once = give(other, account("1234"), at=at)

    assert waiting.usable_from == at + HOLD
    assert at_once.usable_from == at


@pytest.mark.django_db
@pytest.mark.parametrize(("since", "waits"), [(HOLD - timedelta(minutes=1), True), (HOLD, False)])
def test_first_details_of_a_sign_in_claimed_by_an_address_wait_in_its_first_week(since, waits) -> None:
    at = clock.now()
    with atomic():
        party = register_person(name="Lê Văn Hùng", language="vi", email="hung@example.org", by=None, at=at - since)
        hung = prepare_claim(email="hung@example.org", at=at - since)
        assert claim_person(user=hung, by=hung, at=at - since) == party

    mandate = give(hung, account("4471"), at=at)

    assert mandate.party == party
    assert mandate.usable_from == (at + HOLD if waits else at)


def test_new_passkey_alone_does_not_delay_first_details(agnes) -> None:
    at = clock.now()
    with atomic():
        note_changed_factor(user=agnes, what="webauthn_added", keep_session="", by=agnes, at=at)

    assert give(agnes, account("4471"), at=at).usable_from == at


def test_details_are_sealed_and_open_for_the_bank(agnes) -> None:
    mandate = give(agnes, account("4471"))

    destination = destination_of(mandate)

    assert (destination.sort_code, destination.account_number, destination.iban) == ("601613", "31924471", "")
    assert (destination.scheme, destination.country, destination.holder_name) == ("uk", "GB", "Agnes Whitlock")
    row = BankMandate.objects.filter(pk=mandate.pk).values().get()
    assert not [value for value in row.values() if "31924471" in str(value) or "601613" in str(value)]


def test_row_whose_seal_was_exchanged_is_not_paid_to(agnes) -> None:
    mandate, other = give(agnes, account("4471")), make_mandate(make_holder().party, ending="9999")

    mandate.sealed = other.sealed

    with pytest.raises(DetailsUnreadable):
        destination_of(mandate)


def test_row_sealed_with_a_lost_key_is_not_paid_to(agnes) -> None:
    with override_settings(SECRET_KEY="lost"):
        mandate = give(agnes, account("4471"))

    with pytest.raises(DetailsUnreadable):
        destination_of(mandate)


@pytest.mark.parametrize(
    ("law", "changed"),
    [
        ("mandate_facts_never_change", {"sealed": "x"}),
        ("mandate_facts_never_change", {"holder_name": "Somebody Else"}),
        ("mandate_ends_once", {"stop_token_sha256": "0" * 64}),
    ],
)
def test_facts_of_details_never_change(agnes, law: str, changed: dict[str, object]) -> None:
    mandate = give(agnes, account("4471"))

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BankMandate.objects.filter(pk=mandate.pk).update(**changed)

    assert constraint_name(refused.value) == law


def test_state_is_said_in_words(agnes) -> None:
    at = clock.now()
    day = (at + HOLD).strftime("%-d %B %Y")
    first = give(agnes, account("4471"), at=at)
    second = give(agnes, account("1234"), at=at)

    sentences = [state_sentence(mandate, at=at) for mandate in (None, first, second)]

    assert sentences == [
        "We have no bank details. What is owed waits until there are some.",
        "We pay to the account ending 4471.",
        f"From {day} we pay to the account ending 1234. Until then nothing is paid out.",
    ]


def test_example_details_are_written_in_bulk_and_open(agnes, django_assert_num_queries) -> None:
    at = clock.now()
    other = make_holder()
    rows = [
        ExampleMandate(agnes.party, account("4471"), at),
        ExampleMandate(other.party, iban_details(iban="DE89370400440532013000", holder_name="Otto"), at),
    ]

    with override_settings(DEMO=True), atomic(), django_assert_num_queries(1):
        written = write_example_mandates(iter(rows))

    assert written == 2
    mandate = mandate_of(other.party_id)
    assert mandate is not None
    assert (mandate.usable_from, mandate.given_by, mandate.stop_token_sha256) == (at, None, None)
    assert destination_of(mandate).iban == "DE89370400440532013000"


def test_example_details_outside_the_demo_are_refused(agnes) -> None:
    with override_settings(DEMO=False), pytest.raises(NotInTheDemo), atomic():
        write_example_mandates([ExampleMandate(agnes.party, account("4471"), clock.now())])
