"""What a notice of a general meeting must say.

Law: Companies Act 2006 s.311 (time, date, place, business; for traded companies the record time), s.337(1) (that it is
an AGM), s.283(6) (special resolutions), s.325 (the right to appoint proxies).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agm.rules.company_profile import CompanyProfile
from agm.rules.refusals import Code, Refusal


@dataclass(frozen=True)
class SpecialResolution:
    """What the notice says of one special resolution; ``name`` is how the agenda calls it."""

    name: str
    text: str
    says_proposed_as_special: bool


@dataclass(frozen=True)
class NoticeContent:
    """What the notice says. Texts are empty where it says nothing."""

    profile: CompanyProfile
    is_agm: bool
    says_time: bool
    says_date: bool
    place: str
    business: str
    special_resolutions: Sequence[SpecialResolution]
    says_agm: bool
    says_proxy_right: bool
    says_record_time: bool


@dataclass(frozen=True)
class ContentFindings:
    """What keeps the notice from going out, and what is an offence without undoing the meeting."""

    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def check_content(notice: NoticeContent) -> ContentFindings:
    """Return what the notice lacks.

    Without the statement of the right to a proxy the officers commit an offence but the meeting is good (s.325(2)-(3)),
    so that is a warning; everything else refuses the notice. A place is asked for at every meeting, since whether a
    meeting without one is good is disputed (s.311(1)(b)).
    """
    warnings = () if notice.says_proxy_right else (Refusal(Code.NOTICE_LACKS_PROXY_RIGHT),)
    return ContentFindings(refusals=(*_general(notice), *_of_special_resolutions(notice)), warnings=warnings)


def _general(notice: NoticeContent) -> list[Refusal]:
    is_public_agm = notice.is_agm and notice.profile != CompanyProfile.PRIVATE
    lacks = {
        Code.NOTICE_LACKS_TIME: not notice.says_time,
        Code.NOTICE_LACKS_DATE: not notice.says_date,
        Code.NOTICE_LACKS_PLACE: not notice.place.strip(),
        Code.NOTICE_LACKS_BUSINESS: not notice.business.strip(),
        Code.NOTICE_LACKS_AGM_WORDS: is_public_agm and not notice.says_agm,
        Code.NOTICE_LACKS_RECORD_TIME: notice.profile == CompanyProfile.TRADED and not notice.says_record_time,
    }
    return [Refusal(code) for code, is_lacking in lacks.items() if is_lacking]


def _of_special_resolutions(notice: NoticeContent) -> list[Refusal]:
    found = []
    for resolution in notice.special_resolutions:
        values = {"resolution": resolution.name}
        if not resolution.text.strip():
            found.append(Refusal(Code.NOTICE_LACKS_SPECIAL_TEXT, values))
        if not resolution.says_proposed_as_special:
            found.append(Refusal(Code.NOTICE_LACKS_SPECIAL_INTENTION, values))
    return found
