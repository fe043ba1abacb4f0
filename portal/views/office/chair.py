"""The chair's console: one next act at a time, each safe to press twice, by one chair or by two at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import has_role
from agm.models import AgendaItem, Meeting
from agm.services import chair as services
from ballots.enums import ContestState
from ballots.errors import ContestNotReady, LotNeeded
from ballots.models import Contest
from core import clock
from core.locks import lock
from core.transactions import atomic
from portal.forms.acts import ConfirmForm
from portal.forms.chair import DiceForm, QuorumForm, RoundForm
from portal.queries.office_chair import desk_of
from portal.views.office.pages import acted, office_page, posted

Done = Callable[..., Any]


def find_meeting(public_id: str) -> Meeting:
    """Return the meeting with its roll and scrutineer, or a 404."""
    return get_object_or_404(Meeting.objects.select_related("roll", "scrutineer"), public_id=public_id)


@require_GET
def chair(request: HttpRequest, public_id: str) -> HttpResponse:
    """The console of one item: the one asked for, or the one to go on with."""
    return _page(request, find_meeting(public_id), request.GET.get("item", ""), ConfirmForm())


@require_GET
def live(request: HttpRequest, public_id: str) -> HttpResponse:
    """The parts of the console that change by themselves, for the page to ask every second."""
    context = _context(request, find_meeting(public_id), request.GET.get("item", ""), DiceForm())
    return render(request, "portal/office/chair_parts.html", context)


def _page(request: HttpRequest, meeting: Meeting, item_id: str, form: forms.Form, **more: Any) -> HttpResponse:
    context = _context(request, meeting, item_id, form) | more
    return office_page(request, "portal/office/chair.html", context, status=422 if form.errors else 200)


def _context(request: HttpRequest, meeting: Meeting, item_id: str, form: forms.Form) -> dict[str, Any]:
    at = clock.now()
    needs_dice = "dice" in request.GET or (isinstance(form, DiceForm) and bool(form.errors))
    desk = desk_of(meeting, item_id=item_id, needs_lot=needs_dice, at=at)
    dice = form if isinstance(form, DiceForm) else DiceForm()
    dice.fields["beacon"].required = needs_dice
    shown = desk.item.public_id if desk.item else ""
    query = f"item={shown}{'&dice=1' if needs_dice else ''}"
    return {
        "meeting": meeting,
        "desk": desk,
        "now": at,
        "form": form,
        "quorum": form if isinstance(form, QuorumForm) else QuorumForm(),
        "dice": dice,
        "needs_dice": needs_dice,
        "may_act": has_role(request.user, "chair"),
        "live_url": f"{reverse('office:chair_live', args=[meeting.public_id])}?{query}",
    }


@require_POST
def open_meeting(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open the meeting with the heads counted."""
    meeting = find_meeting(public_id)
    form = QuorumForm(posted(request))
    if acted(request, form, partial(_open_meeting, meeting=meeting)):
        return _back(meeting)
    return _page(request, find_meeting(public_id), "", form)


def _open_meeting(data: dict[str, Any], *, meeting: Meeting, by: Any, at: Any) -> None:
    services.open_meeting(meeting=meeting, qualifying_persons=data["qualifying_persons"], by=by, at=at)


@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the meeting."""
    meeting = find_meeting(public_id)
    form = ConfirmForm(posted(request))
    if acted(request, form, partial(_end, meeting=meeting)):
        return _back(meeting)
    return _page(request, find_meeting(public_id), "", form)


def _end(_data: dict[str, Any], *, meeting: Meeting, by: Any, at: Any) -> None:
    services.end_meeting(meeting=meeting, by=by, at=at)


@require_POST
def act(request: HttpRequest, public_id: str, item_id: str, act: str) -> HttpResponse:
    """Do one act of the item's vote; who pressed a moment later sees what the first press did."""
    item = get_object_or_404(
        AgendaItem.objects.select_related("contest", "meeting"), public_id=item_id, meeting__public_id=public_id
    )
    if act not in ACTS or item.contest is None:
        raise Http404
    form_of, do = ACTS[act]
    form = form_of(posted(request))
    if acted(request, form, partial(_once, request=request, item=item, do=do)):
        return _back(item.meeting, item.public_id, needs_dice=act == "count" and _is_opened(item))
    return _page(request, find_meeting(public_id), item.public_id, form)


def _once(data: dict[str, Any], *, request: HttpRequest, item: AgendaItem, do: Done, by: Any, at: Any) -> None:
    """Do the act; when the vote is past that point already, say so instead of an error.

    A tie that needs a lot is no error either: nothing was counted, and to throw the dice is the next step.
    """
    try:
        with atomic():
            do(data, item=item, by=by, at=at)
    except ContestNotReady:
        messages.info(request, _("The vote is at another point already. This is how it stands now."))
    except LotNeeded:
        pass


def _back(meeting: Meeting, item_id: str = "", *, needs_dice: bool = False) -> HttpResponse:
    url = reverse("office:chair", args=[meeting.public_id])
    return HttpResponseRedirect(f"{url}?item={item_id}{'&dice=1' if needs_dice else ''}" if item_id else url)


def _is_opened(item: AgendaItem) -> bool:
    """Tell whether the papers still wait for their count: who pressed "Count" then stands before a tie."""
    return Contest.objects.filter(pk=item.contest_id, state=ContestState.OPENED).exists()


def _open(_data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    services.open_poll(item=item, by=by, at=at)


def _closing(_data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    """A second press must not move the end that everybody counts down to."""
    if _locked(item).closes_at is None:
        services.announce_poll_closing(item=item, by=by, at=at)


def _close(_data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    services.close_poll(item=item, by=by, at=at)


def _count(data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    services.count_poll(item=item, by=by, at=at, beacon=data["beacon"])


def _next(data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    if _locked(item).revealed_rounds == data["shown"]:
        services.reveal_next_round(item=item, by=by, at=at)


def _declare(_data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    services.declare_result(item=item, by=by, at=at)


def _locked(item: AgendaItem) -> Contest:
    """Two presses at the same moment stand in a row here, and the second sees what the first did."""
    return lock(Contest.objects.all(), pk=item.contest_id)


ACTS: dict[str, tuple[type[forms.Form], Done]] = {
    "open": (ConfirmForm, _open),
    "closing": (ConfirmForm, _closing),
    "close": (ConfirmForm, _close),
    "count": (DiceForm, _count),
    "next": (RoundForm, _next),
    "declare": (ConfirmForm, _declare),
}
