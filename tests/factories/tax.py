"""Holders anywhere and their tax documents, entered as finance enters them."""

from datetime import date, timedelta
from typing import Any

from accounts.models import Party
from core import clock
from core.transactions import atomic
from dividends.models import TaxDocument
from dividends.services.tax_documents import enter_tax_document, refuse_tax_document
from tests.factories.agm import register_shares
from tests.factories.dividends import move_to
from tests.factories.people import make_holder, make_staff

PDF = b"%PDF-1.7\n% a form made for a test\n%%EOF\n"


def make_member_of(name: str, country: str = "US") -> Party:
    """Write a member of that name who lives in the country and holds a hundred shares."""
    user = make_holder(name=name)
    assert user.party is not None
    move_to([user], [country])
    register_shares([(user.party, 100)], at=clock.now())
    return user.party


def make_tax_document(
    party: Party, *, kind: str = "W-8BEN", valid_from: date | None = None, days: int = 365, **fields: Any
) -> TaxDocument:
    """Enter a document of the party: valid since a year ago unless told otherwise, for so many days from today on."""
    today = clock.today()
    given = {"document": PDF, "document_name": "w-8ben.pdf", "by": None, **fields}
    given["by"] = given["by"] or make_staff("finance")
    with atomic():
        return enter_tax_document(
            party=party,
            kind=kind,
            valid_from=valid_from or today - timedelta(days=365),
            valid_until=today + timedelta(days=days),
            at=clock.now(),
            **given,
        )


def refuse(document: TaxDocument) -> TaxDocument:
    """Refuse the document now."""
    with atomic():
        return refuse_tax_document(document=document, by=make_staff("finance"), at=clock.now())
