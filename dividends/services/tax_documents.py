"""Documents that lower what is withheld from a holder: taken in, looked at, refused when they are worth nothing."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from accounts.models import Party
from core import audit
from core.errors import constraints_as
from core.storage import read_bytes, store_bytes
from core.transactions import atomic, needs_transaction
from dividends.errors import LAWS
from dividends.models import TaxDocument

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def enter_tax_document(
    *,
    party: Party,
    kind: str,
    valid_from: date,
    valid_until: date,
    document: bytes,
    document_name: str,
    by: "User",
    at: datetime,
) -> TaxDocument:
    """Keep a holder's document, valid on both days; ``kind`` is the evidence a rule names ("W-8BEN").

    It counts for every dividend paid within its days. Given again with the same days: the standing one is returned, for
    a second click; another file for them is `DocumentStands`. Raises `ValidityBackward`.
    """
    sha256 = store_bytes(document)
    facts = {"party": party, "kind": kind, "valid_from": valid_from, "valid_until": valid_until}
    standing = TaxDocument.objects.filter(**facts, refused_at=None).first()
    if standing is not None and standing.document_sha256 == sha256:
        return standing
    with constraints_as(LAWS), atomic():
        taken = TaxDocument.objects.create(
            **facts,
            document_sha256=sha256,
            document_name=document_name,
            entered_at=at,
            entered_by=by,
        )
    audit.record(by=by, at=at, verb="tax_document_entered", subject=taken, kind=kind, sha256=taken.document_sha256)
    return taken


@needs_transaction
def refuse_tax_document(*, document: TaxDocument, by: "User", at: datetime) -> TaxDocument:
    """Let a document count no more; refused already: returned as it is. What was computed with it stands."""
    document = TaxDocument.objects.get(pk=document.pk)
    if document.refused_at is not None:
        return document
    document.refused_at, document.refused_by = at, by
    with constraints_as(LAWS), atomic():
        document.save(update_fields=["refused_at", "refused_by"])
    audit.record(by=by, at=at, verb="tax_document_refused", subject=document, kind=document.kind)
    return document


@needs_transaction
def take_tax_document(*, document: TaxDocument, by: "User", at: datetime) -> bytes:
    """Return the document as it was given and write down who took it: it holds a tax number and a home address.

    Raises `core.errors.MissingFile` when the store lost it.
    """
    data = read_bytes(document.document_sha256)
    audit.record(by=by, at=at, verb="tax_document_taken", subject=document, sha256=document.document_sha256)
    return data
