"""Members who press the button again when their vote did not go through: ``python -m tests.faults.voters THREADS``.

Prints ``receipt ENTRY CODE TOKEN`` for every receipt that was handed out, ``again ERROR`` for every try that failed,
and ends well when everybody has a receipt. The same vote is sent again with the same random bits, as the page does.
"""

import secrets
import sys
from concurrent.futures import ThreadPoolExecutor

import django

from tests.faults.shoppers import persist


def vote(entry_id: int) -> None:
    """Take one member to a receipt, however often it takes."""
    from django.db import connection

    from accounts.models import User
    from ballots.models import Contest, RollEntry
    from ballots.queries.contests import Voter
    from ballots.services.voting import Receipt, cast_ballot, ranking
    from core.transactions import atomic

    cast_id = secrets.token_bytes(16)

    def cast() -> tuple[str, Receipt]:
        contest = Contest.objects.get(state="open")
        entry = RollEntry.objects.get(pk=entry_id)
        options = [option["id"] for option in contest.rules["options"]]
        shift = entry_id % len(options)
        with atomic():
            return entry.public_id, cast_ballot(
                contest=contest,
                voter=Voter(entry, 1),
                choice=ranking(contest, options[shift:] + options[:shift]),
                cast_id=cast_id,
                by=User.objects.get(party_id=entry.party_id),
            )

    entry, receipt = persist(cast)
    sys.stdout.write(f"receipt {entry} {receipt.code} {receipt.promise}\n")
    connection.close()


def main(threads: int) -> None:
    """Let everybody on the roll of the open contest vote."""
    django.setup()
    from ballots.models import RollEntry

    entries = persist(lambda: list(RollEntry.objects.values_list("pk", flat=True)))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(vote, entries))


if __name__ == "__main__":
    main(int(sys.argv[1]))
