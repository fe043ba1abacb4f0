from ledger.models.book import Account, ClosedPeriod, Entry, Movement

__all__ = ["Account", "ClosedPeriod", "Entry", "Movement"]
