"""The checker must refuse what is wrong, or it proves nothing."""

from typing import Any

import pytest
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from tests.payments.params_checker import problems

GOOD: dict[str, Any] = {
    "mode": "payment",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "gbp", "unit_amount": 50_000, "product_data": {"name": "20 shares"}},
        }
    ],
    "success_url": "http://localhost/",
    "metadata": {"a": "b"},
    "expires_at": 1_800_000_000,
}


def with_price(**changes: Any) -> dict[str, Any]:
    price = {**GOOD["line_items"][0]["price_data"], **changes}
    return {**GOOD, "line_items": [{"quantity": 1, "price_data": price}]}


def without_product_name() -> dict[str, Any]:
    return with_price(product_data={"description": "no name"})


def test_params_that_fit_are_let_through() -> None:
    assert problems(GOOD, SessionCreateParams) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({**GOOD, "mode": "paiment"}, ".mode: 'paiment' is none of"),
        ({**GOOD, "colour": "red"}, ".colour: is not known"),
        ({**GOOD, "idempotency_key": "an option is no parameter"}, ".idempotency_key: is not known"),
        ({**GOOD, "locale": "tlh"}, ".locale: 'tlh' is none of"),
        ({**GOOD, "expires_at": "1800000000"}, ".expires_at: '1800000000' is no int"),
        ({**GOOD, "line_items": {"quantity": 1}}, ".line_items: {'quantity': 1} is no list"),
        ({**GOOD, "metadata": {"a": 1}}, ".metadata.a: 1 is no str"),
        (with_price(unit_amount=500.0), ".line_items[0].price_data.unit_amount: 500.0 is no int"),
        (with_price(unit_amount=True), ".line_items[0].price_data.unit_amount: True is no int"),
        (with_price(money=1), ".line_items[0].price_data.money: is not known"),
        (without_product_name(), ".line_items[0].price_data.product_data.name: is missing"),
        (
            {**GOOD, "allowed_payment_method_types": ["card", "barter"]},
            ".allowed_payment_method_types[1]: 'barter' is none of",
        ),
    ],
)
def test_params_that_do_not_fit_are_refused(wrong: dict[str, Any], sentence: str) -> None:
    found = problems(wrong, SessionCreateParams)

    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_refund_params_with_an_open_reason_are_refused() -> None:
    assert problems({"payment_intent": "pi_1", "amount": 1, "reason": "because"}, RefundCreateParams) != []
    assert problems({"payment_intent": "pi_1", "amount": 1, "reason": "duplicate"}, RefundCreateParams) == []
