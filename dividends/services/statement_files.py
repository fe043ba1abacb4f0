"""The file of a statement: a row that points to stored bytes, and the mail that carries them."""

from datetime import datetime

from core import audit
from core.transactions import needs_transaction
from dividends.models import Statement, StatementFile
from dividends.services.letters import send_statement_letter


@needs_transaction
def keep_file(*, statement: Statement, sha256: str, size_bytes: int, at: datetime) -> StatementFile:
    """Record the file that is already in the document store, once, and mail it to the holder."""
    standing = StatementFile.objects.filter(statement=statement).first()
    if standing:
        return standing
    row = StatementFile.objects.create(statement=statement, sha256=sha256, size_bytes=size_bytes, made_at=at)
    audit.record(by=None, at=at, verb="statement_made", subject=statement, sha256=sha256)
    send_statement_letter(statement=statement, at=at)
    return row
