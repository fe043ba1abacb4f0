"""Tests: real PostgreSQL, the app role, no network but loopback."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("KILDERKIN_HOME", tempfile.mkdtemp(prefix="kilderkin-test-"))

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES
from config.settings.npm_files import NPM_FILES  # noqa: F401

DEMO = True
SECRET_KEY = "tests-only"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
SITE_ORIGIN = "http://localhost:8000"
SANDBOX_ORIGIN = "http://127.0.0.1:8000"
PAYMENTS = "sandbox"
STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105
STRIPE_WEBHOOK_SECRETS = ["whsec_tests"]
CHECKOUT_ORIGIN = SANDBOX_ORIGIN
SANDBOX_SETTLE_SECONDS = 0.0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = Path(os.environ["KILDERKIN_HOME"]) / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
(Path(os.environ["KILDERKIN_HOME"]) / "broker").mkdir(exist_ok=True)
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("KILDERKIN_TEST_DB", "kilderkin_test")}
CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(Path(os.environ["KILDERKIN_HOME"]) / "broker"),
    "data_folder_out": str(Path(os.environ["KILDERKIN_HOME"]) / "broker"),
    "control_folder": str(Path(os.environ["KILDERKIN_HOME"]) / "broker" / "control"),
}
