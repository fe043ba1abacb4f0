"""Payments by the sandbox, for a purpose of the tests' own."""

from collections.abc import Callable
from typing import Any

import pytest

from payments.gateways import current
from payments.gateways.stripe import StripeGateway
from payments.models import Payment
from tests.payments import fake_purpose
from tests.payments.actions import open_payment
from tests.payments.wires import Recorder


@pytest.fixture(autouse=True)
def our_purpose(settings: Any) -> None:
    """Only the tests' purpose may be told anything; webhooks go into Django's test client."""
    settings.PAYMENT_HANDLERS = {fake_purpose.PURPOSE: fake_purpose.HANDLERS}
    settings.SANDBOX_POST = "tests.payments.actions.post_to_test_client"
    settings.CELERY_BROKER_URL = "memory://"


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The line between adapter and sandbox: records requests and can be told to break."""
    recorder = Recorder()
    gateway = StripeGateway("sk_test_sandbox", ("whsec_tests",), transport=recorder)
    monkeypatch.setattr(current, "_gateway", lambda *_args: gateway)
    return recorder


@pytest.fixture
def new_payment(db: None) -> Callable[..., Payment]:
    """Open payments with the sandbox."""
    return open_payment
