"""Calendar arithmetic of legal periods."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """Return the day with the same number that many months on, or the month's last day where there is none.

    The corresponding date rule: a month from 31 January ends on the last day of February (Dodds v Walker [1981] UKHL).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
