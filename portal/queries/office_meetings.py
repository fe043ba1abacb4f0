"""Meetings as the office works on them: the list, the agenda, the votes and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When
from django.urls import reverse

from agm.enums import ItemKind, MeetingState
from agm.models import AgendaItem, Meeting
from ballots.enums import ContestState, PromiseState
from ballots.models import Challenge, Contest, Handover, Opening, Option, PromiseNews
from ballots.services.promises import challenge_ends_at
from portal.queries.office_meeting_dates import DateLine, dates_of_meeting, next_of

ORDER = (MeetingState.IN_SESSION, MeetingState.NOTICED, MeetingState.DRAFT, MeetingState.ENDED)
STORY_ENDS = (PromiseState.KEPT, PromiseState.BROKEN)


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in the list, with the date that comes next."""

    meeting: Meeting
    next: DateLine | None


@dataclass(frozen=True)
class VoteLine:
    """A contest and where it stands. ``handover`` and ``opening`` are None until they happened."""

    item: AgendaItem
    contest: Contest
    handover: Handover | None
    opening: Opening | None
    challenges: Sequence[Challenge]
    news: Sequence[PromiseNews]
    challenge_ends_at: datetime | None

    @property
    def waits_for_scrutineer(self) -> bool:
        """Whether envelopes were handed over and nothing came back yet."""
        return self.handover is not None and self.opening is None

    @property
    def unanswered(self) -> list[Challenge]:
        """Challenges that nobody answered yet."""
        return [challenge for challenge in self.challenges if challenge.answered_at is None]

    @property
    def may_tell(self) -> bool:
        """Whether the promise has a story to go on with."""
        told_out = bool(self.news) and self.news[0].state in STORY_ENDS
        return bool(self.contest.promise_kind) and self.contest.state == ContestState.DECLARED and not told_out


def meetings_for_office() -> QuerySet[Meeting]:
    """Return meetings with everything their pages show: what is held or prepared first, then those held before."""
    order = Case(
        *(When(state=state, then=Value(place)) for place, state in enumerate(ORDER)), output_field=IntegerField()
    )
    related = ("roll", "scrutineer", "prepared_by__party", "notice__approved_by__party", "notice__job")
    return Meeting.objects.select_related(*related).order_by(order, "starts_at", "pk")


def meeting_lines(*, now: datetime) -> list[MeetingLine]:
    """Return every meeting with the date that comes next. One query."""
    return [
        MeetingLine(meeting, next_of(dates_of_meeting(meeting, now=now)) if _is_ahead(meeting) else None)
        for meeting in meetings_for_office()
    ]


def _is_ahead(meeting: Meeting) -> bool:
    return meeting.state in (MeetingState.DRAFT, MeetingState.NOTICED)


def agenda_of(meeting: Meeting) -> list[AgendaItem]:
    """Return the agenda with its contests and their options, in order of the paper. Two queries."""
    options = Prefetch("contest__options", queryset=Option.objects.order_by("position"))
    return list(meeting.items.select_related("contest").prefetch_related(options).order_by("position"))


def votes_of(meeting: Meeting) -> list[VoteLine]:
    """Return every contest of the meeting with its papers' way, challenges and promise. Three queries."""
    challenges = Challenge.objects.select_related("raised_by__party", "answered_by__party").order_by("raised_at", "pk")
    news = PromiseNews.objects.select_related("by__party").order_by("-at", "-pk")
    rows = (
        meeting.items.filter(contest__isnull=False)
        .select_related("contest__scrutineer", "contest__handover", "contest__opening")
        .prefetch_related(
            Prefetch("contest__challenges", queryset=challenges), Prefetch("contest__promise_news", queryset=news)
        )
        .order_by("position")
    )
    return [_vote(item, item.contest) for item in rows if item.contest]


def _vote(item: AgendaItem, contest: Contest) -> VoteLine:
    return VoteLine(
        item=item,
        contest=contest,
        handover=getattr(contest, "handover", None),
        opening=getattr(contest, "opening", None),
        challenges=list(contest.challenges.all()),
        news=list(contest.promise_news.all()),
        challenge_ends_at=challenge_ends_at(contest) if contest.promise_kind else None,
    )


def new_item_links(meeting: Meeting) -> list[tuple[str, str]]:
    """Return what can be put on the agenda: (name, address)."""
    return [(str(kind.label), reverse("office:item_new", args=[meeting.public_id, kind.value])) for kind in ItemKind]
