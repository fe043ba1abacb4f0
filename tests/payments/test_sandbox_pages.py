"""The payment page of the sandbox: on its own host only, in the payer's language, every card to its end."""

from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from core.errors import Busy
from payments.checks import sandbox_stands_alone, stripe_is_set_up
from payments.enums import PaymentState
from payments.models import Payment, SandboxIntent, SandboxSession
from payments.sandbox import views
from payments.sandbox.middleware import sandbox_origin
from tests.payments.actions import fresh, hear, open_payment
from tests.payments.fake_purpose import told

pytestmark = pytest.mark.django_db
BANK = {"headers": {"host": "127.0.0.1:8000"}}


@pytest.fixture
def payment() -> Payment:
    return open_payment()


def show(payment: Payment) -> Any:
    return Client().get(f"/pay/{payment.provider_session_id}/", **BANK)  # type: ignore[arg-type]


def post(payment: Payment, what: str, **data: str) -> Any:
    return Client().post(f"/pay/{payment.provider_session_id}/{what}/", data, **BANK)  # type: ignore[arg-type]


def test_page_shows_amount_and_every_card(payment: Payment) -> None:
    page = show(payment)

    text = page.content.decode()
    assert page.status_code == 200
    assert "<h1>£500.00</h1>" in text
    assert "20 shares" in text
    assert text.count('type="radio"') == 5
    assert 'href="http://localhost:8000/cancelled/"' in text


def test_page_of_good_card_leads_back_and_pays(payment: Payment) -> None:
    answer = post(payment, "card", card="good")
    hear()

    assert (answer.status_code, answer["Location"]) == (303, "http://localhost:8000/back/")
    assert told(payment) == ["paid"]


def test_page_of_declined_card_says_so_and_takes_another(payment: Payment) -> None:
    answer = post(payment, "card", card="no_funds")

    assert answer["Location"] == f"/pay/{payment.provider_session_id}/"
    assert "not enough money. Nothing was taken." in show(payment).content.decode()
    post(payment, "card", card="good")
    hear()
    assert told(payment) == ["paid"]


@pytest.mark.parametrize(("answer", "stories"), [("yes", ["paid"]), ("no", [])])
def test_page_of_secure_card_asks_the_bank_first(payment: Payment, answer: str, stories: list[str]) -> None:
    post(payment, "card", card="secure")
    assert "Your bank asks" in show(payment).content.decode()

    post(payment, "confirm", answer=answer)
    hear()

    assert told(payment) == stories


@pytest.mark.parametrize("card", ["slow", "slow_fail"])
def test_page_of_slow_card_leads_back_while_the_bank_thinks(payment: Payment, card: str) -> None:
    answer = post(payment, "card", card=card)
    hear()

    assert answer["Location"] == "http://localhost:8000/back/"
    assert fresh(payment).state == PaymentState.PROCESSING


@pytest.mark.parametrize("data", [{}, {"card": "platinum"}, {"card": ""}])
def test_page_without_a_card_asks_for_one(payment: Payment, data: dict[str, str]) -> None:
    answer = post(payment, "card", **data)

    assert answer.status_code == 422
    assert "Please choose a card." in answer.content.decode()


def test_page_paid_twice_pays_once(payment: Payment) -> None:
    post(payment, "card", card="good")
    post(payment, "card", card="good")
    hear()

    assert SandboxIntent.objects.count() == 1
    assert told(payment) == ["paid"]


def test_page_used_says_so(payment: Payment) -> None:
    post(payment, "card", card="good")

    assert "This page has been used." in show(payment).content.decode()


def test_page_over_time_says_so_and_takes_nothing(payment: Payment) -> None:
    SandboxSession.objects.update(expires_at=payment.created_at)

    assert "The time to pay here is over." in show(payment).content.decode()
    post(payment, "card", card="good")
    assert SandboxIntent.objects.count() == 0


def test_page_confirmed_without_a_question_takes_nothing(payment: Payment) -> None:
    post(payment, "confirm", answer="yes")
    hear()

    assert told(payment) == []


def test_page_speaks_the_language_of_the_payer() -> None:
    with translation.override("vi"):
        payment = open_payment()

    assert '<html lang="vi">' in show(payment).content.decode()


def test_page_is_on_the_banks_host_only(payment: Payment) -> None:
    assert Client().get(f"/pay/{payment.provider_session_id}/", headers={"host": "localhost:8000"}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/me/", "/office/", "/payments/webhook/stripe/", "/demo/", "/pay/cs_none/"])
def test_host_of_the_bank_shows_nothing_of_the_house(path: str) -> None:
    page = Client().get(path, **BANK)  # type: ignore[arg-type]

    assert page.status_code == 404
    assert "There is nothing at this address." in page.content.decode()


def test_page_sets_no_cookie_and_lets_its_form_lead_home(payment: Payment) -> None:
    page = show(payment)

    assert len(page.cookies) == 0
    policy = page["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:8000" in policy
    assert "unsafe" not in policy
    assert "no-store" in page["Cache-Control"]


def test_page_by_get_changes_nothing(payment: Payment, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        show(payment)


def test_page_takes_its_form_without_any_cookie(payment: Payment) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(f"/pay/{payment.provider_session_id}/card/", {"card": "good"}, **BANK)  # type: ignore[arg-type]

    assert (answer.status_code, len(answer.cookies)) == (303, 0)


def test_page_when_somebody_holds_the_session_says_so(payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_args: object, **_kwargs: object) -> None:
        raise Busy()

    monkeypatch.setattr(views, "pay", busy)

    answer = post(payment, "card", card="good")

    assert answer.status_code == 503
    assert "Please try again." in answer.content.decode()


def through_middleware(host: str) -> Any:
    request = RequestFactory().get("/", headers={"host": host})
    sandbox_origin(lambda _request: HttpResponse())(request)
    return getattr(request, "urlconf", None)


def test_middleware_changes_the_addresses_on_the_banks_host_only() -> None:
    assert through_middleware("127.0.0.1:9000") == "payments.sandbox.urls"
    assert through_middleware("localhost:9000") is None


def test_middleware_is_not_there_with_a_real_provider(settings: Any) -> None:
    settings.PAYMENTS = "stripe"

    with pytest.raises(MiddlewareNotUsed):
        sandbox_origin(lambda _request: HttpResponse())


@pytest.mark.parametrize("changes", [{"STRIPE_SECRET_KEY": "rk_live_x"}, {"DEMO": False}])
def test_sandbox_beside_real_money_does_not_start(settings: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured):
        sandbox_origin(lambda _request: HttpResponse())
    assert [(found.id, found.level) for found in sandbox_stands_alone()] == [("payments.E002", checks.ERROR)]


def test_checks_are_silent_in_the_demo_and_ask_for_keys_in_production(settings: Any) -> None:
    assert sandbox_stands_alone() + stripe_is_set_up() == []

    settings.PAYMENTS, settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "stripe", "", []
    assert sandbox_stands_alone() == []
    assert [found.id for found in stripe_is_set_up()] == ["payments.E003", "payments.E004"]

    settings.PAYMENTS = "barter"
    assert [found.id for found in sandbox_stands_alone()] == ["payments.E001"]
