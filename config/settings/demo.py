"""The demo: everything on this machine, sandbox payments, mail to a folder, a clock that can be moved."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import KILDERKIN_HOME
from config.settings.environment import database, database_role
from config.settings.npm_files import NPM_FILES  # noqa: F401
from config.settings.secrets import kept_secret
from core.processes import cluster as clusters
from core.processes.places import private_folder

DEMO = True
_own = clusters.find("demo")
if _own and "DATABASE_URL" not in os.environ:  # so that `manage.py prove` speaks to the demo that runs
    DATABASES = {"default": database(_own.url, database_role())}
DEMO_PORT = int(os.environ.get("DEMO_PORT", "8000"))
SITE_ORIGIN = f"http://localhost:{DEMO_PORT}"
# Another origin on the same port: browsers keep localhost and 127.0.0.1 apart, as they would the bank's site.
SANDBOX_ORIGIN = f"http://127.0.0.1:{DEMO_PORT}"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
SECRET_KEY = kept_secret(KILDERKIN_HOME, "secret_key")
PAYMENTS = "sandbox"
STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105  the in-process sandbox accepts only this
STRIPE_WEBHOOK_SECRETS = [kept_secret(KILDERKIN_HOME, "webhook_secret")]
CHECKOUT_ORIGIN = SANDBOX_ORIGIN
SANDBOX_SETTLE_SECONDS = 2.0  # how long a payout is on its way, in real time
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(KILDERKIN_HOME / "mail")
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "data_folder_in": str(KILDERKIN_HOME / "broker"),
        "data_folder_out": str(KILDERKIN_HOME / "broker"),
        "processed_folder": str(KILDERKIN_HOME / "broker" / "processed"),
        "store_processed": False,
        "control_folder": str(KILDERKIN_HOME / "broker" / "control"),
    }
    if CELERY_BROKER_URL.startswith("filesystem:")
    else {}
)
for _name in ("secrets", "mail", "files", "broker", "keys"):
    private_folder(KILDERKIN_HOME / _name)
