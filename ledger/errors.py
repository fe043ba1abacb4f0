from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class KeyReused(DomainError):
    """An entry with this key stands in the book already and says something else."""

    sentence = _("This booking was made before with other figures. It needs a look by finance.")
    code = "key_reused"


class PeriodClosed(DomainError):
    """The day lies in a period whose books are closed."""

    sentence = _("The books for that day are closed. Please choose a later day.")
    code = "period_closed"


class AlreadyReversed(DomainError):
    """The entry was reversed before."""

    sentence = _("This booking has been reversed already.")
    code = "already_reversed"
