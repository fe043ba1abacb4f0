"""The only writer of the money book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection

from core.errors import constraints_as
from core.transactions import atomic, needs_transaction
from ledger.enums import AccountKind
from ledger.errors import AlreadyReversed, KeyReused, PeriodClosed
from ledger.models import Account, Entry, Movement

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Leg:
    """Move ``amount_minor`` > 0 from the credited to the debited account, both named by code."""

    debit: str
    credit: str
    amount_minor: int


@dataclass(frozen=True)
class Draft:
    """One entry of many that are posted together."""

    key: str
    source: str
    legs: tuple[Leg, ...]


@needs_transaction
def open_account(*, code: str, kind: AccountKind, currency: str, owner: str = "", is_clearing: bool = False) -> Account:
    """Return the account of that code, opening it at the first call."""
    account, _created = Account.objects.get_or_create(
        code=code, defaults={"kind": kind, "currency": currency, "owner": owner, "is_clearing": is_clearing}
    )
    return account


@needs_transaction
def post(
    *,
    key: str,
    kind: str,
    legs: Sequence[Leg],
    effective_on: date,
    reason: str,
    by: "User | None",
    at: datetime,
    source: str = "",
) -> Entry:
    """Write one entry with its movements; called again with the same key it returns the entry that stands.

    Raises `KeyReused` when the standing entry has other figures, `PeriodClosed` when the day's books are closed.
    Legs of amount zero are left out; an entry without any leg is refused.
    """
    legs = [leg for leg in legs if leg.amount_minor != 0]
    if not legs:
        raise ValueError(f"entry {key} moves nothing")
    if not take_key(key):
        return _standing(key, legs)
    with constraints_as({"entry_period_open": PeriodClosed}), atomic():
        entry = Entry.objects.create(
            key=key, kind=kind, effective_on=effective_on, posted_at=at, posted_by=by, reason=reason, source=source
        )
        accounts = _accounts_of(legs)
        Movement.objects.bulk_create([_movement(entry, leg, accounts) for leg in legs])
    return entry


@needs_transaction
def post_many(
    *, drafts: Sequence[Draft], kind: str, effective_on: date, reason: str, by: "User | None", at: datetime
) -> list[Entry]:
    """Write many entries of one kind in two statements; a key that stands in the book is an error, not a repeat.

    Raises `KeyReused`, and nothing is written, when any key was used before. Legs of amount zero are left out.
    """
    with constraints_as({"entry_period_open": PeriodClosed, "ledger_entry_key_key": KeyReused}), atomic():
        entries = Entry.objects.bulk_create(
            [
                Entry(
                    key=draft.key,
                    kind=kind,
                    effective_on=effective_on,
                    posted_at=at,
                    posted_by=by,
                    reason=reason,
                    source=draft.source,
                )
                for draft in drafts
            ]
        )
        accounts = _accounts_of([leg for draft in drafts for leg in draft.legs])
        Movement.objects.bulk_create(
            [
                _movement(entry, leg, accounts)
                for entry, draft in zip(entries, drafts, strict=True)
                for leg in draft.legs
                if leg.amount_minor
            ]
        )
    return entries


@needs_transaction
def reverse(*, entry: Entry, reason: str, by: "User | None", at: datetime, effective_on: date) -> Entry:
    """Write the entry that takes another one back; raises `AlreadyReversed` when that was done before."""
    refusals = {"ledger_entry_reverses_id_key": AlreadyReversed, "ledger_entry_key_key": AlreadyReversed}
    with constraints_as(refusals), atomic():
        reversal = Entry.objects.create(
            key=f"{entry.key}:reversed",
            kind=f"{entry.kind}_reversed",
            effective_on=effective_on,
            posted_at=at,
            posted_by=by,
            reason=reason,
            source=entry.source,
            reverses=entry,
        )
        Movement.objects.bulk_create(
            [
                Movement(
                    entry=reversal,
                    debit_id=movement.credit_id,
                    credit_id=movement.debit_id,
                    currency=movement.currency,
                    amount_minor=movement.amount_minor,
                )
                for movement in entry.movements.order_by("id")
            ]
        )
    return reversal


def _movement(entry: Entry, leg: Leg, accounts: dict[str, Account]) -> Movement:
    debit = accounts[leg.debit]
    return Movement(
        entry=entry,
        debit=debit,
        credit=accounts[leg.credit],
        currency=debit.currency,
        amount_minor=leg.amount_minor,
    )


def take_key(key: str) -> bool:
    """Serialise posts of the same key until the transaction ends; False when the key stands in the book."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    return not Entry.objects.filter(key=key).exists()


def _standing(key: str, legs: Sequence[Leg]) -> Entry:
    entry = Entry.objects.get(key=key)
    standing = entry.movements.order_by("id").values_list("debit__code", "credit__code", "amount_minor")
    if list(standing) != [(leg.debit, leg.credit, leg.amount_minor) for leg in legs]:
        raise KeyReused()
    return entry


def _accounts_of(legs: Sequence[Leg]) -> dict[str, Account]:
    codes = {leg.debit for leg in legs} | {leg.credit for leg in legs}
    accounts = Account.objects.in_bulk(codes, field_name="code")
    missing = codes - accounts.keys()
    if missing:
        raise ValueError(f"no account {', '.join(sorted(missing))}")
    return accounts
