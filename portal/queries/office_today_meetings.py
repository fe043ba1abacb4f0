"""What meetings ask of the office today: clocks of the law, and what waits for a person."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agm.enums import Channel, MeetingState
from agm.models import Meeting
from agm.queries.notice_checks import check_notice
from agm.rules.working_days import london
from ballots.enums import ContestState, PromiseKind
from ballots.models import Contest, PromiseNews
from core.languages import localised
from portal.queries.office_meeting_dates import plan_of
from portal.queries.office_meetings import STORY_ENDS
from portal.queries.office_people import name_of
from portal.queries.today_lines import DIRECTOR, SECRETARY, Due, Waiting, due_line

AHEAD = (MeetingState.DRAFT, MeetingState.NOTICED)
SCRUTINEER = gettext_lazy("the scrutineer")
SECRETARY_OR_DIRECTOR = gettext_lazy("the secretary or a director")


def _ahead() -> QuerySet[Meeting]:
    return Meeting.objects.filter(state__in=AHEAD).select_related("prepared_by__party").order_by("starts_at", "pk")


def meeting_clocks(today: date) -> Iterator[Due]:
    """Yield when notice must be sent, when the register decides, and promises that are past their day. Two queries."""
    for meeting in _ahead():
        title = localised(meeting, "title")
        if meeting.state == MeetingState.DRAFT:
            url, page = reverse("office:meeting", args=[meeting.public_id]), "office:meeting"
            send_by = plan_of(meeting).send_by.date()
            yield due_line(send_by, _("Send the notice: %s") % title, _("Companies Act 2006, ss.307 and 1147."), url,
                           page, today)  # fmt: skip
        else:
            url, page = reverse("office:roll", args=[meeting.public_id]), "office:roll"
            fixed = meeting.roll_id is not None
            words = _("The roll is fixed.") if fixed else _("The register of that moment decides who votes.")
            on = london(meeting.record_at).date()
            yield due_line(on, _("Record date: %s") % title, words, url, page, today, is_done=fixed)
    yield from _promises(today)


def _promises(today: date) -> Iterator[Due]:
    last = PromiseNews.objects.filter(contest=OuterRef("pk")).order_by("-at", "-pk").values("state")[:1]
    binding = Contest.objects.filter(
        state=ContestState.DECLARED, promise_kind=PromiseKind.BINDING, promise_due_on__lt=today
    )
    rows = binding.annotate(told=Coalesce(Subquery(last), Value(""))).exclude(told__in=STORY_ENDS)
    for contest in rows.select_related("item__meeting").order_by("promise_due_on", "pk"):
        url = reverse("office:meeting_votes", args=[contest.item.meeting.public_id])
        words = _("Members were promised it. Tell them how it stands.")
        if contest.promise_due_on:
            yield due_line(contest.promise_due_on, _("Promise: %s") % localised(contest, "title"), words, url,
                           "office:meeting_votes", today)  # fmt: skip


def meeting_waits(now: datetime) -> Iterator[Waiting]:
    """Yield what meetings wait for; the notice of the next draft alone is looked at, as it asks many questions."""
    ahead = list(_ahead())
    drafts = [meeting for meeting in ahead if meeting.state == MeetingState.DRAFT and meeting.starts_at > now]
    if drafts:
        yield _notice(drafts[0], now)
    for meeting in ahead:
        if meeting.scrutineer_id is None and meeting.state == MeetingState.DRAFT:
            title = _("Appoint a scrutineer: %s") % localised(meeting, "title")
            yield _waiting(title, SECRETARY, meeting, "office:meeting")
        if meeting.state == MeetingState.NOTICED and meeting.roll_id is None and meeting.record_at <= now:
            title = _("The roll is due and not fixed: %s") % localised(meeting, "title")
            yield _waiting(title, SECRETARY, meeting, "office:roll")
    yield from _letters()
    yield from _envelopes()
    yield from _challenges()


def _notice(meeting: Meeting, now: datetime) -> Waiting:
    check = check_notice(meeting, now)
    title, by, at = localised(meeting, "title"), name_of(meeting.prepared_by), meeting.prepared_at
    if check.may_go_out:
        url = reverse("office:meeting_notice", args=[meeting.public_id])
        return Waiting(_("Approve the notice: %s") % title, DIRECTOR, by, at, url, "office:meeting_notice")
    count, url = len(check.refusals), reverse("office:meeting", args=[meeting.public_id])
    words = ngettext("Finish the meeting: %(title)s, %(count)d thing keeps its notice back",
                     "Finish the meeting: %(title)s, %(count)d things keep its notice back", count)  # fmt: skip
    return Waiting(words % {"title": title, "count": count}, SECRETARY, by, at, url, "office:meeting")


def _letters() -> Iterator[Waiting]:
    unposted = Q(notice__deliveries__sent_at__isnull=True, notice__deliveries__channel=Channel.PAPER)
    noticed = Meeting.objects.filter(state=MeetingState.NOTICED)
    rows = noticed.annotate(left=Count("notice__deliveries", filter=unposted)).filter(left__gt=0)
    for meeting in rows.order_by("starts_at", "pk"):
        words = ngettext("Print and post %(count)d notice: %(title)s", "Print and post %(count)d notices: %(title)s",
                         meeting.left)  # fmt: skip
        title = words % {"count": meeting.left, "title": localised(meeting, "title")}
        yield _waiting(title, SECRETARY, meeting, "office:meeting_notice")


def _envelopes() -> Iterator[Waiting]:
    rows = Contest.objects.filter(state=ContestState.CLOSED).select_related("item__meeting").order_by("closed_at", "pk")
    for contest in rows:
        title = _("Open the envelopes: %s") % localised(contest, "title")
        yield _waiting(title, SCRUTINEER, contest.item.meeting, "office:meeting_votes")


def _challenges() -> Iterator[Waiting]:
    is_open = Q(items__contest__challenges__isnull=False, items__contest__challenges__answered_at__isnull=True)
    rows = Meeting.objects.annotate(count=Count("items__contest__challenges", filter=is_open)).filter(count__gt=0)
    for meeting in rows.order_by("starts_at", "pk"):
        words = ngettext("Answer %(count)d challenge of a result: %(title)s",
                         "Answer %(count)d challenges of a result: %(title)s", meeting.count)  # fmt: skip
        title = words % {"count": meeting.count, "title": localised(meeting, "title")}
        yield _waiting(title, SECRETARY_OR_DIRECTOR, meeting, "office:meeting_votes")


def _waiting(title: str, for_whom: str | object, meeting: Meeting, page: str) -> Waiting:
    return Waiting(title, str(for_whom), "", None, reverse(page, args=[meeting.public_id]), page)
