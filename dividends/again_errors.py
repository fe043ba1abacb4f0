"""One class per broken rule of asking for other bank details."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class NothingToAskFor(DomainError):
    """Other details mend nothing here: none were refused, new ones were given, or nothing is owed."""

    sentence = _("There is nothing to ask for: nothing is owed any more, or other bank details were given since.")
    code = "nothing_to_ask_for"


class AskedLately(DomainError):
    """The payee was asked less than a day ago."""

    sentence = _("The holder was asked less than a day ago. Give them time to answer.")
    code = "asked_lately"

    def __init__(self, at: datetime | None = None) -> None:
        """``at``: when, where known."""
        words = _("The holder was asked on %(when)s. Give them a day to answer.")
        super().__init__(words % {"when": date_format(localtime(at), "DATETIME_FORMAT")} if at else None)


class NobodyToWriteTo(DomainError):
    """The payee has no e-mail address."""

    sentence = _("We have no e-mail address of this holder. Write to them on paper.")
    code = "nobody_to_write_to"
