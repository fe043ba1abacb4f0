"""What goes wrong with names, people and factors, in words for them."""

from django.utils.translation import gettext_lazy as _

from accounts.rules.names import NameProblem
from core.errors import DomainError

NAME_SENTENCES = {
    NameProblem.EMPTY: _("Enter your full name."),
    NameProblem.TOO_LONG: _("This name is longer than the 300 characters our register can hold."),
    NameProblem.FORBIDDEN_CHARACTER: _("This name has a character that cannot stand in the register."),
    NameProblem.MIXED_ALPHABETS: _("One word of this name mixes letters of different alphabets. Please type it again."),
    NameProblem.NO_LETTER: _("A name needs at least one letter."),
}


class BadName(DomainError):
    """The name cannot stand in the register."""

    code = "bad_name"

    def __init__(self, problem: NameProblem) -> None:
        self.problem = problem
        super().__init__(NAME_SENTENCES[problem])


class EmailTaken(DomainError):
    """Somebody signs in with this address already. Never shown at sign-up, where it would tell who holds shares."""

    sentence = _("Somebody signs in with this e-mail address already.")
    code = "email_taken"


class SharedAddress(DomainError):
    """The books write to several people at the address; told only to who has proved it."""

    sentence = _(
        "Several people in our books have this address, so it does not tell us which of them you are. "
        "Write to us with your name and your address in the register."
    )
    code = "shared_address"


class TooManyHolders(DomainError):
    """A joint set has two to four holders."""

    sentence = _("Joint holders are two, three or four people.")
    code = "too_many_holders"


class HolderTwice(DomainError):
    """One person cannot stand twice in a joint set."""

    sentence = _("The same person stands in this list twice.")
    code = "holder_twice"


class NotAPerson(DomainError):
    """Only people can be joint holders or act for an organisation."""

    sentence = _("Only people can stand here, not organisations or joint holders.")
    code = "not_a_person"


class NotInTheDemo(DomainError):
    """The demo's people exist in the demo only."""

    code = "not_in_the_demo"


class WrongCode(DomainError):
    """The code is not the one we sent, or was used."""

    sentence = _("This code is not right, or it was used already. Check it and try again.")
    code = "wrong_code"


class CodeSpent(DomainError):
    """The code is older than ten minutes or was mistyped three times."""

    sentence = _("This code no longer works. Ask for a new one.")
    code = "code_spent"


class TooManyCodes(DomainError):
    """More codes were asked for than anybody needs."""

    sentence = _("We have sent you several codes already. Wait a few minutes, then ask for a new one.")
    code = "too_many_codes"
