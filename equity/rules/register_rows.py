"""What a batch of the register says, as the lines its hash binds (docs/register.md)."""

import json
from collections.abc import Sequence
from datetime import date

UNISSUED = "unissued"
Row = tuple[object, ...]


def place(member_number: int | None, designation: str = "") -> str:
    """Return where shares lie: ``unissued``, the member's number, or the number and designation (``17/T.O'B.``)."""
    if member_number is None:
        return UNISSUED
    return f"{member_number}/{designation}" if designation else str(member_number)


def entry_row(
    *,
    line: int,
    origin: str,
    target: str,
    class_code: str,
    quantity: int,
    effective_on: date,
    paid_minor: int,
    application: str,
) -> Row:
    """Return the hashed line of an entry; ``application`` is its public id, empty for shares without one."""
    return (line, origin, target, class_code, quantity, effective_on, paid_minor, application)


def particulars_row(
    *, member_number: int, party: str, names: Sequence[str], service_address: str, country: str, effective_on: date
) -> Row:
    """Return the hashed line that says who a member is; text as JSON, so that nothing in it can look like a tab."""
    return (
        "particulars",
        member_number,
        party,
        json.dumps(list(names), ensure_ascii=False),
        json.dumps(service_address, ensure_ascii=False),
        country,
        effective_on,
    )


def names_line(names: Sequence[str], designation: str) -> list[str]:
    """Return the names, the designation behind the first, as on a certificate: Siobhán O’Brien (T.O'B.)."""
    if not designation:
        return list(names)
    return [f"{names[0]} ({designation})", *names[1:]]
