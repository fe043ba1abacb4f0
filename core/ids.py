"""Identifiers that tell nothing."""

import secrets
from typing import Any

from django.db import models

# The same for rows that one statement writes: 22 url-safe characters, of which 122 bits are random.
RANDOM_ID = "rtrim(translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/', '-_'), '=')"


def new_public_id() -> str:
    """Return 128 random bits as 22 url-safe characters."""
    return secrets.token_urlsafe(16)


class PublicIdConverter:
    """The identifier in an address: anything else is no address of ours."""

    regex = "[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        """Return the identifier as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """Return the identifier as it stands in the row."""
        return value


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """The identifier shown in addresses: random, unique, never a serial."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"max_length": 22, "unique": True, "editable": False, "default": new_public_id}
        super().__init__(**{**defaults, **kwargs})
