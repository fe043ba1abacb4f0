"""The third journey of the demo: where the dividend stands, and what a stranger may try next."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from dividends.enums import DeclarationState
from dividends.models import Declaration, PayoutLine
from dividends.queries.resolutions import carried_resolutions
from payments.enums import PayoutState, RunState
from payments.models import BankMandate, Payout, PayoutRun
from portal.queries.demo_steps import CLOCK, Step, Stop, morning_of

HOLDER = "holder@demo.example"
PURPOSE = "dividend"
CAME_BACK = (PayoutState.RETURNED, PayoutState.FAILED)


def latest_dividend() -> Declaration | None:
    """Return the newest dividend that was not dropped."""
    standing = Declaration.objects.exclude(state=DeclarationState.DROPPED)
    return standing.order_by("-proposed_at").first()


def dividend_stops() -> list[Stop]:
    """Return the record moment and the morning of the payment day of the newest dividend."""
    dividend = latest_dividend()
    if dividend is None:
        return []
    return [
        Stop("dividend-record", _("To the record moment of the dividend"), dividend.record_at),
        Stop("dividend", _("To the day the dividend is paid"), morning_of(dividend.pay_on)),
    ]


def dividend_steps() -> list[Step]:
    """Return the steps from the carried resolution to a payment that is sent again."""
    dividend = latest_dividend()
    page = reverse("office:dividend", args=[dividend.public_id]) if dividend else reverse("office:dividends")
    return [*_entitling(dividend, page), *_paying(), *_afterwards(dividend, page), _again()]


def _entitling(dividend: Declaration | None, page: str) -> list[Step]:
    is_record_over = dividend is not None and dividend.record_at <= clock.now()
    can_be_proposed = dividend is not None or carried_resolutions().exists()
    return [
        Step(
            _("Finance"),
            _("proposes the dividend that the members declared, and looks at the dry run first."),
            reverse("office:dividends"),
            _("Dividends"),
            dividend is not None,
            "" if can_be_proposed else _("First the members carry the resolution that declares it."),
        ),
        Step(
            _("Holder"),
            _("says where to pay it. Four accounts to try stand in the drawer of faults below."),
            reverse("me_bank"),
            _("Bank details"),
            BankMandate.objects.filter(party__user__email=HOLDER).exists(),
        ),
        Step(
            _("You"),
            _("move the clock to the record moment of the dividend."),
            CLOCK,
            _("The clock"),
            is_record_over,
            "" if dividend else _("First finance proposes the dividend: only then has the clock a button for it."),
        ),
        Step(
            _("Finance"),
            _("fixes the entitlements of all holders, and prepares the payment."),
            page,
            _("Dividend"),
            _is_computed(dividend) and _runs().exists(),
            "" if is_record_over else _("First you move the clock to the record moment."),
        ),
    ]


def _paying() -> list[Step]:
    is_approved = _runs().exclude(approved_at=None).exists()
    return [
        Step(
            _("Director"),
            _("reads what changed since the last run and approves exactly these payments."),
            reverse("office:payouts"),
            _("Payment runs"),
            is_approved,
            "" if _runs().exists() else _("First finance prepares the payment."),
        ),
        Step(
            _("You"),
            _("move the clock to the day the dividend is paid, and watch. Stop the worker in the middle, if you like."),
            CLOCK,
            _("The clock"),
            _payouts().filter(state=PayoutState.SETTLED).exists(),
            "" if is_approved else _("First a director approves the payments."),
        ),
    ]


def _afterwards(dividend: Declaration | None, page: str) -> list[Step]:
    is_issued = dividend is not None and dividend.statements_issued_at is not None
    first = "" if _is_computed(dividend) else _("First finance fixes the entitlements.")
    return [
        Step(_("Finance"), _("issues the statements to everybody."), page, _("Dividend"), is_issued, first),
        Step(
            _("Holder"),
            _("sees the dividend, how it was computed, and the statement."),
            reverse("me_dividends"),
            _("My dividends"),
            first=first,
        ),
        Step(
            _("Anybody"),
            _("types the code of a statement, and asks whether the file they were given is the one we issued."),
            reverse("check"),
            _("Check"),
            first="" if is_issued else _("First finance issues the statements."),
        ),
    ]


def _again() -> Step:
    has_come_back = _payouts().filter(state__in=CAME_BACK).exists()
    return Step(
        _("Finance"),
        _("asks for other bank details where refused, then sends again what came back; a director approves it."),
        reverse("office:payouts_back"),
        _("What came back"),
        _is_sent_again(),
        "" if has_come_back else _("First something comes back: the drawer of faults below can do that."),
    )


def _is_sent_again() -> bool:
    """Return whether somebody approved to pay what had come back from a bank, in a later payment."""
    later = PayoutLine.objects.filter(released_at=None).exclude(payout__run__approved_at=None)
    return later.filter(
        entitlement__payout_lines__released_at__isnull=False,
        entitlement__payout_lines__payout__state__in=CAME_BACK,
    ).exists()


def _is_computed(dividend: Declaration | None) -> bool:
    return dividend is not None and dividend.state == DeclarationState.COMPUTED


def _runs() -> QuerySet[PayoutRun]:
    return PayoutRun.objects.filter(purpose=PURPOSE).exclude(state=RunState.CANCELLED)


def _payouts() -> QuerySet[Payout]:
    return Payout.objects.filter(run__purpose=PURPOSE)
