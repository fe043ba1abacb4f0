"""The payer comes back before the provider's message does."""

import logging
from datetime import datetime

from core.errors import Busy
from core.transactions import refuses_transaction
from payments.enums import PaymentState
from payments.errors import Mismatch, ProviderError
from payments.models import Payment
from payments.services.checkouts import check_payment

logger = logging.getLogger(__name__)


@refuses_transaction
def record_return(*, payment: Payment, at: datetime) -> Payment:
    """Ask the provider where the payment stands, write it exactly as a message would, and return the payment.

    An edge like `open_checkout`. The return page is a GET by the provider's design, and the one GET that may write:
    the payer must see what happened to their money. It never fails the page: when the provider cannot be asked, is
    busy or tells something that needs a person (which its own event will park), the payment is returned as it is.
    """
    if payment.state not in {PaymentState.CREATED, PaymentState.PROCESSING} or payment.provider_session_id is None:
        return payment
    try:
        return check_payment(payment=payment, at=at)
    except (ProviderError, Busy, Mismatch) as error:
        logger.warning("payment %s was not settled on return: %s", payment.public_id, type(error).__name__)
    return Payment.objects.get(pk=payment.pk)
