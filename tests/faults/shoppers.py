"""Customers at the till who press the button again when it did not work: ``python -m tests.faults.shoppers THREADS``.

Every unconfirmed application goes confirm, checkout, payment page, return page. Prints a line ``paid SESSION`` for
every payment that the payment page said was taken, ``again ERROR`` for every step that had to be done again, and ends
well when everybody's application is paid.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import django

Result = TypeVar("Result")
PATIENCE_SECONDS = 200.0
PURPOSE = "share_application"


def persist(step: Callable[[], Result]) -> Result:
    """Do the step again until it works; what is wrong with the step itself is raised."""
    from django.db import IntegrityError, connection
    from django.db.utils import Error

    from core.errors import Busy
    from payments.errors import ProviderError

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return step()
        except (Error, Busy, ProviderError) as error:
            if isinstance(error, IntegrityError) or time.monotonic() > until:
                raise
            sys.stdout.write(f"again {type(error).__name__}\n")
            connection.close()
            time.sleep(0.05)


def shop(application_id: int) -> None:
    """Take one application from the last page of questions to paid."""
    from django.db import connection

    from equity.enums import ApplicationState
    from equity.models import Application

    persist(lambda: confirm(application_id))
    payment = persist(lambda: open_till(application_id))
    persist(lambda: pay(payment.provider_session_id))
    sys.stdout.write(f"paid {payment.provider_session_id}\n")
    until = time.monotonic() + PATIENCE_SECONDS
    while persist(lambda: come_back(application_id, payment.pk)) != ApplicationState.PAID:
        if time.monotonic() > until:
            raise AssertionError(f"{application_id} is {Application.objects.get(pk=application_id).state}")
        time.sleep(0.05)
    connection.close()


def confirm(application_id: int) -> None:
    from core import clock
    from core.transactions import atomic
    from equity.enums import ApplicationState
    from equity.models import Application
    from equity.queries.offers import latest_documents
    from equity.services.applications import confirm_answers

    application = Application.objects.select_related("offer", "applicant_user").get(pk=application_id)
    if application.state == ApplicationState.QUANTITY_CHOSEN:
        accepted = [document.public_id for document in latest_documents(application.offer)]
        with atomic():
            confirm_answers(
                application=application, accepted_documents=accepted, by=application.applicant_user, at=clock.now()
            )


def open_till(application_id: int) -> Any:
    from core import clock
    from core.transactions import atomic
    from equity.models import Application
    from equity.services.applications import note_payment
    from payments.services.checkouts import open_checkout

    application, at = Application.objects.select_related("applicant_user").get(pk=application_id), clock.now()
    payment = open_checkout(
        purpose=PURPOSE,
        reference=application.public_id,
        amount_minor=application.quantity * application.price_minor,
        currency=application.currency,
        payer_email=application.applicant_user.email,
        description="Shares",
        success_url="http://localhost:8000/back/",
        cancel_url="http://localhost:8000/cancelled/",
        expires_at=application.kept_until_at,
        by=application.applicant_user,
        at=at,
    )
    with atomic():
        note_payment(application=application, payment_id=payment.public_id, closes_at=payment.expires_at, at=at)
    return payment


def pay(session_id: str) -> None:
    from core import clock
    from core.transactions import atomic
    from payments.sandbox.cards import Card
    from payments.sandbox.cards import pay as pay_by_card

    with atomic():
        pay_by_card(session_id, Card.GOOD, at=clock.now())


def come_back(application_id: int, payment_id: int) -> str:
    from core import clock
    from equity.models import Application
    from payments.models import Payment
    from payments.services.returns import record_return

    record_return(payment=Payment.objects.get(pk=payment_id), at=clock.now())
    return Application.objects.get(pk=application_id).state


def look_at_pages() -> None:
    """Ask for the pages a stranger sees; an error is an error."""
    from django.test import Client

    from equity.models import Offer

    for path in ("/", f"/offers/{Offer.objects.get().slug}/", "/check/"):
        response = Client().get(path, follow=True)
        assert response.status_code == 200, (path, response.status_code)
        sys.stdout.write(f"page {path}\n")


def main(threads: int, *, pages: bool) -> None:
    """Let every customer shop, some at a time."""
    django.setup()
    from equity.models import Application

    if pages:
        look_at_pages()
    waiting = list(Application.objects.filter(state="quantity_chosen").values_list("pk", flat=True))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(shop, waiting))


if __name__ == "__main__":
    main(int(sys.argv[1]), pages="pages" in sys.argv)
