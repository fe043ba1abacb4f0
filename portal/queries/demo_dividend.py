"""The third journey of the demo: where the dividend stands, and what a stranger may try next."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beers.models import Adoption
from core import clock
from dividends.enums import DeclarationState
from dividends.models import Declaration, RoyaltyStatement
from payments.enums import PayoutState
from payments.models import BankMandate, Payout, PayoutRun

HOLDER = "holder@demo.example"
BANKS_OPEN = time(9)


@dataclass(frozen=True)
class Stop:
    """A moment to which the demo's clock can go."""

    code: str
    label: str | Promise
    at: datetime


@dataclass(frozen=True)
class Step:
    """One thing to try: whose part it is, what they do, and where."""

    who: str | Promise
    what: str | Promise
    url: str
    link: str | Promise
    is_done: bool


def latest_dividend() -> Declaration | None:
    """Return the newest dividend that was not dropped."""
    standing = Declaration.objects.exclude(state=DeclarationState.DROPPED)
    return standing.order_by("-proposed_at").first()


def dividend_stops() -> list[Stop]:
    """Return the record moment and the morning of the payment day of the newest dividend."""
    dividend = latest_dividend()
    if dividend is None:
        return []
    pays_at = datetime.combine(dividend.pay_on, BANKS_OPEN, ZoneInfo(settings.TIME_ZONE))
    return [
        Stop("dividend-record", _("To the record moment of the dividend"), dividend.record_at),
        Stop("dividend", _("To the day the dividend is paid"), pays_at),
    ]


def dividend_steps() -> list[Step]:
    """Return the steps from the carried resolution to a creator's statement."""
    dividend = latest_dividend()
    runs = PayoutRun.objects.filter(purpose="dividend")
    paid = Payout.objects.filter(run__purpose="dividend", state=PayoutState.SETTLED).exists()
    page = reverse("office:dividend", args=[dividend.public_id]) if dividend else reverse("office:dividends")
    return [
        Step(
            _("Finance"),
            _("proposes the dividend that the members declared, and looks at the dry run first."),
            reverse("office:dividends"),
            _("Dividends"),
            dividend is not None,
        ),
        Step(
            _("Holder"),
            _("says where to pay it. Four accounts to try stand in the drawer of faults below."),
            reverse("me_bank"),
            _("Bank details"),
            BankMandate.objects.filter(party__user__email=HOLDER).exists(),
        ),
        *_paying(dividend, page, runs.exclude(approved_at=None).exists(), is_paid=paid),
        *_afterwards(dividend, page),
        *_creators(),
    ]


def _paying(dividend: Declaration | None, page: str, is_approved: bool, *, is_paid: bool) -> list[Step]:
    now = clock.now()
    return [
        Step(
            _("You"),
            _("move the clock to the record moment of the dividend."),
            "",
            "",
            dividend is not None and dividend.record_at <= now,
        ),
        Step(
            _("Finance"),
            _("fixes the entitlements of all holders, and prepares the payment."),
            page,
            _("Dividend"),
            dividend is not None and dividend.state == DeclarationState.COMPUTED,
        ),
        Step(
            _("Director"),
            _("reads what changed since the last run and approves exactly these payments."),
            reverse("office:payouts"),
            _("Payment runs"),
            is_approved,
        ),
        Step(
            _("You"),
            _("move the clock to the day the dividend is paid, and watch. Stop the worker in the middle, if you like."),
            "",
            "",
            is_paid,
        ),
    ]


def _afterwards(dividend: Declaration | None, page: str) -> list[Step]:
    return [
        Step(
            _("Finance"),
            _("issues the statements to everybody."),
            page,
            _("Dividend"),
            dividend is not None and dividend.statements_issued_at is not None,
        ),
        Step(
            _("Holder"),
            _("sees the dividend, how it was computed, and the statement."),
            reverse("me_dividends"),
            _("My dividends"),
            False,
        ),
        Step(
            _("Finance"),
            _("sends again what came back, in one click; a director approves it."),
            reverse("office:payouts_back"),
            _("What came back"),
            Payout.objects.filter(run__purpose="dividend", state__in=[PayoutState.RETURNED]).exists(),
        ),
    ]


def _creators() -> list[Step]:
    if not Adoption.objects.exists():
        return []
    return [
        Step(
            _("Finance, then director"),
            _("agree on the creators' share of the beer that won, enter what was sold, and approve it."),
            reverse("office:royalties"),
            _("Royalties"),
            RoyaltyStatement.objects.exists(),
        ),
    ]
