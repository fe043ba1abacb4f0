"""A payout's life, as providers tell it."""

from enum import StrEnum

UNREAD = "unread"  # what differs, where a provider says of a transfer what we do not understand


class PayoutStatus(StrEnum):
    """What a provider says of a transfer: accepted, then settled or failed; one that settled may come back."""

    ACCEPTED = "accepted"
    SETTLED = "settled"
    FAILED = "failed"
    RETURNED = "returned"


class PayoutReason(StrEnum):
    """Why a transfer was refused, failed or came back. What a provider says beyond these is ``other``."""

    ACCOUNT_CLOSED = "account_closed"
    NO_SUCH_ACCOUNT = "no_such_account"
    NAME_MISMATCH = "name_mismatch"
    REFUSED_BY_BANK = "refused_by_bank"
    BAD_REQUEST = "bad_request"
    OTHER = "other"
