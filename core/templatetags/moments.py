"""Saying a moment so that nobody misses it by a day."""

from datetime import datetime, time, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

register = template.Library()


@register.filter
def moment(value: datetime) -> str:
    """Return day and time in the reader's language; midnight by the day that ends: "00:00" is read a day late.

    Record dates and deadlines fall on midnight where the law counts whole days (Companies Act 2006 s.327 and s.360B).
    """
    local = localtime(value)
    if local.time() != time():
        return date_format(local, "DATETIME_FORMAT")
    day = date_format(local - timedelta(days=1), "DATE_FORMAT")
    return gettext("%(day)s, at the end of the day (24:00)") % {"day": day}
