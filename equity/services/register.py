"""The only writer of the register of members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import Party
from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from equity.enums import EntryKind
from equity.models import (
    Application,
    Lot,
    Member,
    MemberParticulars,
    RegisterAccount,
    RegisterBatch,
    RegisterEntry,
    RegisterHead,
    ShareClass,
)
from equity.rules.digests import batch_header, batch_sha256
from equity.services.holders import names_in_register

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Issue:
    """Shares that leave the unissued pool for a holder; ``paid_minor`` is the whole amount paid on them."""

    holder: Party
    service_address: str
    country: str
    quantity: int
    paid_minor: int
    application: Application | None = None


@dataclass(frozen=True)
class Written:
    """A batch of the register and the lots it opened, in the order of the issues."""

    batch: RegisterBatch
    lots: list[Lot]


@needs_transaction
def write_issues(
    *,
    share_class: ShareClass,
    issues: Sequence[Issue],
    effective_on: date,
    reference: str,
    by: "User | None",
    at: datetime,
) -> Written:
    """Enter issues in the register in one batch: members, entries, lots, and the next link of the chain.

    ``entered_at`` is taken after the register's lock and is later than every earlier one, so that what was known at a
    moment never changes.
    """
    head = lock(RegisterHead.objects.all(), one=True)
    entered_at = _later_than(head.last_entered_at, at)
    pool, _created = RegisterAccount.objects.get_or_create(share_class=share_class, member=None)
    accounts = _accounts_of(head, share_class, issues, effective_on=effective_on, entered_at=entered_at)
    rows = [
        (line, pool.pk, accounts[issue.holder.pk].pk, issue.quantity, effective_on, issue.paid_minor)
        for line, issue in enumerate(issues, 1)
    ]
    batch = _write_batch(head, EntryKind.ALLOTMENT, reference, rows, entered_at=entered_at, by=by)
    entries = RegisterEntry.objects.bulk_create(
        [
            RegisterEntry(
                batch=batch,
                line=line,
                from_account_id=from_account,
                to_account_id=to_account,
                quantity=quantity,
                effective_on=day,
                paid_minor=paid,
                application=issue.application,
            )
            for (line, from_account, to_account, quantity, day, paid), issue in zip(rows, issues, strict=True)
        ]
    )
    lots = Lot.objects.bulk_create(
        [Lot(account_id=entry.to_account_id, entry=entry, quantity=entry.quantity) for entry in entries]
    )
    audit.record(by=by, at=at, verb="register_written", subject=batch, entries=len(entries), sha256=batch.sha256)
    return Written(batch, lots)


def _later_than(last: datetime | None, at: datetime) -> datetime:
    return at if last is None or at > last else last + timedelta(microseconds=1)


def _write_batch(
    head: RegisterHead,
    kind: EntryKind,
    reference: str,
    rows: Sequence[tuple[object, ...]],
    *,
    entered_at: datetime,
    by: "User | None",
) -> RegisterBatch:
    sequence = head.last_sequence + 1
    sha256 = batch_sha256(head.last_sha256, batch_header(sequence, kind, reference, entered_at), rows)
    batch = RegisterBatch.objects.create(
        sequence=sequence,
        kind=kind,
        reference=reference,
        entered_at=entered_at,
        entered_by=by,
        entries_count=len(rows),
        previous_sha256=head.last_sha256,
        sha256=sha256,
    )
    head.last_sequence, head.last_sha256, head.last_entered_at = sequence, sha256, entered_at
    head.save(update_fields=["last_sequence", "last_sha256", "last_entered_at", "last_member_number"])
    return batch


def _accounts_of(
    head: RegisterHead,
    share_class: ShareClass,
    issues: Sequence[Issue],
    *,
    effective_on: date,
    entered_at: datetime,
) -> dict[int, RegisterAccount]:
    """Return each holder's account of the class by party id, writing members and accounts that are new."""
    holders = {issue.holder.pk: issue for issue in issues}
    members = {member.party_id: member for member in Member.objects.filter(party_id__in=holders)}
    new = [issue for party_id, issue in holders.items() if party_id not in members]
    for member in _write_members(head, new, effective_on=effective_on, entered_at=entered_at):
        members[member.party_id] = member
    accounts = {
        account.member_id: account
        for account in RegisterAccount.objects.filter(share_class=share_class, member__in=members.values())
    }
    missing = [member for member in members.values() if member.pk not in accounts]
    for account in RegisterAccount.objects.bulk_create(
        [RegisterAccount(share_class=share_class, member=member) for member in missing]
    ):
        accounts[account.member_id] = account
    return {party_id: accounts[member.pk] for party_id, member in members.items()}


def _write_members(
    head: RegisterHead, issues: Sequence[Issue], *, effective_on: date, entered_at: datetime
) -> list[Member]:
    first = head.last_member_number + 1
    members = Member.objects.bulk_create(
        [Member(number=number, party=issue.holder, entered_at=entered_at) for number, issue in enumerate(issues, first)]
    )
    head.last_member_number += len(members)
    MemberParticulars.objects.bulk_create(
        [
            MemberParticulars(
                member=member,
                names=names_in_register(issue.holder),
                name_sort=issue.holder.name_sort[:400],
                service_address=issue.service_address,
                country=issue.country,
                effective_on=effective_on,
                entered_at=entered_at,
            )
            for member, issue in zip(members, issues, strict=True)
        ]
    )
    return members
