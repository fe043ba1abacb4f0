"""Certificates: facts at allotment, bytes by a job, mail when they are there."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core import audit, jobs
from core.locks import lock
from core.models import Job
from core.transactions import needs_transaction
from equity.models import Application, Certificate, CertificateFile, Lot, ShareClass
from equity.queries.company import get_company
from equity.rules.notches import facts_sha256
from equity.rules.register_rows import names_line
from equity.services.bookings import day_of
from equity.services.letters import send_letter

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 20
JOB_KIND = "certificates"


@needs_transaction
def write_certificates(
    *, share_class: ShareClass, lots: Sequence[Lot], minute_reference: str, by: "User | None", at: datetime
) -> Job:
    """Give every lot a certificate with the next numbers of its class, and start the job that makes the files.

    The number comes from the class's locked row, not from a sequence: sequences have gaps. CA 2006 s.769 wants the
    certificates within two months of the allotment.
    """
    share_class = lock(ShareClass.objects.all(), pk=share_class.pk)
    company = get_company()
    issued_on = day_of(at)
    first = share_class.last_certificate_number + 1
    holders = _holders(lots)
    rows = []
    for number, lot in enumerate(lots, first):
        serial = f"{share_class.code}-{number:06d}"
        names, language = holders[lot.pk]
        rows.append(
            Certificate(
                lot=lot,
                serial=serial,
                facts_sha256=facts_sha256(
                    company_number=company.number,
                    serial=serial,
                    class_code=share_class.code,
                    quantity=lot.quantity,
                    issued_on=issued_on,
                ),
                language=language,
                holder_names=names,
                minute_reference=minute_reference,
                issued_on=issued_on,
                issued_at=at,
            )
        )
    certificates = Certificate.objects.bulk_create(rows)
    share_class.last_certificate_number += len(certificates)
    share_class.save(update_fields=["last_certificate_number"])
    return jobs.start(kind=JOB_KIND, items=[row.pk for row in certificates], chunk_size=CHUNK, by=by, at=at, params={})


def _holders(lots: Sequence[Lot]) -> dict[int, tuple[list[str], str]]:
    """Names as they stand in the register and the holder's language, by lot."""
    rows = Lot.objects.filter(pk__in=[lot.pk for lot in lots]).select_related("account__member__party")
    found = {}
    for lot in rows.prefetch_related("account__member__particulars"):
        member = lot.account.member
        if member is None:
            raise ValueError(f"lot {lot.public_id} lies in the unissued pool")
        latest = max(member.particulars.all(), key=lambda row: (row.effective_on, row.entered_at))
        found[lot.pk] = (names_line(latest.names, lot.account.designation), member.party.language)
    return found


@needs_transaction
def keep_file(*, certificate: Certificate, sha256: str, size_bytes: int, at: datetime) -> CertificateFile:
    """Record the file that is already in the document store, once, and mail it to the buyer."""
    standing = CertificateFile.objects.filter(certificate=certificate).first()
    if standing:
        return standing
    row = CertificateFile.objects.create(certificate=certificate, sha256=sha256, size_bytes=size_bytes, made_at=at)
    audit.record(by=None, at=at, verb="certificate_made", subject=certificate, sha256=sha256)
    application = (
        Application.objects.filter(register_entry__lot=certificate.lot_id)
        .select_related("offer", "applicant", "applicant_user")
        .first()
    )
    if application:
        name = f"{certificate.serial}.pdf"
        send_letter(
            kind="certificate",
            application=application,
            at=at,
            certificate=certificate,
            attachments=[(name, sha256, "application/pdf")],
        )
    return row
