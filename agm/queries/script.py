"""What the chair reads out, line by line: the secretary's own words where there are any, else words from the facts."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from agm.models import AgendaItem
from agm.queries.hall import Outcome, Stage
from ballots.enums import ContestState, Majority, Method, PromiseKind
from ballots.models import Contest
from core.languages import localised

BEFORE_OPENING = {ContestState.DRAFT, ContestState.FROZEN}


def script_of(
    item: AgendaItem, *, stage: Stage | None = None, seconds: int | None = None, needs_lot: bool = False
) -> list[str]:
    """Return the lines for the state the item is in. No query.

    ``stage`` is what the hall shows of a counted vote, ``seconds`` what is left once the close is announced,
    ``needs_lot`` that the count stopped at a tie. The secretary's script belongs to the opening; afterwards the lines
    follow the vote.
    """
    contest = item.contest
    if contest is None or contest.state in BEFORE_OPENING:
        own = [line.strip() for line in localised(item, "script").splitlines() if line.strip()]
        return own or (_opening(item, contest) if contest is not None else _hearing(item))
    if needs_lot and contest.state == ContestState.OPENED:
        return _lot()
    return _following(contest, stage, seconds)


def _hearing(item: AgendaItem) -> list[str]:
    text = [line.strip() for line in localised(item, "text").splitlines() if line.strip()]
    return text or [
        _("We come to item %(number)s: %(title)s.") % {"number": item.position, "title": localised(item, "title")}
    ]


def _opening(item: AgendaItem, contest: Contest) -> list[str]:
    facts = {"number": item.position, "title": localised(contest, "title")}
    lines = [_("I now open the vote on item %(number)s: %(title)s.") % facts]
    if contest.method == Method.RESOLUTION:
        lines += [_majority(contest), _("One share, one vote. A vote withheld is not a vote in law.")]
    else:
        lines += [localised(contest, "question"), _("Every member has one vote, and it is secret."), _how(contest)]
        lines += _promise(contest)
    return [*lines, _("Vote on your phone; the address is on the screen. You can change your vote until I close.")]


def _majority(contest: Contest) -> str:
    if contest.majority == Majority.SPECIAL:
        return _("It is a special resolution: 75% of the votes cast must be for it.")
    return _("It is an ordinary resolution: more votes must be for it than against.")


def _how(contest: Contest) -> str:
    if contest.method == Method.APPROVAL:
        return _("Choose as many as you like.")
    if contest.method == Method.PLURALITY:
        return _("Choose one.")
    return _("Put them in your order: your first choice, your second, and so on.")


def _promise(contest: Contest) -> list[str]:
    if not contest.promise_kind:
        return []
    words = _("We promise: %s") if contest.promise_kind == PromiseKind.BINDING else _("It advises the board: %s")
    return [words % localised(contest, "promise")]


def _following(contest: Contest, stage: Stage | None, seconds: int | None) -> list[str]:
    title = localised(contest, "title")
    if contest.state == ContestState.OPEN and seconds is None:
        return [_("The vote on “%s” is open. Has everybody voted who wants to?") % title]
    if contest.state == ContestState.OPEN:
        return [_("The vote closes when the screen has counted down. You can change your vote until then.")]
    if contest.state == ContestState.CLOSED:
        name = contest.scrutineer.name if contest.scrutineer else ""
        return [_("The vote on “%s” is closed.") % title, _("The sealed envelopes are with %s.") % name]
    if contest.state == ContestState.OPENED:
        return [_("The envelopes are open. We count now.")]
    if stage is None:
        return [_("The votes on “%s” are counted. Here is the result.") % title]
    return _result(stage, title)


def _lot() -> list[str]:
    return [
        _("There is a tie that earlier rounds and first choices do not break."),
        _("I throw the dice now, in front of everybody."),
    ]


def _result(stage: Stage, title: str) -> list[str]:
    if stage.outcome is not None:
        return _outcome(stage.outcome, title)
    if stage.kind == "glasses" and stage.round is not None:
        names = ", ".join(choice.name for glass, choice in stage.glasses if glass.is_elected)
        leaving = ", ".join(choice.name for glass, choice in stage.glasses if glass.is_leaving)
        lines = [_("Round %s.") % stage.round.number]
        if leaving:
            lines += _leaving(leaving, stage.round.tie)
        if stage.is_nobody_chosen:
            lines.append(_("Nobody was chosen."))
        return [*lines, _("%s has won.") % names] if names else lines
    names = ", ".join(winner.choice.name for winner in stage.winners) or ", ".join(
        choice.name for bar, choice in stage.lying if bar.state == "elected"
    )
    return [_("%s has won.") % names if names else _("Nobody was chosen.")]


def _leaving(names: str, tie: str) -> list[str]:
    moved = _("%s leaves. Its papers go to their next choices.") % names
    if tie == "lot":
        return [_("There is a tie for the fewest votes, and the lot was drawn."), moved]
    if tie:
        return [_("There is a tie for the fewest votes: who had fewer in an earlier round leaves."), moved]
    return [_("%s has the fewest votes.") % names, moved]


def _outcome(outcome: Outcome, title: str) -> list[str]:
    if outcome.for_percent is None or outcome.against_percent is None:
        return [_("Nobody voted on “%s”: it is not carried.") % title]
    facts = {"for": number_format(outcome.for_percent), "against": number_format(outcome.against_percent)}
    verdict = _("“%s” is carried.") if outcome.is_carried else _("“%s” is not carried.")
    return [_("For: %(for)s%%. Against: %(against)s%%.") % facts, verdict % title]
