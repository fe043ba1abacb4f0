from dividends.models.declaration import Declaration, Recommendation, RelevantAccounts
from dividends.models.entitlement import Entitlement, PayoutLine, Statement, StatementFile, StatementSeries
from dividends.models.withholding import TaxDocument, WithholdingRule

__all__ = [
    "Declaration",
    "Entitlement",
    "PayoutLine",
    "Recommendation",
    "RelevantAccounts",
    "Statement",
    "StatementFile",
    "StatementSeries",
    "TaxDocument",
    "WithholdingRule",
]
