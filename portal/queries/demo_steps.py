"""What the demo's journeys are made of."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise

# Where the buttons of the clock stand on the demo's page.
CLOCK = "#clock-heading"
BANKS_OPEN = time(9)


@dataclass(frozen=True)
class Stop:
    """A moment to which the demo's clock can go."""

    code: str
    label: str | Promise
    at: datetime


@dataclass(frozen=True)
class Step:
    """One thing to try: whose part it is, what they do, and where.

    ``is_done`` is read from the rows; None where somebody only looks, which leaves nothing to read. ``first`` says what
    must happen before, empty when the step can be taken now; a link that leads nowhere yet is not shown then.
    """

    who: str | Promise
    what: str | Promise
    url: str = ""
    link: str | Promise = ""
    is_done: bool | None = None
    first: str | Promise = ""

    @property
    def only_looks(self) -> bool:
        """Return whether there is nothing to do but to look."""
        return self.is_done is None

    @property
    def waits_for(self) -> str | Promise:
        """Return what must happen first, empty for a step that is done or can be taken."""
        return "" if self.is_done else self.first


def morning_of(day: date) -> datetime:
    """Return the moment of a day at which its payments have begun."""
    return datetime.combine(day, BANKS_OPEN, ZoneInfo(settings.TIME_ZONE))
