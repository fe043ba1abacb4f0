"""Work of the room that runs in jobs: ids in, one call."""

from core import clock
from core.jobs import Lease
from core.storage import store_bytes
from dividends.documents import statement_pdf
from dividends.models import Entitlement
from dividends.queries.statements import whole_statements
from dividends.services.letters import send_details_wanted_letter
from dividends.services.statement_files import keep_file


def make_statement_item(lease: Lease, statement_id: int) -> None:
    """Make one statement's file: bytes first, then the row that points to them, never the other way round."""
    statement = whole_statements().get(pk=statement_id)
    if hasattr(statement, "file"):
        with lease.store():
            return
    data = statement_pdf(statement)
    sha256 = store_bytes(data)
    with lease.store():
        keep_file(statement=statement, sha256=sha256, size_bytes=len(data), at=clock.now())


def ask_for_details_item(lease: Lease, entitlement_id: int) -> None:
    """Ask one holder where to pay; the trail makes it one mail."""
    entitlement = Entitlement.objects.select_related("declaration", "party").get(pk=entitlement_id)
    with lease.store():
        send_details_wanted_letter(entitlement=entitlement, at=clock.now())
