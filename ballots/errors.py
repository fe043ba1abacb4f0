"""One class per broken rule, each with a sentence for the person it happened to."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ContestNotOpen(DomainError):
    """The contest takes no votes at this moment."""

    sentence = _("Voting on this is not open at the moment. If you had voted before, that vote counts.")
    code = "contest_not_open"


class NotOnTheRoll(DomainError):
    """The person has no entry on the roll of the contest."""

    sentence = _("You are not on the roll of this vote: it was fixed from the register at the record date.")
    code = "not_on_the_roll"


class FirstNamedHasVoted(DomainError):
    """A joint holder who is named before this one has voted (Companies Act 2006 s.286)."""

    sentence = _(
        "A holder named before you in the register has voted for these shares already, and by law that vote counts."
    )
    code = "first_named_has_voted"


class BadPaper(DomainError):
    """What was sent is no paper of this contest; nothing was counted."""

    sentence = _("This vote could not be read. Nothing was counted; please choose again.")
    code = "bad_paper"


class OptionUnknown(BadPaper):
    """A choice that does not stand on this paper."""

    sentence = _("One of your choices is not on this ballot paper. Nothing was counted; please choose again.")
    code = "option_unknown"


class OptionTwice(BadPaper):
    """The same choice twice."""

    sentence = _("You chose the same one twice. Nothing was counted; please give each a rank of its own.")
    code = "option_twice"


class NothingChosen(BadPaper):
    """A paper without a choice."""

    sentence = _("Please choose at least one. Nothing was counted yet.")
    code = "nothing_chosen"


class TooManyChoices(BadPaper):
    """More choices than the paper has places."""

    sentence = _("That is more than this ballot paper has places for. Nothing was counted; please choose again.")
    code = "too_many_choices"


class VotesExceedHolding(BadPaper):
    """A split vote on a resolution above what the member holds."""

    sentence = _("For, against and withheld together are more than your votes. Nothing was counted; please correct it.")
    code = "votes_exceed_holding"


class ContestNotReady(DomainError):
    """The contest is not in the state that the act needs."""

    sentence = _("This cannot be done now: the vote is at another point already. Look at the page again.")
    code = "contest_not_ready"


class ContestIncomplete(DomainError):
    """A contest whose rules are not complete cannot be frozen."""

    sentence = _("This vote is not complete: it needs a question, options to choose from and, for a ballot, a promise.")
    code = "contest_incomplete"


class NoScrutineer(DomainError):
    """Nobody holds a key to which papers could be sealed."""

    sentence = _("Nobody is appointed as scrutineer yet, so no vote could be sealed. Appoint one first.")
    code = "no_scrutineer"


class RollEmpty(DomainError):
    """A roll without voters."""

    sentence = _("Nobody would be on the roll. Was anything entered in the register before the record date?")
    code = "roll_empty"


class HandoverRefused(DomainError):
    """The envelopes in the box are not what they should be."""

    sentence = _(
        "The envelopes of this vote do not hold together, so they were not handed over. Prove the books first."
    )
    code = "handover_refused"


class ReturnRefused(DomainError):
    """The scrutineer's file does not fit what was handed over."""

    sentence = _("This file is not what the scrutineer of this vote would return. Nothing was taken in.")
    code = "return_refused"


class LotNeeded(DomainError):
    """A tie that only a public lot can break."""

    sentence = _(
        "There is a tie that earlier rounds and first choices do not break. Throw dice in front of everybody, "
        "and enter what they show."
    )
    code = "lot_needed"


class ChallengeWindowOver(DomainError):
    """The time to challenge a result has passed, or has not begun."""

    sentence = _("The time in which this result can be challenged is over. Please write to the company instead.")
    code = "challenge_window_over"


class ChallengeEmpty(DomainError):
    """A challenge that says nothing."""

    sentence = _("Please say what is wrong, so that somebody can look into it.")
    code = "challenge_empty"


class ScrutineerKeyRefused(DomainError):
    """The text is no public key of a scrutineer."""

    sentence = _("This is not a scrutineer's public key. It has 64 characters: the digits and the letters a to f.")
    code = "scrutineer_key_refused"
