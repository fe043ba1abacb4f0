"""The end of the demo's third journey: whose beer won, and how its creator is paid."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Party
from accounts.services.demo_people import DemoPerson, demo_credentials
from ballots.enums import ContestState
from ballots.models import Contest
from beers.models import Adoption
from dividends.enums import AgreementState, ReportState
from dividends.models import RoyaltyAgreement, RoyaltyRound, RoyaltyStatement, SalesReport
from payments.enums import PayoutState
from payments.models import BankMandate, Payout
from portal.queries.demo_steps import CLOCK, Step, Stop, morning_of

PURPOSE = "royalty"


@dataclass(frozen=True)
class Creator:
    """Somebody whose idea won its vote, and the address we write to."""

    party: Party
    email: str
    idea: str


def creators() -> list[Creator]:
    """Return who proposed what won, the first winner first; each person once, under their first winner."""
    found: dict[int, Creator] = {}
    adoptions = Adoption.objects.exclude(proposal__author__contact=None)
    for adoption in adoptions.select_related("proposal__author__contact").order_by("adopted_at", "pk"):
        author = adoption.proposal.author
        if author and author.contact.email:
            found.setdefault(author.pk, Creator(author, author.contact.email, adoption.proposal.text))
    return list(found.values())


def creator_people() -> list[tuple[DemoPerson, str]]:
    """Return the creators whom the demo does not show anyway, each with what they did."""
    shown = {person.email for person in demo_credentials()}
    return [
        (
            DemoPerson(creator.email, creator.party.display_name, (), ""),
            _("Proposed “%(idea)s”, which won its vote") % {"idea": creator.idea},
        )
        for creator in creators()
        if creator.email not in shown
    ]


def royalty_stops() -> list[Stop]:
    """Return the morning of the day the newest royalties are paid."""
    newest = RoyaltyRound.objects.order_by("-pk").first()
    return [Stop("royalty", _("To the day the royalties are paid"), morning_of(newest.pay_on))] if newest else []


def royalty_steps() -> list[Step]:
    """Return the steps from a declared vote on beers to the royalty of its creator."""
    is_declared = Contest.objects.filter(state=ContestState.DECLARED).exclude(promise_kind="").exists()
    won = creators()
    return [
        Step(
            _("You"),
            _("let 24 hours pass on the clock: the result of a vote on beers is final unless somebody challenges it."),
            CLOCK,
            _("The clock"),
            Adoption.objects.exists(),
            "" if is_declared else _("First the chair declares the result of a vote on beers."),
        ),
        *_agreeing(is_won=bool(won)),
        *_paying(won[0] if won else None),
    ]


def _agreeing(*, is_won: bool) -> list[Step]:
    is_agreed = RoyaltyAgreement.objects.filter(state=AgreementState.APPROVED).exists()
    is_sold = SalesReport.objects.filter(state=ReportState.APPROVED).exists()
    return [
        Step(
            _("Finance, then director"),
            _("agree on the creator's share of the beer that won, and approve it."),
            reverse("office:royalties"),
            _("Royalties"),
            is_agreed,
            "" if is_won else _("First a member's idea must have won finally."),
        ),
        Step(
            _("Finance, then director"),
            _("enter what was sold of that beer, and approve the figures."),
            reverse("office:royalty_sales"),
            _("Sales"),
            is_sold,
            "" if is_agreed else _("First the creator's share is agreed on."),
        ),
        Step(
            _("Finance"),
            _("issues the statements of royalties."),
            reverse("office:royalty_statements"),
            _("Royalties"),
            RoyaltyStatement.objects.exists(),
            "" if is_sold else _("First the figures of sales are approved."),
        ),
    ]


def _paying(creator: Creator | None) -> list[Step]:
    nobody = "" if creator else _("First a member's idea must have won finally.")
    signs_in = _(
        "signs in by a code to %(email)s (listed below with the others) and says where to pay. "
        "If that code opened the sign-in, first bank details wait seven days."
    )
    unknown = _("signs in by a code to the address our books have, and says where to pay.")
    is_told = RoyaltyStatement.objects.exists()
    payouts = Payout.objects.filter(run__purpose=PURPOSE)
    return [
        Step(
            creator.party.display_name if creator else _("Creator"),
            signs_in % {"email": creator.email} if creator else unknown,
            reverse("me_bank"),
            _("Bank details"),
            bool(creator and BankMandate.objects.filter(party=creator.party).exists()),
            nobody,
        ),
        Step(
            _("Finance, then director"),
            _("pay the royalties and approve the payment. Then move the clock to the day they are paid."),
            reverse("office:royalty_statements"),
            _("Statements"),
            payouts.filter(state=PayoutState.SETTLED).exists(),
            "" if is_told else _("First finance issues the statements of royalties."),
        ),
        Step(
            creator.party.display_name if creator else _("Creator"),
            _("sees what was sold, what it earned, and what was paid."),
            reverse("me_royalties"),
            _("Your beers"),
            first=nobody,
        ),
    ]
