"""Work on royalties that runs in jobs: ids in, one call."""

from core import clock
from core.jobs import Lease
from core.storage import store_bytes
from dividends.models import RoyaltyStatement
from dividends.queries.royalties import whole_royalty_statements
from dividends.royalty_documents import royalty_pdf
from dividends.services.royalties_statements import keep_royalty_file


def make_royalty_statement_item(lease: Lease, number: int) -> None:
    """Make one statement's file: bytes first, then the row that points to them, never the other way round."""
    statement: RoyaltyStatement = whole_royalty_statements().get(number=number)
    if hasattr(statement, "file"):
        with lease.store():
            return
    data = royalty_pdf(statement)
    sha256 = store_bytes(data)
    with lease.store():
        keep_royalty_file(statement=statement, sha256=sha256, size_bytes=len(data), at=clock.now())
