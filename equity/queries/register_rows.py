"""The lines that the hash of a register batch binds, from its rows; written and proved by the same function."""

from collections.abc import Iterable, Iterator

from equity.models import MemberParticulars, RegisterAccount, RegisterBatch, RegisterEntry
from equity.rules.register_rows import Row, entry_row, particulars_row, place


def hashed_rows(entries: Iterable[RegisterEntry], particulars: Iterable[MemberParticulars]) -> Iterator[Row]:
    """Yield a batch's entries in the order of their lines, then who became or changed, in the order of the members.

    The rows may be unsaved; accounts, members, classes and applications must be attached.
    """
    for entry in sorted(entries, key=lambda row: row.line):
        yield entry_row(
            line=entry.line,
            origin=_place(entry.from_account),
            target=_place(entry.to_account),
            class_code=entry.to_account.share_class.code,
            quantity=entry.quantity,
            effective_on=entry.effective_on,
            paid_minor=entry.paid_minor,
            application=entry.application.public_id if entry.application else "",
        )
    for row in sorted(particulars, key=lambda row: row.member.number):
        yield particulars_row(
            member_number=row.member.number,
            party=row.member.party.public_id,
            names=row.names,
            service_address=row.service_address,
            country=row.country,
            effective_on=row.effective_on,
        )


def _place(account: RegisterAccount) -> str:
    return place(account.member.number if account.member else None, account.designation)


def rows_of(batch: RegisterBatch) -> Iterator[Row]:
    """Yield the hashed lines of a batch as they stand in the database; particulars are known by its moment."""
    entries = RegisterEntry.objects.filter(batch=batch).select_related(
        "from_account__member", "to_account__member", "to_account__share_class", "application"
    )
    particulars = MemberParticulars.objects.filter(entered_at=batch.entered_at).select_related("member__party")
    return hashed_rows(entries, particulars)
