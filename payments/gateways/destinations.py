"""Where a payment goes, with its numbers opened: for gateways and files that a bank reads."""

from payments.gateways.payout_port import Destination
from payments.models import BankMandate
from payments.queries.mandates import details_in


def destination_of(mandate: BankMandate) -> Destination:
    """Return the opened account; raise `payments.errors.DetailsUnreadable` when the row is not as we wrote it."""
    details = details_in(mandate)
    return Destination(
        scheme=details.scheme.value,
        country=details.country,
        holder_name=details.holder_name,
        sort_code=details.sort_code,
        account_number=details.account_number,
        iban=details.iban,
    )
