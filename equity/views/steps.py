"""The frame of every step of an application: load, check, one service call, answer."""

from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from accounts.permissions import holder_required, signed_in_user
from core import clock
from core.errors import DomainError
from core.languages import localised
from core.transactions import atomic
from equity.enums import UNFINISHED, ApplicationState
from equity.models import Application, Offer, ProfileText
from equity.queries.applications import applications_of
from equity.queries.profiles import text_of

ORDER = ("details", "holder", "category", "questions", "quantity", "wait", "check", "pay")


def current_step(application: Application, *, at: Any) -> str:
    """Return the step at which the application stands."""
    state = application.state
    if state == ApplicationState.RISK_ACKNOWLEDGED:
        return "holder" if "address" in application.details else "details"
    if state == ApplicationState.QUANTITY_CHOSEN:
        return "wait" if at < application.not_before_at else "check"
    return {
        ApplicationState.STARTED: "details",
        ApplicationState.DETAILED: "category",
        ApplicationState.CATEGORISED: "questions",
        ApplicationState.ASSESSED: "quantity",
        ApplicationState.PAYABLE: "pay",
    }[ApplicationState(state)]


def had_time_to_think(application: Application) -> bool:
    """Tell whether a thinking time applies, after which an express choice is asked for (COBS 4.12A)."""
    return application.not_before_at > application.started_at


def own_application(request: HttpRequest, public_id: str) -> Application:
    """Return the signed-in person's application, or 404 for anybody else's."""
    application = applications_of(signed_in_user(request)).filter(public_id=public_id).first()
    if application is None:
        raise Http404
    return application


def url_of(application: Application, step: str) -> str:
    """Return the address of a step."""
    return reverse(f"equity:{step}", args=[application.public_id])


def risk_banner(offer: Offer) -> dict[str, str]:
    """Return the profile's warning for the banner of every page about the offer."""
    text: ProfileText | None = text_of(offer.profile, "risk_warning")
    # The warning's last sentence is its own link: "Take 2 mins to learn more." (COBS 4.12A)
    words, _space, link_text = (localised(text, "body") if text else "").strip().rpartition(". ")
    return {
        "text": f"{words}.",
        "link_text": link_text,
        "summary_url": reverse("equity:risk", args=[offer.slug]),
    }


@method_decorator(holder_required, name="dispatch")
class Step(View):
    """One question on one page; what was entered is kept whatever happens."""

    step: ClassVar[str]
    template: ClassVar[str]
    application: Application

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send whoever is ahead of, or past, this step to where the application stands."""
        self.application = own_application(request, kwargs["public_id"])
        self.at = clock.now()
        if self.application.state not in UNFINISHED:
            return HttpResponseRedirect(url_of(self.application, "tracker"))
        standing = current_step(self.application, at=self.at)
        is_ahead = ORDER.index(self.step) > ORDER.index(standing)
        if (
            is_ahead
            or (standing == "pay" and self.step != "pay")
            or (self.step == "wait" and not had_time_to_think(self.application))
        ):
            return HttpResponseRedirect(url_of(self.application, standing))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show the question with what was answered before."""
        return self.answer(self.form(initial=self.initial()))

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Save the answer and go on, or show the question again with the sentence that says why not."""
        form = self.form(data=request.POST)
        if not form.is_valid():
            return self.answer(form)
        try:
            with atomic():
                self.save(form)
        except DomainError as error:
            form.add_error(self.error_field, str(error.sentence))
            return self.answer(form)
        return HttpResponseRedirect(self.next_url())

    error_field: ClassVar[str | None] = None

    def next_url(self) -> str:
        """Return where the application stands after the answer."""
        application = Application.objects.get(pk=self.application.pk)
        return url_of(application, current_step(application, at=clock.now()))

    def form(self, **kwargs: Any) -> forms.Form:
        """Return the step's form; every step says its own."""
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        """Return what was answered before."""
        return {}

    def save(self, form: Any) -> None:
        """Call the step's service."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Return what the step's page needs beside its form."""
        return {}

    def answer(self, form: forms.Form) -> HttpResponse:
        """Render the step's page."""
        position = ORDER.index(self.step)
        before = ORDER[position - 1] if position else None
        context = {
            "form": form,
            "application": self.application,
            "offer": self.application.offer,
            "step_number": position + 1,
            "step_count": len(ORDER),
            "back_url": self.back_url(before),
            "risk_banner": risk_banner(self.application.offer),
            "face": "public",
        }
        return render(self.request, self.template, context | self.context())

    def back_url(self, before: str | None) -> str:
        """Return the way back: the step before, or the offer."""
        if before is None or before == "wait":
            before = "quantity" if before else None
        if before is None or self.application.state == ApplicationState.PAYABLE:
            return reverse("equity:offer", args=[self.application.offer.slug])
        return url_of(self.application, before)
