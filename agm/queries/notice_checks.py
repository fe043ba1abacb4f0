"""Whether a notice may go out at a moment, and why not: sentences for the person who is about to send it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from agm.enums import MeetingKind
from agm.errors import law_said, sentence_of
from agm.models import Meeting
from agm.queries.notice_recipients import Reach, reach_at
from agm.queries.notices import NoticeContent, NoticeItem, digest_of, notice_content
from agm.rules import notice_content as law
from agm.rules.company_profile import CompanyProfile
from agm.rules.notice_dates import deemed_given_at, latest_sending, notice_refusal
from agm.rules.refusals import Refusal
from agm.rules.working_days import PROCLAIMED_KNOWN_THROUGH, UkPart, london
from ballots.services.contests import OPTIONS_MAX, OPTIONS_MIN
from core.languages import localised

DEEMED_LAW = "Companies Act 2006 s.1147"
ENOUGH_TIME = timedelta(hours=12)


@dataclass(frozen=True)
class NoticeCheck:
    """What sending now would mean. Any of ``refusals`` keeps the notice back; ``warnings`` do not.

    Sent at that moment it counts as received at ``deemed_at`` and so as given on ``given_on``; it must be given by
    ``given_by``, for which ``send_by`` is the last minute.
    """

    content: NoticeContent
    content_sha256: str
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    date_refusal: Refusal | None
    deemed_at: datetime
    given_on: date
    given_by: date
    send_by: datetime
    deemed_law: str
    reach: Reach

    @property
    def may_go_out(self) -> bool:
        """Whether nothing keeps the notice back."""
        return not self.refusals


def check_notice(meeting: Meeting, at: datetime) -> NoticeCheck:
    """Return what speaks against sending the notice of the meeting at that moment, in the reader's language.

    Asks the law of its date (s.307, s.1147) and its content (s.311, s.283, s.325), and that every vote is complete:
    a ballot without its promise, without a choice or without a scrutineer would fail at the record date, when it is too
    late.
    """
    content = notice_content(meeting)
    part = UkPart(meeting.part_of_uk)
    deemed_at = deemed_given_at(at, part=part)
    send_by = latest_sending(content.given_by, part=part)
    date_refusal = date_refusal_of(meeting, at)
    found = law.check_content(_said(content))
    reach = reach_at(at)
    reasons = [*([date_refusal] if date_refusal else []), *found.refusals]
    refusals = [*map(sentence_of, reasons), *_incomplete(content), *_keyless(content), *_nobody(reach)]
    warnings = [*map(sentence_of, found.warnings), *_warnings(content)]
    if date_refusal is None:
        warnings += [*_little_time(at, send_by), *_post(reach, send_by)]
    return NoticeCheck(
        content=content,
        content_sha256=digest_of(content),
        refusals=tuple(refusals),
        warnings=tuple(warnings),
        date_refusal=date_refusal,
        deemed_at=deemed_at,
        given_on=deemed_at.date(),
        given_by=content.given_by,
        send_by=send_by,
        deemed_law=law_said(DEEMED_LAW),
        reach=reach,
    )


def date_refusal_of(meeting: Meeting, at: datetime) -> Refusal | None:
    """Return why notice sent at that moment would be too late, or None."""
    return notice_refusal(
        meeting_at=meeting.starts_at,
        given=deemed_given_at(at, part=UkPart(meeting.part_of_uk)).date(),
        days=meeting.notice_clear_days,
        profile=CompanyProfile(meeting.profile),
        is_agm=meeting.kind == MeetingKind.ANNUAL,
    )


def _said(content: NoticeContent) -> law.NoticeContent:
    """Tell the law what the printed notice says: its template prints time, day, kind and the word "special" always."""
    special = [law.SpecialResolution(item.title, item.text, True) for item in content.items if item.is_special]
    return law.NoticeContent(
        profile=CompanyProfile(content.profile),
        is_agm=content.is_annual,
        says_time=True,
        says_date=True,
        place=f"{content.place} {content.address}",
        business=" ".join(item.title for item in content.items),
        special_resolutions=special,
        says_agm=content.is_annual,
        says_proxy_right=bool(content.proxies_to.strip()),
        says_record_time=True,
    )


def _incomplete(content: NoticeContent) -> list[str]:
    return [sentence for item in content.items if item.method for sentence in _lacks(item)]


def _lacks(item: NoticeItem) -> list[str]:
    """What `ballots.services.contests.freeze_contest` would refuse at the record date, said while it can be mended."""
    title = localised(item, "title")
    found = []
    if not (item.question.strip() and item.question_vi.strip()):
        found.append(_("“%(item)s” has no question in both languages.") % {"item": title})
    if item.is_ballot and not item.promise_kind:
        found.append(
            _("“%(item)s” has no promise: say what becomes of the winner, or that it is advice.") % {"item": title}
        )
    if item.is_ballot and not OPTIONS_MIN <= len(item.options) <= OPTIONS_MAX:
        values = {"item": title, "least": OPTIONS_MIN, "most": OPTIONS_MAX, "count": len(item.options)}
        found.append(_("“%(item)s” needs %(least)d to %(most)d choices and has %(count)d.") % values)
    return found


def _keyless(content: NoticeContent) -> list[str]:
    """Members are told who will open their votes; after the notice nobody else can be appointed."""
    if content.scrutineer is not None or not content.is_voted_on:
        return []
    return [
        _(
            "Something is put to the vote, but no scrutineer is appointed. Appoint one: the notice says who holds the "
            "key."
        )
    ]


def _nobody(reach: Reach) -> list[str]:
    return [] if reach.members else [_("Nobody stands in the register, so nobody would be given notice.")]


def _warnings(content: NoticeContent) -> list[str]:
    untold = [localised(item, "title") for item in content.items if item.text.strip() and not item.text_vi.strip()]
    found = [_("“%(item)s” has no Vietnamese text: readers of Vietnamese get it in English.") % {"item": title}
             for title in untold]  # fmt: skip
    if london(content.starts_at).year > PROCLAIMED_KNOWN_THROUGH:
        values = {"year": PROCLAIMED_KNOWN_THROUGH}
        found.append(
            _("Bank holidays after %(year)d can still be proclaimed: check the dates again before you send.") % values
        )
    return found


def _little_time(at: datetime, send_by: datetime) -> list[str]:
    if send_by - at > ENOUGH_TIME:
        return []
    return [_("The last lawful minute to send is %(until)s, and thousands of mails take a while.") % _until(send_by)]


def _post(reach: Reach, send_by: datetime) -> list[str]:
    if not reach.paper:
        return []
    return [_("Members without an e-mail address get paper: post it by %(until)s.") % _until(send_by)]


def _until(moment: datetime) -> dict[str, str]:
    return {"until": date_format(localtime(moment), "DATETIME_FORMAT")}
