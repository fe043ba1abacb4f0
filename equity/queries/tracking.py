"""The tracker's words: what happened, where we are, what comes next and when."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from equity.enums import UNFINISHED, ApplicationState
from equity.models import Application, Certificate, RegisterEntry
from equity.queries.paying import Paying, paying_of
from payments.queries.payments import failed_refunds

OVER = {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED, ApplicationState.REFUNDED}


def board_decides_by(application: Application) -> date:
    """Return the latest day for the board: money of an offer may be kept that many days after it closes (s.578)."""
    return (application.offer.closes_at + timedelta(days=application.offer.profile.refund_after_days)).date()


def tracker_steps(application: Application, *, today: date) -> list[dict[str, Any]]:
    """Return the steps with state done, now, next or stopped, each with its sentence in the reader's language."""
    paying = paying_of(application)
    if application.state in OVER:
        return [_started(application), _ending(application, paying)]
    return [_started(application), _paid(application, paying), _board(application), _register(application),
            _certificate(application)]  # fmt: skip


def _step(title: str, state: str, sentence: str = "", at: Any = None, url: str = "", text: str = "") -> dict[str, Any]:
    return {"title": title, "state": state, "sentence": sentence, "at": at, "link_url": url, "link_text": text}


def _started(application: Application) -> dict[str, Any]:
    if application.state in UNFINISHED and application.state != ApplicationState.PAYABLE:
        return _step(_("Your application"), "now", _("It is saved at every step. Go on whenever you like."),
                     application.started_at)  # fmt: skip
    return _step(_("Your application"), "done", at=application.started_at)


def money_sentences(application: Application, paying: Paying, *, gives_up: bool = False) -> str:
    """Return what a bank works on and what came and could not be used, in words; empty when there is neither.

    ``gives_up`` says it for somebody who is about to end the application.
    """
    said = []
    if paying.unusable_minor:
        amount = format_minor(paying.unusable_minor, application.currency, get_language() or "en")
        came = (
            _("%(amount)s came that could not be used for this application; all of it has gone back the way it came.")
            if paying.is_back
            else _("%(amount)s came that cannot be used for this application; all of it goes back the way it came.")
        )
        said.append(came % {"amount": amount})
    if paying.is_under_way:
        is_over = gives_up or application.state in OVER or application.paid_at is not None
        said.append(
            _("Your bank is still working on a payment. If the money comes, all of it goes back the way it came.")
            if is_over
            else _("Your bank is still working on your payment. You need not pay again; we write to you.")
        )
    return " ".join(said)


def _paid(application: Application, paying: Paying) -> dict[str, Any]:
    money = money_sentences(application, paying)
    if application.paid_at:
        held = "" if application.allotted_at else _("Your money lies in the account named in the offer.")
        return _step(_("Paid"), "done", f"{held} {money}".strip(), application.paid_at)
    state = "now" if application.state == ApplicationState.PAYABLE else "next"
    if paying.is_under_way:
        return _step(_("Payment"), state, money)
    owed = _("This application is not paid yet.") if money else _("Nothing has been taken yet.")
    return _step(_("Payment"), state, f"{money} {owed}".strip())


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


def _ending(application: Application, paying: Paying) -> dict[str, Any]:
    if failed_refunds().filter(payment__purpose="share_application", payment__reference=application.public_id).exists():
        refused = _("The bank refused the refund. Your money is safe with us, and we will write to you.")
        return _step(_("Ended"), "stopped", refused, application.withdrawn_at or application.expired_at)
    if application.state == ApplicationState.REFUNDED:
        return _step(_("Refunded"), "stopped", _("Your money is on its way back; banks usually take 5 to 10 days."),
                     application.refunded_at)  # fmt: skip
    if application.state == ApplicationState.WITHDRAWN:
        sentence = _with_money(application, paying, _("You withdrew."), _("You withdrew. Nothing was paid."))
        return _step(_("Withdrawn"), "stopped", sentence, application.withdrawn_at)
    over = _("The time for which we kept your shares is over.")
    nothing = _("The time for which we kept your shares is over. Nothing was paid.")
    sentence = _with_money(application, paying, "" if application.paid_at else over, nothing)
    return _step(_("Ended"), "stopped", sentence, application.expired_at)


def _with_money(application: Application, paying: Paying, ended: str, nothing_paid: str) -> str:
    """Return how it ended and where the money is; ``nothing_paid`` only when nothing came and nothing is under way."""
    own = _("Your money goes back the way it came.") if application.paid_at else ""
    said = [sentence for sentence in (ended, own, money_sentences(application, paying)) if sentence]
    return " ".join(said) if own or paying.is_under_way or paying.unusable_minor else nothing_paid
