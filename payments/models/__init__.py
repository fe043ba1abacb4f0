from payments.models.bank_answers import BankAnswer, BankAnswerFile
from payments.models.event import EventPoll, ProviderEvent
from payments.models.mandate import BankMandate
from payments.models.parked_news import ParkedNews
from payments.models.payment import Payment, PaymentAttempt, Refund
from payments.models.payout import Payout, PayoutAttempt, PayoutNews, PayoutRun
from payments.models.sandbox import (
    SandboxDelivery,
    SandboxEvent,
    SandboxFault,
    SandboxIntent,
    SandboxRefund,
    SandboxRequest,
    SandboxSession,
    SandboxTransfer,
    SandboxTransferChange,
)

__all__ = [
    "BankAnswer",
    "BankAnswerFile",
    "BankMandate",
    "EventPoll",
    "ParkedNews",
    "Payment",
    "PaymentAttempt",
    "Payout",
    "PayoutAttempt",
    "PayoutNews",
    "PayoutRun",
    "ProviderEvent",
    "Refund",
    "SandboxDelivery",
    "SandboxEvent",
    "SandboxFault",
    "SandboxIntent",
    "SandboxRefund",
    "SandboxRequest",
    "SandboxSession",
    "SandboxTransfer",
    "SandboxTransferChange",
]
