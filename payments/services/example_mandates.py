"""Bank details of the demo's people, thousands at a time."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.conf import settings

from accounts.errors import NotInTheDemo
from accounts.models import Party
from core.transactions import needs_transaction
from payments.models import BankMandate
from payments.rules.bank_details import BankDetails
from payments.services.mandates import written_mandate

BATCH = 2_000


class ExampleMandate(NamedTuple):
    """First details of a party that has none, usable from the moment they were given."""

    party: Party
    details: BankDetails
    given_at: datetime


@needs_transaction
def write_example_mandates(rows: Iterable[ExampleMandate]) -> int:
    """Write the rows in statements of 2,000 and return how many; nobody is told and no trail is written.

    Refused outside the demo (`NotInTheDemo`). The rows may come from a generator.
    """
    if not settings.DEMO:
        raise NotInTheDemo()
    mandates = (
        written_mandate(party=row.party, details=row.details, by=None, at=row.given_at, usable_from=row.given_at)
        for row in rows
    )
    written = 0
    while batch := list(islice(mandates, BATCH)):
        written += len(BankMandate.objects.bulk_create(batch))
    return written
