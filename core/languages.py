"""Texts that people type in both languages: the one for the reader."""

from typing import Any

from django.utils.translation import get_language


def localised(row: Any, field: str) -> str:
    """Return the row's text in the reader's language: ``field``, or ``field_vi`` for readers of Vietnamese."""
    suffix = "_vi" if (get_language() or "en").startswith("vi") else ""
    return str(getattr(row, f"{field}{suffix}"))
