"""Questions about shares and their money that must be answered by no rows."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from core.errors import MissingFile
from core.storage import read_bytes
from equity import integrity_clearing, integrity_money, integrity_register
from equity.models import Certificate, CertificateFile, MemberParticulars, RegisterBatch, RegisterHead
from equity.queries.company import get_company
from equity.queries.register_rows import rows_of
from equity.rules.digests import FIRST, batch_header, batch_sha256
from equity.rules.notches import facts_sha256

QUESTIONS = {
    **integrity_register.QUESTIONS,
    **integrity_money.QUESTIONS,
    **integrity_clearing.QUESTIONS,
    "application money that lies here too long": integrity_clearing.OLD_MONEY,
}


def findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql, {"days": settings.CLEARING_AGE_DAYS_MAX})
            for row in cursor.fetchall():
                yield f"equity: {question}: {', '.join(str(value) for value in row)}"
    yield from broken_facts()
    yield from broken_chain()
    yield from broken_files()


def broken_chain() -> Iterator[str]:
    """Recompute the register's hash chain from what stands in it and yield every link that does not hold.

    Particulars that came with no batch are in no link, so they are yielded by themselves.
    """
    previous = FIRST
    for batch in RegisterBatch.objects.order_by("sequence").iterator():
        header = batch_header(batch.sequence, batch.kind, batch.reference, batch.entered_at)
        if batch.previous_sha256 != previous:
            yield f"equity: register batch {batch.sequence} does not follow the batch before it"
        if batch_sha256(batch.previous_sha256, header, rows_of(batch)) != batch.sha256:
            yield f"equity: register batch {batch.sequence} was changed: its hash does not match its entries"
        previous = batch.sha256
    head = RegisterHead.objects.get()
    if head.last_sha256 != previous:
        yield "equity: the end of the register's chain is not what its head says"
    moments = RegisterBatch.objects.values("entered_at")
    for row in MemberParticulars.objects.exclude(entered_at__in=moments).select_related("member"):
        yield f"equity: particulars of member {row.member.number} came with no register batch"


def broken_facts() -> Iterator[str]:
    """Recompute the fingerprint of every certificate and yield those that do not have their own."""
    rows = Certificate.objects.values_list(
        "facts_sha256", "serial", "lot__account__share_class__code", "lot__quantity", "issued_on"
    )
    number = get_company().number if rows.exists() else ""
    for sha256, serial, code, quantity, day in rows.iterator():
        facts = facts_sha256(company_number=number, serial=serial, class_code=code, quantity=quantity, issued_on=day)
        if sha256 != facts:
            yield f"equity: the fingerprint of certificate {serial} is not that of its facts"


def broken_files() -> Iterator[str]:
    """Read every certificate's bytes and yield those that are missing or are not what was stored."""
    for sha256, serial in CertificateFile.objects.values_list("sha256", "certificate__serial").iterator():
        try:
            read_bytes(sha256)
        except MissingFile:
            yield f"equity: the file of certificate {serial} is missing or was changed"
