"""Which proxy appointments of a holding stand, and how the holding votes through them.

Law: Companies Act 2006 s.324(2) (several proxies for different shares), s.285(4) (together not more than the member),
s.324A (instructions bind), s.330 (end of authority), s.322A (advance votes); Cousins v International Brick [1931] 2 Ch
90 (a member who votes in person is counted, the proxy is not). The end of authority by death or transfer follows s.330.

A share stands for one vote here; where a class has more, the caller counts everything in votes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from agm.rules.choice import Choice
from agm.rules.poll import Split, whole
from agm.rules.proxy_dates import POLL_WAITS, is_lodged_in_time
from agm.rules.refusals import Code, Refusal, Value
from agm.rules.working_days import UkPart, working_time_between


class OverAppointment(StrEnum):
    """What happens when proxies are appointed for more shares than are held; a setting of the meeting."""

    REFUSE_LATER = "refuse_later"
    LAST_RECEIVED = "last_received"  # the later form stands, the earliest gives way


class PersonalVote(StrEnum):
    """What a vote in person for part of the shares does to the proxies on that resolution; stated in the notice."""

    REPLACES_ALL = "replaces_all"
    REPLACES_ITS_SHARES = "replaces_its_shares"  # the form received first gives way


@dataclass(frozen=True)
class Appointment:
    """One form of proxy for one holding. ``shares`` are None for all of them; ids are opaque.

    ``stands_beside`` is the box "one of several": without it the form replaces every earlier one. ``instructions`` are
    by resolution; a resolution that is missing is left to the proxy. Who wants to split gives several forms.
    """

    id: str
    proxy: str
    is_chair: bool
    received_at: datetime
    shares: int | None = None
    stands_beside: bool = False
    instructions: Mapping[str, Choice] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """An appointment that stands, and for how many shares."""

    appointment: Appointment
    shares: int


@dataclass(frozen=True)
class Settlement:
    """The appointments that stand, in the order received, and what happened to the others, for the log."""

    standing: tuple[Standing, ...]
    log: tuple[Refusal, ...]


@dataclass(frozen=True)
class Ballot:
    """What was done on one resolution for one holding.

    ``by_proxy`` is what each proxy who voted chose, by appointment; ``in_person`` and ``in_advance`` the member's own
    votes, None where there are none.
    """

    by_proxy: Mapping[str, Choice] = field(default_factory=dict)
    in_person: Split | None = None
    in_advance: Split | None = None


def settle_appointments(
    forms: Sequence[Appointment], *, held: int, cutoff_at: datetime | None, rule: OverAppointment
) -> Settlement:
    """Return which forms stand together without exceeding the holding, taken in the order received.

    A form after the cut-off, or for no shares, is refused; one that does not stand beside others replaces them; one
    that would exceed the holding is refused or displaces the earliest, by the rule.
    """
    standing: list[Standing] = []
    log: list[Refusal] = []
    for form in sorted(forms, key=lambda form: form.received_at):
        shares = held if form.shares is None else form.shares
        refusal = _form_refusal(form, shares, held, cutoff_at)
        if refusal is not None:
            log.append(refusal)
            continue
        earlier = standing if form.stands_beside else []
        taken = sum(one.shares for one in earlier)
        if rule == OverAppointment.REFUSE_LATER and taken + shares > held:
            log.append(_entry(Code.PROXY_OVER_APPOINTED, form, shares, held))
            continue
        shares = min(shares, held)
        kept = _displaced(earlier, left=held - shares)
        log += _changes(standing, kept, held)
        standing = [*kept, Standing(form, shares)]
    return Settlement(tuple(standing), tuple(log))


def revoke(settlement: Settlement, revoked: Mapping[str, datetime], *, ends_before: datetime) -> Settlement:
    """Return the settlement without the appointments whose end the company heard of in time (s.330(3)).

    ``revoked`` is when notice of it came, by appointment; ``ends_before`` comes from ``heard_until``. The end of a
    later appointment does not bring an earlier one back.
    """
    gone = [one for one in settlement.standing if _is_before(revoked.get(one.appointment.id), ends_before)]
    log = [_entry(Code.PROXY_REVOKED, one.appointment, 0, one.shares) for one in gone]
    return Settlement(
        standing=tuple(one for one in settlement.standing if one not in gone), log=(*settlement.log, *log)
    )


def heard_until(
    *, meeting_at: datetime, part: UkPart, demanded_at: datetime | None = None, poll_at: datetime | None = None
) -> datetime:
    """Return before which moment notice of an authority's end (revocation, death, transfer) takes effect (s.330(3)).

    The beginning of the meeting or adjourned meeting or, for a poll taken more than 48 hours of working days after its
    demand, the time appointed for it.
    """
    if demanded_at is None or poll_at is None:
        return meeting_at
    is_later_poll = working_time_between(demanded_at, poll_at, part=part) > POLL_WAITS
    return poll_at if is_later_poll else meeting_at


def votes_through_proxies(standing: Sequence[Standing], resolution: str, by_proxy: Mapping[str, Choice]) -> Split:
    """Return the votes the proxies give on a resolution.

    Instructed shares vote as instructed: those of the chair by themselves, since the chair as proxy has to vote; those
    of another proxy when that proxy votes at all, whatever was chosen. Shares without an instruction vote as chosen.
    """
    return sum((_votes(one, resolution, by_proxy) for one in standing), Split())


def holding_votes(
    standing: Sequence[Standing], *, held: int, resolution: str, ballot: Ballot, rule: PersonalVote
) -> Split:
    """Return how a holding votes on one resolution; what is missing to ``held`` is not used.

    A vote in person comes first, an advance vote next (only where the articles allow them, which the caller knows),
    the proxies last, and each only on the resolutions it was cast on.
    """
    personal = ballot.in_advance if ballot.in_person is None else ballot.in_person
    if personal is None:
        return votes_through_proxies(standing, resolution, ballot.by_proxy)
    if rule == PersonalVote.REPLACES_ALL:
        return personal
    kept = _displaced(standing, left=held - personal.used)
    return personal + votes_through_proxies(kept, resolution, ballot.by_proxy)


def _votes(one: Standing, resolution: str, by_proxy: Mapping[str, Choice]) -> Split:
    form = one.appointment
    instructed, chosen = form.instructions.get(resolution), by_proxy.get(form.id)
    if instructed is not None and (form.is_chair or chosen is not None):
        return whole(instructed, one.shares)
    return Split() if chosen is None else whole(chosen, one.shares)


def _form_refusal(form: Appointment, shares: int, held: int, cutoff_at: datetime | None) -> Refusal | None:
    if not is_lodged_in_time(form.received_at, cutoff_at=cutoff_at):
        return _entry(Code.PROXY_RECEIVED_LATE, form, shares, held)
    return _entry(Code.PROXY_SHARES_NOT_POSITIVE, form, shares, held) if shares <= 0 else None


def _displaced(standing: Sequence[Standing], *, left: int) -> list[Standing]:
    """Return what stands of the appointments when only so many shares are left: the latest keep theirs."""
    kept: list[Standing] = []
    for one in reversed(standing):
        shares = min(one.shares, left)
        left -= shares
        if shares > 0:
            kept.insert(0, replace(one, shares=shares))
    return kept


def _changes(before: Sequence[Standing], after: Sequence[Standing], held: int) -> list[Refusal]:
    shares_after = {one.appointment.id: one.shares for one in after}
    found = []
    for one in before:
        shares = shares_after.get(one.appointment.id, 0)
        if shares < one.shares:
            code = Code.PROXY_REDUCED if shares else Code.PROXY_REPLACED
            found.append(_entry(code, one.appointment, shares, held))
    return found


def _entry(code: Code, form: Appointment, shares: int, held: int) -> Refusal:
    values: dict[str, Value] = {"appointment": form.id, "proxy": form.proxy, "shares": shares, "held": held}
    return Refusal(code, values)


def _is_before(heard_at: datetime | None, ends_before: datetime) -> bool:
    return heard_at is not None and heard_at < ends_before
