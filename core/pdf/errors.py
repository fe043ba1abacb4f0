"""Why a document was not made."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class NotPrintable(DomainError):
    """The document could not be made as it was meant; the reason is in the log and in ``__cause__``."""

    sentence = _("This document could not be made. We have been told.")
    code = "not_printable"


class ForbiddenResource(NotPrintable):
    """The document asked for something outside the house: another server, a local file, an attachment."""

    sentence = _("This document asked for something from outside, so it was not made.")
    code = "forbidden_resource"


class UnprintableText(NotPrintable):
    """The text holds characters that none of our fonts can draw; ``characters`` names them."""

    code = "unprintable_text"

    def __init__(self, characters: str) -> None:
        self.characters = characters
        named = ", ".join(f"U+{ord(character):04X}" for character in characters[:10])
        super().__init__(_("The text holds characters that cannot be printed: %(named)s.") % {"named": named})


class TooLong(NotPrintable):
    """The document needs more pages than it may have."""

    sentence = _("The text is too long for this document.")
    code = "too_long"
