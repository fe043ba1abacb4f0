"""Votes of a holding on a poll, and who may demand one.

Law: Companies Act 2006 s.284(3) (a vote for each share), s.322 (votes need not all be used, nor all one way), s.286
(joint holders), s.323(4) (representatives of a corporation), s.321 and s.329 (demand), model articles for public
companies (SI 2008/3229 Sch. 3) arts 36 and 41.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agm.rules.choice import Choice
from agm.rules.refusals import Code, Refusal

DEMAND_MEMBERS_MAX = 5
DEMAND_SHARE_MAX_BPS = 1000


@dataclass(frozen=True)
class Split:
    """The votes of one holding on one resolution; what is missing to the holding is not used."""

    votes_for: int = 0
    votes_against: int = 0
    votes_withheld: int = 0

    @property
    def used(self) -> int:
        """Return the votes for, against and withheld together."""
        return self.votes_for + self.votes_against + self.votes_withheld

    def __add__(self, other: "Split") -> "Split":
        return Split(
            self.votes_for + other.votes_for,
            self.votes_against + other.votes_against,
            self.votes_withheld + other.votes_withheld,
        )


@dataclass(frozen=True)
class PollDemand:
    """Who demands a poll: members by themselves or through proxies (s.329), and the votes behind them."""

    by_chair: bool = False
    by_directors: bool = False
    members: int = 0
    votes: int = 0


@dataclass(frozen=True)
class PollRule:
    """What the articles ask of members who demand a poll: so many, or so much of the votes in basis points."""

    members_min: int = 2
    share_min_bps: int = DEMAND_SHARE_MAX_BPS


def whole(choice: Choice, votes: int) -> Split:
    """Return so many votes, all one way."""
    return Split(
        votes_for=votes if choice == Choice.FOR else 0,
        votes_against=votes if choice == Choice.AGAINST else 0,
        votes_withheld=votes if choice == Choice.WITHHELD else 0,
    )


def votes_of(shares: int, *, votes_per_share: int, is_treasury: bool, is_in_arrears: bool) -> int:
    """Return the votes a holding has on a poll.

    None for treasury shares (s.726(2)) and none while money called on the shares is owed (model art. 41; the caller
    says no arrears where the articles let such shares vote). ``votes_per_share`` comes from the class's rights.
    """
    return 0 if is_treasury or is_in_arrears else shares * votes_per_share


def split_refusal(split: Split, *, held: int) -> Refusal | None:
    """Return why the votes cannot be cast so, or None: none negative, together not more than the holding's."""
    values = {"used": split.used, "held": held}
    if min(split.votes_for, split.votes_against, split.votes_withheld) < 0:
        return Refusal(Code.VOTES_NEGATIVE, values)
    return Refusal(Code.VOTES_ABOVE_HOLDING, values) if split.used > held else None


def joint_choice(in_register_order: Sequence[Choice | None]) -> Choice | None:
    """Return the vote of joint holders: that of the first-named who votes (s.286). None for who says nothing.

    Withholding is not voting, so it gives way to a later-named holder's vote and stands only where nobody votes.
    """
    voted = [choice for choice in in_register_order if choice in (Choice.FOR, Choice.AGAINST)]
    if voted:
        return voted[0]
    return Choice.WITHHELD if Choice.WITHHELD in in_register_order else None


def representatives_choice(choices: Sequence[Choice]) -> Choice | None:
    """Return how a corporation voted through its representatives for the same shares, or None for not at all.

    As they vote when they vote alike; representatives who differ have not exercised the power at all (s.323(4)). One
    who withholds exercises nothing and stands in nobody's way.
    """
    voted = {choice for choice in choices if choice != Choice.WITHHELD}
    if len(voted) == 1:
        return voted.pop()
    return Choice.WITHHELD if choices and not voted else None


def demand_refusal(demand: PollDemand, *, rule: PollRule, total_votes: int) -> Refusal | None:
    """Return why the poll need not be held, or None where the demand is good.

    The chair may demand one, so may the directors, and members by number or by votes as the articles say. Where the
    articles ask for more than s.321(2) allows, they count as asking for five members or 10 per cent.
    """
    members_needed = min(rule.members_min, DEMAND_MEMBERS_MAX)
    share_bps = min(rule.share_min_bps, DEMAND_SHARE_MAX_BPS)
    has_votes = total_votes > 0 and demand.votes > 0 and 10_000 * demand.votes >= share_bps * total_votes
    if demand.by_chair or demand.by_directors or demand.members >= members_needed or has_votes:
        return None
    return Refusal(Code.POLL_DEMAND_TOO_WEAK, {"have": demand.members, "needed": members_needed})


def poll_rule_refusals(rule: PollRule) -> tuple[Refusal, ...]:
    """Return why the articles' rule of demand is void: more than five members or 10 per cent may not be asked for."""
    found = []
    if rule.members_min > DEMAND_MEMBERS_MAX:
        found.append(Refusal(Code.POLL_RULE_VOID_MEMBERS, {"have": rule.members_min, "needed": DEMAND_MEMBERS_MAX}))
    if rule.share_min_bps > DEMAND_SHARE_MAX_BPS:
        found.append(Refusal(Code.POLL_RULE_VOID_SHARE, {"have": rule.share_min_bps, "needed": DEMAND_SHARE_MAX_BPS}))
    return tuple(found)
