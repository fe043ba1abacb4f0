"""Races for bank details: one set in force per party, a stop that is not lost under a change."""

import pytest

from accounts.models import User
from core import clock
from core.errors import DomainError
from core.transactions import atomic
from payments.models import BankMandate
from payments.queries.mandates import mandate_of
from payments.services import mandates
from payments.services.mandates import give_mandate, stop_by_token, withdraw_mandate
from tests.factories.people import make_holder
from tests.payments.bank_stories import account, give, latest_token, mails
from tests.races.crowd import as_owner, meeting, patient, together

AT_ONCE = 8
pytestmark = pytest.mark.race


def giving(user: User, number: int):
    def act():
        with atomic():
            return give_mandate(party=user.party, details=account(f"{4000 + number}"), by=user, at=clock.now()).pk

    return act


def test_changes_without_lock_and_law_leave_several_in_force(committed_db, monkeypatch) -> None:
    agnes = make_holder()
    as_owner("DROP INDEX mandate_one_in_force_per_party")
    monkeypatch.setattr(mandates, "lock", lambda rows, **lookup: rows.get(**lookup))
    monkeypatch.setattr(mandates, "mandate_of", meeting(mandate_of, AT_ONCE))

    together([giving(agnes, number) for number in range(AT_ONCE)])

    assert BankMandate.objects.filter(ended_at=None).count() > 1


def test_changes_at_once_leave_one_in_force(committed_db) -> None:
    agnes = make_holder()

    results = together([patient(giving(agnes, number)) for number in range(AT_ONCE)])

    assert {type(result) for result in results} == {int}
    assert BankMandate.objects.filter(ended_at=None).count() == 1
    assert BankMandate.objects.count() == len(mails("bank_given")) + len(mails("bank_changed")) == AT_ONCE


def test_stop_pressed_many_times_at_once_happens_once(committed_db) -> None:
    agnes = make_holder()
    give(agnes, account("4471"))
    give(agnes, account("6666"))
    token = latest_token()

    def stopping():
        with atomic():
            return stop_by_token(token=token, at=clock.now()).mandate.pk

    results = together([patient(stopping)] * AT_ONCE)

    assert {type(result) for result in results} == {int}
    assert list(BankMandate.objects.order_by("pk").values_list("ending", "ended_how")) == [
        ("4471", "replaced"),
        ("6666", "not_me"),
        ("4471", ""),
    ]
    assert len(mails("bank_stopped")) == 1


@pytest.mark.parametrize("turn", range(5))
def test_stop_change_and_withdrawal_at_once_leave_one_in_force_at_most(committed_db, turn: int) -> None:
    agnes = make_holder()
    give(agnes, account("4471"))
    give(agnes, account("6666"))
    token = latest_token()

    def stopping():
        with atomic():
            return stop_by_token(token=token, at=clock.now())

    def withdrawing():
        with atomic():
            return withdraw_mandate(party=agnes.party, by=agnes, at=clock.now())

    results = together([patient(act) for act in (stopping, giving(agnes, turn), withdrawing, stopping)])

    broken = [result for result in results if isinstance(result, Exception) and not isinstance(result, DomainError)]
    assert broken == []
    assert BankMandate.objects.filter(ended_at=None).count() <= 1
