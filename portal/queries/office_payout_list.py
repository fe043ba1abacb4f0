"""The payments of a run as a list, and those of all runs that did not arrive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.rules.names import search_key
from core import clock
from dividends.models import PayoutLine, RoyaltyPayoutLine
from payments.enums import PayoutState
from payments.models import BankMandate, Payout, PayoutRun
from portal.queries.keyset import Order
from portal.queries.office_drafts import Draft

SORTS = {"reference": "pk", "name": "party__name_sort", "amount": "amount_minor"}
BACK = (PayoutState.FAILED, PayoutState.RETURNED, PayoutState.HELD)


@dataclass(frozen=True)
class Back:
    """A payment that did not arrive: what changed since, and whether it can be sent again now.

    ``next_run`` is the run that pays it meanwhile; ``mandate`` are the bank details in force, if there are any, and
    ``waits_until`` when they are new and may not be used yet. ``draft`` must be decided before another of its kind can
    be prepared.
    """

    payout: Payout
    mandate: BankMandate | None
    waits_until: datetime | None
    is_owed: bool
    next_run: PayoutRun | None
    draft: Draft | None

    @property
    def has_new_details(self) -> bool:
        """Whether the holder has given other details than those it was paid to."""
        return self.mandate is not None and self.mandate.pk != self.payout.mandate_id


def order_of(sort: str) -> Order:
    """Return the order of a list of payments; as they stand in the run when nothing known is asked for."""
    return Order(SORTS.get(sort.removeprefix("-"), "pk"), is_descending=sort.startswith("-"))


def payments_of(run: PayoutRun, *, search: str = "", state: str = "") -> QuerySet[Payout]:
    """Return the run's payments whose payee's name holds every word, or whose reference it is, in one state or all."""
    rows = _matching(Payout.objects.filter(run=run).select_related("party", "mandate"), search)
    return rows.filter(state=state) if state else rows


def payments_back(*, search: str = "", state: str = "", owed_only: bool = True) -> QuerySet[Payout]:
    """Return payments of all runs that did not arrive, latest first; only what is owed again, or everything."""
    rows = _matching(Payout.objects.filter(state__in=[state] if state in BACK else BACK), search)
    rows = rows.select_related("party", "mandate", "run").annotate(is_owed=_is_owed())
    return rows.filter(is_owed=True) if owed_only else rows


def _is_owed() -> Q:
    """Whether something the payment was for is in no other payment now."""
    paid = PayoutLine.objects.filter(entitlement=OuterRef("entitlement"), released_at__isnull=True)
    earned = RoyaltyPayoutLine.objects.filter(statement=OuterRef("statement"), released_at__isnull=True)
    dividend = PayoutLine.objects.filter(payout=OuterRef("pk")).exclude(Exists(paid))
    royalty = RoyaltyPayoutLine.objects.filter(payout=OuterRef("pk")).exclude(Exists(earned))
    return Q(Exists(dividend)) | Q(Exists(royalty))


def _matching(rows: QuerySet[Payout], search: str) -> QuerySet[Payout]:
    words = search.strip()
    if not words:
        return rows
    named = Q()
    for key in search_key(words).split():
        named &= Q(party__name_search__contains=key)
    by_reference = Q(reference__endswith=f" {words}") if words.isdecimal() else Q(reference__iexact=words)
    return rows.filter(named | by_reference)


def backs_of(payouts: list[Payout], drafts: Sequence[Draft] = ()) -> list[Back]:
    """Return the payments in words, with the bank details in force now; three queries."""
    mandates = {
        mandate.party_id: mandate
        for mandate in BankMandate.objects.filter(party__in=[row.party_id for row in payouts], ended_at=None)
    }
    runs, at = dict(_runs_of(payouts)), clock.now()
    backs = []
    for row in payouts:
        mandate = mandates.get(row.party_id)
        waits_until = mandate.usable_from if mandate and mandate.usable_from > at else None
        draft = next((draft for draft in drafts if draft.keeps_back(row.run)), None)
        is_owed = bool(getattr(row, "is_owed", False))
        backs.append(Back(row, mandate, waits_until, is_owed, runs.get(row.pk), draft))
    return backs


def _runs_of(payouts: list[Payout]) -> Iterator[tuple[int, PayoutRun]]:
    """Yield the run that pays each of them now, where one does; two queries."""
    was = [row.pk for row in payouts]
    dividends = PayoutLine.objects.filter(entitlement__payout_lines__payout__in=was)
    royalties = RoyaltyPayoutLine.objects.filter(statement__payout_lines__payout__in=was)
    yield from _live(dividends.annotate(was=F("entitlement__payout_lines__payout")))
    yield from _live(royalties.annotate(was=F("statement__payout_lines__payout")))


def _live(lines: QuerySet[Any]) -> Iterator[tuple[int, PayoutRun]]:
    for line in lines.filter(released_at__isnull=True).select_related("payout__run"):
        yield line.was, line.payout.run


def cells_of(row: Payout) -> tuple[Any, ...]:
    """Return a payment for a list to take away: never more of an account than its ending."""
    return (row.reference, row.party.display_name, row.mandate.ending, row.amount_minor, row.currency, row.state,
            row.reason, row.sent_at, row.settled_at, row.ended_at)  # fmt: skip
