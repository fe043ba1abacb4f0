"""Proving the books and remembering when that was."""

import logging

from core import audit, clock
from core.models import AuditRecord
from core.transactions import atomic
from equity.queries.company import get_company
from portal.queries.audit_proof import VERB, next_seal
from portal.queries.proofs import chain_head, findings

logger = logging.getLogger(__name__)


def prove_and_keep() -> AuditRecord:
    """Prove the books and write the result to the audit trail: number of findings, the first of them, chain head, seal.

    The seal is logged too: kept outside the database, it proves the trail up to here whatever happens to this row.
    """
    wrong = list(findings())
    for sentence in wrong:
        logger.error(sentence)
    sequence, sha256 = chain_head()
    with atomic():
        seal = next_seal()
        logger.info("audit trail sealed up to row %s: %s", seal["until"], seal["sha256"])
        return audit.record(
            by=None,
            at=clock.now(),
            verb=VERB,
            subject=get_company(),
            findings=len(wrong),
            first=wrong[:5],
            batches=sequence,
            head=sha256,
            trail=seal,
        )
