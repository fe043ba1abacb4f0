"""The till: to the payment company and back."""

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import holder_required, signed_in_user
from core import clock
from core.errors import DomainError
from core.languages import localised
from core.transactions import atomic
from equity.enums import ApplicationState
from equity.models import Application
from equity.queries.offers import takes_applications
from equity.queries.paying import PURPOSE, paying_of
from equity.queries.tracking import money_sentences
from equity.services import applications
from equity.services.endings import withdraw as withdraw_application
from equity.views.steps import Step, own_application, risk_banner, url_of
from payments.enums import PaymentState
from payments.models import Payment
from payments.queries.payments import payments_of
from payments.services.checkouts import close_checkout, open_checkout
from payments.services.returns import record_return


def due_minor(application: Application) -> int:
    """Return what the application's shares cost."""
    return (application.quantity or 0) * (application.price_minor or 0)


class Pay(Step):
    """The only page whose form may lead to another origin: the payment company's."""

    step, template = "pay", "equity/apply/pay.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let the page's policy name the payment company, whose redirect Chromium would block otherwise."""
        to_the_till = csp_update({"form-action": [settings.CHECKOUT_ORIGIN]})
        return to_the_till(super().dispatch)(request, *args, **kwargs)

    def form(self, **kwargs: Any) -> Any:
        return None

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        if paying_of(self.application).is_under_way:
            return HttpResponseRedirect(url_of(self.application, "returned"))
        try:
            payment = self._open()
        except DomainError as error:
            return render(request, self.template, self._page(str(error.sentence)))
        if not payment.checkout_url:
            return HttpResponseRedirect(url_of(self.application, "returned"))
        return HttpResponseRedirect(payment.checkout_url, status=303)

    def _open(self) -> Payment:
        application, user = self.application, signed_in_user(self.request)
        if not takes_applications(application.offer, at=self.at):
            raise applications.OfferNotOpen()
        payment = open_checkout(
            purpose=PURPOSE,
            reference=application.public_id,
            amount_minor=due_minor(application),
            currency=application.currency,
            payer_email=user.email,
            description=_("%(count)s shares, %(offer)s")
            % {"count": application.quantity, "offer": localised(application.offer, "title")},
            success_url=settings.SITE_ORIGIN + url_of(application, "returned"),
            cancel_url=settings.SITE_ORIGIN + url_of(application, "pay"),
            expires_at=application.kept_until_at or self.at,
            by=user,
            at=self.at,
        )
        with atomic():
            applications.note_payment(
                application=application, payment_id=payment.public_id, closes_at=payment.expires_at, at=self.at
            )
        return payment

    def _page(self, sentence: str = "") -> dict[str, Any]:
        return {
            "application": self.application,
            "offer": self.application.offer,
            "back_url": reverse("equity:offer", args=[self.application.offer.slug]),
            "step_number": 8,
            "step_count": 8,
            "risk_banner": risk_banner(self.application.offer),
            **self.context(),
            "failed_sentence": sentence,
        }

    def context(self) -> dict[str, Any]:
        application = self.application
        latest = payments_of(purpose=PURPOSE, reference=application.public_id).first()
        failed = latest is not None and latest.state == PaymentState.FAILED
        paying = paying_of(application)
        return {
            "is_under_way": paying.is_under_way,
            "money_sentence": money_sentences(application, paying),
            "look_again_url": url_of(application, "returned"),
            "total_minor": due_minor(application),
            "kept_until": localtime(application.kept_until_at) if application.kept_until_at else None,
            "failed_sentence": _("The payment did not go through.") if failed else "",
            "change_url": url_of(application, "reopen"),
            "withdraw_url": url_of(application, "withdraw"),
        }


@require_GET
@holder_required
def returned(request: HttpRequest, public_id: str) -> HttpResponse:
    """Back from the payment company: ask it where the payment stands, and say so."""
    application = own_application(request, public_id)
    payment = payments_of(purpose=PURPOSE, reference=public_id).first()
    if payment is not None:
        payment = record_return(payment=payment, at=clock.now())
    application.refresh_from_db()
    if application.state != ApplicationState.PAYABLE:
        return HttpResponseRedirect(url_of(application, "confirmation"))
    if payment is None or payment.state in {PaymentState.FAILED, PaymentState.EXPIRED}:
        return HttpResponseRedirect(url_of(application, "pay"))
    context = {
        "application": application,
        "offer": application.offer,
        "total_minor": due_minor(application),
        "tracker_url": url_of(application, "tracker"),
        "risk_banner": risk_banner(application.offer),
    }
    return render(request, "equity/apply/waiting.html", context)


@require_POST
@holder_required
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    """Leave the till to change an answer: the payment page is closed first, so that it cannot be paid any more."""
    application = own_application(request, public_id)
    try:
        _close_till(application)
        with atomic():
            applications.go_back_to_answers(application=application, by=signed_in_user(request), at=clock.now())
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return HttpResponseRedirect(reverse("equity:apply", args=[public_id]))


@require_http_methods(["GET", "POST"])
@holder_required
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the application back; money that was paid is refunded."""
    application = own_application(request, public_id)
    if request.method == "GET":
        return render(request, "equity/apply/withdraw.html", _withdraw_context(application))
    try:
        _close_till(application)
        with atomic():
            withdraw_application(application=application, by=signed_in_user(request), at=clock.now())
    except DomainError as error:
        return render(
            request, "equity/apply/withdraw.html", _withdraw_context(application, str(error.sentence)), status=409
        )
    return HttpResponseRedirect(url_of(application, "tracker"))


def _close_till(application: Application) -> None:
    if application.state == ApplicationState.PAYABLE:
        for payment in payments_of(purpose=PURPOSE, reference=application.public_id):
            close_checkout(payment=payment, at=clock.now())


def _withdraw_context(application: Application, sentence: str = "") -> dict[str, Any]:
    was_paid = application.state == ApplicationState.PAID
    return {
        "application": application,
        "offer": application.offer,
        "total_minor": due_minor(application) if was_paid else 0,
        "money_sentence": money_sentences(application, paying_of(application), gives_up=True),
        "arrives_sentence": _("it usually arrives within 5 to 10 days"),
        "back_url": url_of(application, "tracker" if was_paid else "apply"),
        "failed_sentence": sentence,
    }
