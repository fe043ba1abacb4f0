"""A holder's dividends as rows of a spreadsheet. Column names are English on purpose: programs read them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from core.languages import localised
from core.money import decimal_from_minor
from portal.queries.dividend_words import told
from portal.queries.my_dividends import Dividend

CSV_HEAD = (
    "statement",
    "dividend",
    "holder",
    "record_date",
    "payment_date",
    "shares",
    "rate_in_minor_units",
    "currency",
    "gross",
    "tax_withheld",
    "tax_country",
    "net",
    "state",
)


def csv_rows(dividends: Iterable[Dividend], *, at: datetime) -> Iterator[Sequence[object]]:
    """Yield a row for each dividend under `CSV_HEAD`, in the order given."""
    for one in dividends:
        owed, declaration = one.entitlement, one.declaration
        statement = getattr(owed, "statement", None)
        yield (
            str(statement) if statement else "",
            localised(declaration, "title"),
            owed.party.display_name,
            one.record_on,
            declaration.pay_on,
            owed.shares,
            "" if declaration.rate_minor is None else f"{declaration.rate_minor:f}",
            one.currency,
            *(str(decimal_from_minor(minor, one.currency)) for minor in (owed.gross_minor, owed.withheld_minor)),
            owed.withholding_rule.issuer_country,
            str(decimal_from_minor(owed.net_minor, one.currency)),
            told(one, at=at).state,
        )
