from dividends.models.declaration import Declaration, Recommendation, RelevantAccounts
from dividends.models.entitlement import Entitlement, PayoutLine, Statement, StatementFile, StatementSeries
from dividends.models.royalty import RoyaltyAgreement, RoyaltyShare, SalesReport, SoldBeer
from dividends.models.royalty_account import (
    RoyaltyLine,
    RoyaltyPart,
    RoyaltyPayoutLine,
    RoyaltyRound,
    RoyaltyStatement,
    RoyaltyStatementFile,
)
from dividends.models.withholding import TaxDocument, WithholdingRule

__all__ = [
    "Declaration",
    "Entitlement",
    "PayoutLine",
    "Recommendation",
    "RelevantAccounts",
    "RoyaltyAgreement",
    "RoyaltyLine",
    "RoyaltyPart",
    "RoyaltyPayoutLine",
    "RoyaltyRound",
    "RoyaltyShare",
    "RoyaltyStatement",
    "RoyaltyStatementFile",
    "SalesReport",
    "SoldBeer",
    "Statement",
    "StatementFile",
    "StatementSeries",
    "TaxDocument",
    "WithholdingRule",
]
