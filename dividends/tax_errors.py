"""What a person is told who enters or ends a rule of withholding, or a holder's document."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class RateImpossible(DomainError):
    """A rate of tax lies between nothing and everything."""

    sentence = _("A rate of tax lies between 0 % and 100 %.")
    code = "rate_impossible"


class ValidityBackward(DomainError):
    """A rule or a document ends before it begins."""

    sentence = _("It must be valid at least for a day: the end lies before the beginning.")
    code = "validity_backward"


class EvidenceMissing(DomainError):
    """Only a document lowers a rate by treaty."""

    sentence = _("A rate by treaty must name the document that a holder has to show for it.")
    code = "evidence_missing"


class SourceMissing(DomainError):
    """A rate is only as good as the law it is read from."""

    sentence = _("Say where this rate is written, so that somebody else can look it up.")
    code = "source_missing"


class CountryUnknown(DomainError):
    """Countries are named by the two letters of ISO 3166-1."""

    sentence = _("Countries are written with their two capital letters, such as GB or VN.")
    code = "country_unknown"


class RuleEnteredTwice(DomainError):
    """The same rule from the same day with another rate."""

    sentence = _(
        "A rule for these holders from this day is entered already. End it, and enter the new one from a later day."
    )
    code = "rule_entered_twice"


class RuleInUse(DomainError):
    """Tax was computed by the rule for a payment that it would not reach any more."""

    code = "rule_in_use"

    def __init__(self, day: str) -> None:
        words = _("Tax was computed by this rule for a payment on %(day)s. Let it end on that day at the earliest.")
        super().__init__(words % {"day": day})


class DocumentStands(DomainError):
    """A holder's document of that kind for those days is there."""

    sentence = _("A document of this kind is entered for the same days. Refuse that one first.")
    code = "document_stands"
