"""The dates of a meeting as the law counts them: each with its law, how it was found, and how far away it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agm.enums import MeetingKind, MeetingState, PartOfUk
from agm.errors import law_said, sentence_of
from agm.models import Meeting
from agm.rules.company_profile import CompanyProfile
from agm.rules.notice_dates import articles_days_refusal, latest_given_on, latest_sending, notice_days_min
from agm.rules.proxy_dates import cutoff_refusal, proxy_cutoff
from agm.rules.record_date import record_moment, record_refusal
from agm.rules.working_days import LONDON, PROCLAIMED_KNOWN_THROUGH, UkPart, is_working_day, london

GIVEN_LAW = "Companies Act 2006 ss.307, 307A, 360(2)"
SENT_LAW = "Companies Act 2006 s.1147"
PROXY_LAW = "Companies Act 2006 s.327(2)-(3)"
RECORD_LAW = "Companies Act 2006 s.360B"


@dataclass(frozen=True)
class Plan:
    """What dates follow from. ``days``, ``cutoff_at`` and ``record_at`` are None where the articles say nothing."""

    starts_at: datetime
    kind: str
    profile: str
    part_of_uk: str
    days: int | None = None
    cutoff_at: datetime | None = None
    record_at: datetime | None = None

    @property
    def part(self) -> UkPart:
        """Whose working days count."""
        return UkPart(self.part_of_uk)

    @property
    def days_min(self) -> int:
        """The clear days the statute asks for."""
        return notice_days_min(profile=CompanyProfile(self.profile), is_agm=self.kind == MeetingKind.ANNUAL)

    @property
    def clear_days(self) -> int:
        """The clear days that bind."""
        return self.days or self.days_min

    @property
    def given_by(self) -> date:
        """The last day on which notice may count as given."""
        return latest_given_on(self.starts_at, days=self.clear_days)

    @property
    def send_by(self) -> datetime:
        """The last minute to send."""
        return latest_sending(self.given_by, part=self.part)

    @property
    def lawful_cutoff_at(self) -> datetime:
        """The earliest moment at which proxies may be closed."""
        return proxy_cutoff(self.starts_at, part=self.part)


@dataclass(frozen=True)
class DateLine:
    """One date. ``at`` has a time unless ``is_day``; ``days`` from today is never negative."""

    code: str
    title: str
    at: datetime
    is_day: bool
    law: str
    how: str
    days: int
    state: str = "ahead"

    @property
    def is_late(self) -> bool:
        """Whether it passed and what it asks was not done."""
        return self.state == "late"

    @property
    def is_done(self) -> bool:
        """Whether it lies behind as it should."""
        return self.state == "done"


def plan_of(meeting: Meeting) -> Plan:
    """Return what was said of a saved meeting; what equals the computed is what nobody said."""
    plan = Plan(meeting.starts_at, meeting.kind, meeting.profile, meeting.part_of_uk)
    lawful = plan.lawful_cutoff_at
    return Plan(
        meeting.starts_at,
        meeting.kind,
        meeting.profile,
        meeting.part_of_uk,
        days=None if meeting.notice_clear_days == plan.days_min else meeting.notice_clear_days,
        cutoff_at=None if meeting.proxy_cutoff_at == lawful else meeting.proxy_cutoff_at,
        record_at=None if meeting.record_at == lawful else meeting.record_at,
    )


def refusals_of(plan: Plan) -> dict[str, str]:
    """Return what the law refuses, as sentences by the plan's field."""
    record_at = record_moment(plan.starts_at, part=plan.part, articles_at=plan.record_at)
    found = {
        "days": articles_days_refusal(plan.clear_days, days_min=plan.days_min),
        "cutoff_at": cutoff_refusal(plan.cutoff_at or plan.lawful_cutoff_at, earliest_at=plan.lawful_cutoff_at),
        "record_at": record_refusal(
            record_at, meeting_at=plan.starts_at, profile=CompanyProfile(plan.profile), part=plan.part
        ),
    }
    if plan.cutoff_at and plan.cutoff_at > plan.starts_at:
        return {name: sentence_of(refusal) for name, refusal in found.items() if refusal} | {
            "cutoff_at": _("Proxies cannot be taken after the meeting began.")
        }
    return {name: sentence_of(refusal) for name, refusal in found.items() if refusal}


def dates_of(plan: Plan, *, now: datetime) -> list[DateLine]:
    """Return the dates in the order of the calendar, as computed: nothing is done yet and nothing late."""
    record_at = record_moment(plan.starts_at, part=plan.part, articles_at=plan.record_at)
    cutoff_at = london(plan.cutoff_at) if plan.cutoff_at else plan.lawful_cutoff_at
    midnight = datetime.combine(plan.given_by, time(), LONDON)
    lines = [
        _line("sent", _("Send the notice by"), plan.send_by, SENT_LAW, _sent_how(plan), now),
        _line("given", _("It is given on, at the latest"), midnight, GIVEN_LAW, _given_how(plan), now, is_day=True),
        _line("proxies", _("Proxies arrive by"), cutoff_at, PROXY_LAW, _proxies_how(plan), now),
        _line("record", _("The register decides"), record_at, RECORD_LAW, _record_how(plan), now),
        _line("meeting", _("The meeting begins"), london(plan.starts_at), "", "", now),
    ]
    return sorted(lines, key=lambda line: line.at)


def dates_of_meeting(meeting: Meeting, *, now: datetime) -> list[DateLine]:
    """Return the dates of a saved meeting, those behind told apart: done as it should be, or late."""
    given = meeting.state != MeetingState.DRAFT
    done = {
        "sent": given,
        "given": given,
        "proxies": given,
        "record": meeting.roll_id is not None,
        "meeting": meeting.state in (MeetingState.IN_SESSION, MeetingState.ENDED),
    }
    lines = dates_of(plan_of(meeting), now=now)
    return [_judged(line, is_done=done[line.code], now=now) for line in lines]


def next_of(lines: Sequence[DateLine]) -> DateLine | None:
    """Return the first date that is not done; None when all are."""
    return next((line for line in lines if not line.is_done), None)


def warnings_of(plan: Plan) -> list[str]:
    """Return what to keep in mind about the computed dates."""
    if london(plan.starts_at).year <= PROCLAIMED_KNOWN_THROUGH:
        return []
    words = _("Bank holidays after %(year)d can still be proclaimed: look at these dates again before you send.")
    return [words % {"year": PROCLAIMED_KNOWN_THROUGH}]


def _judged(line: DateLine, *, is_done: bool, now: datetime) -> DateLine:
    is_past = _is_past(line, now)
    # What notice did is done before its last day; what only time brings is done once it came.
    is_over = is_done and (is_past or line.code in ("sent", "given", "record", "meeting"))
    state = "done" if is_over else "late" if is_past else "ahead"
    return DateLine(line.code, line.title, line.at, line.is_day, line.law, line.how, line.days, state)


def _is_past(line: DateLine, now: datetime) -> bool:
    ends_at = line.at + timedelta(days=1) if line.is_day else line.at
    return ends_at <= now


def _line(code: str, title: str, at: datetime, law: str, how: str, now: datetime, *, is_day: bool = False) -> DateLine:
    days = (at.date() - london(now).date()).days
    return DateLine(code, title, at, is_day, law_said(law) if law else "", how, abs(days))


def _given_how(plan: Plan) -> str:
    meeting_on = london(plan.starts_at).date()
    words = ngettext(
        "%(days)d clear day lies between notice and meeting, neither of the two counted: %(first)s to %(last)s.",
        "%(days)d clear days lie between notice and meeting, neither of the two counted: %(first)s to %(last)s.",
        plan.clear_days,
    )
    values = {
        "days": plan.clear_days,
        "first": _day(plan.given_by + timedelta(days=1)),
        "last": _day(meeting_on - timedelta(days=1)),
    }
    if plan.days and plan.days > plan.days_min:
        longer = _("The statute asks for %(days)d; the longer notice of the articles binds.")
        return f"{words % values} {longer % {'days': plan.days_min}}"
    return words % values


def _sent_how(plan: Plan) -> str:
    words = _(
        "What is mailed or posted counts as received 48 hours later. Only hours of working days in %(part)s count, "
        "counted back from the end of %(day)s."
    )
    values = {"part": PartOfUk(plan.part_of_uk).label, "day": _day(plan.given_by)}
    return f"{words % values} {_left_out(plan.send_by.date(), plan.given_by, plan.part)}"


def _proxies_how(plan: Plan) -> str:
    earliest, meeting_on = plan.lawful_cutoff_at, london(plan.starts_at).date()
    if plan.cutoff_at:
        words = _("As the articles say. The law would allow any moment from %(earliest)s on.")
        return words % {"earliest": date_format(earliest, "DATETIME_FORMAT")}
    words = _("48 hours before the meeting; only hours of working days in %(part)s count.")
    said = words % {"part": PartOfUk(plan.part_of_uk).label}
    return f"{said} {_left_out(earliest.date(), meeting_on, plan.part)}"


def _record_how(plan: Plan) -> str:
    if plan.record_at:
        return _("As the articles say. Who stands in the register then, votes.")
    return _("The moment until which proxies arrive by law, as the articles name no other. Who stands in the register "
             "then, votes.")  # fmt: skip


def _left_out(first: date, last: date, part: UkPart) -> str:
    span = range((last - first).days + 1)
    days = [day for day in (first + timedelta(days=n) for n in span) if not is_working_day(day, part=part)]
    if not days:
        return _("No day had to be left out.")
    return _("Left out: %(days)s.") % {"days": ", ".join(map(_day, days))}


def _day(day: date) -> str:
    return date_format(day, "D j M")
