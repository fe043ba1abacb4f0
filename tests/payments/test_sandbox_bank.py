"""The sandbox bank pays once per key and twice under two, settles, fails and sends back, and tells all in order."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection

from core import clock
from core.transactions import atomic
from payments.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderFault,
    ProviderNotAvailable,
    ProviderRefused,
)
from payments.gateways.current import current_payout_gateway
from payments.gateways.payout_port import Destination, PayoutFacts, PayoutOrder
from payments.models import SandboxRequest, SandboxTransfer, SandboxTransferChange
from payments.rules.payout_states import PayoutReason, PayoutStatus
from payments.sandbox import bank
from payments.sandbox.bank_api import answer
from payments.sandbox.endings import ENDINGS, PAID
from payments.sandbox.sweeping import sweep
from tests.payments.bank_wires import (
    BankWire,
    Interference,
    bank_over,
    dropped_after_effect,
    dropped_before_effect,
    failed_after_effect,
    says,
    status,
)

pytestmark = pytest.mark.django_db
GOOD, NO_ACCOUNT, CLOSED, COMES_BACK = "12345678", "12340010", "12340020", "12340030"


def to_account(number: str = GOOD) -> Destination:
    return Destination("uk", "GB", "Đỗ Thị Tuyết", "200000", number, "")


def to_iban(iban: str = "DE89370400440532013000") -> Destination:
    return Destination("iban", "DE", "Anna Beispiel", "", "", iban)


def order(payout: str = "payout-1", to: Destination | None = None, **changes: Any) -> PayoutOrder:
    terms = {"amount_minor": 250, "currency": "GBP", "statement_reference": "KELDA DIV 1", **changes}
    return PayoutOrder(payout_id=payout, destination=to or to_account(), **terms)


def send(number: str, payout: str = "payout-1") -> PayoutFacts:
    return bank_over().send(order(payout, to_account(number)), key=f"key-{payout}")


def statuses(payout: str = "payout-1") -> list[tuple[str, str]]:
    return [(str(facts.status), facts.reason) for facts in bank_over().find(payout)]


def told(number: int = 0, limit: int = 100) -> list[tuple[str, str, str]]:
    changes = bank_over().changes_since(number, limit=limit)
    return [(change.facts.payout_id, str(change.facts.status), change.facts.reason) for change in changes]


def days_pass(days: int) -> None:
    with atomic():
        clock.move_forward(by=timedelta(days=days))


def test_send_returns_what_was_ordered_and_that_it_was_taken() -> None:
    before = clock.now()

    facts = bank_over().send(order(amount_minor=123_456_789, currency="VND"), key="k")

    assert facts.provider_id == SandboxTransfer.objects.get().transfer_id
    assert (facts.payout_id, facts.amount_minor, facts.currency) == ("payout-1", 123_456_789, "VND")
    assert (facts.status, facts.reason) == (PayoutStatus.ACCEPTED, "")
    assert before <= facts.happened_at <= clock.now()


def test_same_key_pays_once_and_gives_the_same_answer() -> None:
    first = bank_over().send(order(), key="k")
    second = bank_over().send(order(), key="k")

    assert first == second
    assert SandboxTransfer.objects.count() == 1


def test_other_key_for_the_same_payout_pays_twice() -> None:
    first = bank_over().send(order(), key="k")
    second = bank_over().send(order(), key="another")

    assert [facts.provider_id for facts in bank_over().find("payout-1")] == [first.provider_id, second.provider_id]


def test_same_key_with_another_order_is_no_refusal_but_a_reason_to_look() -> None:
    bank_over().send(order(), key="k")

    with pytest.raises(ProviderFault):
        bank_over().send(order(amount_minor=251), key="k")

    assert SandboxTransfer.objects.count() == 1


def test_key_of_the_card_company_is_another_companys_key() -> None:
    SandboxRequest.objects.create(key="k", fingerprint="", status=200, body="{}", created_at=clock.now())

    assert bank_over().send(order(), key="k").status == PayoutStatus.ACCEPTED


def test_find_of_what_was_never_ordered_is_empty() -> None:
    send(GOOD, "another")

    assert bank_over().find("payout-1") == []


def test_find_reads_more_than_one_page_newest_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "PAGE_MAX", 2)
    sent = [bank_over().send(order(), key=str(number)).provider_id for number in range(5)]

    assert [facts.provider_id for facts in bank_over().find("payout-1")] == sent


@pytest.mark.parametrize("to", [to_account(NO_ACCOUNT), to_iban("DE18370400440532010010")])
def test_account_that_does_not_exist_is_refused_at_once_whatever_the_key(to: Destination) -> None:
    for key in ("k", "k", "another"):
        with pytest.raises(ProviderRefused) as refusal:
            bank_over().send(order(to=to), key=key)
        assert refusal.value.reason == PayoutReason.NO_SUCH_ACCOUNT

    assert SandboxTransfer.objects.count() == 0


def test_refused_key_can_still_carry_an_order() -> None:
    with pytest.raises(ProviderRefused):
        bank_over().send(order(to=to_account(NO_ACCOUNT)), key="k")

    assert bank_over().send(order(), key="k").status == PayoutStatus.ACCEPTED


def test_transfer_settles_when_it_is_due() -> None:
    send(GOOD)

    sweep()

    assert statuses() == [("settled", "")]
    assert told() == [("payout-1", "settled", "")]


def test_transfer_before_it_is_due_stays_accepted(settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 60

    send(GOOD)
    sweep()

    assert (statuses(), told()) == ([("accepted", "")], [])


def test_settling_takes_real_time_and_not_the_demos(settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 60

    send(GOOD)
    days_pass(30)
    sweep()

    assert statuses() == [("accepted", "")]


def test_closed_account_is_accepted_and_fails_afterwards() -> None:
    assert send(CLOSED).status == PayoutStatus.ACCEPTED

    sweep()
    days_pass(30)
    sweep()

    assert told() == [("payout-1", "failed", "account_closed")]
    assert statuses() == [("failed", "account_closed")]


def test_account_of_another_name_comes_back_after_three_days_of_the_demos_clock() -> None:
    send(COMES_BACK)
    sweep()
    days_pass(2)
    sweep()
    assert told() == [("payout-1", "settled", "")]

    days_pass(1)
    sweep()
    sweep()

    assert told() == [("payout-1", "settled", ""), ("payout-1", "returned", "name_mismatch")]
    assert statuses() == [("returned", "name_mismatch")]


def test_changes_are_told_without_a_sweep() -> None:
    send(GOOD)

    assert told() == [("payout-1", "settled", "")]


def test_change_tells_the_moment_it_happened_and_not_the_present() -> None:
    send(COMES_BACK)
    sweep()
    settled_at = bank_over().changes_since(0, limit=1)[0].facts.happened_at
    days_pass(4)
    sweep()

    first, second = bank_over().changes_since(0, limit=10)

    assert (first.facts.happened_at, first.facts.status) == (settled_at, PayoutStatus.SETTLED)
    assert second.facts.happened_at - settled_at >= timedelta(days=4)


@pytest.mark.parametrize(("page", "limit"), [(2, 100), (2, 3), (500, 3), (1, 4), (500, 1)])
def test_changes_come_in_order_page_by_page_up_to_the_limit(
    page: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank, "PAGE_MAX", page)
    for number in range(5):
        send(GOOD, f"payout-{number}")
        sweep()

    seen: list[str] = []
    after = 0
    while found := bank_over().changes_since(after, limit=limit):
        assert len(found) <= limit
        seen += [change.facts.payout_id for change in found]
        after = found[-1].number

    assert seen == [f"payout-{number}" for number in range(5)]


def test_settling_many_takes_as_many_statements_as_settling_one(django_assert_num_queries: Any) -> None:
    for number in range(30):
        send(GOOD if number % 2 else CLOSED, f"payout-{number}")

    at = clock.now()
    with atomic(), django_assert_num_queries(3):  # the lock, one statement that settles, one that sends back
        assert bank.pass_time(at=at) == 30

    assert [row[0] for row in told()] == [f"payout-{number}" for number in range(30)]


def test_settling_keeps_to_its_limit() -> None:
    for number in range(5):
        send(GOOD, f"payout-{number}")

    with atomic():
        counts = [bank.pass_time(at=clock.now(), limit=2) for _turn in range(4)]

    assert counts == [2, 2, 1, 0]


def test_newest_settled_transfer_comes_back_on_demand() -> None:
    for number in range(3):
        send(GOOD, f"payout-{number}")
        sweep()

    with atomic():
        returned = bank.return_transfer(at=clock.now())

    assert returned is not None
    assert returned.reference == "payout-2"
    assert told()[3:] == [("payout-2", "returned", "name_mismatch")]


def test_chosen_transfer_comes_back_and_only_once() -> None:
    chosen = send(COMES_BACK, "payout-0").provider_id
    send(GOOD)
    sweep()

    with atomic():
        first = bank.return_transfer(at=clock.now(), transfer_id=chosen, reason="AC04")
        second = bank.return_transfer(at=clock.now(), transfer_id=chosen)
    days_pass(30)
    sweep()

    assert (first is not None, second) == (True, None)
    assert statuses("payout-0") == [("returned", "account_closed")]
    assert len(told()) == 3


def test_nothing_settled_nothing_comes_back() -> None:
    send(CLOSED)
    sweep()

    with atomic():
        assert bank.return_transfer(at=clock.now()) is None


@pytest.mark.parametrize(
    ("interference", "error", "paid"),
    [
        (status(429), ProviderBusy, 0),
        (status(409), ProviderBusy, 0),
        (status(500), ProviderFault, 0),
        (status(503, "<html>"), ProviderFault, 0),
        (failed_after_effect, ProviderFault, 1),
        (dropped_before_effect, OutcomeUnknown, 0),
        (dropped_after_effect, OutcomeUnknown, 1),
        (status(401), ProviderNotAvailable, 0),
        (status(403), ProviderNotAvailable, 0),
        (says("not json"), ProviderFault, 0),
        (says("[]"), ProviderFault, 0),
        (says("{}"), ProviderFault, 0),
    ],
)
def test_broken_line_raises_what_the_sender_may_do_next(
    interference: Interference, error: type[ProviderError], paid: int
) -> None:
    wire = BankWire(next=[interference])

    with pytest.raises(error) as raised:
        bank_over(wire).send(order(), key="k")

    assert type(raised.value) is error
    assert len(bank_over(wire).find("payout-1")) == paid
    if error in {OutcomeUnknown, ProviderBusy}:
        bank_over(wire).send(order(), key="k")
        assert SandboxTransfer.objects.count() == 1


def test_refusal_for_a_reason_we_do_not_know_is_a_refusal_for_another_reason() -> None:
    text = '{"error": {"type": "transfer_refused", "code": "XX99", "message": "no"}}'

    with pytest.raises(ProviderRefused) as refusal:
        bank_over(BankWire(next=[lambda _go: (text, 422, {})])).send(order(), key="k")

    assert refusal.value.reason == PayoutReason.OTHER


@pytest.mark.parametrize("code", [404, 408, 410, 413, 421, 422, 425, 431, 451])
def test_answer_that_says_nothing_of_the_transfer_is_no_refusal(code: int) -> None:
    with pytest.raises(ProviderFault):
        bank_over(BankWire(next=[status(code)])).send(order(), key="k")


TRANSFER = (
    '{"id":"t","reference":"p","amount":%s,"currency":"GBP","status":"%s","reason":"","changed_at":"%s","number":1}'
)


@pytest.mark.parametrize(
    "values",
    [
        ("2.5", "settled", "2026-06-12T09:00:00+00:00"),
        ("true", "settled", "2026-06-12T09:00:00+00:00"),
        ("250", "lost", "2026-06-12T09:00:00+00:00"),
        ("250", "settled", "2026-06-12T09:00:00"),
        ("250", "settled", "yesterday"),
    ],
)
def test_answer_that_cannot_be_understood_is_neither_yes_nor_no(values: tuple[str, str, str]) -> None:
    wire = BankWire(next=[says(TRANSFER % values)])

    with pytest.raises(ProviderFault):
        bank_over(wire).send(order(), key="k")


@pytest.mark.parametrize(
    "text", ['{"data": {}, "has_more": false}', '{"data": []}', '{"data": [1], "has_more": false}']
)
def test_list_that_cannot_be_understood_is_the_banks_fault(text: str) -> None:
    with pytest.raises(ProviderFault):
        bank_over(BankWire(next=[says(text)])).changes_since(0, limit=5)


def test_foreign_key_is_not_let_in() -> None:
    with pytest.raises(ProviderNotAvailable):
        bank_over(key="bank_live_real").find("payout-1")


@pytest.mark.parametrize(
    "bad",
    [
        order(amount_minor=0),
        order(amount_minor=-1),
        order(amount_minor=2.5),
        order(amount_minor=True),
        order(currency=""),
        order(statement_reference="x" * 19),
        order(statement_reference=""),
        order(payout=""),
        order(to=to_account("")),
        order(to=to_iban("")),
        order(to=Destination("cheque", "GB", "A", "1", "2", "3")),
        order(to=Destination("uk", "GB", "", "200000", GOOD, "")),
    ],
)
def test_order_that_is_not_well_formed_is_refused(bad: PayoutOrder) -> None:
    with pytest.raises(ProviderRefused) as refusal:
        bank_over().send(bad, key="k")

    assert refusal.value.reason == PayoutReason.BAD_REQUEST


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_order_without_a_usable_key_is_refused(key: str) -> None:
    with pytest.raises(ProviderRefused):
        bank_over().send(order(), key=key)


@pytest.mark.parametrize(
    ("method", "path", "body", "answered"),
    [
        ("post", "/bank/v1/transfers", "{", 400),
        ("post", "/bank/v1/transfers", "[]", 400),
        ("post", "/bank/v1/transfers", '{"reference": "p"}', 400),
        ("get", "/bank/v1/accounts", None, 404),
        ("delete", "/bank/v1/transfers", None, 404),
        ("get", "/bank/v1/changes?after=x", None, 400),
        ("get", "/bank/v1/changes?after=" + "9" * 19, None, 400),
    ],
)
def test_request_the_bank_does_not_know_is_refused(method: str, path: str, body: str | None, answered: int) -> None:
    headers = {"Authorization": "Bearer bank_test_sandbox", "Idempotency-Key": "k"}

    assert answer(method, "https://bank.invalid" + path, headers, body)[1] == answered


def test_number_of_the_account_is_kept_nowhere_at_the_bank() -> None:
    wire = BankWire()
    bank_over(wire).send(order(to=to_account("81726354")), key="k")
    bank_over(wire).send(order(to=to_iban("DE60370400440532010030")), key="k2")
    sweep()

    kept = str([*SandboxTransfer.objects.values(), *SandboxRequest.objects.values()])
    assert [number in kept for number in ("81726354", "37040044053201", "6354", "0030")] == [False, False, True, True]
    assert "81726354" in wire.requests[0][3]


def test_destination_shows_its_ending_only() -> None:
    shown = f"{order(to=to_iban('DE60370400440532010030'))!r} {order(to=to_account('81726354'))}"

    assert ("37040044" in shown, "81726354" in shown) == (False, False)
    assert (to_iban("DE60370400440532010030").ending, to_account("81726354").ending) == ("0030", "6354")


def test_bank_inside_a_transaction_is_refused(committed_db: str) -> None:
    from core.transactions import InsideTransaction

    for call in (
        lambda: bank_over().send(order(), key="k"),
        lambda: bank_over().find("payout-1"),
        lambda: bank_over().changes_since(0, limit=1),
    ):
        with atomic(), pytest.raises(InsideTransaction):
            call()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"STRIPE_SECRET_KEY": "sk_live_x"}, "live key"),
        ({"DEMO": False}, "outside the demo"),
        ({"PAYMENTS": "stripe"}, "pays nobody beside a real provider"),
    ],
)
def test_bank_beside_real_money_does_not_answer(settings: Any, changes: dict[str, Any], word: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured, match=word):
        current_payout_gateway("sandbox")
    with pytest.raises(ImproperlyConfigured, match=word):
        answer("get", "https://bank.invalid/bank/v1/changes", {}, None)


def test_route_without_a_gateway_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="csv"):
        current_payout_gateway("csv")


def test_current_gateway_reaches_the_bank_and_takes_another_wire_from_the_settings(settings: Any) -> None:
    assert current_payout_gateway("sandbox").send(order(), key="k").status == PayoutStatus.ACCEPTED

    settings.SANDBOX_BANK_TRANSPORT = "tests.payments.test_sandbox_bank.always_busy"
    with pytest.raises(ProviderBusy):
        current_payout_gateway("sandbox").send(order(), key="k")


def always_busy(*_request: object) -> tuple[str, int, dict[str, str]]:
    return "", 429, {}


def test_every_example_account_does_what_its_story_says() -> None:
    ends = {}
    for ending in ENDINGS:
        for to in (
            Destination("uk", "GB", "A", ending.sort_code.replace("-", ""), ending.account_number, ""),
            to_iban(ending.iban.replace(" ", "")),
        ):
            payout = f"{to.scheme}{ending.digits}"
            try:
                bank_over().send(order(payout, to), key=payout)
            except ProviderRefused as refusal:
                ends[payout] = f"refused {refusal.reason}"
    sweep()
    days_pass(3)
    sweep()
    for facts in SandboxTransfer.objects.all():
        ends[facts.reference] = f"{facts.status} {facts.reason}".strip()

    assert ends == {
        "uk": "settled",
        "iban": "settled",
        "uk0010": "refused no_such_account",
        "iban0010": "refused no_such_account",
        "uk0020": "failed AC04",
        "iban0020": "failed AC04",
        "uk0030": "returned BE01",
        "iban0030": "returned BE01",
    }


@pytest.mark.parametrize("iban", [ending.iban for ending in ENDINGS])
def test_example_ibans_have_true_check_digits(iban: str) -> None:
    """ISO 13616: the number made of the rearranged IBAN leaves 1 when divided by 97."""
    text = iban.replace(" ", "")
    digits = "".join(str(int(character, 36)) for character in text[4:] + text[:4])

    assert int(digits) % 97 == 1
    assert PAID.digits == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_sandboxtransferchange SET status = 'failed'",
        "DELETE FROM payments_sandboxtransferchange",
        "DELETE FROM payments_sandboxtransfer",
    ],
)
def test_what_the_bank_wrote_stays_written(statement: str) -> None:
    send(GOOD)
    sweep()

    with pytest.raises(ProgrammingError, match="permission denied"), atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert SandboxTransferChange.objects.get().status == "settled"
