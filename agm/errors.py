"""One class per broken rule, each with a sentence for the person it happened to."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from agm.rules.refusals import Code, Refusal
from core.errors import DomainError

SENTENCES: dict[Code, str | Promise] = {
    Code.NOTICE_TOO_SHORT: _(
        "Notice sent now would be given on %(given_on)s. For a meeting on %(meeting_on)s with %(days)s clear days it "
        "must be given by %(given_by)s. Choose a later day: only the members themselves can agree to less."
    ),
    Code.NOTICE_CANNOT_BE_SHORTENED: _(
        "Notice sent now would be given on %(given_on)s. It must be given by %(given_by)s, and for this company "
        "nothing shortens that. Choose a later day."
    ),
    Code.ARTICLES_NOTICE_BELOW_STATUTE: _(
        "%(days)s clear days are too few: the law asks for %(days_min)s. The articles may ask for more, not for less."
    ),
    Code.NOTICE_LACKS_TIME: _("The notice does not say the time of the meeting."),
    Code.NOTICE_LACKS_DATE: _("The notice does not say the day of the meeting."),
    Code.NOTICE_LACKS_PLACE: _("The notice does not say where the meeting is."),
    Code.NOTICE_LACKS_BUSINESS: _("The notice has no business: put something on the agenda."),
    Code.NOTICE_LACKS_AGM_WORDS: _("The notice does not say that this is the annual general meeting."),
    Code.NOTICE_LACKS_SPECIAL_TEXT: _(
        "“%(resolution)s” is a special resolution, so the notice must carry its whole text."
    ),
    Code.NOTICE_LACKS_SPECIAL_INTENTION: _(
        "“%(resolution)s” must be announced as a special resolution, or it will not be one."
    ),
    Code.NOTICE_LACKS_RECORD_TIME: _("The notice does not say which moment of the register decides who may vote."),
    Code.NOTICE_LACKS_PROXY_RIGHT: _("The notice does not tell members that they may appoint a proxy."),
    Code.PROXY_CUTOFF_TOO_EARLY: _(
        "Proxies may not be closed on %(cutoff_at)s: such a rule is void. The earliest lawful moment for this meeting "
        "is %(earliest_at)s."
    ),
    Code.RECORD_AFTER_MEETING: _("The record date cannot lie after the meeting on %(meeting_at)s."),
    Code.RECORD_TOO_EARLY: _("The record date cannot lie before %(earliest_at)s for this company."),
}


class LawRefuses(DomainError):
    """A rule of the Companies Act refuses; the sentence says which and why."""

    code = "law_refuses"

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(sentence_of(refusal))


def sentence_of(refusal: Refusal) -> str:
    """Return the refusal as a person would say it, with its law."""
    values = {name: _shown(value) for name, value in refusal.values.items()}
    return f"{SENTENCES[refusal.code] % values} ({law_said(refusal.law)})"


def law_said(law: str) -> str:
    """Return sections of the Companies Act 2006, as the rules cite them, in the reader's words."""
    act, _dot, sections = law.partition(".")
    words = _("Companies Act 2006 ss.%s") if act.endswith("ss") else _("Companies Act 2006 s.%s")
    return str(words % sections)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)


class MeetingInThePast(DomainError):
    """A meeting is convened for a moment to come."""

    sentence = _("The meeting must lie in the future.")
    code = "meeting_in_the_past"


class CutoffAfterStart(DomainError):
    """Proxies cannot come in after the meeting has begun."""

    sentence = _("Proxies cannot be taken after the meeting has begun. Choose an earlier cut-off.")
    code = "cutoff_after_start"


class MeetingNotDraft(DomainError):
    """Notice was given: what members were told stays."""

    sentence = _("Notice of this meeting was given, so it can no longer be changed.")
    code = "meeting_not_draft"


class NoticeChanged(DomainError):
    """The meeting is not the one the director looked at."""

    sentence = _("The meeting was changed since you looked at it. Nothing was sent; please read the notice again.")
    code = "notice_changed"


class NoticeDiffers(DomainError):
    """The meeting is not the one that its members were given notice of."""

    sentence = _(
        "This meeting is not what its notice said: it was changed from outside. The roll is not fixed before it is "
        "found out what was changed."
    )
    code = "notice_differs"


class NoticeByAnother(DomainError):
    """Who prepared the notice cannot approve it."""

    sentence = _("You prepared this meeting yourself, so somebody else must approve its notice.")
    code = "notice_by_another"


class NoticeIncomplete(DomainError):
    """The notice lacks what the law asks; the sentence names it."""

    code = "notice_incomplete"


class NotYetTime(DomainError):
    """The moment for this act has not come."""

    sentence = _("It is not time for this yet.")
    code = "not_yet_time"


class NoRoll(DomainError):
    """A meeting cannot begin before its roll is frozen."""

    sentence = _("The roll of this meeting is not fixed yet. It is made from the register at the record date.")
    code = "no_roll"


class MeetingOver(DomainError):
    """A meeting is held once."""

    sentence = _("This meeting has ended. It cannot be opened again.")
    code = "meeting_over"


class NoQuorum(DomainError):
    """Fewer qualifying persons than the law asks (Companies Act 2006 s.318)."""

    sentence = _("A meeting needs at least two qualifying persons present. Without them nothing can be decided.")
    code = "no_quorum"


class MeetingNotInSession(DomainError):
    """Polls are opened and closed while the meeting is in session."""

    sentence = _("The meeting is not in session. Open the meeting first.")
    code = "meeting_not_in_session"


class AnotherPollOpen(DomainError):
    """One question at a time."""

    sentence = _("Another vote is open. Close it first, so that everybody knows what they vote on.")
    code = "another_poll_open"


class PollsUnfinished(DomainError):
    """A meeting ends after its votes."""

    sentence = _("A vote of this meeting is still open or not declared yet. Finish it first.")
    code = "polls_unfinished"
