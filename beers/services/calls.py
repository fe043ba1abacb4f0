"""Calls for ideas are opened by the office."""

from datetime import datetime
from typing import TYPE_CHECKING

from beers.models import Call
from core import audit
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

TEXTS = ("title", "title_vi", "question", "question_vi", "promise", "promise_vi")


@needs_transaction
def open_call(
    *,
    slug: str,
    kind: str,
    texts: dict[str, str],
    opens_at: datetime,
    closes_at: datetime,
    by: "User | None",
    at: datetime,
) -> Call:
    """Write a call for ideas; ``texts`` holds title, question and promise in both languages (`TEXTS`).

    Returns the call that bears the slug already when there is one.
    """
    said = {name: texts[name] for name in TEXTS}
    when = {"opens_at": opens_at, "closes_at": closes_at, "made_at": at, "made_by": by}
    call, made = Call.objects.get_or_create(slug=slug, defaults={"kind": kind, **said, **when})
    if made:
        audit.record(by=by, at=at, verb="call_opened", subject=call)
    return call
