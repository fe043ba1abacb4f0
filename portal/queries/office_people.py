"""Staff as the office names them."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import people


def name_of(user: User | None) -> str:
    """Return the person's name, or that the system did it by itself.

    Callers select ``party`` with the user: a template never asks.
    """
    return _("by itself") if user is None else people.name_of(user)
