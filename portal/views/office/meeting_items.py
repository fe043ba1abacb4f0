"""The agenda of a draft: items added, changed, moved, removed."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agm.enums import ItemKind, MeetingState
from agm.models import AgendaItem, Meeting
from agm.rules.working_days import london
from agm.services import meetings
from portal.forms import agenda as forms
from portal.forms.acts import ConfirmForm
from portal.queries import office_agenda
from portal.views.office.meetings import find_meeting, meeting_page, to_meeting
from portal.views.office.pages import acted, posted

BALLOTS = (ItemKind.RECIPES, ItemKind.NAMES)
FORMS = {ItemKind.INFORMATION: forms.ItemForm, ItemKind.RESOLUTION: forms.ResolutionForm}


def find_item(meeting: Meeting, item_id: str) -> AgendaItem:
    """Return the item of this meeting with its contest and choices, or a 404."""
    rows = AgendaItem.objects.select_related("meeting", "contest").prefetch_related("contest__options")
    return get_object_or_404(rows, meeting=meeting, public_id=item_id)


def _form(meeting: Meeting, kind: str, data: Any, item: AgendaItem | None = None) -> forms.ItemForm:
    initial = forms.initial_of(item) if item else {}
    if kind not in BALLOTS:
        return FORMS[ItemKind(kind)](data, kind=kind, initial=initial)
    return forms.BallotForm(
        data,
        kind=kind,
        initial=initial,
        offered=office_agenda.offered_for(kind, chosen=initial.get("chosen", [])),
        typed=forms.typed_of(item.contest if item else None),
        meeting_on=london(meeting.starts_at).date(),
    )


def _page(request: HttpRequest, meeting: Meeting, form: forms.ItemForm, title: str) -> HttpResponse:
    back_url = reverse("office:meeting", args=[meeting.public_id])
    context = {"form": form, "title": title, "kind": form.kind, "is_ballot": form.kind in BALLOTS}
    return meeting_page(request, meeting, "meeting_item", **context, back_url=back_url)


def _to_item(meeting: Meeting, item: AgendaItem | None = None) -> HttpResponseRedirect:
    anchor = f"#item-{item.public_id}" if item else "#agenda-title"
    return HttpResponseRedirect(reverse("office:meeting", args=[meeting.public_id]) + anchor)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Put an item on the agenda, at its end."""
    meeting = find_meeting(public_id)
    if kind not in ItemKind.values:
        raise Http404
    if meeting.state != MeetingState.DRAFT:
        return to_meeting(meeting)
    form = _form(meeting, kind, posted(request))
    act = partial(_add, form=form, meeting=meeting)
    if request.method == "POST" and acted(request, form, act, _("It is on the agenda.")):
        return _to_item(meeting)
    return _page(request, meeting, form, _("Put on the agenda: %s") % ItemKind(kind).label)


def _add(_data: dict[str, Any], *, form: forms.ItemForm, meeting: Meeting, by: Any, at: Any) -> None:
    meetings.add_item(meeting=meeting, draft=form.draft(), by=by, at=at)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, public_id: str, item_id: str) -> HttpResponse:
    """Change an item where it stands; its kind stays."""
    meeting = find_meeting(public_id)
    item = find_item(meeting, item_id)
    if meeting.state != MeetingState.DRAFT:
        return to_meeting(meeting)
    form = _form(meeting, item.kind, posted(request), item)
    if request.method == "POST" and acted(request, form, partial(_change, form=form, item=item), _("Kept.")):
        return _to_item(meeting, item)
    return _page(request, meeting, form, _("Change item %(position)d") % {"position": item.position})


def _change(_data: dict[str, Any], *, form: forms.ItemForm, item: AgendaItem, by: Any, at: Any) -> None:
    meetings.change_item(item=item, draft=form.draft(), by=by, at=at)


@require_POST
def move(request: HttpRequest, public_id: str, item_id: str) -> HttpResponse:
    """Move an item one place up or down."""
    meeting = find_meeting(public_id)
    item = find_item(meeting, item_id)
    form = ConfirmForm(posted(request))
    if not acted(request, form, partial(_move, item=item, up=request.POST.get("to") == "up")):
        messages.error(request, " ".join(form.non_field_errors()))
    return _to_item(meeting, item)


def _move(_data: dict[str, Any], *, item: AgendaItem, up: bool, by: Any, at: Any) -> None:
    meetings.move_item(item=item, up=up, by=by, at=at)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, public_id: str, item_id: str) -> HttpResponse:
    """Take an item off the agenda, after showing what goes with it."""
    meeting = find_meeting(public_id)
    item = find_item(meeting, item_id)
    if meeting.state != MeetingState.DRAFT:
        return to_meeting(meeting)
    form = ConfirmForm(posted(request))
    if request.method == "POST" and acted(request, form, partial(_remove, item=item), _("It is off the agenda.")):
        return _to_item(meeting)
    back_url = reverse("office:meeting", args=[public_id])
    return meeting_page(request, meeting, "meeting_item_remove", form=form, item=item, back_url=back_url)


def _remove(_data: dict[str, Any], *, item: AgendaItem, by: Any, at: Any) -> None:
    meetings.remove_item(item=item, by=by, at=at)
