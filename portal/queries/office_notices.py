"""The notice on its way to every member, row by row."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from accounts.rules.names import search_key
from agm.enums import Channel
from agm.models import Meeting, Notice, NoticeDelivery
from core.mail.delivery import ATTEMPTS_MAX

SORTS = {"name": "party__name_sort", "channel": "channel", "address": "address", "left": "mail__sent_at"}
HEAD = ("member", "channel", "address", "language", "queued_or_posted_at", "left_at", "state")
LEFT, UNDER_WAY, STUCK = "left", "under_way", "stuck"
HAS_LEFT = Q(mail__sent_at__isnull=False) | Q(channel=Channel.PAPER, sent_at__isnull=False)
IS_STUCK = Q(mail__sent_at__isnull=True, mail__attempts__gte=ATTEMPTS_MAX)


def find_notice(meeting: Meeting) -> Notice | None:
    """Return the notice that was given; it must be selected with the meeting."""
    return getattr(meeting, "notice", None)


def deliveries_for_office(
    notice: Notice, *, search: str = "", channel: str = "", state: str = "", sort: str = ""
) -> QuerySet[NoticeDelivery]:
    """Return the deliveries found by name or address, of one channel or state when named; by name unless sorted."""
    rows = (
        NoticeDelivery.objects.filter(notice=notice).select_related("party", "mail").defer("mail__text", "mail__html")
    )
    if channel:
        rows = rows.filter(channel=channel)
    if state:
        rows = rows.filter(_in_state(state))
    if search:
        named = Q()
        for word in search_key(search).split():
            named &= Q(party__name_search__contains=word)
        rows = rows.filter(Q(address__icontains=search) | named)
    return rows.order_by(*_order(sort))


def _in_state(state: str) -> Q:
    return {LEFT: HAS_LEFT, STUCK: IS_STUCK}.get(state, ~HAS_LEFT & ~IS_STUCK)


def _order(sort: str) -> Iterable[OrderBy | str]:
    field = F(SORTS.get(sort.removeprefix("-"), SORTS["name"]))
    # A mail that never left stands behind those that did, whichever way the list is turned.
    return (field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True), "pk")


def state_of(delivery: NoticeDelivery) -> str:
    """Return how far the delivery is: ``left``, ``under_way`` or ``stuck``; ``mail`` must be loaded."""
    if left_at(delivery) is not None:
        return LEFT
    return STUCK if delivery.mail is not None and delivery.mail.attempts >= ATTEMPTS_MAX else UNDER_WAY


def left_at(delivery: NoticeDelivery) -> datetime | None:
    """Return when the mail server took the mail, or the letter was posted."""
    if delivery.channel == Channel.PAPER:
        return delivery.sent_at
    return delivery.mail.sent_at if delivery.mail else None


def csv_rows(rows: QuerySet[NoticeDelivery]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `HEAD`."""
    for row in rows.iterator(chunk_size=2000):
        yield (row.party.display_name, row.channel, row.address, row.language, row.sent_at, left_at(row), state_of(row))
