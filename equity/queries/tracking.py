"""The tracker's words: what happened, where we are, what comes next and when."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equity.enums import UNFINISHED, ApplicationState
from equity.models import Application, Certificate, RegisterEntry

OVER = {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED, ApplicationState.REFUNDED}


def board_decides_by(application: Application) -> date:
    """Return the latest day for the board: money of an offer may be kept that many days after it closes (s.578)."""
    return (application.offer.closes_at + timedelta(days=application.offer.profile.refund_after_days)).date()


def tracker_steps(application: Application, *, today: date) -> list[dict[str, Any]]:
    """Return the steps with state done, now, next or stopped, each with its sentence in the reader's language."""
    if application.state in OVER:
        return [_started(application), _ending(application)]
    return [_started(application), _paid(application), _board(application), _register(application),
            _certificate(application)]  # fmt: skip


def _step(title: str, state: str, sentence: str = "", at: Any = None, url: str = "", text: str = "") -> dict[str, Any]:
    return {"title": title, "state": state, "sentence": sentence, "at": at, "link_url": url, "link_text": text}


def _started(application: Application) -> dict[str, Any]:
    if application.state in UNFINISHED and application.state != ApplicationState.PAYABLE:
        return _step(_("Your application"), "now", _("It is saved at every step. Go on whenever you like."),
                     application.started_at)  # fmt: skip
    return _step(_("Your application"), "done", at=application.started_at)


def _paid(application: Application) -> dict[str, Any]:
    if application.paid_at:
        held = "" if application.allotted_at else _("Your money lies in the account named in the offer.")
        return _step(_("Paid"), "done", held, application.paid_at)
    state = "now" if application.state == ApplicationState.PAYABLE else "next"
    return _step(_("Payment"), state, _("Nothing has been taken yet."))


def _board(application: Application) -> dict[str, Any]:
    if application.allotted_at:
        return _step(_("The board has decided"), "done", at=application.allotted_at)
    state = "now" if application.state == ApplicationState.PAID else "next"
    by = date_format(board_decides_by(application), "DATE_FORMAT")
    return _step(
        _("Waiting for the board"),
        state,
        _("The board decides by %(day)s at the latest. Until then you can take your money back.") % {"day": by},
    )


def _register(application: Application) -> dict[str, Any]:
    entry = RegisterEntry.objects.filter(application=application).select_related("batch").first()
    if entry is None:
        return _step(_("In the register of members"), "next", _("From that day you are a shareholder."))
    day = date_format(entry.effective_on, "DATE_FORMAT")
    return _step(
        _("In the register of members"),
        "done",
        _("You have been a shareholder since %(day)s.") % {"day": day},
        entry.batch.entered_at,
    )


def _certificate(application: Application) -> dict[str, Any]:
    certificate = Certificate.objects.filter(lot__entry__application=application).select_related("file").first()
    if certificate is None:
        return _step(_("Certificate"), "next", _("It comes by mail and lies in your portal."))
    made = Certificate.objects.filter(pk=certificate.pk).aggregate(at=Max("file__made_at"))["at"]
    if made is None:
        return _step(_("Certificate"), "now", _("It is being made at this moment."))
    return _step(
        _("Certificate"),
        "done",
        _("Certificate %(serial)s is yours.") % {"serial": certificate.serial},
        made,
        reverse("me_certificate", args=[certificate.public_id]),
        _("Open the certificate (PDF)"),
    )


def _ending(application: Application) -> dict[str, Any]:
    if application.state == ApplicationState.REFUNDED:
        return _step(_("Refunded"), "stopped", _("Your money is on its way back; banks usually take 5 to 10 days."),
                     application.refunded_at)  # fmt: skip
    if application.state == ApplicationState.WITHDRAWN:
        sentence = (
            _("You withdrew. Your money goes back the way it came.")
            if application.paid_at
            else _("You withdrew. Nothing was paid.")
        )
        return _step(_("Withdrawn"), "stopped", sentence, application.withdrawn_at)
    sentence = (
        _("Your money goes back the way it came.")
        if application.paid_at
        else _("The time for which we kept your shares is over. Nothing was paid.")
    )
    return _step(_("Ended"), "stopped", sentence, application.expired_at)
