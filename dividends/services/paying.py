"""From what is owed to a payment run: who can be paid, in one draft that another person approves."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.planning import planned_for_many
from core.transactions import atomic, needs_transaction
from dividends.enums import DeclarationState
from dividends.errors import NotComputed, PaidElsewhere
from dividends.models import Declaration
from dividends.queries.owed import Payable, begins_on, is_owed_again, payable
from dividends.services.turns import take_turn_paying
from payments.models import Payout, PayoutRun
from payments.queries.mandates import mandate_of
from payments.services.payout_runs import PayoutRow, prepare_run
from payments.services.payouts_again import check_account

if TYPE_CHECKING:
    from accounts.models import User

PURPOSE = "dividend"


@needs_transaction
def prepare_dividend_run(*, declaration: Declaration, route: str, by: "User", at: datetime) -> PayoutRun:
    """Draft the payment of everything open in the declaration's currency that can be paid on its day.

    That includes what stayed below the minimum of earlier dividends and what came back, never what has a later payment
    day. Raises `NotComputed`,
    `payments.errors.NothingToPay`, `RunDraftWaits`.
    """
    take_turn_paying(declaration.currency)
    declaration = lock(Declaration.objects.all(), pk=declaration.pk)
    if declaration.state != DeclarationState.COMPUTED:
        raise NotComputed()
    not_before = max(begins_on(declaration.pay_on), at)
    with planned_for_many():
        found = list(
            payable(declaration.currency, minimum_minor=declaration.minimum_minor, usable_at=not_before),
        )
        return _draft(declaration, found, route=route, not_before=not_before, by=by, at=at)


@needs_transaction
def prepare_again(*, payout: Payout, by: "User", at: datetime, same_account: bool = False) -> PayoutRun:
    """Draft anew what a party is owed by today after a payout failed, came back or was held; a small sum is paid too.

    Only where something the payout was for is owed again: another payment of the party says nothing about its jar.
    ``same_account``: somebody says that it goes where the bank refused it, all the same.
    Raises `payments.errors.NothingToPay` when nothing of it is open, or the party has no bank details that may be used;
    `SameAccountAgain` when nobody says so (Note [The same account again]).
    """
    take_turn_paying(payout.currency)
    declaration = Declaration.objects.filter(entitlements__payout_lines__payout=payout).order_by("-pk").first()
    if declaration is None:
        raise NotComputed()
    declaration = lock(Declaration.objects.all(), pk=declaration.pk)
    found: list[Payable] = []
    if is_owed_again(payout):
        found += payable(payout.currency, minimum_minor=0, usable_at=at, party_id=payout.party_id)
    said = {"same_account": True} if same_account else {}
    for row in [] if same_account else found:
        tried = Payout.objects.filter(dividend_lines__entitlement__in=row.entitlements)
        check_account(tried=tried, mandate=mandate_of(row.party_id))
    run = _draft(declaration, found, route=payout.run.route, not_before=at, by=by, at=at)
    audit.record(by=by, at=at, verb="payout_again", subject=payout, run=run.public_id, **said)
    return run


def _draft(
    declaration: Declaration, found: Sequence[Payable], *, route: str, not_before: datetime, by: "User", at: datetime
) -> PayoutRun:
    run = prepare_run(
        purpose=PURPOSE,
        reference=declaration.public_id,
        title=declaration.title,
        title_vi=declaration.title_vi,
        currency=declaration.currency,
        route=route,
        rows=[PayoutRow(row.party_id, row.mandate_id, f"DIVIDEND {row.member_number}", row.sum_minor) for row in found],
        not_before=not_before,
        by=by,
        at=at,
    )
    with constraints_as({"payout_line_pays_once": PaidElsewhere}), atomic():
        _write_lines(run, found)
    return run


def _write_lines(run: PayoutRun, found: Sequence[Payable]) -> None:
    payouts = dict(Payout.objects.filter(run=run).values_list("party_id", "pk"))
    with (
        connection.wrap_database_errors,  # psycopg's own errors pass through a copy
        connection.cursor() as cursor,
        cursor.copy("COPY dividends_payoutline (entitlement_id, payout_id) FROM STDIN") as copy,
    ):
        for row in found:
            for entitlement in row.entitlements:
                copy.write_row((entitlement, payouts[row.party_id]))
