"""One row per call to the provider, committed before the call.

Note [Attempts]: the row's key is the provider's idempotency key. While its outcome is ``open`` (also: the connection
was lost, the process died) the next call uses the same key, and the provider does it once. After a server error the
provider would replay that error, and after a day it may have forgotten the key: then the next call first looks up what
exists, and takes a new key.
"""

from datetime import datetime, timedelta

from core.transactions import needs_transaction
from payments.enums import AttemptOutcome
from payments.models import Payment, PaymentAttempt, Refund
from payments.queries.payments import last_attempt

# Stripe may prune keys after 24 hours.
KEY_GOOD_FOR = timedelta(hours=20)


@needs_transaction
def begin_attempt(*, payment: Payment, at: datetime, refund: Refund | None = None) -> PaymentAttempt:
    """Return the open attempt whose key is still good, or a new one; the payment must be locked."""
    last = last_attempt(payment=payment, refund=refund)
    if last is not None and last.outcome == AttemptOutcome.OPEN:
        if at - last.started_at < KEY_GOOD_FOR:
            return last
        end_attempt(attempt=last, outcome=AttemptOutcome.ABANDONED, at=at)
    number = PaymentAttempt.objects.filter(payment=payment, refund=refund).count() + 1
    subject = f"refund:{refund.public_id}" if refund else f"{payment.purpose}:{payment.public_id}"
    return PaymentAttempt.objects.create(payment=payment, refund=refund, key=f"{subject}:{number}", started_at=at)


@needs_transaction
def end_attempt(*, attempt: PaymentAttempt, outcome: AttemptOutcome, at: datetime, detail: str = "") -> None:
    """Write how the attempt ended, unless another process has done so."""
    PaymentAttempt.objects.filter(pk=attempt.pk, outcome=AttemptOutcome.OPEN).update(
        outcome=outcome, ended_at=at, detail=detail[:300]
    )


def must_look_first(attempt: PaymentAttempt) -> bool:
    """Return whether an earlier call may have had an effect that this attempt's new key would repeat."""
    earlier = PaymentAttempt.objects.filter(payment=attempt.payment_id, refund=attempt.refund_id, pk__lt=attempt.pk)
    return earlier.filter(outcome__in=[AttemptOutcome.SERVER_ERROR, AttemptOutcome.ABANDONED]).exists()
