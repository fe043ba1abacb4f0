"""A word of the bank that this release does not know: put aside for a person, and everybody else's news are read."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from payments.errors import ProviderFault
from payments.gateways.payout_port import PayoutChange, UnreadChange
from payments.models import ParkedNews, Payout, PayoutNews, SandboxTransferChange
from payments.sandbox import bank_api
from payments.services import payout_sweeping
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.payments import fake_payout_purpose
from tests.payments.bank_wires import BankWire, bank_over, says
from tests.payments.wires import Answer

pytestmark = pytest.mark.django_db
Spoil = Callable[[dict[str, Any]], None]
_spoil: dict[str, Spoil] = {}


def transport(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    """The bank, whose list of changes is spoiled where a test asks for it."""
    text, status, more = bank_api.answer(method, url, headers, body)
    page = json.loads(text)
    for row in page.get("data", ()) if "/changes" in url else ():
        _spoil.get(row["transfer"]["reference"], lambda _row: None)(row)
    return json.dumps(page), status, more


@pytest.fixture(autouse=True)
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 0
    settings.SANDBOX_BANK_TRANSPORT = "tests.payments.test_unread_news.transport"
    _spoil.clear()


def spoiled(**said: Any) -> Spoil:
    return lambda row: row["transfer"].update(said)


@pytest.mark.parametrize(
    "spoil",
    [
        spoiled(status="under_investigation"),
        spoiled(status=["settled"]),
        spoiled(amount="70"),
        spoiled(amount=2**70),
        spoiled(changed_at="yesterday"),
        spoiled(id="bank\0\ud800"),
        lambda row: row["transfer"].pop("reason"),
        lambda row: row.update(transfer=None),
    ],
)
def test_change_that_cannot_be_read_waits_for_a_person_and_keeps_back_no_other(spoil: Spoil) -> None:
    run = approve(make_run([make_payee(), make_payee(), make_payee()]))
    _spoil[Payout.objects.filter(run=run).earliest("pk").public_id] = spoil

    drive()

    assert states(run) == ["sent", "settled", "settled"]
    assert list(ParkedNews.objects.values_list("differing", "mistake")) == [(["unread"], "")]
    assert PayoutNews.objects.get().read_until == SandboxTransferChange.objects.latest("number").number


def test_what_the_bank_says_is_kept_in_its_own_words_with_our_payment() -> None:
    run = approve(make_run([make_payee()]))
    payout = Payout.objects.get(run=run)
    _spoil[payout.public_id] = spoiled(status="under_investigation", reason="AB77", amount="seventy")

    drive()

    news = ParkedNews.objects.get()
    payout.refresh_from_db()
    assert (news.payout, news.our_state, news.said_provider_id) == (payout, "sent", payout.provider_id)
    assert (news.said_status, news.said_reason, news.said_amount_minor) == ("under_investigat", "AB77", 0)


def test_unread_change_told_again_is_put_aside_once() -> None:
    run = approve(make_run([make_payee()]))
    _spoil[Payout.objects.get(run=run).public_id] = spoiled(status="lost")
    drive()
    PayoutNews.objects.update(read_until=0)

    payout_sweeping.read_news("sandbox")

    assert ParkedNews.objects.count() == 1


def test_changes_tell_apart_what_can_be_read() -> None:
    run = approve(make_run([make_payee(), make_payee()]))
    drive()
    _spoil[Payout.objects.filter(run=run).earliest("pk").public_id] = spoiled(status="lost")

    changes = bank_over(transport).changes_since(0, limit=10)

    numbers = list(SandboxTransferChange.objects.order_by("number").values_list("number", flat=True))
    assert [type(change) for change in changes] == [UnreadChange, PayoutChange]
    assert [change.number for change in changes] == numbers


@pytest.mark.parametrize("row", ['{"transfer": {}}', '{"number": "x"}', '{"number": null}', "[]", "7"])
def test_change_without_a_number_is_the_banks_fault(row: str) -> None:
    wire = BankWire(next=[says(f'{{"data": [{row}], "has_more": false}}')])

    with pytest.raises(ProviderFault):
        bank_over(wire).changes_since(0, limit=5)
