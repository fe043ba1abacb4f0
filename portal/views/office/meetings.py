"""Meetings: the list, a meeting with its dates and agenda, its facts changed while it is a draft."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import has_role
from accounts.queries.people import roles_of
from agm.enums import CompanyProfile, MeetingKind, MeetingState, PartOfUk
from agm.models import Meeting
from agm.queries.notice_checks import check_notice
from agm.services import meetings
from core import clock
from equity.enums import CompanyKind
from equity.queries.company import get_company
from portal.forms.meetings import DATE_FIELDS, MeetingForm, initial_of
from portal.permissions import PERMISSIONS, may_open
from portal.queries import office_meetings
from portal.queries.office_meeting_dates import Plan, dates_of, dates_of_meeting, plan_of, warnings_of
from portal.views.office.pages import acted, office_page, posted

TABS = (
    ("office:meeting", gettext_lazy("Meeting")),
    ("office:meeting_notice", gettext_lazy("Notice")),
    ("office:roll", gettext_lazy("Roll")),
    ("office:meeting_votes", pgettext_lazy("office", "Votes")),
    ("office:chair", gettext_lazy("The chair's console")),
)
PARTS = {"Scotland": PartOfUk.SCOTLAND, "Northern Ireland": PartOfUk.NORTHERN_IRELAND}


def find_meeting(public_id: str) -> Meeting:
    """Return the meeting with everything its pages show, or a 404."""
    return get_object_or_404(office_meetings.meetings_for_office(), public_id=public_id)


def meeting_page(request: HttpRequest, meeting: Meeting, template: str, **context: Any) -> HttpResponse:
    """Render a page of the meeting with the tabs its reader may open; a refused form is answered with 422."""
    roles = roles_of(request.user)
    frame = {
        "meeting": meeting,
        "is_draft": meeting.state == MeetingState.DRAFT,
        "is_secretary": has_role(request.user, "secretary"),
        "is_director": has_role(request.user, "director"),
        "tabs": [_tab(request, name, title, meeting) for name, title in TABS if _is_open(roles, name)],
        "back_url": reverse("office:meetings"),
    }
    form = context.get("form")
    status = 422 if form is not None and form.errors else 200
    return office_page(request, f"portal/office/{template}.html", frame | context, status=status)


def _is_open(roles: frozenset[str], name: str) -> bool:
    return name in PERMISSIONS and may_open(roles, name)


def _tab(request: HttpRequest, name: str, title: Any, meeting: Meeting) -> dict[str, Any]:
    url = reverse(name, args=[meeting.public_id])
    return {"title": title, "url": url, "is_current": request.path == url}


def to_meeting(meeting: Meeting, page: str = "office:meeting") -> HttpResponseRedirect:
    """Go to a page of the meeting."""
    return HttpResponseRedirect(reverse(page, args=[meeting.public_id]))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All meetings with their state and the date that comes next."""
    lines = office_meetings.meeting_lines(now=clock.now())
    context = {"lines": lines, "is_secretary": has_role(request.user, "secretary")}
    return office_page(request, "portal/office/meetings.html", context)


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One meeting: its dates, what is missing, its agenda, its scrutineer."""
    meeting = find_meeting(public_id)
    now, may_edit = clock.now(), meeting.state == MeetingState.DRAFT and has_role(request.user, "secretary")
    return meeting_page(
        request,
        meeting,
        "meeting",
        dates=dates_of_meeting(meeting, now=now),
        check=check_notice(meeting, now) if meeting.state == MeetingState.DRAFT else None,
        items=office_meetings.agenda_of(meeting),
        new_items=office_meetings.new_item_links(meeting) if may_edit else [],
        may_edit=may_edit,
        may_appoint=may_edit,
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a meeting; nobody outside sees it until notice is given."""
    form = MeetingForm(posted(request), initial=_company_facts())
    made: list[Meeting] = []
    act = partial(_prepare, form=form, made=made)
    if request.method == "POST" and acted(request, form, act, _("The draft is kept.")):
        return to_meeting(made[0])
    return _form_page(request, form, title=_("A new meeting"), back_url=reverse("office:meetings"))


def _company_facts() -> dict[str, Any]:
    """A plc that is not dealt in on a market is unlisted; where it is registered stands in the company's own facts."""
    company = get_company()
    profile = CompanyProfile.UNLISTED_PLC if company.kind == CompanyKind.PLC else CompanyProfile.PRIVATE
    part = PARTS.get(company.registered_in, PartOfUk.ENGLAND_WALES)
    return {"profile": profile, "part": part, "kind": MeetingKind.ANNUAL, "proxies_to": company.registered_office}


def _prepare(_data: dict[str, Any], *, form: MeetingForm, made: list[Meeting], by: Any, at: Any) -> None:
    made.append(meetings.prepare_meeting(draft=form.draft(), by=by, at=at))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change the facts of a draft; a date that the law makes void stays in the form with its reason."""
    meeting = find_meeting(public_id)
    if meeting.state != MeetingState.DRAFT:
        return to_meeting(meeting)
    plan = plan_of(meeting)
    form = MeetingForm(posted(request), initial=initial_of(meeting, plan))
    if request.method == "POST" and acted(request, form, partial(_change, form=form, meeting=meeting), _("Kept.")):
        return to_meeting(meeting)
    back_url = reverse("office:meeting", args=[public_id])
    return _form_page(request, form, title=_("Change the meeting"), back_url=back_url, plan=plan)


def _change(_data: dict[str, Any], *, form: MeetingForm, meeting: Meeting, by: Any, at: Any) -> None:
    meetings.change_meeting(meeting=meeting, draft=form.draft(), by=by, at=at)


def _form_page(
    request: HttpRequest, form: MeetingForm, *, title: str, back_url: str, plan: Plan | None = None
) -> HttpResponse:
    computed = form.plan if form.is_bound else plan
    context = {"form": form, "title": title, "back_url": back_url} | _computed(computed)
    context["dates_params"] = ",".join(DATE_FIELDS)
    return office_page(request, "portal/office/meeting_form.html", context, status=422 if form.errors else 200)


def _computed(plan: Plan | None) -> dict[str, Any]:
    return {
        "dates": dates_of(plan, now=clock.now()) if plan else [],
        "warnings": warnings_of(plan) if plan else [],
    }


@require_GET
def dates(request: HttpRequest) -> HttpResponse:
    """The computed dates alone, for the form to ask while somebody types; opened as a page, the form answers."""
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(reverse("office:meeting_new"))
    form = MeetingForm(request.GET)
    form.is_valid()
    problems = [error for name in DATE_FIELDS if request.GET.get(name) for error in form.errors.get(name, [])]
    return render(request, "portal/office/_meeting_dates.html", {"problems": problems} | _computed(form.plan))
