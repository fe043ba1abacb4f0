"""Where the money of an application is: what an application's own columns do not tell."""

from collections.abc import Iterable
from typing import NamedTuple

from equity.models import Application
from payments.enums import PaymentState
from payments.models import Payment

PURPOSE = "share_application"


class Paying(NamedTuple):
    """What a bank works on, and what came and could not be used; minor units of the application's currency."""

    is_under_way: bool = False
    unusable_minor: int = 0
    is_back: bool = False


def paying_of(application: Application) -> Paying:
    """Return where the money of one application is."""
    return paying_of_all([application])[application.public_id]


def paying_of_all(applications: Iterable[Application]) -> dict[str, Paying]:
    """Return where the money of each application is, by its public id, in one query."""
    payments: dict[str, list[Payment]] = {application.public_id: [] for application in applications}
    for payment in Payment.objects.filter(purpose=PURPOSE, reference__in=payments):
        payments[payment.reference].append(payment)
    return {application.public_id: _told(application, payments[application.public_id]) for application in applications}


def _told(application: Application, payments: list[Payment]) -> Paying:
    own = application.payment_id if application.paid_at else ""
    unusable = [payment for payment in payments if payment.succeeded_at and payment.public_id != own]
    return Paying(
        is_under_way=any(payment.state == PaymentState.PROCESSING for payment in payments),
        unusable_minor=sum(payment.amount_minor for payment in unusable),
        is_back=all(payment.state == PaymentState.REFUNDED for payment in unusable),
    )
