"""The register of members as the office reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from accounts.rules.names import search_key
from equity.models import Certificate, Member, MemberParticulars, RegisterAccount, RegisterEntry
from equity.queries.register import RegisterRow, register_on


@dataclass(frozen=True)
class EntryLine:
    """A move of shares as one member sees it; ``signed`` is positive for shares that came."""

    sequence: int
    reference: str
    kind: str
    effective_on: date
    entered_at: datetime
    share_class: str
    signed: int
    paid_minor: int
    currency: str


@dataclass(frozen=True)
class ParticularsLine:
    """Name and address, true from one day, known since another; ``until`` is empty for what stands."""

    names: tuple[str, ...]
    service_address: str
    country: str
    effective_on: date
    entered_at: datetime
    superseded_on: date | None


def register_rows(
    day: date, *, known_at: datetime, search: str = "", former: bool = False, sort: str = ""
) -> list[RegisterRow]:
    """Return the register's rows whose names hold every word, in any accents and capitals, or whose number it is.

    In the register's order by name, or by number or shares when asked for.
    """
    rows = list(_matching(register_on(day, known_at=known_at, former=former), search))
    if sort.removeprefix("-") == "number":
        rows.sort(key=lambda row: row.member_number)
    elif sort.removeprefix("-") == "shares":
        rows.sort(key=lambda row: row.quantity)
    if sort.startswith("-"):
        rows.reverse()
    return rows


def _matching(rows: Iterator[RegisterRow], search: str) -> Iterator[RegisterRow]:
    words = search.strip()
    if not words:
        yield from rows
        return
    number, keys = (int(words) if words.isdecimal() else None), search_key(words).split()
    for row in rows:
        names = " ".join(search_key(name) for name in row.names)
        if row.member_number == number or all(key in names for key in keys):
            yield row


def entries_of(member: Member) -> list[EntryLine]:
    """Return every entry that touches the member's accounts, latest first, former ones too."""
    accounts = set(RegisterAccount.objects.filter(member=member).values_list("pk", flat=True))
    rows = RegisterEntry.objects.filter(to_account__in=accounts) | RegisterEntry.objects.filter(
        from_account__in=accounts
    )
    rows = rows.select_related("batch", "to_account__share_class").order_by("-batch__sequence", "-line")
    return [_entry_line(row, row.to_account_id in accounts) for row in rows]


def _entry_line(row: RegisterEntry, came: bool) -> EntryLine:
    share_class = row.to_account.share_class
    return EntryLine(
        sequence=row.batch.sequence,
        reference=row.batch.reference,
        kind=row.batch.get_kind_display(),
        effective_on=row.effective_on,
        entered_at=row.batch.entered_at,
        share_class=share_class.code,
        signed=row.quantity if came else -row.quantity,
        paid_minor=row.paid_minor,
        currency=share_class.currency,
    )


def particulars_of(member: Member) -> list[ParticularsLine]:
    """Return every version of name and address, the one that stands first, each with both its dates."""
    rows = MemberParticulars.objects.filter(member=member).order_by("-effective_on", "-entered_at")
    lines, later = [], None
    for row in rows:
        lines.append(
            ParticularsLine(tuple(row.names), row.service_address, row.country, row.effective_on, row.entered_at, later)
        )
        later = row.effective_on
    return lines


def certificates_of_member(member: Member) -> QuerySet[Certificate]:
    """Return the member's certificates by number, with file and end."""
    rows = Certificate.objects.filter(lot__account__member=member).select_related(
        "file", "end", "lot__account__share_class"
    )
    return rows.order_by("serial")
