"""The file of payments that a bank's online service takes in: CSV with a line for each payment.

UTF-8 without a mark, lines end with LF, amounts with a point and exactly the currency's decimals, names in the letters
that banks take. A cell that a spreadsheet would run as a formula gets an apostrophe in front. Sort codes and accounts
keep their zeros; a spreadsheet that opens the file takes them away, so the page that hands it out says so.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator

from core.money import decimal_from_minor, minor_units
from payments.gateways.destinations import destination_of
from payments.models import Payout
from payments.rules.bank_details import bank_spelling

HEAD = ("reference", "name", "sort code", "account", "IBAN", "amount", "currency")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, line: str) -> str:
        return line


def file_lines(payouts: Iterable[Payout]) -> Iterator[str]:
    """Yield the file line by line, its head first; the payouts come with their mandates.

    Raises `payments.errors.DetailsUnreadable` for details that are not as we wrote them.
    """
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield writer.writerow(HEAD)
    for payout in payouts:
        yield writer.writerow(_cells(payout))


def _cells(payout: Payout) -> list[str]:
    to = destination_of(payout.mandate)
    texts = (payout.reference, bank_spelling(to.holder_name), to.sort_code, to.account_number, to.iban)
    return [*map(safe_cell, texts), amount_text(payout.amount_minor, payout.currency), payout.currency]


def amount_text(amount_minor: int, currency: str) -> str:
    """Return the amount as the file writes it: 1234.50, without decimals for VND, with three for KWD."""
    return f"{decimal_from_minor(amount_minor, currency):.{minor_units(currency)}f}"


def safe_cell(text: str) -> str:
    """Return the text in NFC that no spreadsheet takes for a formula."""
    text = unicodedata.normalize("NFC", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
