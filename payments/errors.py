"""One class per broken rule of payments."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class AlreadyPaid(DomainError):
    """The thing has been paid for."""

    sentence = _("This has been paid already. Nothing more was taken.")
    code = "already_paid"


class OtherAmountUnderWay(DomainError):
    """A payment of another amount is open for the same thing; close it first."""

    sentence = _("A payment of another amount is already open for this. Please cancel it first.")
    code = "other_amount_under_way"


class CheckoutExpired(DomainError):
    """The time to pay ran out before the payer came back."""

    sentence = _("The time to pay has run out. Nothing was taken.")
    code = "checkout_expired"


class CheckoutRefused(DomainError):
    """The provider will not take this payment at all."""

    sentence = _("The payment provider did not accept this payment. Nothing was taken.")
    code = "checkout_refused"


class AmountNotPayable(DomainError):
    """The provider cannot charge exactly this amount."""

    sentence = _("This amount cannot be paid by card in this currency.")
    code = "amount_not_payable"


class RefundTooLarge(DomainError):
    """More would be paid back than was paid."""

    sentence = _("This is more than what is left to pay back.")
    code = "refund_too_large"


class NothingToRefund(DomainError):
    """The payment has not succeeded."""

    sentence = _("Nothing was paid that could be paid back.")
    code = "nothing_to_refund"


class RefundKeyReused(DomainError):
    """The key belongs to a refund of another amount or payment."""

    sentence = _("This refund was asked for before with another amount.")
    code = "refund_key_reused"


class RefundNotOpen(DomainError):
    """The refund did not fail, was sent again, or was paid back another way."""

    sentence = _("This refund has been sent again or settled meanwhile.")
    code = "refund_not_open"


class BadWebhook(DomainError):
    """What was posted is not an event signed by the provider."""

    sentence = _("This is not a signed event.")
    code = "bad_webhook"


class ProviderError(DomainError):
    """Base of what goes wrong in a call to the provider."""

    sentence = _("The payment provider could not be reached. Nothing is lost: please try again.")
    code = "provider_error"


class OutcomeUnknown(ProviderError):
    """The connection was lost: it may have happened. Call again with the same key."""

    code = "outcome_unknown"


class ProviderBusy(ProviderError):
    """Too many calls at once, or the same key is at work in another call: nothing was done. Same key later."""

    code = "provider_busy"


class ProviderNotAvailable(ProviderError):
    """The provider does not let us in (key, permission): nothing was done."""

    sentence = _("Payments are not possible at the moment. Nothing was taken; we have been told.")
    code = "provider_not_available"


class ProviderFault(ProviderError):
    """The provider failed and keeps that answer under the key: look first, then use a new key."""

    code = "provider_fault"


class ProviderRefused(ProviderError):
    """The provider says no, and would say no again; ``reason`` is its own code or words for staff."""

    sentence = _("The payment provider refused this.")
    code = "provider_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


class UnknownToProvider(ProviderRefused):
    """The provider knows no such object."""

    code = "unknown_to_provider"


class Mismatch(DomainError):
    """What the provider holds is not what we asked for; ``differing`` names the terms. For staff, never the payer."""

    sentence = _("The provider's record differs from ours.")
    code = "mismatch"

    def __init__(self, differing: list[str]) -> None:
        self.differing = differing
        super().__init__()
