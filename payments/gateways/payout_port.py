"""What every route on which money leaves must do for us, in our words.

Amounts are ISO minor units; moments are aware. Every method reaches the network: it refuses to run inside a
transaction, and raises only `payments.errors.ProviderError`s:

- `ProviderRefused` with ``reason``, a code of `PayoutReason`: nothing was paid, and nothing would be, however often
  it is asked;
- `ProviderBusy` (429, or the same key at work in another call): nothing was done, the same key again later;
- `ProviderFault` (5xx): it may have been paid or not; look with `find`, and only if nothing is there take a new key;
- `OutcomeUnknown` (connection lost): it may have been paid or not; the same key again;
- `ProviderNotAvailable` (we are not let in): nothing was done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from payments.rules.payout_states import PayoutStatus


@dataclass(frozen=True)
class Destination:
    """An account somewhere: ``uk`` has sort code and account number (digits only), ``iban`` an IBAN without spaces.

    What the other scheme needs is empty. ``country`` is the account's, ISO 3166-1 alpha-2. The numbers never stand in a
    representation, so that no log or traceback shows them.
    """

    scheme: str
    country: str
    holder_name: str
    sort_code: str
    account_number: str
    iban: str

    def __repr__(self) -> str:
        return f"Destination(scheme={self.scheme!r}, country={self.country!r}, ending={self.ending!r})"

    @property
    def ending(self) -> str:
        """The last four characters of the account: all that is ever shown."""
        return (self.iban if self.scheme == "iban" else self.account_number)[-4:]


@dataclass(frozen=True)
class PayoutOrder:
    """Everything a payout is sent with; the same order gives the same request body, as the key demands.

    ``payout_id`` is our public id. ``statement_reference`` is what the holder reads on the account's statement: 1 to 18
    characters, the length of the reference field of Bacs and Faster Payments.
    """

    payout_id: str
    amount_minor: int
    currency: str
    destination: Destination
    statement_reference: str


@dataclass(frozen=True)
class PayoutFacts:
    """What the provider holds about a transfer.

    ``payout_id`` is ours as the provider was told it. ``reason`` is empty, or a code of `PayoutReason`.
    """

    provider_id: str
    payout_id: str
    amount_minor: int
    currency: str
    status: PayoutStatus
    reason: str
    happened_at: datetime


@dataclass(frozen=True)
class PayoutChange:
    """One change of a transfer after it was accepted: settled, failed or returned, with the facts of that moment.

    Numbers only grow, and in the order in which the changes can be read: whoever has read up to a number has missed
    none below it.
    """

    number: int
    facts: PayoutFacts


@dataclass(frozen=True)
class UnreadFacts:
    """What a provider says of a transfer where something of it cannot be read: its own words, as far as there are any.

    ``amount_minor`` is 0 and ``happened_at`` the moment of the reading where the provider tells neither in our terms.
    """

    provider_id: str
    payout_id: str
    amount_minor: int
    currency: str
    status: str
    reason: str
    happened_at: datetime


@dataclass(frozen=True)
class UnreadChange:
    """A change of which nothing but its number is certain: a person must read it, and the list goes on behind it."""

    number: int
    facts: UnreadFacts


class PayoutGateway(Protocol):
    """A route on which money leaves."""

    def send(self, order: PayoutOrder, *, key: str) -> PayoutFacts:
        """Order a transfer; the same key orders it once, another key orders another."""

    def find(self, payout_id: str) -> list[PayoutFacts]:
        """Return every transfer the provider holds for our id as it is now, newest last."""

    def changes_since(self, number: int, *, limit: int) -> list[PayoutChange | UnreadChange]:
        """Return at most ``limit`` changes after the number, in order; 0 begins at the first.

        One that cannot be read is an `UnreadChange`, so that it does not keep back those behind it. Only a list that
        cannot be read, or a change without a number, is a `ProviderFault`.
        """
