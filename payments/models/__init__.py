from payments.models.event import EventPoll, ProviderEvent
from payments.models.payment import Payment, PaymentAttempt, Refund
from payments.models.sandbox import (
    SandboxDelivery,
    SandboxEvent,
    SandboxIntent,
    SandboxRefund,
    SandboxRequest,
    SandboxSession,
)

__all__ = [
    "EventPoll",
    "Payment",
    "PaymentAttempt",
    "ProviderEvent",
    "Refund",
    "SandboxDelivery",
    "SandboxEvent",
    "SandboxIntent",
    "SandboxRefund",
    "SandboxRequest",
    "SandboxSession",
]
