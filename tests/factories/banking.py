"""Bank details of parties, as the holders gave them."""

from datetime import datetime

from accounts.models import Party, User
from core import clock
from core.transactions import atomic
from payments.enums import MandateEnd
from payments.models import BankMandate
from payments.queries.mandates import HOLD
from payments.rules.bank_details import BankDetails, uk_details
from payments.services.mandates import written_mandate

SORT_CODE = "601613"


def make_mandate(
    party: Party,
    *,
    ending: str = "4471",
    details: BankDetails | None = None,
    holder_name: str = "",
    given_at: datetime | None = None,
    usable_from: datetime | None = None,
    by: User | None = None,
) -> BankMandate:
    """Write details in force for the party, usable at once unless told; what was in force before is replaced.

    Later details have waited a week, as the database wants it: whatever is usable was given seven days ago.
    Without ``details`` it is a UK account whose number ends in the four digits of ``ending``.
    """
    at = given_at or min(clock.now(), usable_from or clock.now())
    details = details or uk_details(
        sort_code=SORT_CODE, account_number=f"3192{ending}", holder_name=holder_name or party.display_name[:70]
    )
    usable_from = usable_from or at
    is_first = not BankMandate.objects.filter(party=party).exists()
    began = at if is_first else min(at, usable_from - HOLD)
    with atomic():
        standing = BankMandate.objects.filter(party=party, ended_at=None)
        standing.update(ended_at=at, ended_how=MandateEnd.REPLACED)
        row = written_mandate(party=party, details=details, by=by, at=began, usable_from=usable_from)
        row.save()
    return row


def after_the_wait(party: Party, *, ending: str) -> BankMandate:
    """Give other details now, and let the week pass after which we pay there. Only where ``settings.DEMO`` is set."""
    row = make_mandate(party, ending=ending, usable_from=clock.now() + HOLD)
    clock.move_forward(by=HOLD)
    return row
