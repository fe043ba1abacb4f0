"""A counted contest in the reader's language: who won, who left and where the votes went, how a tie was broken.

Input is the JSON of a count (`ballots.rules.counting.result.Result.as_json`), its names already those the reader
knows. Every number stands in the table beside it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agm.rules.bars import UNITS, shown_votes, votes_of
from agm.rules.flows import ROUNDED_METHODS

Json = Mapping[str, Any]
SPOILED_WORDS = {
    "cannot_be_opened": gettext_lazy("not sealed to the scrutineer's key"),
    "malformed": gettext_lazy("no ballot paper inside"),
    "wrong_contest": gettext_lazy("a paper of another vote"),
    "wrong_kind": gettext_lazy("a paper of another kind of vote"),
    "duplicate_code": gettext_lazy("the tracking code of another paper"),
    "duplicate_entry": gettext_lazy("a second paper for the same shares"),
    "duplicate_option": gettext_lazy("the same choice twice"),
    "unknown_option": gettext_lazy("a choice that is not on the paper"),
    "too_many_choices": gettext_lazy("more choices than places"),
    "unknown_entry": gettext_lazy("somebody who is not on the roll"),
    "more_than_held": gettext_lazy("more votes than shares"),
}


@dataclass(frozen=True)
class TieWords:
    """How a tie was broken; ``lot`` is what a public lot was drawn from, so that anybody can draw it again."""

    sentence: str
    lot: Mapping[str, Any] | None


@dataclass(frozen=True)
class RoundWords:
    """A round in sentences: what moved into it, ties, what it decided. ``number`` 0 where a method has no rounds."""

    number: int
    moves: tuple[str, ...]
    ties: tuple[TieWords, ...]
    decisions: tuple[str, ...]


def headline(result: Json) -> str:
    """Return the outcome in one sentence."""
    method, elected = result["method"], list(result["elected"])
    if method == "resolution":
        return _resolution(result)
    if not elected:
        return _("Nobody was chosen.")
    if len(elected) > 1:
        return _("%(names)s won.") % {"names": _joined(elected)}
    if method == "schulze":
        return _("%(name)s won: no other choice beats it.") % {"name": elected[0]}
    return _one_winner(result, elected[0])


def told_rounds(result: Json) -> list[RoundWords]:
    """Return the story of a ballot; a resolution has none beyond its table."""
    if result["method"] == "resolution":
        return []
    if not result["elected"]:
        return [RoundWords(0, (), (), (_("No paper names anybody, so nobody was chosen."),))]
    if result["method"] in ROUNDED_METHODS:
        return [_round(result, number, each) for number, each in enumerate(result["rounds"], 1)]
    sentences = _duels(result) if result["method"] == "schulze" else _scores(result)
    return [RoundWords(0, (), tuple(_tie(tie) for tie in result["ties"]), tuple(sentences))]


def votes_said(units: int) -> str:
    """Return hundred-thousandths of a vote as the reader writes numbers."""
    return number_format(shown_votes(units))


def _resolution(result: Json) -> str:
    if not result["cast"]:
        return _("Not carried: nobody voted for or against it.")
    share = {"percent": number_format(Decimal(result["for_percent"]))}
    if result["passed"]:
        return _("Carried: %(percent)s%% of the votes cast were for it.") % share
    return _("Not carried: %(percent)s%% of the votes cast were for it.") % share


def _one_winner(result: Json, name: str) -> str:
    last = {each: votes_of(text) for each, text in result["rounds"][-1]["tallies"].items()}
    rounds = len(result["rounds"])
    words = {"name": name, "votes": votes_said(last[name]), "rounds": rounds}
    if result["method"] == "approval":
        return _("%(name)s won: %(votes)s of %(papers)s papers chose it.") % {
            **words,
            "papers": number_format(int(result["papers"])),
        }
    words["all"] = votes_said(sum(last.values()))
    if result["method"] not in ROUNDED_METHODS:
        return _("%(name)s won with %(votes)s of %(all)s votes.") % words
    return (
        ngettext(
            "%(name)s won with %(votes)s of %(all)s votes in the first round.",
            "%(name)s won with %(votes)s of %(all)s votes after %(rounds)s rounds.",
            rounds,
        )
        % words
    )


def _round(result: Json, number: int, each: Json) -> RoundWords:
    moves = (*_quota(result, number), *map(_moved, each["transfers"]))
    ties = tuple(_tie(tie) for tie in result["ties"] if tie["round"] == number)
    return RoundWords(number, moves, ties, (*_elected(result, each), *_left(result, each)))


def _quota(result: Json, number: int) -> Iterator[str]:
    if "quota" in result and number == 1:
        yield _("%(valid)s papers for %(seats)s places: %(quota)s votes are enough to be chosen, the quota.") % {
            "valid": number_format(int(result["valid"])),
            "seats": result["seats"],
            "quota": number_format(int(result["quota"])),
        }


def _moved(transfer: Json) -> str:
    going = {name: votes_of(text) for name, text in transfer["to"].items()}
    lost = votes_of(transfer["exhausted"])
    words = {
        "source": transfer["from"],
        "votes": votes_said(sum(going.values()) + lost),
        "where": "; ".join(
            _("%(votes)s to %(name)s") % {"votes": votes_said(units), "name": name} for name, units in going.items()
        ),
        "lost": votes_said(lost),
    }
    if not going:
        return _("The votes of %(source)s (%(votes)s) have no further choice.") % words
    if transfer["kind"] == "surplus":
        told = _("%(source)s has %(votes)s votes more than needed. They go on: %(where)s.") % words
    else:
        told = _("The votes of %(source)s (%(votes)s) go on: %(where)s.") % words
    return told + (" " + _("No further choice: %(lost)s.") % words if lost else "")


def _elected(result: Json, each: Json) -> Iterator[str]:
    tallies = {name: votes_of(text) for name, text in each["tallies"].items()}
    in_play = sum(tallies.values())
    for name in each["elected"]:
        words = {"name": name, "votes": votes_said(tallies[name]), "all": votes_said(in_play)}
        if "quota" in result:
            reached = tallies[name] >= int(result["quota"]) * UNITS
            yield (
                _("%(name)s has %(votes)s votes, reaches the quota and is chosen.")
                if reached
                else _("%(name)s is chosen with %(votes)s votes: no more are left than places.")
            ) % words
        elif 2 * tallies[name] > in_play:
            yield (
                _("%(name)s has %(votes)s of the %(all)s votes still in play. That is more than half: it wins.") % words
            )
        else:
            yield _("%(name)s is the last one left and wins with %(votes)s votes.") % words


def _left(result: Json, each: Json) -> Iterator[str]:
    is_by_quota = "quota" in result
    without = [name for name in each["eliminated"] if not votes_of(each["tallies"][name])]
    if without and not is_by_quota:
        yield ngettext(
            "%(names)s has no votes and leaves.",
            "%(names)s have no votes and leave together.",
            len(without),
        ) % {"names": _joined(without)}
    for name in each["eliminated"]:
        units = votes_of(each["tallies"][name])
        if units or is_by_quota:
            words = {"name": name, "votes": votes_said(units)}
            yield (
                _("No votes above the quota are left to pass on. %(name)s has the fewest (%(votes)s) and leaves.")
                if is_by_quota
                else _("Nobody has more than half. %(name)s has the fewest votes (%(votes)s) and leaves.")
            ) % words


def _scores(result: Json) -> Iterator[str]:
    only = result["rounds"][0]
    tallies = {name: votes_of(text) for name, text in only["tallies"].items()}
    for name in result["elected"]:
        yield _("%(name)s has the most: %(votes)s.") % {"name": name, "votes": votes_said(tallies[name])}
    others = {name: units for name, units in tallies.items() if name not in result["elected"]}
    if others:
        best = max(others, key=lambda name: others[name])
        yield _("Next is %(name)s with %(votes)s.") % {"name": best, "votes": votes_said(others[best])}


def _duels(result: Json) -> Iterator[str]:
    names, pairs, paths = result["candidates"], result["pairwise"], result["strongest_paths"]
    for winner in result["elected"]:
        first = names.index(winner)
        for other, name in enumerate(names):
            if other == first:
                continue
            words = {"name": winner, "other": name}
            words |= {"ahead": number_format(pairs[first][other]), "behind": number_format(pairs[other][first])}
            words |= {"chain": number_format(paths[first][other]), "back": number_format(paths[other][first])}
            yield (
                _("%(ahead)s prefer %(name)s to %(other)s, %(behind)s the other way round.")
                if pairs[first][other] > pairs[other][first]
                else _(
                    "Against %(other)s: %(ahead)s to %(behind)s head to head; the strongest chain of wins from "
                    "%(name)s counts %(chain)s, the one back %(back)s."
                )
            ) % words


def _tie(tie: Json) -> TieWords:
    words = {"between": _joined(tie["between"]), "chosen": _joined(tie["chosen"]), "round": tie["decided_in"]}
    return TieWords(f"{_tied(tie) % words} {_decided(tie) % words}", tie["lot"])


def _tied(tie: Json) -> str:
    if tie["question"] == "elimination":
        return _("%(between)s have equally few votes.")
    if tie["question"] == "surplus":
        return _("%(between)s have equally many votes above the quota.")
    return _("%(between)s have equally many votes.")


def _decided(tie: Json) -> str:
    leaves = tie["question"] == "elimination"
    if tie["broken_by"] == "earlier round":
        return (
            _("Round %(round)s, the last in which they differed, decides: %(chosen)s leaves.")
            if leaves
            else _("Round %(round)s, the last in which they differed, decides: %(chosen)s goes first.")
        )
    if tie["broken_by"] == "lot":
        return _("The public lot decides: %(chosen)s leaves.") if leaves else _("The public lot decides: %(chosen)s.")
    return _("First choices decide: %(chosen)s leaves.") if leaves else _("First choices decide: %(chosen)s.")


def _joined(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
