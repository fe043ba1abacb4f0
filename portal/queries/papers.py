"""What the public may know of a paper by its printed code: each kind of paper has a finder, the page asks them all.

Codes are drawn from 122 random bits, so no two papers share one and nobody guesses one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.urls import reverse

from core.languages import localised
from dividends.queries.royalties import find_royalty_by_code
from dividends.queries.royalty_words import days_shown, fraction_shown
from dividends.queries.statement_words import percent
from dividends.queries.statements import find_by_code as find_statement
from equity.queries.certificates import find_by_code as find_certificate

CODE = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Paper:
    """A paper of ours: the page that tells about it, and what that page shows; never a name or an address."""

    template: str
    facts: dict[str, Any]


def find_paper(code: str) -> Paper | None:
    """Return the paper with the code, None when there is none."""
    if not CODE.fullmatch(code):
        return None
    return next((paper for finder in FINDERS if (paper := finder(code))), None)


def _certificate(code: str) -> Paper | None:
    certificate = find_certificate(code)
    if certificate is None:
        return None
    end = getattr(certificate, "end", None)
    successor = end.replaced_by if end else None
    facts = {
        "verdict": end.kind if end else "valid",
        "serial": certificate.serial,
        "issued_on": certificate.issued_on,
        "ended_on": end.ended_on if end else None,
        "successor_url": reverse("check_code", args=[successor.check_code]) if successor else "",
        "facts_hash": certificate.facts_sha256,
        "pdf_sha256": certificate.file.sha256 if hasattr(certificate, "file") else "",
        "file_name": f"{certificate.serial}.pdf",
    }
    return Paper("portal/check_result.html", facts)


def _statement(code: str) -> Paper | None:
    statement = find_statement(code)
    if statement is None:
        return None
    owed = statement.entitlement
    declaration = owed.declaration
    facts = {
        "number": str(statement),
        "issued_on": statement.issued_on,
        "title": localised(declaration, "title"),
        "class_name": localised(declaration.share_class, "name"),
        "shares": owed.shares,
        "gross_minor": owed.gross_minor,
        "withheld_minor": owed.withheld_minor,
        "net_minor": owed.net_minor,
        "currency": declaration.currency,
        "pay_on": declaration.pay_on,
        "facts_sha256": statement.facts_sha256,
        "pdf_sha256": statement.file.sha256 if hasattr(statement, "file") else "",
        "file_name": f"{statement}.pdf",
    }
    return Paper("portal/check_statement.html", facts)


def _royalty(code: str) -> Paper | None:
    statement = find_royalty_by_code(code)
    if statement is None:
        return None
    facts = {
        "number": str(statement),
        "issued_on": statement.issued_on,
        "beer": statement.beer_name,
        "days": days_shown(statement.period_from, statement.period_to),
        "part": fraction_shown(Fraction(statement.numerator, statement.denominator)),
        "rate": percent(statement.rate_ppm),
        "statement": statement,
        "facts_sha256": statement.facts_sha256,
        "pdf_sha256": statement.file.sha256 if hasattr(statement, "file") else "",
        "file_name": f"{statement}.pdf",
    }
    return Paper("portal/check_royalty.html", facts)


FINDERS: tuple[Callable[[str], Paper | None], ...] = (_certificate, _statement, _royalty)
