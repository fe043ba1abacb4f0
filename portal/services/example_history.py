"""What happened at the invented company before its open offer: rounds in the register, their money in the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from random import Random

from accounts.models import Party
from core.transactions import needs_transaction
from equity.models import ShareClass
from equity.queries.company import issued_shares
from equity.queries.holders import names_in_register
from equity.rules.capital import nominal_parts
from equity.services.bookings import open_share_accounts
from equity.services.register import Issue, Written, write_issues
from ledger.services.posting import Leg, post
from portal.services.example_people import ExampleHolder

QUANTITIES = (2, 4, 6, 8, 10, 20, 40, 84, 126, 210, 420)
WEIGHTS = (18, 22, 12, 8, 14, 10, 7, 4, 2, 2, 1)
BUY_AGAIN = 0.15


@dataclass(frozen=True)
class Round:
    """A past sale of shares; ``part_percent`` of the customers came with it, the rest with the last."""

    name: str
    on: date
    price_minor: int
    part_percent: int

    @property
    def at(self) -> datetime:
        """The moment at which it was entered, around noon."""
        return moment_on(self.on)


CUSTOMER_ROUNDS = (
    Round("First Lock Round, board minute 2014/06", date(2014, 6, 20), 9_50, 25),
    Round("Towpath Round, board minute 2017/11", date(2017, 9, 29), 14_00, 35),
    Round("Winding Hole Round, board minute 2021/14", date(2021, 10, 15), 19_00, 40),
)


def moment_on(day: date) -> datetime:
    """Return eleven o'clock UTC of the day."""
    return datetime.combine(day, time(11), tzinfo=UTC)


def shares_of(random: Random) -> int:
    """Return how many shares somebody buys: mostly a few, now and then hundreds; always whole pairs."""
    return random.choices(QUANTITIES, WEIGHTS)[0]


@needs_transaction
def write_round(*, share_class: ShareClass, issues: Sequence[Issue], reference: str, on: date) -> Written:
    """Enter a paid issue in the register, and its money: bank to share capital and premium, in one entry."""
    at = moment_on(on)
    quantity, paid = sum(issue.quantity for issue in issues), sum(issue.paid_minor for issue in issues)
    before = issued_shares()[share_class.pk]
    (capital,) = nominal_parts(share_class.nominal_minor, issued_before=before, quantities=[quantity])
    written = write_issues(
        share_class=share_class, issues=issues, effective_on=on, reference=reference, by=None, at=at, entered_at=at
    )
    open_share_accounts(share_class.currency)
    bank, nominal, premium = (f"{name}:{share_class.currency}" for name in ("bank", "share_capital", "share_premium"))
    post(
        key=f"issue:{written.batch.sequence}",
        kind="share_issue",
        legs=[Leg(bank, nominal, capital), Leg(bank, premium, paid - capital)],
        effective_on=on,
        reason=reference,
        source=f"register:{written.batch.sequence}",
        by=None,
        at=at,
    )
    return written


def issue_to(party: Party, *, address: str, country: str, quantity: int, price_minor: int) -> Issue:
    """Return an issue of fully paid shares."""
    return Issue(
        holder=party,
        names=tuple(names_in_register(party)),
        service_address=address,
        country=country,
        quantity=quantity,
        paid_minor=quantity * price_minor,
        surname=party.surname,
    )


@needs_transaction
def write_customer_round(
    *,
    share_class: ShareClass,
    sale: Round,
    new: Sequence[ExampleHolder],
    early: Sequence[ExampleHolder],
    random: Random,
    first: Issue | None = None,
) -> Written:
    """Enter a round: ``first`` if there is one, everybody new, and about one in seven of those who hold already."""
    buyers = [*new, *(holder for holder in early if random.random() < BUY_AGAIN)]
    issues = [
        issue_to(
            holder.party,
            address=str(holder.plan.address),
            country=holder.plan.address.country,
            quantity=shares_of(random),
            price_minor=sale.price_minor,
        )
        for holder in buyers
    ]
    issues = [first, *issues] if first else issues
    return write_round(share_class=share_class, issues=issues, reference=sale.name, on=sale.on)
