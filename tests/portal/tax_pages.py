"""Asking for the office's pages of tax and reading what they say."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format


def url(page: str, *args: Any) -> str:
    return reverse(f"office:{page}", args=args)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def day(shown: date) -> str:
    return date_format(shown, "DATE_FORMAT")
