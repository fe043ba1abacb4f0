"""The holder's portal: one glance, one thing to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import holder_required, signed_in_user
from core import clock
from equity.enums import UNFINISHED, ApplicationState
from equity.models import Application, ShareClass
from equity.queries.applications import applications_of
from equity.queries.certificates import certificates_of
from equity.queries.holdings import Holding, holdings_of
from equity.queries.paying import Paying, paying_of_all
from equity.queries.register import known_now
from equity.queries.tracking import money_sentences
from equity.services.bookings import day_of
from portal.queries.dividend_glance import glance_of
from portal.queries.my_royalties import my_beers, royalty_task
from portal.queries.next_event import NextEvent, next_event_of
from portal.views.stored_files import stored_file

SHOWN_AT_MOST = 20


@require_GET
@holder_required
def me(request: HttpRequest) -> HttpResponse:
    """My shares, my dividends, what is under way, my certificates."""
    user, at = signed_in_user(request), clock.now()
    holdings = holdings_of(user, on=day_of(at), known_at=known_now())
    applications = list(applications_of(user)[:SHOWN_AT_MOST])
    paying = paying_of_all(applications)
    event, dividends = next_event_of(user, at=at), glance_of(user, at=at)
    beers = my_beers(user, at=at)
    context = {
        "given_name": user.party.given_name if user.party else "",
        "holding": _shown(holdings),
        "holdings": holdings,
        "task": _vote_to_cast(event) or _task(applications, paying) or dividends.task or royalty_task(beers),
        "event": event,
        "dividends": dividends,
        "beers": beers,
        "certificates": _certificates(user),
        "applications": [_line(application, paying[application.public_id]) for application in applications],
        "face": "portal",
    }
    return render(request, "portal/me.html", context)


def _shown(holdings: list[Holding]) -> dict[str, Any] | None:
    """The glance: all shares together, the oldest membership, the class of the largest holding."""
    if not holdings:
        return None
    first = holdings[0]
    vietnamese = (get_language() or "en").startswith("vi")
    share_class = ShareClass.objects.get(code=first.class_code)
    return {
        "shares": sum(holding.shares for holding in holdings),
        "issued_shares": first.issued_shares,
        "class_name": share_class.name_vi if vietnamese else share_class.name,
        "years": max(holding.years for holding in holdings),
        "since_on": min(holding.since_on for holding in holdings),
        "last_traded_price_minor": first.last_traded_price_minor,
        "last_traded_on": first.last_traded_on,
        "currency": first.currency,
    }


def _vote_to_cast(event: NextEvent | None) -> dict[str, Any] | None:
    """What cannot wait: a vote that is open now."""
    if event is None or not event.vote_url:
        return None
    return {
        "title": _("A vote is open"),
        "sentence": event.vote_title,
        "url": event.vote_url,
        "button_text": _("Vote now"),
    }


def _task(applications: list[Application], paying: dict[str, Paying]) -> dict[str, Any] | None:
    """The one thing to do: finish the application that is open and does not wait for a bank."""
    for application in applications:
        money = paying[application.public_id]
        if application.state in UNFINISHED and not money.is_under_way:
            return {
                "title": _("Your application is not finished"),
                "sentence": _state_sentence(application, money),
                "url": reverse("equity:apply", args=[application.public_id]),
                "button_text": _("Go on"),
            }
    return None


def _line(application: Application, paying: Paying) -> dict[str, Any]:
    vietnamese = (get_language() or "en").startswith("vi")
    return {
        "title": application.offer.title_vi if vietnamese else application.offer.title,
        "state_sentence": _state_sentence(application, paying),
        "url": reverse("equity:tracker", args=[application.public_id]),
    }


def _state_sentence(application: Application, paying: Paying) -> str:
    money = money_sentences(application, paying)
    if paying.is_under_way and application.state == ApplicationState.PAYABLE:
        return money
    return f"{_standing(application)} {money}".strip()


def _standing(application: Application) -> str:
    if application.state in {ApplicationState.QUANTITY_CHOSEN, ApplicationState.PAYABLE}:
        when = date_format(localtime(application.kept_until_at), "DATETIME_FORMAT")
        return _("%(count)s shares are kept for you until %(when)s.") % {"count": application.quantity, "when": when}
    sentences = {
        ApplicationState.PAID: _("Paid. It waits for the board."),
        ApplicationState.ALLOTTED: _("The shares are yours."),
        ApplicationState.WITHDRAWN: _("You withdrew."),
        ApplicationState.EXPIRED: _("It was not finished in time."),
        ApplicationState.REFUNDED: _("Your money went back."),
    }
    return sentences.get(ApplicationState(application.state), _("What you entered is saved."))


def _certificates(user: User) -> list[dict[str, Any]]:
    return [
        {
            "serial": certificate.serial,
            "shares": certificate.lot.quantity,
            "issued_on": certificate.issued_on,
            "url": reverse("me_certificate", args=[certificate.public_id]) if hasattr(certificate, "file") else "",
            "state_label": _certificate_state(certificate),
        }
        for certificate in certificates_of(user)[:SHOWN_AT_MOST]
    ]


def _certificate_state(certificate: Any) -> str:
    if hasattr(certificate, "end"):
        return str(certificate.end.get_kind_display())
    return "" if hasattr(certificate, "file") else _("being made")


@require_GET
@holder_required
def certificate(request: HttpRequest, public_id: str) -> HttpResponse:
    """The certificate's frozen bytes; 404 for anybody but its holder."""
    made = certificates_of(signed_in_user(request)).filter(file__isnull=False)
    found = get_object_or_404(made, public_id=public_id)
    return stored_file(found.file.sha256, name=f"{found.serial}.pdf")
