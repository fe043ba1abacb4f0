"""When notice of a meeting must be given, when it counts as given, and until when it may be sent.

Law: Companies Act 2006 s.307 and s.307A (length), s.360(2) (clear days), s.337(2) (AGM of a public company), s.308 and
s.309 (ways of giving it), s.1147 (when it counts as received).

Note [Accidental omission]
Forgetting a member by accident does not undo the meeting or the resolution (Companies Act 2006 s.313; for most meetings
the articles may say otherwise), so no rule here refuses a meeting because one notice came back. The omission is noted.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agm.rules.company_profile import CompanyProfile
from agm.rules.refusals import Code, Refusal, Value
from agm.rules.working_days import LONDON, UkPart, london, working_time_after, working_time_before

DEEMED_HOURS = 48
SPECIAL_NOTICE_DAYS = 28


@dataclass(frozen=True)
class Consent:
    """Which members must agree to shorter notice: a share of the votes in basis points, and whether also most heads."""

    share_bps: int
    majority_in_number: bool


@dataclass(frozen=True)
class ConsentGiven:
    """Which members agreed to shorter notice. Nominal values in one unit, treasury shares left out of both."""

    members: int
    members_entitled: int
    nominal: int
    nominal_entitled: int


def notice_days_min(*, profile: CompanyProfile, is_agm: bool, shortened_by_resolution: bool = False) -> int:
    """Return the clear days of notice the statute asks for.

    21 for the AGM of a public company, else 14 (s.307(1)-(2)). A traded company needs 21 for every meeting unless it is
    no AGM, all members may vote electronically, and a special resolution allows 14 (s.307A(1)-(5)):
    ``shortened_by_resolution`` says that these conditions are met, and matters for no other company.
    """
    if profile == CompanyProfile.PRIVATE:
        return 14
    if profile == CompanyProfile.TRADED:
        return 14 if shortened_by_resolution and not is_agm else 21
    return 21 if is_agm else 14


def notice_days(
    *, profile: CompanyProfile, is_agm: bool, articles_days: int | None = None, shortened_by_resolution: bool = False
) -> int:
    """Return the clear days of notice that bind: those of the articles where they ask for longer (s.307(3)).

    The other arguments are those of ``notice_days_min``.
    """
    statute = notice_days_min(profile=profile, is_agm=is_agm, shortened_by_resolution=shortened_by_resolution)
    return max(statute, articles_days or 0)


def latest_clear_day(meeting_on: date, *, clear_days: int) -> date:
    """Return the last day with so many whole days between it and the meeting, neither of the two counted (s.360(2)).

    Also for special notice (28 days, s.312) and for requests of members (six weeks, s.338(4)(d)).
    """
    return meeting_on - timedelta(days=clear_days + 1)


def latest_given_on(meeting_at: datetime, *, days: int) -> date:
    """Return the last day on which notice may be given for a meeting at that moment; ``days`` are clear days."""
    return latest_clear_day(london(meeting_at).date(), clear_days=days)


def deemed_given_at(sent_at: datetime, *, part: UkPart, hours: int = DEEMED_HOURS) -> datetime:
    """Return the moment at which what was posted or sent electronically counts as received (s.1147(2)-(3), (5)).

    48 hours later, parts of days that are not working days left out. The articles may say other ``hours`` (s.1147(6)).
    It leaves out post to an address abroad, for which s.1147(2) has no rule, and delivery by hand, received at once.
    """
    return working_time_after(sent_at, timedelta(hours=hours), part=part)


def given_on(sent_at: datetime, *, part: UkPart, hours: int = DEEMED_HOURS) -> date:
    """Return the day on which what was posted or sent electronically counts as given. Midnight begins its day."""
    return deemed_given_at(sent_at, part=part, hours=hours).date()


def website_given_on(available_at: datetime, notified_at: datetime, *, part: UkPart, hours: int = DEEMED_HOURS) -> date:
    """Return the day on which notice by means of a website counts as given (s.1147(4)).

    When it was first available there or, if later, when the message that it is there counts as received.
    """
    return max(london(available_at), deemed_given_at(notified_at, part=part, hours=hours)).date()


def latest_sending(given_by: date, *, part: UkPart, hours: int = DEEMED_HOURS) -> datetime:
    """Return the last whole minute at which posting or sending still counts as given on that day.

    Where 48 hours end exactly at a midnight the law leaves open which day that is, so the answer is the minute of
    working time before: whoever sends by then is in time on every reading.
    """
    day_ends = datetime.combine(given_by + timedelta(days=1), time(), LONDON)
    return working_time_before(day_ends, timedelta(hours=hours, minutes=1), part=part)


def consent_needed(*, profile: CompanyProfile, is_agm: bool, articles_bps: int | None = None) -> Consent | None:
    """Return who must agree to shorter notice, or None where no agreement shortens it.

    A majority in number with 90 % of the nominal value in a private company (the articles may say up to 95 %), 95 % in
    a public one (s.307(5)-(6)); every member for the AGM of a public company (s.337(2)). For a traded company s.307A
    knows no agreement.
    """
    if profile == CompanyProfile.TRADED:
        return None
    if profile == CompanyProfile.PRIVATE:
        return Consent(share_bps=min(max(9000, articles_bps or 0), 9500), majority_in_number=True)
    return Consent(share_bps=10_000, majority_in_number=False) if is_agm else Consent(9500, majority_in_number=True)


def is_consent_enough(given: ConsentGiven, needed: Consent) -> bool:
    """Say whether the members who agreed are those that are needed (s.307(5)-(6), s.337(2)). All means every member."""
    if needed.share_bps == 10_000:
        return given.members == given.members_entitled > 0
    has_majority = 2 * given.members > given.members_entitled or not needed.majority_in_number
    has_share = given.nominal_entitled > 0 and 10_000 * given.nominal >= needed.share_bps * given.nominal_entitled
    return has_majority and has_share


def notice_refusal(
    *,
    meeting_at: datetime,
    given: date,
    days: int,
    profile: CompanyProfile,
    is_agm: bool,
    articles_bps: int | None = None,
    consent: ConsentGiven | None = None,
) -> Refusal | None:
    """Return why notice given on that day is too short, or None where it is long enough or rightly agreed shorter.

    ``days`` are the clear days from ``notice_days``, ``articles_bps`` the consent a private company's articles ask for.
    """
    given_by = latest_given_on(meeting_at, days=days)
    if given <= given_by:
        return None
    values: dict[str, Value] = {
        "given_on": given,
        "given_by": given_by,
        "meeting_on": london(meeting_at).date(),
        "days": days,
    }
    needed = consent_needed(profile=profile, is_agm=is_agm, articles_bps=articles_bps)
    if needed is None:
        return Refusal(Code.NOTICE_CANNOT_BE_SHORTENED, values)
    if consent is not None and is_consent_enough(consent, needed):
        return None
    ways = {"consent_bps": needed.share_bps, "majority_in_number": int(needed.majority_in_number)}
    return Refusal(Code.NOTICE_TOO_SHORT, values | ways)


def articles_days_refusal(articles_days: int, *, days_min: int) -> Refusal | None:
    """Return why the articles' length of notice cannot be saved: they may lengthen the statute's, not shorten it."""
    if articles_days >= days_min:
        return None
    return Refusal(Code.ARTICLES_NOTICE_BELOW_STATUTE, {"days": articles_days, "days_min": days_min})
