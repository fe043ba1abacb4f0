"""The steps of an application, one question per page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import holder_required, signed_in_user
from core import clock
from core.errors import DomainError
from core.languages import localised
from core.transactions import atomic
from equity.enums import ApplicationState, HolderKind
from equity.forms.apply import (
    FIELDS_OF_HOLDER,
    CategoryForm,
    CheckForm,
    DetailsForm,
    HolderForm,
    HolderKindForm,
    QuantityForm,
    QuizForm,
    StatementForm,
)
from equity.models import Offer, ProfileText, QuizAttempt, StatementGiven
from equity.queries.applications import find_unfinished, other_kept_shares, quiz_paused_until
from equity.queries.holders import typed_name
from equity.queries.offers import latest_documents, shares_left, takes_applications
from equity.queries.profiles import questions_of, statements_of, text_of
from equity.services import applications
from equity.views.answers import answer_rows, register_preview
from equity.views.steps import Step, current_step, risk_banner, url_of


@require_http_methods(["GET", "POST"])
@holder_required
def warning(request: HttpRequest, slug: str) -> HttpResponse:
    """The warning that names the person; going on starts the application and its time to think it over."""
    offer = get_object_or_404(Offer.objects.select_related("profile", "share_class"), slug=slug)
    user, at = signed_in_user(request), clock.now()
    standing = find_unfinished(offer, user.party) if user.party else None
    if standing and standing.state != ApplicationState.STARTED:
        return HttpResponseRedirect(url_of(standing, current_step(standing, at=at)))
    if not takes_applications(offer, at=at):
        return HttpResponseRedirect(reverse("equity:offer", args=[slug]))
    if request.method == "POST":
        return _start(request, offer)
    return render(request, "equity/apply/warning.html", _warning_context(request, offer))


def _start(request: HttpRequest, offer: Offer) -> HttpResponse:
    user = signed_in_user(request)
    try:
        with atomic():
            at = clock.now()
            application = applications.start_application(offer=offer, by=user, at=at)
            application = applications.acknowledge_risk(application=application, by=user, at=at)
    except DomainError:
        return HttpResponseRedirect(reverse("equity:offer", args=[offer.slug]))
    return HttpResponseRedirect(url_of(application, current_step(application, at=at)))


def _warning_context(request: HttpRequest, offer: Offer) -> dict[str, Any]:
    text = text_of(offer.profile, "risk_warning")
    party = signed_in_user(request).party
    return {
        "offer": offer,
        "given_name": party.given_name if party else "",
        "warning_text": localised(text, "body") if text else "",
        "think_url": reverse("equity:offer", args=[offer.slug]),
        "back_url": reverse("equity:offer", args=[offer.slug]),
        "risk_banner": risk_banner(offer),
        "face": "public",
    }


class Details(Step):
    step, template = "details", "equity/apply/details.html"

    def form(self, **kwargs: Any) -> DetailsForm:
        return DetailsForm(offer=self.application.offer, **kwargs)

    def initial(self) -> dict[str, Any]:
        party = self.application.applicant
        contact = getattr(party, "contact", None)
        known = {"forename": party.forename, "surname": party.surname}
        if contact:
            known |= {"date_of_birth": contact.date_of_birth, "phone": contact.phone, "country": contact.country}
        return known | {name: value for name, value in self.application.details.items() if name != "holder"}

    def save(self, form: DetailsForm) -> None:
        applications.give_details(
            application=self.application, details=form.cleaned_data, by=signed_in_user(self.request), at=self.at
        )

    def context(self) -> dict[str, Any]:
        return {"register_preview": register_preview(self.application)}


class Holder(Step):
    """First who will hold, then only what the register needs for that; whoever holds alone is done at once."""

    step, template = "holder", "equity/apply/holder.html"
    picked: HolderKind | None = None

    def chosen(self) -> HolderKind | None:
        """Return the kind that was chosen on the page before, when it needs more words."""
        return next((kind for kind in FIELDS_OF_HOLDER if kind == self.request.GET.get("kind")), None)

    def form(self, **kwargs: Any) -> Any:
        kind = self.chosen()
        if kind is None:
            return HolderKindForm(**kwargs)
        return HolderForm(kind=kind, own_name=typed_name(self.application), **kwargs)

    def initial(self) -> dict[str, Any]:
        others = self.application.details.get("holder", {})
        names = {f"joint_name_{position}": name for position, name in enumerate(others.get("joint_names", []), 2)}
        return {"holder_kind": self.application.holder_kind or HolderKind.SELF, **names, **others}

    def save(self, form: Any) -> None:
        kind = self.chosen() or HolderKind(form.cleaned_data["holder_kind"])
        if not self.chosen() and kind in FIELDS_OF_HOLDER:
            self.picked = kind
            return
        applications.choose_holder(
            application=self.application,
            kind=kind,
            others=form.cleaned_data.get("others", {}),
            by=signed_in_user(self.request),
            at=self.at,
        )

    def next_url(self) -> str:
        if self.picked:
            return f"{url_of(self.application, 'holder')}?kind={self.picked.value}"
        return super().next_url()

    def context(self) -> dict[str, Any]:
        return {
            "register_preview": register_preview(self.application),
            "kind": self.chosen() or "",
            "choose_url": url_of(self.application, "holder"),
        }


class Category(Step):
    """First which statement, then the statement itself; what was given stands and is only shown again."""

    step, template = "category", "equity/apply/category.html"

    def chosen(self) -> ProfileText | None:
        """Return the statement that was chosen on the page before."""
        given = StatementGiven.objects.filter(application=self.application).first()
        code = given.category if given else self.request.GET.get("category", "")
        return next((one for one in statements_of(self.application.offer.profile) if one.kind == code), None)

    def form(self, **kwargs: Any) -> Any:
        statement = self.chosen()
        if statement is None:
            return CategoryForm(statements=statements_of(self.application.offer.profile), **kwargs)
        return StatementForm(statement=statement, **kwargs)

    def initial(self) -> dict[str, Any]:
        given = StatementGiven.objects.filter(application=self.application).first()
        return {"limbs": given.answers.get("limbs", []), "confirm": True} if given else {}

    def save(self, form: Any) -> None:
        self.picked = form.cleaned_data.get("category", "")
        statement = self.chosen()
        if statement is None:
            return
        applications.give_statement(
            application=self.application,
            category=statement.kind,
            answers={"limbs": form.cleaned_data.get("limbs", [])},
            by=signed_in_user(self.request),
            at=self.at,
        )

    def next_url(self) -> str:
        if self.picked:
            return f"{url_of(self.application, 'category')}?category={self.picked}"
        return super().next_url()

    def context(self) -> dict[str, Any]:
        statement = self.chosen()
        return {
            "statement": statement
            and {
                "title": localised(statement, "title"),
                "text": localised(statement, "body"),
                "version": statement.version,
            },
            "lapses_months": self.application.offer.profile.category_valid_months,
            "choose_url": url_of(self.application, "category"),
        }


class Questions(Step):
    step, template = "questions", "equity/apply/questions.html"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        until = quiz_paused_until(self.application.applicant, self.application.offer.profile, now=self.at)
        return self._paused(until) if until else super().get(request, public_id)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        until = quiz_paused_until(self.application.applicant, self.application.offer.profile, now=self.at)
        return self._paused(until) if until else super().post(request, public_id)

    def _paused(self, until: Any) -> HttpResponse:
        context = {
            "application": self.application,
            "offer": self.application.offer,
            "now": localtime(self.at),
            "until": localtime(until),
            "offer_url": reverse("equity:offer", args=[self.application.offer.slug]),
            "risk_banner": risk_banner(self.application.offer),
        }
        return render(self.request, "equity/apply/paused.html", context)

    def form(self, **kwargs: Any) -> QuizForm:
        questions = questions_of(self.application.offer.profile)
        return QuizForm(questions=questions, application=self.application, **kwargs)

    def initial(self) -> dict[str, Any]:
        latest = QuizAttempt.objects.filter(application=self.application).order_by("-id").first()
        return latest.answers if latest else {}

    def save(self, form: QuizForm) -> None:
        attempt = applications.answer_questions(
            application=self.application, answers=form.cleaned_data, by=signed_in_user(self.request), at=self.at
        )
        self.wrong = attempt.wrong

    def next_url(self) -> str:
        return super().next_url() + ("?again=1" if self.wrong else "")

    def answer(self, form: Any) -> HttpResponse:
        if "again" in self.request.GET and not form.is_bound:
            form = self.form(data=form.initial)
            form.is_valid()
            latest = QuizAttempt.objects.filter(application=self.application).order_by("-id").first()
            for question in latest.wrong if latest and not latest.passed else []:
                form.add_error(question, _("That is not right. The offer page tells the answer."))
        return super().answer(form)


class Quantity(Step):
    step, template, error_field = "quantity", "equity/apply/quantity.html", "shares"

    def form(self, **kwargs: Any) -> QuantityForm:
        return QuantityForm(**kwargs)

    def initial(self) -> dict[str, Any]:
        return {"shares": self.application.quantity} if self.application.quantity else {}

    def save(self, form: QuantityForm) -> None:
        applications.choose_quantity(
            application=self.application,
            quantity=form.cleaned_data["shares"],
            by=signed_in_user(self.request),
            at=self.at,
        )

    def context(self) -> dict[str, Any]:
        offer = self.application.offer
        mine = offer.person_max_shares - other_kept_shares(self.application)
        until = localtime(applications.kept_until(self.application, at=self.at))
        several = {offer.person_min_shares * times for times in (1, 2, 5, 10)}
        return {
            "left_shares": shares_left(offer),
            "mine_left_shares": max(0, mine),
            "examples": [
                {"shares": shares, "cost_minor": shares * offer.price_minor}
                for shares in sorted(several)
                if shares <= mine
            ],
            "kept_sentence": _("Shares you choose now are kept for you until %(when)s.")
            % {"when": date_format(until, "DATETIME_FORMAT")},
        }


class Wait(Step):
    step, template = "wait", "equity/apply/cooling_off.html"

    def form(self, **kwargs: Any) -> Any:
        return None

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Go on by an express choice, once the time is over; before that, look at the clock again."""
        if self.at < self.application.not_before_at:
            return HttpResponseRedirect(url_of(self.application, "wait"))
        with atomic():
            applications.go_on_after_thinking(application=self.application, by=signed_in_user(request), at=self.at)
        return HttpResponseRedirect(url_of(self.application, "check"))

    def context(self) -> dict[str, Any]:
        application = self.application
        return {
            "now": localtime(self.at),
            "until": localtime(application.not_before_at),
            "is_over": self.at >= application.not_before_at,
            "kept_until": localtime(application.kept_until_at) if application.kept_until_at else None,
            "mail_address": signed_in_user(self.request).email,
            "continue_url": url_of(application, "wait"),
            "withdraw_url": url_of(application, "withdraw"),
        }


class Check(Step):
    step, template = "check", "equity/apply/check_answers.html"

    def form(self, **kwargs: Any) -> CheckForm:
        return CheckForm(documents=latest_documents(self.application.offer), **kwargs)

    def save(self, form: CheckForm) -> None:
        applications.confirm_answers(
            application=self.application,
            accepted_documents=form.accepted(),
            by=signed_in_user(self.request),
            at=self.at,
        )

    def context(self) -> dict[str, Any]:
        application = self.application
        total = (application.quantity or 0) * (application.price_minor or 0)
        documents = [
            {
                "title": localised_title(document),
                "version": document.version,
                "url": reverse("equity:document", args=[application.offer.slug, document.public_id]),
            }
            for document in latest_documents(application.offer)
        ]
        return {
            "rows": answer_rows(application),
            "lines": [{"label": _("Shares at the offer price"), "amount_minor": total}],
            "total_minor": total,
            "documents": documents,
            "site_origin": settings.SITE_ORIGIN,
            "withdraw_url": url_of(application, "withdraw"),
        }


def localised_title(document: Any) -> str:
    """Return a document's title in the reader's language."""
    return localised(document, "title")
