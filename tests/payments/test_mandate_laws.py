"""What the database itself refuses about bank details, to whoever reaches the table."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from payments.models import BankMandate
from tests.factories.banking import make_mandate
from tests.factories.people import make_holder
from tests.payments.refusals import ANOTHER, MOMENT, meant, refusal, refusals, refused

pytestmark = pytest.mark.django_db


def make_ended(**fields: Any) -> BankMandate:
    mandate = make_mandate(make_holder().party)
    BankMandate.objects.update(**meant({"ended_at": MOMENT, "ended_how": "withdrawn"}))
    return mandate


def test_mandate_facts_never_change() -> None:
    make_mandate(make_holder().party, usable_from=clock.now() + timedelta(days=7))
    facts = {
        "party": make_holder().party,
        "public_id": "x" * 22,
        "scheme": "iban",
        "country": "FR",
        "holder_name": "A Thief",
        "sealed": "other",
        "ending": "9999",
        "fingerprint": "0" * 64,
        "given_at": clock.now() - timedelta(days=1),
        "given_by": make_holder(),
        "usable_from": MOMENT,
    }

    assert refusals(BankMandate, **facts) == dict.fromkeys(facts, "mandate_facts_never_change")


def test_mandate_in_force_is_one_per_party() -> None:
    mandate = make_mandate(make_holder().party)

    assert refused(mandate) == "mandate_one_in_force_per_party"


@pytest.mark.parametrize(
    "changes",
    [
        {"ended_at": None, "ended_how": ""},
        {"ended_at": MOMENT},
        {"ended_how": "replaced"},
        {"ended_at": MOMENT, "ended_how": "not_me"},
        {"stop_token_sha256": "0" * 64},
    ],
)
def test_mandate_that_ended_stays_ended(changes: dict[str, Any]) -> None:
    make_ended()

    assert refusal(BankMandate, **changes) == "mandate_ends_once"


@pytest.mark.parametrize("how", ["replaced", "withdrawn"])
def test_mandate_that_ended_can_still_be_disowned_and_only_once(how: str) -> None:
    make_mandate(make_holder().party)
    BankMandate.objects.update(ended_at=clock.now(), ended_how=how)

    BankMandate.objects.update(ended_how="not_me")

    assert refusal(BankMandate, ended_how=how) == "mandate_ends_once"


def test_mandate_that_ended_keeps_the_secret_of_its_link() -> None:
    mandate = make_ended()
    mandate.pk, mandate.public_id, mandate.stop_token_sha256 = None, "x" * 22, "1" * 64
    mandate.ended_at, mandate.ended_how = clock.now(), "replaced"
    mandate.save(force_insert=True)

    assert refusal(BankMandate, stop_token_sha256=None) == "mandate_ends_once"


@pytest.mark.parametrize("token", [None, "0" * 64])
def test_mandate_in_force_keeps_the_secret_that_stops_it(token: str | None) -> None:
    mandate = make_ended()
    mandate.pk, mandate.public_id, mandate.stop_token_sha256 = None, "x" * 22, "1" * 64
    mandate.save(force_insert=True)

    assert refusal(BankMandate, stop_token_sha256=token) == "mandate_ends_once"


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"scheme": "paypal"}, "mandate_scheme_known"),
        ({"country": "gb"}, "mandate_country_is_iso_3166"),
        ({"ending": "44a1"}, "mandate_ending_is_short"),
        ({"fingerprint": "no hash"}, "mandate_fingerprint_is_sha256"),
        ({"holder_name": ""}, "mandate_names_its_holder"),
        ({"given_at": MOMENT}, "mandate_usable_not_before_given"),
        ({"ended_at": MOMENT}, "mandate_ended_says_how"),
        ({"ended_how": "replaced"}, "mandate_ended_says_how"),
        ({"ended_at": MOMENT, "ended_how": "lost"}, "mandate_ended_says_how"),
        ({"given_by_id": ANOTHER, "scheme": "uk"}, "mandate_one_in_force_per_party"),
    ],
)
def test_mandate_that_cannot_be_is_refused(fields: dict[str, Any], law: str) -> None:
    mandate = make_mandate(make_holder().party)

    assert refused(mandate, **fields) == law
