"""What the settings read from the process environment, in one place."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent


def home() -> Path:
    """Return the folder for everything Kilderkin writes outside the database."""
    named = os.environ.get("KILDERKIN_HOME")
    if named:
        return Path(named)
    return Path("/var/lib/kilderkin") if os.geteuid() == 0 else Path.home() / ".local" / "share" / "kilderkin"


def database(url: str, role: str) -> dict[str, Any]:
    """Turn ``postgresql://user:password@host:port/name`` into Django's settings.

    ``role`` is the PostgreSQL role the process becomes after connecting (``SET ROLE``);
    empty means the owner, who alone may migrate. A host may be a socket folder, percent-encoded
    or as ``?host=``.
    """
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {key: value for key, value in query.items() if key not in {"host", "port"}}
    if role:
        options["assume_role"] = role
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or unquote(parts.hostname or ""),
        "PORT": str(query.get("port") or parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def database_role() -> str:
    """Return the PostgreSQL role named by ``DATABASE_ROLE`` (owner, app, worker, read)."""
    role = os.environ.get("DATABASE_ROLE", "owner")
    return "" if role == "owner" else f"kilderkin_{role}"
