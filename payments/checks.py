"""Django system checks: the sandbox never stands beside real money."""

from typing import Any

from django.conf import settings
from django.core import checks

LIVE_PREFIXES = ("sk_live_", "rk_live_")


def sandbox_problem() -> str:
    """Return in words why the sandbox must not run with these settings, or an empty string.

    The web process asks this too when it builds its middleware, because it runs no system checks.
    """
    if settings.PAYMENTS != "sandbox":
        return ""
    if str(settings.STRIPE_SECRET_KEY).startswith(LIVE_PREFIXES):
        return "PAYMENTS is 'sandbox' but STRIPE_SECRET_KEY is a live key. The sandbox never runs beside real money."
    if not settings.DEMO:
        return "PAYMENTS is 'sandbox' outside the demo. Real customers cannot pay with test cards."
    return ""


def sandbox_bank_problem() -> str:
    """Return in words why the sandbox bank must not be asked to pay with these settings, or an empty string."""
    if settings.PAYMENTS != "sandbox":
        return "PAYMENTS is not 'sandbox': the sandbox bank pays nobody beside a real provider."
    return sandbox_problem()


@checks.register("payments")
def sandbox_stands_alone(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse the sandbox beside a live key or outside the demo, and a provider nobody knows."""
    if settings.PAYMENTS not in {"sandbox", "stripe"}:
        return [checks.Error("PAYMENTS must be 'stripe' or 'sandbox'.", id="payments.E001")]
    problem = sandbox_problem()
    return [checks.Error(problem, id="payments.E002")] if problem else []


@checks.register("payments", deploy=True)
def stripe_is_set_up(**kwargs: Any) -> list[checks.CheckMessage]:
    """Ask for the keys that payments by Stripe need."""
    if settings.PAYMENTS != "stripe":
        return []
    problems: list[checks.CheckMessage] = []
    if not settings.STRIPE_SECRET_KEY:
        problems.append(checks.Error("STRIPE_SECRET_KEY is empty: nobody could pay.", id="payments.E003"))
    if not settings.STRIPE_WEBHOOK_SECRETS:
        problems.append(
            checks.Error("STRIPE_WEBHOOK_SECRETS is empty: no payment would be noticed.", id="payments.E004")
        )
    return problems
