"""From what statements announced to a payment run, which another person approves."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import audit
from core.errors import constraints_as
from core.transactions import atomic, needs_transaction
from dividends.models import RoyaltyPayoutLine, RoyaltyRound
from dividends.queries.owed import begins_on
from dividends.queries.royalties_owed import RoyaltyOwed, is_royalty_owed_again, royalties_owed
from dividends.royalty_errors import LAWS
from dividends.rules.royalty_facts import royalty_number
from payments.errors import NothingToPay
from payments.models import Payout, PayoutRun
from payments.queries.mandates import mandate_of
from payments.services.payout_runs import PayoutRow, prepare_run
from payments.services.payouts_again import check_account

if TYPE_CHECKING:
    from accounts.models import User

PURPOSE = "royalty"


@needs_transaction
def prepare_royalty_run(*, issue: RoyaltyRound, route: str, by: "User", at: datetime) -> PayoutRun:
    """Draft the payment of what is open up to the round's day, with what earlier rounds left or came back.

    Raises `payments.errors.NothingToPay`, `RunDraftWaits`, `RoyaltyPaidElsewhere`.
    """
    not_before = max(begins_on(issue.pay_on), at)
    found = royalties_owed(issue.currency, usable_at=not_before, pay_on=issue.pay_on)
    return _draft(issue, found, route=route, not_before=not_before, by=by, at=at)


@needs_transaction
def prepare_royalty_again(*, payout: Payout, by: "User", at: datetime, same_account: bool = False) -> PayoutRun:
    """Draft anew what a creator is owed after a payout failed, came back or was held; never before its day.

    Only where something the payout was for is owed again.
    ``same_account``: somebody says that it goes where the bank refused it, all the same.
    Raises `payments.errors.NothingToPay` when nothing of it is open, or there are no bank details that may be used;
    `SameAccountAgain` when nobody says so (Note [The same account again]).
    """
    issue = RoyaltyRound.objects.filter(statements__payout_lines__payout=payout).order_by("-pk").first()
    if issue is None:
        raise NothingToPay()
    not_before = max(begins_on(issue.pay_on), at)
    found: list[RoyaltyOwed] = []
    if is_royalty_owed_again(payout):
        found += royalties_owed(payout.currency, usable_at=not_before, pay_on=issue.pay_on, party_id=payout.party_id)
    said = {"same_account": True} if same_account else {}
    for row in [] if same_account else found:
        tried = Payout.objects.filter(royalty_lines__statement__in=row.statements)
        check_account(tried=tried, mandate=mandate_of(row.party_id))
    run = _draft(issue, found, route=payout.run.route, not_before=not_before, by=by, at=at)
    audit.record(by=by, at=at, verb="payout_again", subject=payout, run=run.public_id, **said)
    return run


def _draft(
    issue: RoyaltyRound, found: Sequence[RoyaltyOwed], *, route: str, not_before: datetime, by: "User", at: datetime
) -> PayoutRun:
    payable = [(row, row.mandate_id) for row in found if row.what == "payable" and row.mandate_id]
    run = prepare_run(
        purpose=PURPOSE,
        reference=issue.public_id,
        title=_title(issue, "en"),
        title_vi=_title(issue, "vi"),
        currency=issue.currency,
        route=route,
        rows=[
            PayoutRow(row.party_id, mandate_id, f"ROYALTY {royalty_number(row.number)}", row.sum_minor)
            for row, mandate_id in payable
        ],
        not_before=not_before,
        by=by,
        at=at,
    )
    payouts = dict(Payout.objects.filter(run=run).values_list("party_id", "pk"))
    with constraints_as(LAWS), atomic():
        RoyaltyPayoutLine.objects.bulk_create(
            [
                RoyaltyPayoutLine(statement_id=statement, payout_id=payouts[row.party_id])
                for row, _mandate_id in payable
                for statement in row.statements
            ]
        )
    return run


def _title(issue: RoyaltyRound, language: str) -> str:
    with translation.override(language):
        return _("Creators' shares of %(day)s") % {"day": date_format(issue.issued_on, "DATE_FORMAT")}
