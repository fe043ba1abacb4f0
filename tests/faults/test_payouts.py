"""A dividend is paid while workers are killed, the database crashes, the line to the bank breaks and hints are lost.

Whether everybody was paid exactly once is judged at the bank, which pays twice whoever orders twice. ``make chaos``
pays more people through more deaths: see `Storm`.
"""

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import Count

from core.enums import JobState
from core.models import Job, JobChunk, JobFailure
from ledger.models import Entry
from payments.enums import AttemptOutcome, PayoutState, RunState
from payments.models import Payout, PayoutAttempt, PayoutRun, SandboxTransfer
from portal.queries.proofs import findings
from tests.faults import bad_line
from tests.faults.house import House, children_of, wait_until
from tests.faults.payees import make_drafted_run, make_owed_dividend
from tests.faults.test_broker import empty

pytestmark = pytest.mark.fault
DEATHS_OF_ONE_ITEM_MAX = 2
STANDSTILL_SECONDS = 120.0
LEASE_SECONDS = "2.5"


@dataclass(frozen=True)
class Storm:
    """How many are paid, and what breaks meanwhile; ``CHAOS_…`` in the environment makes it larger."""

    payees: int = int(os.environ.get("CHAOS_PAYEES", "2000"))
    kills: int = int(os.environ.get("CHAOS_KILLS", "10"))
    restarts: int = int(os.environ.get("CHAOS_RESTARTS", "1"))
    losses_of_the_broker: int = 2
    broken_share: float = 0.11
    workers: int = 3

    def blows(self, chance: random.Random) -> list[tuple[int, str]]:
        """Return what happens at which progress, in order; progress runs from 0 to two steps for each payee."""
        counts = {"kill": self.kills, "crash": self.restarts, "lose hints": self.losses_of_the_broker}
        kinds = [kind for kind, count in counts.items() for _turn in range(count)]
        return sorted((chance.randrange(1, 2 * self.payees), kind) for kind in kinds)


def progress() -> int:
    """Return how many steps are behind us: one when a payout was sent, another when it was paid."""
    states: dict[str, int] = dict(Payout.objects.values_list("state").annotate(Count("id")).order_by())
    return states.get(PayoutState.SENT, 0) + 2 * states.get(PayoutState.SETTLED, 0)


def wait_for(step: int, house: House) -> None:
    """Wait until so much progress was made; fail when nothing moves any more."""
    seen, moved = -1, time.monotonic()
    while seen < step:
        assert time.monotonic() - moved < STANDSTILL_SECONDS, f"stands still at {seen}\n{house.last_words()}"
        time.sleep(0.1)
        try:
            now = progress()
        except (OperationalError, InterfaceError):
            connections["default"].close()
            continue
        if now != seen:
            seen, moved = now, time.monotonic()


def is_third_death_near() -> bool:
    """Three deaths at one item set it aside, as they should; chance must not bring that about here."""
    return JobChunk.objects.filter(state="running", attempts__gt=DEATHS_OF_ONE_ITEM_MAX).exists()


def kill(house: House, workers: Any, chance: random.Random) -> None:
    """Kill one of the workers alive."""
    wait_until(lambda: children_of(workers) and not is_third_death_near(), house)
    os.kill(chance.choice(children_of(workers)).pid, signal.SIGKILL)


def start_paying(house: House, storm: Storm, seed: int, **switches: Any) -> Any:
    """Let the director approve and start the workers; return their parent. Every hint of the approval is lost."""
    made = make_owed_dividend(storm.payees)
    run = make_drafted_run(made)
    house.run("tests.faults.approving_payouts", str(made.director.pk), DATABASE_ROLE="app")
    assert empty(house.folder / "broker") > 0
    assert PayoutRun.objects.get(pk=run.pk).state == RunState.APPROVED
    line = bad_line.environment(seed, share=storm.broken_share, **switches)
    return house.start("tests.faults.workers", str(storm.workers), JOB_LEASE_SECONDS=LEASE_SECONDS, **line)


def paid_at_the_bank() -> dict[str, list[int]]:
    """Return what the bank paid under each of our ids."""
    paid: dict[str, list[int]] = {}
    for reference, amount in SandboxTransfer.objects.values_list("reference", "amount"):
        paid.setdefault(reference, []).append(amount)
    return paid


def open_balances(prefix: str) -> list[str]:
    """Return the accounts of that prefix that are not at zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account.code FROM (SELECT debit_id AS account_id, amount_minor FROM ledger_movement "
            "UNION ALL SELECT credit_id, -amount_minor FROM ledger_movement) moved "
            "JOIN ledger_account account ON account.id = moved.account_id WHERE account.code LIKE %s "
            "GROUP BY account.code HAVING sum(amount_minor) <> 0",
            [f"{prefix}%"],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def seed(chance: random.Random) -> int:
    """The seed of the line, from the one that is printed."""
    return chance.randrange(10**9)


def say(storm: Storm, took: float, story: Counter[str], hints_lost: int) -> None:
    """Print the figures; pytest shows them with a failure, ``make chaos`` always."""
    orders = {fate: story[fate] for fate in [bad_line.PASSED, *bad_line.FAULTS]}
    print(storm)  # noqa: T201
    print(f"{took:.0f} s, {storm.payees / took:.0f} payouts per second, {hints_lost} hints lost")  # noqa: T201
    print(f"orders: {orders}, of which the bank knew {story[bad_line.REPEATED]}")  # noqa: T201


def let_the_storm_pass(house: House, storm: Storm, workers: Any, chance: random.Random) -> int:
    """Strike each blow at its moment and wait until the run is done; return how many hints were lost."""
    hints_lost = 0
    for step, blow in storm.blows(chance):
        wait_for(step, house)
        if blow == "kill":
            kill(house, workers, chance)
        elif blow == "crash":
            house.cluster.crash_and_restart()
        else:
            hints_lost += empty(house.folder / "broker")
    wait_for(2 * storm.payees, house)
    wait_until(lambda: PayoutRun.objects.get().state == RunState.DONE, house)
    return hints_lost


def test_dividend_paid_through_chaos_reaches_everybody_once(house: House, chance: random.Random, seed: int) -> None:
    storm = Storm()
    workers = start_paying(house, storm, seed)
    began = time.monotonic()

    hints_lost = let_the_storm_pass(house, storm, workers, chance)
    house.end_processes()

    story = bad_line.story(house.folder)
    say(storm, time.monotonic() - began, story, hints_lost)
    ordered = dict(Payout.objects.values_list("public_id", "amount_minor"))
    assert len(ordered) == storm.payees
    assert paid_at_the_bank() == {public_id: [amount] for public_id, amount in ordered.items()}
    assert Counter(Payout.objects.values_list("state", flat=True)) == {PayoutState.SETTLED: storm.payees}
    assert not PayoutAttempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()
    assert (Job.objects.get().state, JobFailure.objects.count()) == (JobState.DONE, 0)
    assert open_balances("dividend_payable:") == open_balances("payout_clearing:") == []
    booked = Counter(Entry.objects.filter(kind__startswith="payout_").values_list("kind", flat=True))
    assert booked == {"payout_sent": storm.payees, "payout_settled": storm.payees}
    assert list(findings()) == []
    assert set(story) == {bad_line.PASSED, bad_line.REPEATED, *bad_line.FAULTS}, "something never happened"


def test_fresh_key_for_each_call_pays_somebody_twice(house: House, seed: int) -> None:
    """The bank can pay twice and the line can make it: what keeps us from it are the keys of the attempts."""
    storm = Storm(payees=60, broken_share=0.3)

    start_paying(house, storm, seed, kinds=("dropped after",), BANK_LINE_FRESH_KEYS="1")

    wait_until(lambda: max(map(len, paid_at_the_bank().values()), default=0) > 1, house)
