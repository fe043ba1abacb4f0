"""A holder's dividends on their first page: what was paid so far, the one thing to do, a statement that is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from dividends.models import Statement
from portal.queries.dividend_words import shown, told
from portal.queries.my_dividends import Dividend, Sums, dividends_of, sums_of
from portal.rules.dividend_states import Stand

NEW_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    """The one thing to do, as the holder's first page shows it."""

    title: str
    sentence: str
    url: str
    button_text: str


@dataclass(frozen=True)
class Glance:
    """What the first page says of dividends; ``statement`` is the latest while it is new."""

    sums: tuple[Sums, ...]
    task: Task | None
    statement: Statement | None


def glance_of(user: User, *, at: datetime) -> Glance:
    """Return the glance; seven queries for who has dividends, two for who has none."""
    dividends = dividends_of(user, at=at)
    return Glance(tuple(sums_of(dividends)), task_of(dividends, at=at), _new_statement(dividends, at))


def task_of(dividends: Sequence[Dividend], *, at: datetime) -> Task | None:
    """Return what the holder can do for their money: mend what came back before anything else, then say where to pay.

    What lies in the jar waits for no bank details, so nobody is asked for them on its account.
    """
    for stand in (Stand.CAME_BACK, Stand.NO_DETAILS):
        found = [one for one in dividends if one.stand == stand and told(one, at=at).url]
        if found:
            return _task(found, at)
    return None


def _task(found: list[Dividend], at: datetime) -> Task:
    """The task of the first holding among them, with all that waits for it there."""
    first = found[0]
    same = [one for one in found if (one.entitlement.party_id, one.currency) == _key(first)]
    words = told(first, at=at)
    amount = shown(sum(one.entitlement.net_minor for one in same), first.currency)
    if first.stand == Stand.CAME_BACK:
        title = _("%(amount)s did not arrive") % {"amount": amount}
        whose = _("This is about the shares of %(holder)s.") % {"holder": first.holder} if first.holder else ""
        return Task(title, f"{whose} {words.sentence}".strip(), words.url, words.button_text)
    title, facts = _("Tell us where to pay your dividend"), {"amount": amount, "holder": first.holder}
    if first.holder:
        sentence = _("%(amount)s belong to %(holder)s and wait for bank details.") % facts
    else:
        sentence = _("%(amount)s are yours and wait for your bank details.") % facts
    return Task(title, sentence, words.url, words.button_text)


def _key(one: Dividend) -> tuple[int, str]:
    return one.entitlement.party_id, one.currency


def _new_statement(dividends: Sequence[Dividend], at: datetime) -> Statement | None:
    issued = (getattr(one.entitlement, "statement", None) for one in dividends)
    made = [statement for statement in issued if statement is not None and hasattr(statement, "file")]
    latest = max(made, key=lambda statement: (statement.issued_at, statement.pk), default=None)
    return latest if latest is not None and at - latest.issued_at < NEW_FOR else None
