"""The payments of a run as a list."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.rules.names import search_key
from payments.models import Payout, PayoutRun
from portal.queries.keyset import Order

SORTS = {"reference": "pk", "name": "party__name_sort", "amount": "amount_minor"}


def order_of(sort: str) -> Order:
    """Return the order of a list of payments; as they stand in the run when nothing known is asked for."""
    return Order(SORTS.get(sort.removeprefix("-"), "pk"), is_descending=sort.startswith("-"))


def payments_of(run: PayoutRun, *, search: str = "", state: str = "") -> QuerySet[Payout]:
    """Return the run's payments whose payee's name holds every word, or whose reference it is, in one state or all."""
    rows = matching(Payout.objects.filter(run=run).select_related("party", "mandate"), search)
    return rows.filter(state=state) if state else rows


def matching(rows: QuerySet[Payout], search: str) -> QuerySet[Payout]:
    """Return those whose payee's name holds every word, or whose reference it is; all for an empty search."""
    words = search.strip()
    if not words:
        return rows
    named = Q()
    for key in search_key(words).split():
        named &= Q(party__name_search__contains=key)
    by_reference = Q(reference__endswith=f" {words}") if words.isdecimal() else Q(reference__iexact=words)
    return rows.filter(named | by_reference)


def cells_of(row: Payout) -> tuple[Any, ...]:
    """Return a payment for a list to take away: never more of an account than its ending."""
    return (row.reference, row.party.display_name, row.mandate.ending, row.amount_minor, row.currency, row.state,
            row.reason, row.sent_at, row.settled_at, row.ended_at)  # fmt: skip
