"""What a session has proved so far; read from the records allauth keeps of it."""

from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.queries.people import APP, MAILED_CODE, PASSKEY, real_now

STRONG_TYPES = {"totp": APP, "recovery_codes": APP, "webauthn": PASSKEY}


def records_of(request: HttpRequest, user: User) -> list[dict[str, object]]:
    """Return the session's proofs for this user and nobody else."""
    records: list[dict[str, object]] = get_authentication_records(request, user)
    return records


def has_password(request: HttpRequest, user: User) -> bool:
    """Return whether this session gave the user's password."""
    return any(record.get("method") == "password" for record in records_of(request, user))


def has_signed_in_by_passkey(request: HttpRequest, user: User) -> bool:
    """Return whether this session began with a passkey, which is two factors in one (device and finger or PIN)."""
    return any(record.get("type") == "webauthn" and record.get("passwordless") for record in records_of(request, user))


def has_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether the session proved two factors recently enough for the office."""
    oldest = (real_now() - timedelta(hours=settings.SECOND_FACTOR_HOURS_MAX)).timestamp()
    recent = [record for record in records_of(request, user) if float(str(record.get("at", 0))) > oldest]
    strong = [record for record in recent if record.get("method") == "mfa" and record.get("type") in STRONG_TYPES]
    if any(record.get("passwordless") for record in strong):
        return True
    return bool(strong) and has_password(request, user)


def latest_way(request: HttpRequest, user: User) -> str:
    """Return the strongest way this session proved itself at sign-in, or nothing."""
    records = records_of(request, user)
    ways = [STRONG_TYPES[str(record["type"])] for record in records if record.get("type") in STRONG_TYPES]
    if ways:
        return ways[-1]
    return MAILED_CODE if any(record.get("method") == "code" for record in records) else ""
