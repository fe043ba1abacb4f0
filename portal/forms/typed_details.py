"""Bank details between typing and checking: kept in the session for half an hour, sealed, and nowhere else."""

import json
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import Party
from accounts.queries.people import real_now
from core.secrets import NotSealedHere, fingerprint, seal, unseal

SESSION_KEY = "typed_bank_details"
PURPOSE = "portal.typed_bank_details"
KEPT_FOR = timedelta(minutes=30)
FIELDS = ("scheme", "sort_code", "account_number", "iban", "holder_name")


def keep_typed(request: HttpRequest, party: Party, typed: dict[str, str]) -> None:
    """Keep what was typed for the party until it is checked."""
    content = {"party": party.public_id, "at": real_now().isoformat(), **{name: typed[name] for name in FIELDS}}
    request.session[SESSION_KEY] = seal(json.dumps(content), purpose=PURPOSE)


def typed_for(request: HttpRequest, party: Party) -> dict[str, str]:
    """Return what was typed for this party within half an hour, or nothing."""
    try:
        content = json.loads(unseal(request.session.get(SESSION_KEY, ""), purpose=PURPOSE))
    except NotSealedHere:
        return {}
    fresh = real_now() - datetime.fromisoformat(content["at"]) < KEPT_FOR
    return {name: content[name] for name in FIELDS} if fresh and content["party"] == party.public_id else {}


def mark_of_typed(request: HttpRequest, party: Party) -> str:
    """Return the mark of what is kept for this party in this session, to be sent back with "yes, this is right".

    Typing anew, in another tab, makes another mark: a page that shows other numbers no longer confirms them. It is
    keyed, so it says nothing about the numbers.
    """
    kept = f"{request.session.session_key}:{party.public_id}:{request.session.get(SESSION_KEY, '')}"
    return fingerprint(kept, purpose=PURPOSE)


def is_mark_of_typed(request: HttpRequest, party: Party, mark: str) -> bool:
    """Return whether the page that sent the mark showed what is kept now."""
    return constant_time_compare(mark, mark_of_typed(request, party))


def forget_typed(request: HttpRequest) -> None:
    """Forget it, once it is given or no longer wanted."""
    request.session.pop(SESSION_KEY, None)
