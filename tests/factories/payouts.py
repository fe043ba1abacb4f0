"""Payment runs to invented parties, for a purpose of the tests' own or for whoever is named."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Party, User
from core import clock
from core.jobs import engine
from core.transactions import atomic
from payments.models import Payout, PayoutRun
from payments.services import payout_sweeping
from payments.services.payout_runs import PayoutRow, approve_run, prepare_run
from tests.factories.banking import make_mandate
from tests.factories.people import make_holder, make_staff

PURPOSE = "test_payout"


def make_payee(*, ending: str = "4471", **fields: Any) -> Party:
    """Write a person with bank details that end so."""
    party = make_holder().party
    assert party is not None
    make_mandate(party, ending=ending, **fields)
    return party


def make_run(
    parties: Sequence[Party],
    *,
    amounts: Sequence[int] = (),
    route: str = "sandbox",
    by: User | None = None,
    purpose: str = PURPOSE,
    not_before: datetime | None = None,
    currency: str = "GBP",
    title: str = "Test run",
) -> PayoutRun:
    """Draft a run that pays each party by the details in force: 70, 71, 72 … minor units unless told."""
    at = clock.now()
    amounts = amounts or range(70, 70 + len(parties))
    rows = [
        PayoutRow(party.pk, party.bank_mandates.get(ended_at=None).pk, f"TEST {party.pk}", amount)
        for party, amount in zip(parties, amounts, strict=True)
    ]
    with atomic():
        return prepare_run(
            purpose=purpose,
            reference="a-test",
            title=title,
            title_vi="Đợt thử",
            currency=currency,
            route=route,
            rows=rows,
            not_before=not_before or at,
            by=by or make_staff("finance"),
            at=at,
        )


def approve(run: PayoutRun, *, by: User | None = None) -> PayoutRun:
    """Let a director approve what the run says."""
    with atomic():
        return approve_run(run=run, sha256=run.rows_sha256, by=by or make_staff("director"), at=clock.now())


def drive(turns: int = 3) -> None:
    """Do what worker and sweeper do: begin, send, read the bank's news, finish; chunks put off are met at once."""
    for _turn in range(turns):
        payout_sweeping.sweep()
        engine.run()
    payout_sweeping.sweep()


def states(run: PayoutRun) -> list[str]:
    """Return the states of the run's payouts in their order."""
    return list(Payout.objects.filter(run=run).order_by("pk").values_list("state", flat=True))
