"""Many holders who are owed a dividend and have said where they want to be paid, written a few statements at a time."""

from datetime import timedelta
from typing import Any

from accounts.models import Party, PrivateContact
from core import clock
from core.ids import new_public_id
from core.transactions import atomic
from dividends.services.paying import prepare_dividend_run
from payments.models import BankMandate, PayoutRun
from payments.rules.bank_details import uk_details
from payments.services.mandates import written_mandate
from payments.services.payout_runs import approve_run
from tests.factories.agm import register_shares
from tests.factories.dividends import Dividend, compute, make_dividend, propose

VOTERS = (4, 100, 2000)
FEWEST_SHARES = 40


def make_owed_dividend(payees: int, **terms: Any) -> Dividend:
    """Compute a dividend that is due today and owed to that many holders, all with bank details usable now.

    Most came to the register after the meeting. No two are owed the same, so that money gone astray would show.
    """
    made = make_dividend(step="carried", holdings=VOTERS)
    joined = clock.now() - timedelta(minutes=5)
    voters = [user.party for user in made.members if user.party]
    parties = [*voters, *_more_like(voters[0], payees - len(voters))]
    late = [(party, FEWEST_SHARES + 2 * number) for number, party in enumerate(parties[len(voters) :])]
    register_shares(late, at=joined, share_class=made.share_class)
    _give_details(parties)
    made.declaration = propose(made, pay_on=clock.today(), **terms)
    made.declaration = compute(made)
    return made


def make_drafted_run(made: Dividend) -> PayoutRun:
    """Prepare the payment of the dividend by the sandbox bank."""
    assert made.declaration is not None
    with atomic():
        return prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())


def make_approved_run(made: Dividend) -> PayoutRun:
    """Prepare the payment of the dividend and let the director approve it."""
    run = make_drafted_run(made)
    with atomic():
        return approve_run(run=run, sha256=run.rows_sha256, by=made.director, at=clock.now())


def _more_like(one: Party, number: int) -> list[Party]:
    fields = {field.name: getattr(one, field.name) for field in Party._meta.concrete_fields}
    fields = {name: value for name, value in fields.items() if name not in {"id", "public_id"}}
    parties = Party.objects.bulk_create([Party(public_id=new_public_id(), **fields) for _turn in range(number)])
    PrivateContact.objects.bulk_create([PrivateContact(party=party, country="GB") for party in parties])
    return parties


def _give_details(parties: list[Party]) -> None:
    """Every account ends in 7, of which the sandbox bank tells no story: it is paid."""
    at = clock.now()
    BankMandate.objects.bulk_create(
        [
            written_mandate(
                party=party,
                details=uk_details(
                    sort_code="601613", account_number=f"31{number:05d}7", holder_name=party.display_name
                ),
                by=None,
                at=at,
                usable_from=at,
            )
            for number, party in enumerate(parties)
        ]
    )
