"""One class per broken rule, each with a sentence for the person it happened to."""

from django.utils.translation import gettext_lazy as _

from beers.rules.wording import WordingProblem
from core.errors import DomainError

WORDING_SENTENCES = {
    WordingProblem.EMPTY: _("Type what you propose."),
    WordingProblem.TOO_LONG: _("This is longer than we can print. Please say it shorter."),
    WordingProblem.FORBIDDEN_CHARACTER: _("Please remove the characters that cannot be seen."),
    WordingProblem.MIXED_ALPHABETS: _("One word mixes letters of different alphabets. Please type it again."),
    WordingProblem.NO_LETTER: _("A name needs at least one letter."),
    WordingProblem.OFFENSIVE: _("There is a word in this that we do not print. Please find another."),
}


class BadWording(DomainError):
    """The words cannot stand on a page or a label."""

    code = "bad_wording"

    def __init__(self, problem: WordingProblem) -> None:
        self.problem = problem
        super().__init__(WORDING_SENTENCES[problem])


class CallNotOpen(DomainError):
    """The call takes no ideas now."""

    sentence = _("This call for ideas is not open at the moment. Nothing was saved.")
    code = "call_not_open"


class TooManyOpen(DomainError):
    """The person has as many unanswered ideas in the call as one may have."""

    sentence = _("You have several ideas here that nobody has answered yet. Wait for an answer, then propose more.")
    code = "too_many_open"


class ProposedAlready(DomainError):
    """The same words stand in the call already."""

    sentence = _("Exactly this was proposed already. You can support it.")
    code = "proposed_already"


class OwnProposal(DomainError):
    """The author's name stands under the idea already."""

    sentence = _("This idea is yours. Others can support it.")
    code = "own_proposal"


class NotSupportable(DomainError):
    """The idea was declined, merged or belongs to a closed call."""

    sentence = _("This idea takes no more support.")
    code = "not_supportable"


class ReasonMissing(DomainError):
    """Every answer says why, in both languages."""

    sentence = _("Say why, in both languages.")
    code = "reason_missing"


class MergeRefused(DomainError):
    """An idea can only join another of the same call that stands itself."""

    sentence = _("An idea can only join another one of the same call that was not itself taken together.")
    code = "merge_refused"


class Adopted(DomainError):
    """The idea won a ballot; its answer stands."""

    sentence = _("This idea has won. Its answer cannot be changed any more.")
    code = "adopted"


class NotOnTheShortlist(DomainError):
    """Only what stood on the shortlist can win."""

    sentence = _("Only an idea on the shortlist can win.")
    code = "not_on_the_shortlist"


class AnotherWinner(DomainError):
    """The contest has adopted another winner."""

    sentence = _("Another winner of this vote was written down already.")
    code = "another_winner"
