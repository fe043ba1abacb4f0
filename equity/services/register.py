"""The only writer of the register of members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from accounts.enums import PartyKind
from accounts.models import Party
from accounts.rules.names import sort_key
from core import audit, clock
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
from equity.queries.register_rows import hashed_rows
from equity.rules.digests import batch_header, batch_sha256
from equity.rules.register_rows import Row

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Issue:
    """Shares that leave the unissued pool for a holder; ``paid_minor`` is the whole amount paid on them.

    ``names`` are those of the register, the first-named first; ``surname`` is the first-named person's, to sort by;
    ``designation`` keeps shares apart that the holder has for a child.
    """

    holder: Party
    names: tuple[str, ...]
    service_address: str
    country: str
    quantity: int
    paid_minor: int
    surname: str = ""
    designation: str = ""
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
    entered_at: datetime | None = None,
) -> Written:
    """Enter issues in the register in one batch: members, particulars, entries, lots, the next link of the chain.

    The moment of entry is asked of the clock after the register's lock and is later than every earlier one, so that
    what was known at a moment never changes. Only a history that is told afterwards (the seed) gives ``entered_at``.
    """
    head = lock(RegisterHead.objects.all(), one=True)
    entered_at = _later_than(head.last_entered_at, entered_at or clock.now())
    pool, _created = RegisterAccount.objects.get_or_create(share_class=share_class, member=None)
    members = _members_of(head, issues, entered_at=entered_at)
    accounts = _accounts_of(share_class, issues, members)
    entries = [
        RegisterEntry(
            line=line,
            from_account=pool,
            to_account=accounts[issue.holder.pk, issue.designation],
            quantity=issue.quantity,
            effective_on=effective_on,
            paid_minor=issue.paid_minor,
            application=issue.application,
        )
        for line, issue in enumerate(issues, 1)
    ]
    particulars = _new_particulars(members, issues, effective_on=effective_on, entered_at=entered_at)
    batch = _write_batch(
        head, EntryKind.ALLOTMENT, reference, entries, list(hashed_rows(entries, particulars)), entered_at, by
    )
    MemberParticulars.objects.bulk_create(particulars)
    lots = Lot.objects.bulk_create(
        [Lot(account_id=entry.to_account_id, entry=entry, quantity=entry.quantity) for entry in entries]
    )
    audit.record(by=by, at=at, verb="register_written", subject=batch, entries=len(entries), sha256=batch.sha256)
    return Written(batch, lots)


def _later_than(last: datetime | None, moment: datetime) -> datetime:
    return moment if last is None or moment > last else last + timedelta(microseconds=1)


def _write_batch(
    head: RegisterHead,
    kind: EntryKind,
    reference: str,
    entries: list[RegisterEntry],
    rows: list[Row],
    entered_at: datetime,
    by: "User | None",
) -> RegisterBatch:
    """Write the batch with its hash over the rows, and its entries; the head follows."""
    sequence = head.last_sequence + 1
    sha256 = batch_sha256(head.last_sha256, batch_header(sequence, kind, reference, entered_at), rows)
    batch = RegisterBatch.objects.create(
        sequence=sequence,
        kind=kind,
        reference=reference,
        entered_at=entered_at,
        entered_by=by,
        entries_count=len(entries),
        previous_sha256=head.last_sha256,
        sha256=sha256,
    )
    for entry in entries:
        entry.batch = batch
    RegisterEntry.objects.bulk_create(entries)
    head.last_sequence, head.last_sha256, head.last_entered_at = sequence, sha256, entered_at
    head.save(update_fields=["last_sequence", "last_sha256", "last_entered_at", "last_member_number"])
    return batch


def _members_of(head: RegisterHead, issues: Sequence[Issue], *, entered_at: datetime) -> dict[int, Member]:
    """Return each holder's place in the register by party id, giving new holders the next numbers."""
    holders = {issue.holder.pk: issue.holder for issue in issues}
    members = {row.party_id: row for row in Member.objects.filter(party_id__in=holders).select_related("party")}
    new = [holder for party_id, holder in holders.items() if party_id not in members]
    written = Member.objects.bulk_create(
        [
            Member(number=number, party=holder, entered_at=entered_at)
            for number, holder in enumerate(new, head.last_member_number + 1)
        ]
    )
    head.last_member_number += len(written)
    return members | {member.party_id: member for member in written}


def _accounts_of(
    share_class: ShareClass, issues: Sequence[Issue], members: dict[int, Member]
) -> dict[tuple[int, str], RegisterAccount]:
    """Return the accounts of the class by party id and designation, writing those that are new."""
    wanted = {(issue.holder.pk, issue.designation): None for issue in issues}
    party_of = {member.pk: party_id for party_id, member in members.items()}
    accounts = {}
    for account in RegisterAccount.objects.filter(share_class=share_class, member__in=members.values()):
        party_id = party_of[account.member_id or 0]
        account.member, account.share_class = members[party_id], share_class
        accounts[party_id, account.designation] = account
    new = [key for key in wanted if key not in accounts]
    written = RegisterAccount.objects.bulk_create(
        [
            RegisterAccount(share_class=share_class, member=members[party_id], designation=designation)
            for party_id, designation in new
        ]
    )
    accounts.update(zip(new, written, strict=True))
    return accounts


def _new_particulars(
    members: dict[int, Member], issues: Sequence[Issue], *, effective_on: date, entered_at: datetime
) -> list[MemberParticulars]:
    """Return, unsaved, what is new about who the members are; what stood before is kept as it was known."""
    latest: dict[int, MemberParticulars] = {}
    known = MemberParticulars.objects.filter(member__in=[member.pk for member in members.values()])
    # What stands on the day; for a day before all of it, the first of what comes later.
    for row in known.order_by("entered_at"):
        standing = latest.get(row.member_id)
        if standing is None or _stands_over(row.effective_on, standing.effective_on, effective_on):
            latest[row.member_id] = row
    rows = []
    for issue in {issue.holder.pk: issue for issue in issues}.values():
        member = members[issue.holder.pk]
        if _says(latest.get(member.pk)) != (list(issue.names), issue.service_address, issue.country):
            rows.append(_particulars(member, issue, effective_on=effective_on, entered_at=entered_at))
    return rows


def _stands_over(row: date, standing: date, day: date) -> bool:
    """Tell whether a row entered later stands over the one found so far on the day."""
    if row <= day:
        return standing > day or row >= standing
    return standing > day and row <= standing


def _says(row: MemberParticulars | None) -> tuple[list[str], str, str] | None:
    return (row.names, row.service_address, row.country) if row else None


def _particulars(member: Member, issue: Issue, *, effective_on: date, entered_at: datetime) -> MemberParticulars:
    holder = issue.holder
    as_written = holder.kind == PartyKind.ORGANISATION
    return MemberParticulars(
        member=member,
        names=list(issue.names),
        name_sort=sort_key(issue.names[0], holder.language, surname=issue.surname, as_written=as_written)[:400],
        service_address=issue.service_address,
        country=issue.country,
        effective_on=effective_on,
        entered_at=entered_at,
    )
