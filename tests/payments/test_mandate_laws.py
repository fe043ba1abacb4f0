"""What the database itself refuses about bank details, to whoever reaches the table."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from payments.models import BankMandate
from payments.services.mandates import written_mandate
from tests.factories.banking import make_mandate
from tests.factories.people import make_holder
from tests.payments.bank_stories import account
from tests.payments.refusals import ANOTHER, MOMENT, meant, refusal, refusals, refused

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def make_ended(**fields: Any) -> BankMandate:
    mandate = make_mandate(make_holder().party)
    BankMandate.objects.update(**meant({"ended_at": MOMENT, "ended_how": "withdrawn"}))
    return mandate


def make_mailed() -> None:
    """Write first details whose link was mailed."""
    party = make_holder().party
    row = written_mandate(
        party=party, details=account("4471"), by=None, at=clock.now(), usable_from=clock.now(), token="x"
    )
    row.save()


def written_next(before: BankMandate, *, waits: timedelta, ending: str = "9999", **fields: Any) -> BankMandate:
    """Return the row, not saved, that follows these details an hour after them."""
    at = before.given_at + timedelta(hours=1)
    row = written_mandate(party=before.party, details=account(ending), by=None, at=at, usable_from=at + waits)
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def end(mandate: BankMandate, how: str) -> None:
    BankMandate.objects.filter(pk=mandate.pk).update(ended_at=clock.now(), ended_how=how)


@pytest.mark.parametrize("how", ["replaced", "withdrawn", "not_me"])
def test_another_account_waits_seven_days_after_one_that_ended(how: str) -> None:
    first = make_mandate(make_holder().party)
    end(first, how)

    assert refused(written_next(first, waits=WEEK - timedelta(seconds=1))) == "mandate_waits"
    written_next(first, waits=WEEK).save()


def test_same_account_after_it_was_replaced_waits_no_longer_and_no_shorter_than_before() -> None:
    first = make_mandate(make_holder().party, usable_from=clock.now() + WEEK)
    end(first, "replaced")

    too_soon = written_next(first, waits=timedelta(), ending="4471")
    as_before = written_next(first, waits=WEEK, ending="4471", usable_from=first.usable_from)

    assert refused(too_soon) == "mandate_waits"
    as_before.save()


@pytest.mark.parametrize("how", ["withdrawn", "not_me"])
def test_same_account_after_it_was_taken_back_or_stopped_waits(how: str) -> None:
    first = make_mandate(make_holder().party)
    end(first, how)

    assert refused(written_next(first, waits=timedelta(), ending="4471")) == "mandate_waits"


def test_stop_restores_only_the_partys_own_account_that_was_replaced_and_never_stopped() -> None:
    first, foreign = make_mandate(make_holder().party), make_mandate(make_holder().party, ending="9999")
    stopped = make_mandate(make_holder().party)
    waited = make_mandate(make_holder().party, usable_from=clock.now() + WEEK)
    for mandate, how in ((first, "replaced"), (foreign, "replaced"), (stopped, "not_me"), (waited, "replaced")):
        end(mandate, how)
    now = timedelta()

    laws = [
        refused(written_next(first, waits=now, ending="9999", restores=first)),
        refused(written_next(first, waits=now, ending="9999", restores=foreign)),
        refused(written_next(stopped, waits=now, ending="4471", restores=stopped)),
        refused(written_next(waited, waits=now, ending="4471", restores=waited)),
    ]

    assert laws == ["mandate_restores_its_own"] * 4
    written_next(first, waits=now, ending="4471", restores=first).save()


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
    make_mailed()
    BankMandate.objects.update(ended_at=clock.now(), ended_how="replaced")

    assert refusal(BankMandate, stop_token_sha256=None) == "mandate_ends_once"


@pytest.mark.parametrize("token", [None, "0" * 64])
def test_mandate_in_force_keeps_the_secret_that_stops_it(token: str | None) -> None:
    make_mailed()

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
