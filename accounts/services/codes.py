"""Codes that work once: from an authenticator app, from a printed list, from a mail."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import connection

from accounts.errors import CodeSpent, TooManyCodes, WrongCode
from accounts.models import ConfirmationCode, UsedCode, User
from accounts.rules.totp import matching_counter, typed_digits
from core import audit
from core.errors import DomainError
from core.locks import lock
from core.transactions import needs_transaction

CODE_LIFE = timedelta(minutes=10)
CODES_PER_HOUR_MAX = 10
TRIES_MAX = 3
RECOVERY_CODES = 10
RECOVERY_LETTERS = "23456789BCDFGHJKMNPQRTVWXYZ"  # none that looks like another


@needs_transaction
def use_app_code(*, user: User, code: str, at: datetime) -> Authenticator | None:
    """Return the user's authenticator when the code is its code of this minute and was never used; else None.

    ``at`` is real time. The code is spent by a row of its own, so neither an emptied cache nor a second process
    accepts it twice.
    """
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return None
    counter = matching_counter(decrypt(app.data["secret"]), typed_digits(code), at.timestamp())
    if counter is None or not spend_counter(user=user, counter=counter, at=at):
        return None
    return app


@needs_transaction
def spend_counter(*, user: User, counter: int, at: datetime) -> bool:
    """Spend the counter of a code; return False when it was spent before, also by somebody at this very moment."""
    table = UsedCode._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (user_id, counter, used_at) VALUES (%s, %s, %s) "  # noqa: S608  a constant
            "ON CONFLICT ON CONSTRAINT totp_code_used_once DO NOTHING",
            [user.pk, counter, at],
        )
        return bool(cursor.rowcount == 1)


@needs_transaction
def make_recovery_codes(*, user: User, at: datetime) -> list[str]:
    """Return ten new codes, to be shown once; earlier ones stop working. Only their hashes are kept."""
    codes = ["".join(secrets.choice(RECOVERY_LETTERS) for _letter in range(12)) for _code in range(RECOVERY_CODES)]
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"hashes": [keyed_hash("recovery", user.pk, code) for code in codes]},
    )
    audit.record(by=user, at=at, verb="make_recovery_codes", subject=user)
    return codes


@needs_transaction
def use_recovery_code(*, user: User, code: str, at: datetime) -> Authenticator | None:
    """Return the list the code stood on, with the code struck off; None when it is not on it."""
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    if not held.exists():
        return None
    codes = lock(held)
    hashed = keyed_hash("recovery", user.pk, typed_digits(code).upper())
    if hashed not in codes.data["hashes"]:
        return None
    codes.data = {"hashes": [kept for kept in codes.data["hashes"] if kept != hashed]}
    codes.save(update_fields=["data"])
    audit.record(by=user, at=at, verb="use_recovery_code", subject=user, left=len(codes.data["hashes"]))
    return codes


@needs_transaction
def send_confirmation_code(
    *, user: User, session_key: str, at: datetime, send: Callable[[str], object]
) -> ConfirmationCode:
    """Make a code for this session and hand it to ``send``; raise `TooManyCodes` after ten in an hour.

    ``at`` is real time. The code lives ten minutes and survives three mistakes.
    """
    recent = ConfirmationCode.objects.filter(user=user, sent_at__gt=at - timedelta(hours=1)).count()
    if recent >= CODES_PER_HOUR_MAX:
        raise TooManyCodes()
    code = f"{secrets.randbelow(10**6):06d}"
    row = ConfirmationCode.objects.create(
        user=user,
        session_hash=keyed_hash("session", user.pk, session_key),
        code_hash=keyed_hash("confirmation", user.pk, code),
        sent_at=at,
        expires_at=at + CODE_LIFE,
        tries_left=TRIES_MAX,
    )
    send(code)
    return row


def find_waiting_code(*, user: User, session_key: str, at: datetime) -> ConfirmationCode | None:
    """Return the code this session waits for, if one still works."""
    return (
        ConfirmationCode.objects.filter(
            user=user,
            session_hash=keyed_hash("session", user.pk, session_key),
            expires_at__gt=at,
            tries_left__gt=0,
            used_at=None,
        )
        .order_by("-sent_at")
        .first()
    )


@needs_transaction
def use_confirmation_code(*, user: User, session_key: str, code: str, at: datetime) -> DomainError | None:
    """Spend the code this session waits for; return what is wrong with it, None when it is right.

    The error is returned, not raised: the mistake must be counted, and raising would roll the count back.
    """
    waiting = find_waiting_code(user=user, session_key=session_key, at=at)
    if waiting is None:
        return CodeSpent()
    row = lock(ConfirmationCode.objects.all(), pk=waiting.pk)
    if row.tries_left == 0 or row.used_at is not None:
        return CodeSpent()
    if not hmac.compare_digest(row.code_hash, keyed_hash("confirmation", user.pk, typed_digits(code))):
        row.tries_left -= 1
        row.save(update_fields=["tries_left"])
        return WrongCode() if row.tries_left else CodeSpent()
    row.used_at = at
    row.save(update_fields=["used_at"])
    return None


def keyed_hash(purpose: str, user_id: int, text: str) -> str:
    """Return a hash only this house can compute: six digits alone would be guessed from a stolen table."""
    key = f"kilderkin.accounts.{purpose}.{settings.SECRET_KEY}".encode()
    return hmac.new(key, f"{user_id}:{text}".encode(), sha256).hexdigest()
