"""The way from a thought to an idea under one's name: one question per page, what was typed is kept until it stands."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.models import Party
from accounts.permissions import signed_in_user
from beers.enums import CallKind, NamedAs
from beers.forms.ideas import FiguresForm, NamedForm, NameForm, RecipeNameForm, WordsForm
from beers.forms.ingredients import IngredientsForm
from beers.models import Call, Proposal
from beers.permissions import shareholder_required
from beers.queries.calls import takes_ideas
from beers.queries.cards import Card, typed_card
from beers.queries.proposals import similar_to
from beers.rules.glass import GROUND_FROM_EBC, ground_of
from beers.rules.signing import shown_name
from beers.rules.wording import language_of
from beers.services.proposals import propose_name, propose_recipe
from beers.views.ideas import call_or_404, frame
from core import clock
from core.errors import DomainError
from core.transactions import atomic

ORDER = {
    CallKind.NAME: ("propose", "similar", "named", "check"),
    CallKind.RECIPE: ("propose", "similar", "beer", "ingredients", "words", "named", "check"),
}
SESSION_KEY = "idea"


@method_decorator(shareholder_required, name="dispatch")
class Step(View):
    """One page of the way. Answers lie in the session until the last page writes the idea."""

    step: ClassVar[str]
    template: ClassVar[str] = "beers/propose.html"
    button: ClassVar[Any] = None
    call: Call
    author: Party

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send whoever comes too early to the first unanswered page, too late to the call."""
        self.call = call_or_404(kwargs["slug"])
        self.author = signed_in_user(request).party  # type: ignore[assignment]
        if not takes_ideas(self.call, at=clock.now()):
            return HttpResponseRedirect(reverse("beers:call", args=[self.call.slug]))
        self.order = ORDER[CallKind(self.call.kind)]
        kept = request.session.get(SESSION_KEY, {})
        self.answers: dict[str, Any] = kept["answers"] if kept.get("call") == self.call.slug else {}
        standing = self.first_open()
        if self.step not in self.order or self.order.index(self.step) > self.order.index(standing):
            return HttpResponseRedirect(self.url_of(standing))
        return super().dispatch(request, *args, **kwargs)

    def first_open(self) -> str:
        """Return the first page without an answer; the check when there is none."""
        return next((step for step in self.order if step not in self.answers), "check")

    def url_of(self, step: str) -> str:
        """Return a page's address."""
        return reverse(f"beers:{step}", args=[self.call.slug])

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show the question with what was answered before."""
        return self.answer(self.form(initial=self.answers.get(self.step, {})))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Keep the answer and go on, or show the question again with the sentence that says why not."""
        form = self.form(data=request.POST)
        if not form.is_valid():
            return self.answer(form, status=422)
        return self.keep(form.cleaned_data)

    def keep(self, answered: dict[str, Any]) -> HttpResponse:
        """Keep the answer and lead to the next page without one."""
        self.answers[self.step] = answered
        self.request.session[SESSION_KEY] = {"call": self.call.slug, "answers": self.answers}
        return HttpResponseRedirect(self.url_of(self.first_open()))

    def form(self, **kwargs: Any) -> Any:
        """Return the page's form."""
        return forms.Form(data=kwargs.get("data"))

    def context(self) -> dict[str, Any]:
        """Return what the page needs beside its form."""
        return {}

    def answer(self, form: Any, *, status: int = 200) -> HttpResponse:
        """Render the page."""
        position = self.order.index(self.step)
        before = self.order[position - 1] if position else ""
        before = "propose" if before == "similar" else before
        context = {
            **frame(self.request, self.call),
            "form": form,
            "back_url": self.url_of(before) if before else reverse("beers:call", args=[self.call.slug]),
            "question_first": len(form.fields) == 1,
        }
        return render(self.request, self.template, context | self.context(), status=status)


class Propose(Step):
    """What is proposed; ideas like it are looked for before anything else is asked."""

    step = "propose"

    def form(self, **kwargs: Any) -> forms.Form:
        return (NameForm if self.call.kind == CallKind.NAME else RecipeNameForm)(**kwargs)

    def keep(self, answered: dict[str, Any]) -> HttpResponse:
        self.answers.pop("similar", None)
        if not similar_to(self.call, answered["text"], limit=1):
            self.answers["similar"] = {}
        return super().keep(answered)


class Similar(Step):
    """What is like it, with a way to stand behind that instead."""

    step, template = "similar", "beers/similar.html"

    def context(self) -> dict[str, Any]:
        text = self.answers["propose"]["text"]
        found = similar_to(self.call, text, viewer=self.author)
        return {
            "typed": text,
            "ideas": found,
            "is_taken": any(idea.text.casefold() == text.casefold() for idea in found),
        }


class Beer(Step):
    """The beer in the glass: style, strength, bitterness, colour, volume."""

    step, template = "beer", "beers/beer_form.html"

    def form(self, **kwargs: Any) -> forms.Form:
        return FiguresForm(**kwargs)

    def context(self) -> dict[str, Any]:
        typed = self.request.POST.get("ebc", "") or str(self.answers.get("beer", {}).get("ebc", ""))
        ebc = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else None
        starts = [f"{ground.value}:{start}" for ground, start in GROUND_FROM_EBC.items()]
        return {"ebc": ebc, "ground": ground_of(ebc).value if ebc else "", "grounds": " ".join(starts)}


class Ingredients(Step):
    """Malts, hops, yeast; the button for more rows only shows more rows."""

    step, template = "ingredients", "beers/ingredients_form.html"

    def form(self, **kwargs: Any) -> forms.Form:
        return IngredientsForm(**kwargs)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        if "more" in request.POST:
            return self.answer(IngredientsForm(request.POST, more=True).as_typed())
        return super().post(request, slug)

    def context(self) -> dict[str, Any]:
        return {"batch_ml": self.answers["beer"]["batch_ml"]}


class Words(Step):
    step = "words"

    def form(self, **kwargs: Any) -> forms.Form:
        return WordsForm(**kwargs)


class Named(Step):
    step = "named"

    def form(self, **kwargs: Any) -> forms.Form:
        kwargs["initial"] = {"named_as": NamedAs.FULL, **kwargs.get("initial", {})}
        return NamedForm(names=names_of(self.author), **kwargs)


def names_of(author: Party) -> list[tuple[str, str]]:
    """Return the ways the author can stand under an idea, each name once."""
    found: dict[str, str] = {}
    for way in NamedAs:
        found.setdefault(signed(author, way.value), way.value)
    return [(way, name) for name, way in found.items()]


def signed(author: Party, named_as: str) -> str:
    """Return the name that will stand under the idea."""
    return shown_name(author.display_name, author.given_name, author.language, short=named_as)


class Check(Step):
    """Everything once more; the button writes it."""

    step, template = "check", "beers/check.html"

    def context(self) -> dict[str, Any]:
        return {"rows": self.rows(), "card": self.card(), "shown": self.shown()}

    def shown(self) -> str:
        """Return the name that will stand under the idea."""
        return signed(self.author, self.answers["named"]["named_as"])

    def card(self) -> Card:
        """Return the card as others will see it."""
        return typed_card(self.facts(), author_shown=self.shown(), kind=self.call.kind)

    def rows(self) -> list[dict[str, Any]]:
        """Return the answers with the page where each can be changed."""
        labels = {
            "propose": _("What you propose"),
            "beer": _("Style, strength, bitterness, colour"),
            "ingredients": _("Malts, hops, yeast"),
            "words": _("Your words about it"),
            "named": _("Named"),
        }
        facts, card = self.facts(), self.card()
        values = {
            "propose": facts["name"],
            "beer": facts.get("style", ""),
            "ingredients": " · ".join([*card.malts, *card.hops, *card.yeast]),
            "words": card.words or _("none"),
            "named": self.shown(),
        }
        return [
            {"label": labels[step], "value": values[step], "change_url": self.url_of(step)}
            for step in self.order
            if step in labels
        ]

    def facts(self) -> dict[str, Any]:
        """Return the answers as the service takes them; the words go where their language is read."""
        name = self.answers["propose"]["text"]
        if self.call.kind == CallKind.NAME:
            return {"name": name}
        words = self.answers["words"]["description"]
        field = "description_vi" if language_of(words) == "vi" else "description"
        return {"name": name, **self.answers["beer"], **self.answers["ingredients"], field: words}

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = self.form(data=request.POST)
        try:
            with atomic():
                proposal = self.write()
        except DomainError as error:
            form.is_valid()
            form.add_error(None, str(error))
            return self.answer(form, status=422)
        request.session.pop(SESSION_KEY, None)
        messages.success(request, _("Your idea stands. You read the answer here; nobody has to be asked for it."))
        return HttpResponseRedirect(reverse("beers:proposal", args=[slug, proposal.public_id]))

    def write(self) -> Proposal:
        """Call the service of the call's kind."""
        user, facts = signed_in_user(self.request), self.facts()
        named_as = self.answers["named"]["named_as"]
        common = {"call": self.call, "author": self.author, "named_as": named_as, "by": user, "at": clock.now()}
        if self.call.kind == CallKind.NAME:
            return propose_name(text=facts["name"], **common)
        return propose_recipe(facts=facts, **common)
