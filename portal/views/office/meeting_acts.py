"""The notice: seen as it will go out, approved by a second person, followed on its way; and who holds the key."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.freshness import fresh_factor_required
from accounts.permissions import signed_in_user
from accounts.queries.people import roles_of
from agm.documents import LANGUAGES, PrintedNotice, notice_context, notice_pdf, print_notice
from agm.enums import MeetingState
from agm.models import Meeting, Notice
from agm.queries.notice_checks import NoticeCheck, check_notice
from agm.queries.notice_deliveries import deliveries_of, print_bundle
from agm.services import meetings
from agm.services.notices import approve_notice, record_posted
from ballots.services.scrutineers import appoint_scrutineer
from core import clock
from core.errors import DomainError
from core.storage import read_bytes
from portal.forms.acts import HashForm
from portal.forms.meetings import DeliveriesForm, PostedForm, ScrutineerForm
from portal.permissions import may_open
from portal.queries import office_notices
from portal.views.office.downloads import csv_answer
from portal.views.office.jobs import find_job, line_of
from portal.views.office.meetings import find_meeting, meeting_page, to_meeting
from portal.views.office.pages import acted, page_of, posted, query_without, sort_columns
from portal.views.stored_files import file_answer

COLUMNS = (
    (gettext_lazy("Member"), "name", False),
    (gettext_lazy("Way"), "channel", False),
    (gettext_lazy("Address"), "address", False),
    (gettext_lazy("Language"), "", False),
    (gettext_lazy("Left"), "left", False),
    (gettext_lazy("State"), "", False),
)


def find_notice(meeting: Meeting) -> Notice:
    """Return the notice that was given, or a 404."""
    notice = office_notices.find_notice(meeting)
    if notice is None:
        raise Http404
    return notice


@require_http_methods(["GET", "POST"])
def scrutineer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Appoint who opens the envelopes, by the public half of their key; possible until notice is given."""
    meeting = find_meeting(public_id)
    if meeting.state != MeetingState.DRAFT:
        return to_meeting(meeting)
    form = ScrutineerForm(posted(request), request.FILES or None)
    act = partial(_appoint, meeting=meeting)
    if request.method == "POST" and acted(request, form, act, _("The scrutineer is appointed.")):
        return to_meeting(meeting)
    back_url = reverse("office:meeting", args=[public_id])
    return meeting_page(request, meeting, "meeting_scrutineer", form=form, back_url=back_url)


def _appoint(data: dict[str, Any], *, meeting: Meeting, by: Any, at: Any) -> None:
    facts = {name: data[name] for name in ("name", "paid_by", "public_key")}
    found = appoint_scrutineer(**facts, is_independent=data["independent"] == "yes", by=by, at=at)
    meetings.appoint_for(meeting=meeting, scrutineer=found, by=by, at=at)


@require_GET
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """The notice as it will look in both languages; once given, how far it is."""
    meeting = find_meeting(public_id)
    if meeting.state == MeetingState.DRAFT:
        return _draft_page(request, meeting, "meeting_notice")
    return _sent_page(request, meeting, _posted_form(find_notice(meeting)))


def _draft_page(request: HttpRequest, meeting: Meeting, template: str, **context: Any) -> HttpResponse:
    check = check_notice(meeting, clock.now())
    return meeting_page(request, meeting, template, check=check, **_versions(check), **context)


def _versions(check: NoticeCheck) -> dict[str, Any]:
    return {"languages": LANGUAGES, "notice": notice_context(check.content, at=clock.now()), "content": check.content}


def _sent_page(request: HttpRequest, meeting: Meeting, form: PostedForm) -> HttpResponse:
    found = find_notice(meeting)
    job = line_of(find_job(found.job.public_id)) if found.job else None
    return meeting_page(
        request,
        meeting,
        "meeting_notice_sent",
        given=found,
        deliveries=deliveries_of(found),
        job=job,
        form=form,
        languages=LANGUAGES,
        may_list=may_open(roles_of(request.user), "office:deliveries"),
        may_open_job=may_open(roles_of(request.user), "office:job"),
    )


def _posted_form(found: Notice, data: Any = None) -> PostedForm:
    now = clock.now()
    return PostedForm(data, now=now, not_before=found.approved_at, initial={"posted_at": now})


@require_GET
def pdf(request: HttpRequest, public_id: str, language: str) -> HttpResponse:
    """The notice as a PDF: of a draft as it would be sent now, afterwards the very bytes that went out."""
    meeting = find_meeting(public_id)
    if language not in LANGUAGES:
        raise Http404
    found = office_notices.find_notice(meeting)
    if found is None:
        data = notice_pdf(meeting, language)
    else:
        data = read_bytes(found.pdf_vi_sha256 if language == "vi" else found.pdf_sha256)
    return file_answer(data, name=f"notice-{meeting.slug}-{language}.pdf")


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show exactly what goes out, to whom and by when; approve exactly that, and the job begins."""
    meeting = find_meeting(public_id)
    form = HashForm(posted(request))
    if request.method == "POST" and (printed := _print(meeting, form)):
        act = partial(_approve, meeting=meeting, printed=printed)
        if acted(request, form, act, _("The notice is approved and on its way.")):
            return to_meeting(meeting, "office:meeting_notice")
    if meeting.state != MeetingState.DRAFT and not form.errors:
        return to_meeting(meeting, "office:meeting_notice")
    has_prepared = meeting.prepared_by_id == signed_in_user(request).pk
    return _draft_page(request, meeting, "meeting_approve", form=form, has_prepared=has_prepared)


def _print(meeting: Meeting, form: HashForm) -> PrintedNotice | None:
    """Print before the transaction, so that no lock waits for a printer; without room for the file nothing goes on."""
    if not form.is_valid():
        return None
    try:
        return print_notice(meeting, at=clock.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return None


def _approve(data: dict[str, Any], *, meeting: Meeting, printed: PrintedNotice, by: Any, at: Any) -> None:
    approve_notice(meeting=meeting, content_sha256=data["sha256"], pdfs=printed, by=by, at=at)


@require_POST
def record_posting(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say when the printed notices were posted."""
    meeting = find_meeting(public_id)
    found = find_notice(meeting)
    form = _posted_form(found, posted(request))
    if acted(request, form, partial(_posted, notice=found), _("Kept.")):
        return to_meeting(meeting, "office:meeting_notice")
    return _sent_page(request, meeting, form)


def _posted(data: dict[str, Any], *, notice: Notice, by: Any, at: Any) -> None:
    record_posted(notice=notice, by=by, at=data["posted_at"])


def _asked(request: HttpRequest, found: Notice) -> tuple[DeliveriesForm, Any]:
    form = DeliveriesForm(request.GET)
    chosen = form.chosen
    rows = office_notices.deliveries_for_office(
        found,
        search=chosen["q"] or "",
        channel=chosen["channel"] or "",
        state=chosen["state"] or "",
        sort=request.GET.get("sort", ""),
    )
    return form, rows


@require_GET
def deliveries(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every delivery of the notice, found by name or address, fifty to a page."""
    meeting = find_meeting(public_id)
    form, rows = _asked(request, find_notice(meeting))
    page = page_of(request, rows)
    lines = [(row, office_notices.left_at(row), office_notices.state_of(row)) for row in page]
    return meeting_page(
        request,
        meeting,
        "meeting_deliveries",
        search=form,
        page=page,
        lines=lines,
        count=page.paginator.count,
        columns=sort_columns(request, COLUMNS),
        page_query=query_without(request, "page"),
        csv_url=f"{reverse('office:deliveries_csv', args=[public_id])}?{request.GET.urlencode()}",
        may_open_mail=may_open(roles_of(request.user), "office:mail"),
        back_url=reverse("office:meeting_notice", args=[public_id]),
    )


@require_GET
def deliveries_csv(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The same rows to take away."""
    meeting = find_meeting(public_id)
    _form, rows = _asked(request, find_notice(meeting))
    return csv_answer(f"notice-{meeting.slug}", office_notices.HEAD, office_notices.csv_rows(rows))


@require_GET
def print_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the printer puts on the envelopes of members on paper."""
    meeting = find_meeting(public_id)
    response = HttpResponse(print_bundle(find_notice(meeting)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="print-{meeting.slug}.csv"'
    return response
