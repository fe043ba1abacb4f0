"""How many votes each member holds: what an electoral roll is made of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

# The same bitemporal question as `equity.queries.register`, summed over classes by their votes (CA 2006 s.284).
VOTES = """
SELECT member.party_id, SUM(leg.signed * class.votes_per_share)::bigint AS votes
FROM equity_registerentry entry
JOIN equity_registerbatch batch ON batch.id = entry.batch_id
CROSS JOIN LATERAL (VALUES (entry.to_account_id, entry.quantity::bigint),
                           (entry.from_account_id, -entry.quantity::bigint))
    AS leg (account_id, signed)
JOIN equity_registeraccount account ON account.id = leg.account_id
JOIN equity_member member ON member.id = account.member_id
JOIN equity_shareclass class ON class.id = account.share_class_id
WHERE entry.effective_on <= %(on)s AND batch.entered_at <= %(known_at)s
GROUP BY member.party_id HAVING SUM(leg.signed * class.votes_per_share) > 0
ORDER BY member.party_id
"""


def votes_at(moment: datetime, *, known_at: datetime) -> Iterator[tuple[int, int]]:
    """Yield (party id, votes) of every member registered at the moment, as known at ``known_at``.

    An entry is effective from the beginning of its day, but at midnight itself the day before is what counts: who asks
    for Thursday 00:00 means the register as Wednesday left it.
    Treasury shares and shares in arrears do not exist here yet: every share votes (see Note [Bitemporal]).
    """
    day = (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    values = {"on": day, "known_at": known_at}
    with connection.cursor() as cursor:
        cursor.execute(VOTES, values)
        while rows := cursor.fetchmany(5000):
            yield from rows
