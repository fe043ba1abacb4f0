"""A run that is approved is exactly the rows it froze, to whoever reaches the tables."""

from typing import Any

import pytest
from django.db import DatabaseError

from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from payments.models import Payout, PayoutRun
from payments.queries.payout_runs import rows_sha256
from payments.services.payout_runs import PayoutRow, _sha256
from tests.factories.banking import make_mandate
from tests.factories.payouts import make_payee, make_run
from tests.factories.people import make_staff
from tests.payments.refusals import ANOTHER, MOMENT, refusal

pytestmark = pytest.mark.django_db
# The last is no way of ours, but a cancelled run that counts as approved could be paid all the same.
APPROVALS: list[dict[str, Any]] = [
    {"state": "approved"},
    {"state": "cancelled", "cancelled_at": MOMENT, "cancel_reason": "a mistake"},
]


def add_payout(run: PayoutRun, *, amount_minor: int) -> None:
    """Write one payment more into the draft than was frozen."""
    party = make_payee()
    mandate = party.bank_mandates.get()
    Payout.objects.create(
        run=run, party=party, mandate=mandate, reference="x", amount_minor=amount_minor, currency=run.currency
    )


@pytest.mark.parametrize("state", APPROVALS, ids=["approved", "cancelled"])
def test_run_with_a_payment_more_than_was_frozen_is_never_approved(state: dict[str, Any]) -> None:
    run = make_run([make_payee(), make_payee()])
    add_payout(run, amount_minor=100_000_000)

    broken = refusal(PayoutRun, approved_at=MOMENT, approved_by_id=ANOTHER, **state)

    assert broken == "run_is_its_rows"


def test_run_whose_bank_details_changed_is_not_approved_past_the_service() -> None:
    """Number and sum are the same: only the hash tells."""
    run = make_run([make_payee()])
    make_mandate(run.payouts.get().party, ending="9999")

    broken = refusal(PayoutRun, state="approved", approved_at=MOMENT, approved_by_id=ANOTHER)

    assert broken == "run_is_its_rows"


def draft_frozen_as(**figures: Any) -> PayoutRun:
    """Write a draft of one payment of 70 past the service, frozen with these figures in place of the true ones."""
    party = make_payee()
    row = PayoutRow(party.pk, party.bank_mandates.get().pk, "x", 70)
    true = {"payouts_count": 1, "total_minor": 70, "rows_sha256": _sha256([("p" * 22, row)], "GBP")}
    draft = make_run([make_payee()])
    draft.pk, draft.public_id, draft.purpose = None, "x" * 22, "other_payout"
    for name, value in {**true, **figures}.items():
        setattr(draft, name, value)
    draft.save(force_insert=True)
    Payout.objects.create(
        public_id="p" * 22, run=draft, party=party, mandate_id=row.mandate_id, reference="x", amount_minor=70,
        currency="GBP",
    )  # fmt: skip
    return draft


def approve_past_the_service(run: PayoutRun) -> None:
    director = make_staff("director")
    rows = PayoutRun.objects.filter(pk=run.pk)
    rows.update(state="approved", approved_at=clock.now(), approved_by=director)


@pytest.mark.parametrize(
    "frozen", [{"payouts_count": 2}, {"total_minor": 71}, {"rows_sha256": "0" * 64}], ids=["count", "sum", "hash"]
)
def test_run_frozen_with_other_figures_than_its_rows_is_never_approved(frozen: dict[str, Any]) -> None:
    run = draft_frozen_as(**frozen)

    with pytest.raises(DatabaseError) as broken, atomic():
        approve_past_the_service(run)

    assert constraint_name(broken.value) == "run_is_its_rows"


def test_run_frozen_with_its_true_figures_is_approved() -> None:
    run = draft_frozen_as()

    approve_past_the_service(run)

    assert PayoutRun.objects.get(pk=run.pk).state == "approved"


def test_service_and_database_make_one_hash_of_the_rows() -> None:
    run = make_run([make_payee(), make_payee()])

    assert rows_sha256(run) == run.rows_sha256
