"""The roll and the votes of a meeting: envelopes out, papers in, challenges answered, promises told."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agm.models import Meeting
from agm.services.rolls import freeze_meeting_roll
from ballots.enums import PromiseState
from ballots.models import Challenge, Contest, Handover, RollEntry
from ballots.rules.proofs.rolls import roll_csv
from ballots.services.handovers import take_in
from ballots.services.promises import answer_challenge, tell_promise
from core import clock
from portal.forms.acts import ConfirmForm
from portal.forms.meetings import AnswerForm, NewsForm, ReturnForm
from portal.queries import office_meetings
from portal.views.office.meetings import find_meeting, meeting_page, to_meeting
from portal.views.office.pages import acted, posted
from portal.views.stored_files import stored_file

VOTES = "office:meeting_votes"


def find_contest(meeting: Meeting, contest_id: str) -> Contest:
    """Return a contest of this meeting, or a 404."""
    rows = Contest.objects.select_related("item", "scrutineer", "handover", "opening")
    return get_object_or_404(rows, item__meeting=meeting, public_id=contest_id)


def _votes_url(meeting: Meeting) -> str:
    return reverse(VOTES, args=[meeting.public_id])


@require_GET
def roll(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who may vote, in numbers: names stand nowhere here."""
    meeting = find_meeting(public_id)
    is_due = meeting.roll_id is None and meeting.record_at <= clock.now()
    return meeting_page(request, meeting, "meeting_roll", roll=meeting.roll, is_due=is_due)


@require_GET
def roll_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The roll as it is published, by salted hashes: ``sha256sum`` of this file is the roll's hash."""
    found = find_meeting(public_id).roll
    if found is None:
        raise Http404
    entries = RollEntry.objects.filter(roll=found).values_list("public_id", "votes")
    response = HttpResponse(roll_csv(bytes.fromhex(found.salt), entries), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="roll-{public_id}.csv"'
    return response


@require_POST
def freeze(request: HttpRequest, public_id: str) -> HttpResponse:
    """Fix the roll now, where its moment has come: the same as the house does by itself within a minute."""
    meeting = find_meeting(public_id)
    form = ConfirmForm(posted(request))
    if not acted(request, form, partial(_freeze, meeting=meeting), _("The roll is fixed.")):
        messages.error(request, " ".join(form.non_field_errors()))
    return to_meeting(meeting, "office:roll")


def _freeze(_data: dict[str, Any], *, meeting: Meeting, by: Any, at: Any) -> None:
    freeze_meeting_roll(meeting=meeting, by=by, at=at)


@require_GET
def votes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every vote of the meeting: its state, the hash of its rules, its envelopes and papers, what came after."""
    meeting = find_meeting(public_id)
    lines = office_meetings.votes_of(meeting)
    return meeting_page(request, meeting, "meeting_votes", lines=lines)


@require_GET
def handover_file(request: HttpRequest, public_id: str, contest_id: str) -> HttpResponse:
    """The sealed envelopes as they go to the scrutineer; a 404 before the vote is closed."""
    contest = find_contest(find_meeting(public_id), contest_id)
    found = Handover.objects.filter(contest=contest).first()
    if found is None:
        raise Http404
    return stored_file(
        found.file_sha256, name=f"handover-{contest_id}.txt", media_type="application/octet-stream", to_keep=True
    )


@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, public_id: str, contest_id: str) -> HttpResponse:
    """Take in the opened papers; a file that is not exactly what was handed over is refused."""
    meeting = find_meeting(public_id)
    contest = find_contest(meeting, contest_id)
    form = ReturnForm(posted(request), request.FILES or None)
    act = partial(_take_in, contest=contest)
    if request.method == "POST" and acted(request, form, act, _("The papers are taken in. The chair can count them.")):
        return to_meeting(meeting, VOTES)
    back_url = _votes_url(meeting)
    return meeting_page(request, meeting, "meeting_return", form=form, contest=contest, back_url=back_url)


def _take_in(data: dict[str, Any], *, contest: Contest, by: Any, at: Any) -> None:
    take_in(contest=contest, data=data["file"], by=by, at=at)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, public_id: str, challenge_id: str) -> HttpResponse:
    """Answer a challenge by name; an answer stays as it is."""
    meeting = find_meeting(public_id)
    rows = Challenge.objects.select_related("contest", "raised_by__party", "answered_by__party")
    challenge = get_object_or_404(rows, contest__item__meeting=meeting, public_id=challenge_id)
    form = AnswerForm(posted(request))
    act = partial(_answer, challenge=challenge)
    if request.method == "POST" and acted(request, form, act, _("The answer stands on the result page.")):
        return to_meeting(meeting, VOTES)
    back_url = _votes_url(meeting)
    return meeting_page(request, meeting, "meeting_challenge", form=form, challenge=challenge, back_url=back_url)


def _answer(data: dict[str, Any], *, challenge: Challenge, by: Any, at: Any) -> None:
    answer_challenge(challenge=challenge, answer=data["answer"], by=by, at=at)


@require_http_methods(["GET", "POST"])
def news(request: HttpRequest, public_id: str, contest_id: str) -> HttpResponse:
    """Add a line to the public story of the contest's promise."""
    meeting = find_meeting(public_id)
    contest = find_contest(meeting, contest_id)
    form = NewsForm(posted(request))
    if request.method == "POST" and acted(request, form, partial(_tell, contest=contest), _("It stands in public.")):
        return to_meeting(meeting, VOTES)
    told = list(contest.promise_news.select_related("by__party").order_by("-at", "-pk"))
    back_url = _votes_url(meeting)
    return meeting_page(request, meeting, "meeting_promise", form=form, contest=contest, told=told, back_url=back_url)


def _tell(data: dict[str, Any], *, contest: Contest, by: Any, at: Any) -> None:
    tell_promise(contest=contest, state=PromiseState(data.pop("state")), by=by, at=at, **data)
