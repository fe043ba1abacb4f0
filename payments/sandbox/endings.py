"""What becomes of a transfer at the sandbox bank: the last four digits of the account decide.

The one table of it. The demo shows it, so that a stranger can choose what to see; every other account is paid.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CLOSED, NO_SUCH_ACCOUNT, OTHER_NAME = "AC04", "AC01", "BE01"  # ISO 20022, external status and return reason codes


@dataclass(frozen=True)
class Ending:
    """An account to try, as it is typed in, and what the bank will do with money sent to it.

    ``refused_with`` is set when the bank takes no order at all; ``comes_back`` when the money settles and is returned.
    """

    digits: str
    sort_code: str
    account_number: str
    iban: str
    story: str | Promise
    refused_with: str = ""
    due_status: str = "settled"
    due_reason: str = ""
    comes_back: bool = False


PAID = Ending("", "20-00-00", "55779911", "DE89 3704 0044 0532 0130 00", _("is paid after about two seconds"))
ENDINGS = (
    PAID,
    Ending(
        "0010",
        "20-00-00",
        "55770010",
        "DE18 3704 0044 0532 0100 10",
        _("is refused at once: there is no such account"),
        refused_with=NO_SUCH_ACCOUNT,
    ),
    Ending(
        "0020",
        "20-00-00",
        "55770020",
        "DE39 3704 0044 0532 0100 20",
        _("is accepted, and fails after about two seconds: the account is closed"),
        due_status="failed",
        due_reason=CLOSED,
    ),
    Ending(
        "0030",
        "20-00-00",
        "55770030",
        "DE60 3704 0044 0532 0100 30",
        _("is paid, and comes back three days later on the demo's clock: the name does not match"),
        comes_back=True,
    ),
)


def ending_of(account: str) -> Ending:
    """Return what will become of money sent to the account or IBAN."""
    return next((ending for ending in ENDINGS if ending.digits and ending.digits == account[-4:]), PAID)
