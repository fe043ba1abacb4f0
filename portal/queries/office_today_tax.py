"""What tax documents ask of the office today."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dividends.queries.tax_documents import Expiry, expiries
from portal.queries.office_tax import SOON_DAYS, DocumentState
from portal.queries.today_lines import Due, due_line

LATE_DAYS = 30
SHOWN_MAX = 20


def tax_clocks(today: date) -> Iterator[Due]:
    """Yield documents that run out soon, or did lately, and are missed: one line a kind and day. One query."""
    missed = expiries(today - timedelta(days=LATE_DAYS), today + timedelta(days=SOON_DAYS))
    for expiry in missed[:SHOWN_MAX]:
        state = DocumentState.EXPIRED if expiry.valid_until < today else DocumentState.SOON
        query = urlencode({"state": state, "kind": expiry.kind})
        url = f"{reverse('office:tax_documents')}?{query}"
        words = _("Afterwards tax is kept back at the full rate, unless a new document is entered.")
        title = _late_title(expiry) if expiry.valid_until < today else _title(expiry)
        yield due_line(expiry.valid_until, title, words, url, "office:tax_documents", today)


def _title(expiry: Expiry) -> str:
    words = ngettext("%(kind)s of %(name)s runs out", "%(kind)s of %(count)d holders runs out", expiry.holders)
    return words % _values(expiry)


def _late_title(expiry: Expiry) -> str:
    words = ngettext("%(kind)s of %(name)s has run out", "%(kind)s of %(count)d holders has run out", expiry.holders)
    return words % _values(expiry)


def _values(expiry: Expiry) -> dict[str, Any]:
    return {"kind": expiry.kind, "name": expiry.name, "count": expiry.holders}
