"""Who is owed what of a dividend and where it stands, holder by holder, for lists of any length.

Note [Standing in SQL]: `portal.rules.dividend_states.stand_of` says where an entitlement stands; the text below says
the same for many, and a test holds the two against each other. A page asks for the standing of its fifty rows only; a
list of one state first picks the entitlements that can be in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rules.names import search_key
from core import clock
from dividends.models import Declaration, Entitlement
from portal.queries.keyset import Asked, Order, Place, Slice, cut
from portal.rules.dividend_states import ON_ITS_WAY, Stand

SORTS = {
    "number": "member.number",
    "name": "party.name_sort",
    "shares": "owed.shares",
    "net": "owed.net_minor",
}
TEXTS = frozenset({"party.name_sort"})
FETCHED = 2000
# What the office calls where money is, in the order of its way.
STATES: dict[Stand, Promise] = {
    Stand.PAID: _("paid"),
    Stand.SENT: _("sent, not confirmed yet"),
    Stand.SENDING: _("being sent"),
    Stand.TURN: _("waits for its turn"),
    Stand.APPROVED: _("approved, not sent yet"),
    Stand.PREPARED: _("in a run that waits for approval"),
    Stand.OWED: _("can be paid, in no run yet"),
    Stand.JAR: _("in the penny jar"),
    Stand.NO_DETAILS: _("waits for bank details"),
    Stand.HOLD: _("new bank details wait seven days"),
    Stand.HELD: _("held back"),
    Stand.CAME_BACK: _("did not arrive"),
    Stand.NOTHING: _("less than the smallest coin"),
}
FILTERS: dict[str, Promise] = {
    **{stand.value: words for stand, words in STATES.items() if stand != Stand.CAME_BACK},
    "failed": _("failed"),
    "returned": _("came back"),
}
OVER = "('failed', 'returned', 'held', 'cancelled')"
MINIMUM = """(SELECT latest.minimum_minor FROM dividends_declaration latest
    WHERE latest.currency = %(currency)s AND latest.state = 'computed' ORDER BY latest.computed_at DESC LIMIT 1)"""
# Where an entitlement, ``picked``, stands: by its ``last`` payout, the ``mandate`` in force, all its party ``waits``
# for. The smallest payment is that of the dividend computed last: what an earlier one left in the jar follows it.
STAND = f"""CASE
    WHEN picked.net_minor = 0 THEN 'nothing'
    WHEN last.is_live AND last.state NOT IN {OVER} THEN CASE
        WHEN last.state = 'settled' THEN 'paid'
        WHEN last.state IN ('sent', 'sending') THEN last.state
        WHEN last.run_state = 'draft' THEN 'prepared'
        WHEN last.run_state = 'approved' THEN 'approved'
        ELSE 'turn' END
    WHEN last.state IN ('failed', 'returned') AND NOT COALESCE(mandate.given_at > last.ended_at, false) THEN 'came_back'
    WHEN waits.sum_minor < greatest({MINIMUM}, 1) THEN 'jar'
    WHEN mandate.id IS NULL THEN 'no_details'
    WHEN last.state = 'held' THEN 'held'
    WHEN mandate.usable_from > %(at)s THEN 'hold'
    ELSE 'owed' END"""
MANDATE = "LEFT JOIN payments_bankmandate mandate ON mandate.party_id = picked.party_id AND mandate.ended_at IS NULL"
LAST = """line.entitlement_id, payout.state, payout.reason, payout.ended_at, run.state AS run_state,
    line.released_at IS NULL AS is_live
    FROM dividends_payoutline line
    JOIN payments_payout payout ON payout.id = line.payout_id JOIN payments_payoutrun run ON run.id = payout.run_id"""
WAITS = """other.party_id, sum(other.net_minor) AS sum_minor
    FROM dividends_entitlement other JOIN dividends_declaration declaration ON declaration.id = other.declaration_id
    WHERE declaration.currency = %(currency)s AND declaration.state = 'computed'
      AND NOT EXISTS (SELECT 1 FROM dividends_payoutline paying
                      WHERE paying.entitlement_id = other.id AND paying.released_at IS NULL)"""
# For a few: looked up one by one.
STANDING = f"""
SELECT picked.*, last.state AS payout_state, last.reason, last.ended_at, {STAND} AS stand
FROM picked {MANDATE}
LEFT JOIN LATERAL (
    SELECT {LAST} WHERE line.entitlement_id = picked.id ORDER BY line.payout_id DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (
    SELECT {WAITS} AND other.party_id = picked.party_id GROUP BY other.party_id
    ) waits ON NOT COALESCE(last.is_live, false)
"""  # noqa: S608  our own text
# For all: by sets.
COUNTS = f"""
WITH picked AS (
    SELECT id, party_id, net_minor FROM dividends_entitlement WHERE declaration_id = %(declaration)s
), last AS (
    SELECT DISTINCT ON (line.entitlement_id) {LAST} JOIN picked ON picked.id = line.entitlement_id
    ORDER BY line.entitlement_id, line.payout_id DESC
), waits AS (
    SELECT {WAITS} GROUP BY other.party_id
), standing AS (
    SELECT picked.net_minor, last.state, {STAND} AS stand FROM picked {MANDATE}
    LEFT JOIN last ON last.entitlement_id = picked.id LEFT JOIN waits ON waits.party_id = picked.party_id
)
SELECT CASE WHEN stand = 'came_back' THEN state ELSE stand END, count(*), sum(net_minor)::bigint
FROM standing GROUP BY 1
"""  # noqa: S608  our own text
PICKED = """
SELECT owed.id, owed.public_id, owed.party_id, member.number, party.display_name, owed.shares, owed.gross_minor,
       owed.withheld_minor, owed.net_minor, owed.country, statement.public_id AS statement_id,
       file.id IS NOT NULL AS has_file, {sort} AS place
FROM dividends_entitlement owed
JOIN equity_member member ON member.id = owed.member_id
JOIN accounts_party party ON party.id = owed.party_id
LEFT JOIN dividends_statement statement ON statement.entitlement_id = owed.id
LEFT JOIN dividends_statementfile file ON file.statement_id = statement.id
WHERE owed.declaration_id = %(declaration)s {conditions}
"""
ORDERED = "ORDER BY {place} {way}, {id} {way} LIMIT %(limit)s"
# Fifty rows first, then where each stands.
PAGE = "WITH picked AS ({picked} {ordered}) {standing} {outer}"
# Of one state: those that can be in it, where each stands, then fifty of them.
PAGE_IN_STATE = """WITH picked AS ({picked})
SELECT * FROM ({standing}) standing
WHERE stand = %(stand)s AND (%(payout_state)s = '' OR payout_state = %(payout_state)s) {outer}"""
# Which entitlements can be in a state at all: those with a payout that got so far, or those that no payout pays.
BY_PAYOUT = """AND owed.id IN (SELECT line.entitlement_id FROM dividends_payoutline line
    JOIN payments_payout payout ON payout.id = line.payout_id WHERE payout.state = ANY(%(payouts)s))"""
UNPAID = """AND NOT EXISTS (SELECT 1 FROM dividends_payoutline line
    WHERE line.entitlement_id = owed.id AND line.released_at IS NULL)"""
PAYOUTS = {
    Stand.PAID: ["settled"],
    Stand.SENT: ["sent"],
    Stand.SENDING: ["sending"],
    Stand.TURN: ["ready"],
    Stand.APPROVED: ["ready"],
    Stand.PREPARED: ["ready"],
    Stand.HELD: ["held"],
    "failed": ["failed"],
    "returned": ["returned"],
}
NAMED = "AND (party.name_search LIKE ALL(%(names)s) OR member.number = %(number)s)"


@dataclass(frozen=True)
class Standing:
    """Where an entitlement stands; the last payout's state and reason, empty where none was ever made."""

    stand: Stand
    payout_state: str
    reason: str
    ended_at: datetime | None

    @property
    def words(self) -> Promise:
        """Return it in words."""
        return FILTERS[self.payout_state] if self.stand == Stand.CAME_BACK else STATES[self.stand]

    @property
    def why(self) -> str:
        """Return the reason that keeps it from being paid, empty where the last payment's is past."""
        return self.reason if self.needs_somebody else ""

    @property
    def needs_somebody(self) -> bool:
        """Whether a person must do something before it can be paid."""
        return self.stand in {Stand.CAME_BACK, Stand.HELD}


@dataclass(frozen=True)
class StandCount:
    """How many holders of a dividend stand so, and their sum in minor units."""

    what: str
    words: Promise
    count: int
    sum_minor: int

    @property
    def needs_somebody(self) -> bool:
        """Whether a person must do something before it can be paid."""
        return self.what in {"failed", "returned", Stand.HELD}


@dataclass(frozen=True)
class Holder:
    """A line of the list: what one member is owed of the dividend, in minor units, and where it stands."""

    public_id: str
    member_number: int
    name: str
    shares: int
    gross_minor: int
    withheld_minor: int
    net_minor: int
    country: str
    statement_id: str
    has_file: bool
    standing: Standing
    place: Place


def order_of(sort: str) -> Order:
    """Return the order of the list; by member number when nothing known is asked for."""
    return Order(SORTS.get(sort.removeprefix("-"), SORTS["number"]), is_descending=sort.startswith("-"))


def holders_of(declaration: Declaration, asked: Asked, *, search: str = "", state: str = "") -> Slice[Holder]:
    """Return a page of the holders whose name holds every word, or whose member number it is, in one state or all.

    One query, whatever the number of holders.
    """

    def fetch(wanted: Asked) -> list[Holder]:
        return list(_fetch(declaration, wanted, search, state))

    return cut(fetch, asked, lambda row: row.place)


def all_holders(declaration: Declaration, order: Order, *, search: str = "", state: str = "") -> Iterator[Holder]:
    """Yield the same rows from the first to the last, some thousand at a time, to take away."""
    asked: Asked | None = Asked(order, size=FETCHED)
    while asked is not None:
        found = list(_fetch(declaration, asked, search, state))
        yield from found[: asked.size]
        has_more = len(found) > asked.size
        asked = Asked(order, found[asked.size - 1].place, size=FETCHED) if has_more else None


def standing_of(entitlement: Entitlement) -> Standing:
    """Return where one entitlement stands; one query."""
    text = f"WITH picked AS (SELECT * FROM dividends_entitlement WHERE id = %(id)s) {STANDING}"  # noqa: S608  our own
    with connection.cursor() as cursor:
        cursor.execute(text, {**_values(entitlement.declaration), "id": entitlement.pk})
        state, reason, ended_at, stand = cursor.fetchone()[-4:]
    return Standing(Stand(stand), state or "", reason or "", ended_at)


def counts_of(declaration: Declaration) -> list[StandCount]:
    """Return how many holders stand where, in the order of the way; what nobody is in is left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, _values(declaration))
        found = {what: (count, total) for what, count, total in cursor.fetchall()}
    return [StandCount(what, words, *found[what]) for what, words in FILTERS.items() if what in found]


def count_on_their_way(counts: Iterable[StandCount]) -> int:
    """Return how many payments are ordered and not settled."""
    return sum(row.count for row in counts if row.what in ON_ITS_WAY)


def _fetch(declaration: Declaration, asked: Asked, search: str, state: str) -> Iterator[Holder]:
    values = {**_values(declaration), "limit": asked.size + 1}
    conditions = [_searched(search, values), _in_state(state, values), _beyond(asked, values)]
    picked = PICKED.format(sort=asked.order.column, conditions=" ".join(conditions))
    way = "DESC" if asked.is_down else "ASC"
    text = (PAGE_IN_STATE if state in FILTERS else PAGE).format(
        picked=picked,
        ordered=ORDERED.format(place=asked.order.column, id="owed.id", way=way),
        standing=STANDING,
        outer=ORDERED.format(place="place", id="id", way=way),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        for row in cursor.fetchall():
            yield _holder(*row)


def _holder(pk: int, public_id: str, _party: int, number: int, name: str, *rest: Any) -> Holder:
    shares, gross, withheld, net, country, statement, has_file, place, payout_state, reason, ended_at, stand = rest
    return Holder(
        public_id=public_id,
        member_number=number,
        name=name,
        shares=shares,
        gross_minor=gross,
        withheld_minor=withheld,
        net_minor=net,
        country=country,
        statement_id=statement or "",
        has_file=has_file,
        standing=Standing(Stand(stand), payout_state or "", reason or "", ended_at),
        place=(place, pk),
    )


def _searched(search: str, values: dict[str, Any]) -> str:
    words = search.strip()
    if not words:
        return ""
    # What LIKE would read as a pattern is no letter of a search key.
    values["names"] = [f"%{key}%" for key in search_key(words).replace("%", "").replace("_", "").split()] or [""]
    values["number"] = int(words) if words.isdecimal() and len(words) < 10 else 0
    return NAMED


def _in_state(state: str, values: dict[str, Any]) -> str:
    if state not in FILTERS:
        return ""
    is_back = state in ("failed", "returned")
    values |= {
        "payouts": PAYOUTS.get(state, []),
        "stand": Stand.CAME_BACK.value if is_back else state,
        "payout_state": state if is_back else "",
    }
    return BY_PAYOUT if state in PAYOUTS else UNPAID


def _beyond(asked: Asked, values: dict[str, Any]) -> str:
    if asked.place is None or isinstance(asked.place[0], str) != (asked.order.column in TEXTS):
        return ""
    values["value"], values["pk"] = asked.place
    return f"AND ({asked.order.column}, owed.id) {'<' if asked.is_down else '>'} (%(value)s, %(pk)s)"


def _values(declaration: Declaration) -> dict[str, Any]:
    return {"declaration": declaration.pk, "currency": declaration.currency, "at": clock.now()}
