"""Applications as the office sees them: no bank and no card data."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rules.names import search_key
from equity.enums import UNFINISHED, ApplicationState
from equity.models import Application, Certificate, Offer
from payments.models import Payment, Refund
from payments.queries.payments import payments_of
from portal.queries.office_trail import TrailEvent, timeline_of

PAYMENT, REFUND = _("Payment"), _("Refund")
SORTS = {
    "name": ("applicant__name_sort", "id"),
    "state": ("state", "id"),
    "shares": ("quantity", "id"),
    "started": ("started_at", "id"),
    "paid": ("paid_at", "id"),
}


@dataclass(frozen=True)
class Standing:
    """How an offer stands: applications and shares by what became of them."""

    unfinished: int
    paid: int
    paid_shares: int
    allotted: int
    allotted_shares: int
    minimum_shares: int

    @property
    def reaches_minimum(self) -> bool:
        """Tell whether paid and allotted shares reach the minimum."""
        return self.paid_shares + self.allotted_shares >= self.minimum_shares


@dataclass(frozen=True)
class MoneyLine:
    """A payment or refund of an application: what it is, in which state, how much."""

    label: Promise
    state: str
    amount_minor: int
    currency: str
    at: datetime


def applications_for_office(
    *, search: str = "", state: str = "", offer_slug: str = "", sort: str = "-started"
) -> QuerySet[Application]:
    """Return applications found by name, address or reference, in one state and offer when named."""
    rows = Application.objects.select_related("applicant", "applicant_user", "offer")
    if state:
        rows = rows.filter(state=state)
    if offer_slug:
        rows = rows.filter(offer__slug=offer_slug)
    if search:
        match = Q(applicant_user__email__icontains=search) | Q(public_id=search)
        named = Q()
        for word in search_key(search).split():
            named &= Q(applicant__name_search__contains=word)
        rows = rows.filter(match | named)
    return rows.order_by(*_order(sort))


def _order(sort: str) -> list[OrderBy]:
    names = SORTS.get(sort.removeprefix("-"), SORTS["started"])
    if sort.startswith("-") or sort not in SORTS:
        return [F(name).desc(nulls_last=True) for name in names]
    return [F(name).asc(nulls_last=True) for name in names]


def standing_of(offer: Offer) -> Standing:
    """Return the offer's standing in one query."""
    paid, allotted = Q(state=ApplicationState.PAID), Q(state=ApplicationState.ALLOTTED)
    sums = Application.objects.filter(offer=offer).aggregate(
        unfinished=Count("id", filter=Q(state__in=UNFINISHED)),
        paid=Count("id", filter=paid),
        paid_shares=Sum("quantity", filter=paid, default=0),
        allotted=Count("id", filter=allotted),
        allotted_shares=Sum("quantity", filter=allotted, default=0),
    )
    return Standing(**sums, minimum_shares=offer.minimum_shares)


def money_lines(application: Application) -> list[MoneyLine]:
    """Return the application's payments and refunds, oldest first."""
    lines = []
    for payment in payments_of(purpose="share_application", reference=application.public_id).prefetch_related(
        "refunds"
    ):
        state = payment.get_state_display()
        lines.append(MoneyLine(PAYMENT, state, payment.amount_minor, payment.currency, payment.created_at))
        lines += [_refund_line(payment, refund) for refund in payment.refunds.all()]
    return sorted(lines, key=lambda line: line.at)


def _refund_line(payment: Payment, refund: Refund) -> MoneyLine:
    return MoneyLine(REFUND, refund.get_state_display(), refund.amount_minor, payment.currency, refund.requested_at)


def application_timeline(application: Application) -> list[TrailEvent]:
    """Return all that happened to the application and its payments, newest first."""
    payments = payments_of(purpose="share_application", reference=application.public_id)
    subjects = [("equity.application", str(application.pk))]
    subjects += [("payments.payment", str(pk)) for pk in payments.values_list("pk", flat=True)]
    return timeline_of(subjects)


def find_certificate(application: Application) -> Certificate | None:
    """Return the certificate of the application's allotment, with its file where it is made."""
    rows = Certificate.objects.filter(lot__entry__application=application)
    return rows.select_related("file", "lot__account__member").first()
