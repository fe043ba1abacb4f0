"""Celery carries hints only; the truth is rows (docs/adr/0002-broker-carries-hints.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")

app = Celery("kilderkin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
