"""What a process whose own clock is wrong decides: ``python -m tests.faults.probe_clock``, one JSON object.

Leaves everything as it was, but for what the sweep does.
"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django


def confirm(public_id: str) -> str:
    """Try to confirm an application; return the state or the code of the refusal. Changes nothing."""
    from django.db import transaction

    from core import clock
    from core.errors import DomainError
    from core.transactions import atomic
    from equity.models import Application
    from equity.queries.offers import latest_documents
    from equity.services.applications import confirm_answers

    application = Application.objects.select_related("offer", "applicant_user").get(public_id=public_id)
    accepted = [document.public_id for document in latest_documents(application.offer)]
    try:
        with atomic():
            confirmed = confirm_answers(
                application=application, accepted_documents=accepted, by=application.applicant_user, at=clock.now()
            )
            transaction.set_rollback(True)
    except DomainError as error:
        return error.code
    return str(confirmed.state)


def main(cooling: str, cooled: str) -> None:
    """Ask what this process would decide, then sweep."""
    django.setup()
    from django.db import connection

    from core import clock
    from core.jobs import engine
    from equity.models import Offer
    from equity.services.sweeping import sweep
    from payments.models import BankMandate, PayoutRun
    from payments.services.payout_sweeping import begin_due_runs
    from payments.services.payouts import reason_to_hold

    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database = cursor.fetchone()[0]
    facts: dict[str, Any] = {
        "days_wrong": round((datetime.fromtimestamp(time.time(), UTC) - database).total_seconds() / 86400),
        "house_clock_wrong": abs((clock.now() - clock.offset() - database).total_seconds()) > 3600,
        "cooling": confirm(cooling),
        "cooled": confirm(cooled),
    }
    first = engine.claim()
    facts["claimed"] = first.items if first else None
    facts["claimed_again"] = engine.claim() is not None
    sweep()
    facts["offers"] = dict(Offer.objects.values_list("title", "state"))
    begin_due_runs()
    facts["runs"] = dict(PayoutRun.objects.values_list("title", "state"))
    facts["details"] = {mandate.holder_name: reason_to_hold(mandate) for mandate in BankMandate.objects.all()}
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main(*sys.argv[1:])
