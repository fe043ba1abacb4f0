"""Settings of the processes that are killed: the tests' settings, found in the house of one test."""

import os
from pathlib import Path

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

HOUSE = Path(os.environ["KILDERKIN_HOME"])
DATABASES["default"]["CONN_MAX_AGE"] = 60
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(HOUSE / "mail")
SANDBOX_BANK_TRANSPORT = os.environ.get("SANDBOX_BANK_TRANSPORT", "payments.sandbox.bank_api.answer")
SANDBOX_SETTLE_SECONDS = float(os.environ.get("SANDBOX_SETTLE_SECONDS", "0"))
SANDBOX_POST = "tests.payments.actions.post_to_test_client"
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "core.tasks.sweep", "schedule": 1.0, "options": {"expires": 30}}}
_broker = os.environ.get("BROKER_FOLDER", str(HOUSE / "broker"))
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": _broker,
    "data_folder_out": _broker,
    "control_folder": f"{_broker}/control",
}
