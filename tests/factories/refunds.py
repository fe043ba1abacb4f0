"""Refunds as the provider decided about them; no provider is called."""

from core import clock
from core.transactions import atomic
from equity.models import Application
from equity.services.endings import withdraw
from payments.enums import AttemptOutcome
from payments.gateways.port import RefundFacts
from payments.models import Refund
from payments.rules.outcomes import RefundStatus
from payments.services.attempts import begin_attempt, end_attempt
from payments.services.settling import settle_refund


def withdraw_paid(application: Application) -> Refund:
    """Take a paid application back and return the refund that waits to be sent."""
    with atomic():
        withdraw(application=application, by=application.applicant_user, at=clock.now())
    return Refund.objects.select_related("payment").get(payment__reference=application.public_id)


def let_provider_say(refund: Refund, status: RefundStatus) -> Refund:
    """Settle the refund by the provider's word."""
    facts = RefundFacts(
        provider_refund_id=f"re_factory_{refund.pk}",
        refund_id=refund.public_id,
        intent_id=refund.payment.provider_intent_id or "",
        status=status,
        amount_minor=refund.amount_minor,
        currency=refund.payment.currency,
        failure="account closed" if status == RefundStatus.FAILED else "",
    )
    with atomic():
        attempt = begin_attempt(payment=refund.payment, refund=refund, at=clock.now())
        end_attempt(attempt=attempt, outcome=AttemptOutcome.ACCEPTED, at=clock.now())
        return settle_refund(refund_id=refund.pk, facts=facts, at=clock.now())


def make_failed_refund(application: Application) -> Refund:
    """Take a paid application back and let the bank refuse the refund."""
    return let_provider_say(withdraw_paid(application), RefundStatus.FAILED)
