"""A statement as the template gets it, for tests that need no database."""

from datetime import date
from typing import Any

from core.pdf import render_pdf
from dividends.documents import SETTINGS, one_page
from dividends.queries.statement_sum import SumLine
from dividends.rules.jar_drawing import jar_svg

Sheet = dict[str, Any]
TEMPLATE = "dividends/pdf/statement.html"
LINES = [
    SumLine("", "Shares, B ordinary", "", "200"),
    SumLine("×", "Dividend on each share", "", "£0.00", "3511"),
    SumLine("=", "Gross dividend, exactly", "", "£0.70", "22", "result"),
    SumLine("−", "Rounded", "Rounded down to £0.01; what is less stays with the company.", "£0.00", "22"),
    SumLine("=", "Gross dividend", "", "£0.70", "", "result"),
    SumLine("−", "Tax kept back", "United Kingdom: 0 % by statute. Nothing was kept back.", "£0.00"),
    SumLine("=", "Net, to your account", "", "£0.70", "", "total"),
]
WHAT = [
    ("Dividend", "Final dividend 2025"),
    ("Kind", "Final dividend for 1 January 2025 to 31 December 2025"),
    ("Declared", "20 May 2026, by the members: item 3, “To declare a dividend”, Annual General Meeting, 20 May 2026"),
]
HOW = [
    ("In the register", "1 May 2026, 23:59 (Europe/London)"),
    ("Payment date", "12 June 2026"),
    ("Method", "Bank transfer to ••••4471"),
    ("Reference", "DIVIDEND 17"),
]


def sheet(**changed: Any) -> Sheet:
    """Return everything the statement shows."""
    known: Sheet = {
        "company_name": "Copper & Kiln Brewing Company plc",
        "company_number": "SC998877",
        "registered_in": "Scotland",
        "registered_office": "The Old Maltings, 12 Quay Street, Leith EH6 7AB",
        "email": "shares@example.org",
        "zone": "Europe/London",
        "kind": "Dividend statement",
        "number": "D-000123",
        "issued_on": date(2026, 6, 5),
        "sentence": "£0.70 is ordered to the account ending 4471 for 12 June 2026.",
        "next": "On your bank statement it reads DIVIDEND 17. If the bank cannot pay it, we write to you.",
        "jar_words": "Empty: all of it is ordered.",
        "names": ("Nguyễn Thị Ánh Tuyết",),
        "address": "12 Tannery Row, Leith, Edinburgh, EH6 5AA",
        "country": "United Kingdom",
        "member_number": 17,
        "lines": LINES,
        "what": WHAT,
        "how": HOW,
        "check_code": "kW3xQ0n8Tz6vR1bYp5uLdA",
        "check_url": "http://localhost:8000/check/kW3xQ0n8Tz6vR1bYp5uLdA/",
        "facts_sha256": "3f9a" * 16,
    }
    return {**known, **changed}


def printed(known: Sheet, language: str = "en", *, level: int = 0) -> bytes:
    """Print the sheet as the house prints it: closer only where it would not fit."""
    return one_page(
        template=TEMPLATE, context={"sheet": known}, language=language, drawings={"jar.svg": jar_svg(level)}
    )


def pages_in_usual_setting(known: Sheet, language: str = "en") -> bytes:
    """Print the sheet in its usual setting on as many pages as it takes."""
    return render_pdf(
        template=TEMPLATE,
        context={"sheet": known, "setting": SETTINGS[0]},
        language=language,
        drawings={"jar.svg": jar_svg(0)},
    )


def letters(unit: str, length: int = 300) -> str:
    """Return ``unit`` repeated to exactly ``length`` letters."""
    return (unit * length)[:length].strip().ljust(length, "x")
