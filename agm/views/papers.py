"""What the pages of a vote show: the paper, for whom, and why not now."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import pgettext_lazy

from accounts.permissions import signed_in_user
from agm.forms.paper import SIDES, PaperDraft, seal_of
from agm.queries.live import results_url
from agm.queries.paper import Ballot, InTheBox, Seat, closing_of, in_the_box
from agm.rules.choice import Choice
from ballots.enums import ContestState, Majority, Method, PromiseKind, Secrecy
from core.errors import DomainError
from core.languages import localised

SIDE_WORDS = {
    Choice.FOR: pgettext_lazy("vote", "For"),
    Choice.AGAINST: pgettext_lazy("vote", "Against"),
    Choice.WITHHELD: pgettext_lazy("vote", "Withheld"),
}


def page_for(
    request: HttpRequest,
    ballot: Ballot,
    seats: list[Seat],
    seat: Seat | None,
    draft: PaperDraft,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page for whoever asks: the paper, the choice for whom to vote, or why there is no paper now."""
    state, closes_at, moment = closing_of(ballot.contest)
    boxes = in_the_box([ballot.contest.pk], [one.entry.pk for one in seats])
    rights = [_right(ballot, one, boxes.get((ballot.contest.pk, one.entry.pk))) for one in seats]
    mine = next((right for right in rights if right["seat"] is seat), None)
    is_open = state == ContestState.OPEN and (closes_at is None or moment < closes_at)
    context = {
        **facts_of(ballot),
        "problem": str(problem) if problem else "",
        "state": state,
        "is_open": is_open,
        "is_over": not is_open and state != ContestState.FROZEN,
        "closes_at": localtime(closes_at) if closes_at and is_open else None,
        "now": moment,
        "rights": rights,
        "right": mine,
    }
    if mine and is_open and not mine["outranked_by"]:
        return render(request, "agm/vote.html", context | _paper(request, ballot, mine["seat"], draft), status=status)
    template = "agm/vote_for_whom.html" if is_open and len(rights) > 1 else "agm/vote_not_now.html"
    return render(request, template, context | {"kept": _kept(ballot, draft)}, status=status)


def facts_of(ballot: Ballot) -> dict[str, Any]:
    """What everybody may know of the vote, in the reader's language."""
    contest = ballot.contest
    return {
        "ballot": ballot,
        "contest": contest,
        "meeting_url": reverse("agm:meeting", args=[ballot.meeting.slug]),
        "results_url": results_url(ballot.meeting, contest),
        "meeting_title": localised(ballot.meeting, "title"),
        "title": localised(contest, "title"),
        "question": localised(contest, "question"),
        "text": localised(ballot, "text"),
        "promise": localised(contest, "promise"),
        "is_advice": contest.promise_kind == PromiseKind.ADVICE,
        "is_special": contest.majority == Majority.SPECIAL,
        "is_secret": contest.secrecy == Secrecy.SECRET,
        "scrutineer": contest.scrutineer,
        "roll": contest.roll,
        "face": "meeting",
    }


def _right(ballot: Ballot, seat: Seat, box: InTheBox | None) -> dict[str, Any]:
    """A right to vote with what became of it; who is named earlier in the register prevails (s.286)."""
    outranked = box is not None and box.position < seat.voter.position
    return {
        "seat": seat,
        "votes": seat.entry.votes if ballot.is_resolution else 1,
        "box": box,
        "outranked_by": box.name if box is not None and outranked else "",
    }


def _paper(request: HttpRequest, ballot: Ballot, seat: Seat, draft: PaperDraft) -> dict[str, Any]:
    options = [
        {"option": option, "place": draft.order.index(option.public_id) + 1 if option.public_id in draft.order else 0}
        for option in ballot.options_for(seat.entry.public_id)
    ]
    sides = [
        {"code": side.value, "words": SIDE_WORDS[side], "figure": draft.figures.get(side.value, "")} for side in SIDES
    ]
    return {
        "draft": draft,
        "seat": seat,
        "seal": seal_of(ballot, seat, signed_in_user(request)),
        "votes": seat.entry.votes,
        "options": options,
        "order": ballot.chosen(draft.order),
        "sides": sides,
        "is_split": draft.is_split,
        "is_single": ballot.contest.method == Method.PLURALITY,
    }


def _kept(ballot: Ballot, draft: PaperDraft) -> list[str]:
    """What was chosen, in words, where there is no paper to show it on."""
    if ballot.is_resolution:
        return [str(SIDE_WORDS[side]) for side in SIDES if draft.side == side]
    return [option.title for option in ballot.chosen(draft.order)]
