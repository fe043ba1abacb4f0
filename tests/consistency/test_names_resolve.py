"""Whatever the settings name by a dotted path exists: callbacks, job handlers, sweepers, tasks."""

import re
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.utils.module_loading import import_string

ROOT = Path(__file__).resolve().parent.parent.parent
HINT = re.compile(r'after_commit\(\s*"([a-z_.]+)"')


def dotted_names() -> list[str]:
    names = [settings.ISSUER, *settings.SWEEPERS, *settings.READINESS, *settings.JOB_HANDLERS.values()]
    for handlers in settings.PAYMENT_HANDLERS.values():
        names += handlers.values()
    return names


@pytest.mark.parametrize("name", dotted_names())
def test_name_in_the_settings_resolves_to_a_function(name: str) -> None:
    assert callable(import_string(name))


def test_every_hint_names_a_registered_task() -> None:
    current_app.loader.import_default_modules()
    hints = {
        name
        for path in ROOT.glob("*/**/*.py")
        if path.parts[len(ROOT.parts)]
        in {"core", "accounts", "payments", "equity", "ballots", "beers", "agm", "portal"}
        for name in HINT.findall(path.read_text())
    }

    assert hints
    assert hints <= set(current_app.tasks)


def test_every_beat_entry_names_a_registered_task() -> None:
    current_app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)
