"""A dividend stored as a straightforward program would: a loop over holders, the ORM's ``create`` for each row."""

import hashlib

from core import clock
from dividends.enums import Way
from dividends.models import Declaration, Entitlement, Statement
from dividends.rules.allocation import Holding, Rounding, allocate
from dividends.rules.withholding import withheld_minor
from dividends.services.bookings import payable_account
from equity.models import Member
from equity.queries.record_date import holdings_at
from equity.services.bookings import day_of
from ledger.enums import AccountKind
from ledger.models import Entry, Movement
from ledger.services.posting import open_account
from tests.factories.dividends import make_rule


def store_by_loop(declaration: Declaration, loop: int) -> int:
    """Store entitlement, account, movement and statement of the first holders; return how many. Rates are looked up."""
    at, rule = clock.now(), make_rule()
    holdings = [
        row for _place, row in zip(range(loop), holdings_at(share_class_id=declaration.share_class_id,
                                                            record_at=declaration.record_at), strict=False)
    ]  # fmt: skip
    allocation = allocate(
        [Holding(row.number, row.shares) for row in holdings],
        rounding=Rounding.FLOOR,
        rate_minor=declaration.rate_minor,
    )
    earnings = open_account(code="retained_earnings:GBP", kind=AccountKind.EQUITY, currency="GBP")
    entry = Entry.objects.create(
        key=f"loop:{declaration.public_id}", kind="dividend", effective_on=day_of(at), posted_at=at, reason="a loop"
    )
    for holding, row in zip(holdings, allocation.rows, strict=True):
        member = Member.objects.select_related("party").get(pk=holding.member_id)
        tax = withheld_minor(row.gross_minor, rule.rate_ppm)
        owed = Entitlement.objects.create(
            declaration=declaration, member=member, party=member.party, shares=row.shares,
            exact_minor=row.exact_minor, brought_fraction=row.brought_fraction, gross_minor=row.gross_minor,
            carried_fraction=row.carried_fraction, country=holding.country, withholding_rule=rule,
            withheld_ppm=rule.rate_ppm, withheld_minor=tax, net_minor=row.gross_minor - tax,
        )  # fmt: skip
        account = open_account(
            code=payable_account("loop_payable", "GBP", member.party.public_id), kind=AccountKind.LIABILITY,
            currency="GBP", owner=member.party.public_id,
        )  # fmt: skip
        if owed.net_minor:
            Movement.objects.create(
                entry=entry, debit=earnings, credit=account, currency="GBP", amount_minor=owed.net_minor
            )
        Statement.objects.create(
            entitlement=owed, number=10_000_000 + member.number, language="en", issued_on=day_of(at), issued_at=at,
            way=Way.WAITING, earlier_minor=0, paid_minor=0, kept_minor=owed.net_minor,
            facts_sha256=hashlib.sha256(str(owed.net_minor).encode()).hexdigest(),
        )  # fmt: skip
    return len(holdings)
