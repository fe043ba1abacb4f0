"""The provider these settings name."""

from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from payments.checks import sandbox_bank_problem, sandbox_problem
from payments.gateways.payout_port import PayoutGateway
from payments.gateways.port import Gateway
from payments.gateways.sandbox_bank import SANDBOX_KEY, SandboxBankGateway
from payments.gateways.stripe import StripeGateway

SANDBOX_TRANSPORT = "payments.sandbox.api.answer"
SANDBOX_BANK_TRANSPORT = "payments.sandbox.bank_api.answer"


def current_gateway() -> Gateway:
    """Return the gateway; the sandbox is the same Stripe adapter with its calls answered in this process."""
    problem = sandbox_problem()
    if problem:
        raise ImproperlyConfigured(problem)
    return _gateway(settings.PAYMENTS, settings.STRIPE_SECRET_KEY, tuple(settings.STRIPE_WEBHOOK_SECRETS))


def current_payout_gateway(route: str) -> PayoutGateway:
    """Return the gateway of the route; only ``sandbox`` has one, a file is handed over by people.

    ``settings.SANDBOX_BANK_TRANSPORT`` may name another transport: where tests break the line to the bank.
    """
    if route != "sandbox":
        raise ImproperlyConfigured(f"The route {route!r} has no gateway.")
    problem = sandbox_bank_problem()
    if problem:
        raise ImproperlyConfigured(problem)
    transport = import_string(getattr(settings, "SANDBOX_BANK_TRANSPORT", SANDBOX_BANK_TRANSPORT))
    return SandboxBankGateway(SANDBOX_KEY, transport=transport)


@lru_cache(maxsize=8)
def _gateway(provider: str, key: str, webhook_secrets: tuple[str, ...]) -> StripeGateway:
    # By name: the sandbox plays another company and stands above the adapter that calls it.
    transport = import_string(SANDBOX_TRANSPORT) if provider == "sandbox" else None
    return StripeGateway(key, webhook_secrets, transport=transport)
