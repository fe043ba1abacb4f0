"""Where the demo stands, and what a stranger may try next."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from equity.enums import ApplicationState, OfferState
from equity.models import Application, Offer
from portal.queries.demo_dividend import dividend_steps, dividend_stops
from portal.queries.demo_meeting import meeting_steps, meeting_stops, next_meeting
from portal.queries.demo_royalties import royalty_steps, royalty_stops
from portal.queries.demo_steps import CLOCK, Step, Stop

CUSTOMER = "customer@demo.example"


@dataclass(frozen=True)
class Chapter:
    """One of the journeys."""

    title: str | Promise
    steps: list[Step]


def stops() -> list[Stop]:
    """Return the moments of the next meeting and of payments that still lie ahead, the soonest first."""
    now = clock.now()
    moments = [*meeting_stops(next_meeting()), *dividend_stops(), *royalty_stops()]
    return sorted((stop for stop in moments if stop.at > now), key=lambda stop: stop.at)


def story() -> list[Chapter]:
    """Return the journeys in their order, steps behind us marked as done."""
    return [
        Chapter(_("A customer buys"), _buying(Offer.objects.filter(state=OfferState.OPEN).order_by("pk").first())),
        Chapter(_("Shareholders vote"), meeting_steps()),
        Chapter(_("A dividend is paid"), dividend_steps()),
        Chapter(_("A creator earns"), royalty_steps()),
    ]


def _buying(offer: Offer | None) -> list[Step]:
    mine = Application.objects.filter(applicant_user__email=CUSTOMER)
    has_begun = mine.exists()
    has_waited = mine.filter(not_before_at__lte=clock.now()).exists()
    is_paid = mine.filter(state__in=[ApplicationState.PAID, ApplicationState.ALLOTTED]).exists()
    url = reverse("equity:offer", args=[offer.slug]) if offer else ""
    return [
        Step(_("Customer"), _("begins to apply for a few shares."), url, _("Offer"), has_begun),
        Step(
            _("You"),
            _("let 24 hours pass on the clock: nobody may buy sooner."),
            CLOCK,
            _("The clock"),
            has_waited,
            "" if has_begun else _("First the customer begins to apply."),
        ),
        Step(
            _("Customer"),
            _("finishes the application and pays. Cards to try stand on the payment page."),
            url,
            _("Offer"),
            is_paid,
            "" if has_waited else _("First the 24 hours pass."),
        ),
        Step(
            _("Secretary, then director"),
            _("allot the shares, so that the customer is on the register before the record date."),
            reverse("office:allotments"),
            _("Allotments"),
            mine.filter(state=ApplicationState.ALLOTTED).exists(),
            "" if is_paid else _("First the customer pays."),
        ),
    ]
