"""Results: of one contest and of a whole meeting, one's own paper in them, and doubts about them.

Note [Codes in no address]: a tracking code is sent in the body of a POST alone and stands in no address, log or cache.
"""

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import holder_required, signed_in_user
from agm.forms.results import ChallengeForm, FindForm
from agm.models import Meeting
from agm.queries.hall import choices_of
from agm.queries.paper import seats_of
from agm.queries.results import Line, find_contest, outcomes_of, told_result
from agm.views.hall import find_meeting
from ballots.enums import ContestState, Secrecy
from ballots.errors import NotOnTheRoll
from ballots.models import Contest, NamedVote
from ballots.queries.publication import find_named_vote, find_paper, named_votes_of
from ballots.services.promises import raise_challenge
from core import clock
from core.errors import DomainError
from core.languages import localised
from core.transactions import atomic
from equity.rules.exports import csv_text


def contest_or_404(slug: str, public_id: str) -> Contest:
    """Return a contest of a meeting of which notice was given."""
    contest = find_contest(slug, public_id)
    if contest is None:
        raise Http404
    return contest


def declared_or_404(slug: str, public_id: str) -> Contest:
    """Return a contest whose result is public."""
    contest = contest_or_404(slug, public_id)
    if contest.state != ContestState.DECLARED:
        raise Http404
    return contest


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """Every result of the meeting, and the announcement of its resolutions."""
    meeting = find_meeting(slug)
    outcomes, lines = outcomes_of(meeting, at=clock.now())
    return render(request, "agm/results.html", {**_frame(meeting), "outcomes": outcomes, "lines": lines})


@require_safe
def resolutions_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The announcement of the resolutions as a table to take away (Companies Act 2006 s.341)."""
    _outcomes, lines = outcomes_of(find_meeting(slug), at=clock.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="results-{slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [_("Resolution"), pgettext("vote", "For"), "%", pgettext("vote", "Against"), "%", _("Total"),
         _("% of issued capital"), pgettext("vote", "Withheld"), _("Outcome")]
    )  # fmt: skip
    writer.writerows(_cells(line) for line in lines)
    return response


def _cells(line: Line) -> list[Any]:
    votes = line.votes
    return [
        csv_text(line.title), votes.votes_for, votes.percent_for, votes.votes_against, votes.percent_against,
        votes.votes_total, votes.percent_of_issued, votes.votes_withheld,
        _("carried") if line.is_carried else _("not carried"),
    ]  # fmt: skip


@require_safe
def result(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The result of one contest; before it is declared, how far it is and nothing else."""
    contest = contest_or_404(slug, public_id)
    if contest.state != ContestState.DECLARED:
        context = {**_frame(contest.item.meeting), "contest": contest, "title": localised(contest, "title")}
        return render(request, "agm/result_not_yet.html", context)
    return _page(request, contest)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Show the paper with the code that was typed; asked without one, lead to where it is typed."""
    contest = declared_or_404(slug, public_id)
    if request.method != "POST":
        return HttpResponseRedirect(f"{result_url(contest)}#find")
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, contest, find_form=form, status=422)
    return _found(request, contest, form.cleaned_data["code"])


def _found(request: HttpRequest, contest: Contest, code: str) -> HttpResponse:
    context: dict[str, Any] = {
        **_frame(contest.item.meeting),
        "contest": contest,
        "title": localised(contest, "title"),
        "code": code,
        "result_url": result_url(contest),
    }
    if contest.secrecy == Secrecy.NAMED:
        vote = find_named_vote(contest, code)
        context |= {"is_found": vote is not None, "vote": _named(vote) if vote else None}
    else:
        paper = find_paper(contest, code)
        choices = {choice.key: choice for choice in choices_of(contest).values()} if paper else {}
        context |= {"is_found": paper is not None, "chosen": [choices[key] for key in paper.choices] if paper else []}
    return render(request, "agm/result_find.html", context, status=200 if context["is_found"] else 404)


@require_http_methods(["GET", "HEAD", "POST"])
@holder_required
def challenge(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Take in what a member on the roll says is wrong; asked by address alone, lead to where it is said."""
    contest = declared_or_404(slug, public_id)
    if request.method != "POST":
        return HttpResponseRedirect(f"{result_url(contest)}#challenges")
    form, user = ChallengeForm(request.POST), signed_in_user(request)
    if not form.is_valid():
        return _page(request, contest, challenge_form=form, status=422)
    try:
        if not seats_of(user, roll_id=contest.roll_id):
            raise NotOnTheRoll()
        with atomic():
            raise_challenge(contest=contest, text=form.cleaned_data["text"], by=user, at=clock.now())
    except DomainError as error:
        form.add_error("text", str(error.sentence))
        return _page(request, contest, challenge_form=form, status=409)
    messages.info(request, _("Your challenge stands on this page. The result is not final before it is answered."))
    return HttpResponseRedirect(f"{result_url(contest)}#challenges")


def result_url(contest: Contest) -> str:
    """Return the address of the contest's result."""
    return reverse("agm:result", args=[contest.item.meeting.slug, contest.public_id])


def _page(
    request: HttpRequest,
    contest: Contest,
    *,
    find_form: FindForm | None = None,
    challenge_form: ChallengeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    told = told_result(contest, at=clock.now())
    context = {
        **_frame(told.meeting),
        "told": told,
        "contest": contest,
        "title": localised(contest, "title"),
        "is_secret": contest.secrecy == Secrecy.SECRET,
        "find_form": find_form or FindForm(),
        "challenge_form": challenge_form or ChallengeForm(),
        "form": next((form for form in (find_form, challenge_form) if form), None),
        **_mine(request, contest),
    }
    return render(request, "agm/result.html", context, status=status)


def _mine(request: HttpRequest, contest: Contest) -> dict[str, Any]:
    """What the page says to a member alone: the own votes on a resolution, never a secret paper."""
    user = request.user
    if not isinstance(user, User):
        return {"seats": [], "mine": []}
    seats = seats_of(user, roll_id=contest.roll_id)
    entries = [seat.entry for seat in seats]
    votes = named_votes_of(contest, entries) if entries and contest.secrecy == Secrecy.NAMED else []
    return {"seats": seats, "mine": [_named(vote) for vote in votes]}


def _named(vote: NamedVote) -> dict[str, Any]:
    """Return a vote on a resolution as it was counted, with what was left unused."""
    cast = vote.for_votes + vote.against_votes + vote.withheld_votes
    return {"vote": vote, "entry": vote.entry, "unused": vote.entry.votes - cast}


def _frame(meeting: Meeting) -> dict[str, Any]:
    return {
        "meeting": meeting,
        "meeting_title": localised(meeting, "title"),
        "meeting_url": reverse("agm:meeting", args=[meeting.slug]),
        "results_url": reverse("agm:results", args=[meeting.slug]),
        "face": "meeting",
    }
