"""Settings shared by demo, test and production."""

import os

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.settings.accounts import *  # noqa: F403
from config.settings.environment import ROOT, database, database_role, home

KILDERKIN_HOME = home()
FILES_ROOT = KILDERKIN_HOME / "files"
DEMO = False
SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = []
ATOMIC_REQUESTS = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.admin",
    "django.forms",  # its templates, for FORM_RENDERER
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "template_partials",
    "djmoney",
    "core",
    "accounts",
    "ledger",
    "payments",
    "equity",
    "ballots",
    "beers",
    "agm",
    "dividends",
    "portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "payments.sandbox.middleware.sandbox_origin",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.private_pages",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "core.middleware.busy_page",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.company",
                "portal.context.demo",
                "portal.context.viewer",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL", "postgresql://kilderkin@127.0.0.1:5432/kilderkin"), database_role()
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

# Note [One shared cache]: sign-in limits must hold over all processes; a table needs no second server.
# Django empties a third of it beyond 300 entries unless told otherwise, and would forget who tried too often.
CACHES = {
    "default": {
        "BACKEND": "accounts.counters.CounterCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("vi", _("Vietnamese"))]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Europe/London"
USE_TZ = True
LANGUAGE_COOKIE_SECURE = False

STATIC_URL = "/static/"
STATIC_ROOT = KILDERKIN_HOME / "static"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "core.staticfiles.NpmFilesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# Note [Sessions in the database]: they can be listed, ended, and survive an emptied cache.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}

# Note [Celery]: the broker may lose every message; core.jobs finds the work in rows.
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "memory://")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "core.tasks.sweep", "schedule": 5.0, "options": {"expires": 30}},
    "prove-books": {"task": "portal.tasks.prove_books", "schedule": 24 * 3600.0},
    "reconcile-payouts": {"task": "payments.tasks.reconcile_payouts", "schedule": 24 * 3600.0},
}

# What a sweep runs: dotted names of functions without arguments, each safe to run twice. What people wait for is
# first, long work last.
SWEEPERS = [
    "payments.services.sweeping.sweep",
    "payments.services.payout_sweeping.sweep",
    "equity.services.sweeping.sweep",
    "ballots.services.sweeping.sweep",
    "agm.services.sweeping.sweep",
    "dividends.services.sweeping.sweep",
    "core.mail.delivery.deliver_waiting",
    "core.jobs.engine.sweep",
]
# What `make prod-check` asks of the rooms: dotted names of functions that return a sentence, or nothing.
READINESS = ["ballots.services.log_key.receipts_can_be_signed"]
JOB_HANDLERS = {
    "certificates": "equity.tasks.issue_certificate_item",
    "allotment_letters": "equity.tasks.send_allotment_letter_item",
    "meeting_notices": "agm.tasks.send_notice_item",
    "payouts": "payments.tasks.send_payout_item",
    "bank_answers": "payments.tasks.apply_bank_answer_item",
    "royalty_statements": "dividends.royalty_tasks.make_royalty_statement_item",
    "dividend_statements": "dividends.tasks.make_statement_item",
    "dividend_details": "dividends.tasks.ask_for_details_item",
}
# Kinds of jobs that move money, or tell that it moved: their chunks are worked on before all others.
JOBS_FIRST = ["payouts", "bank_answers"]
# Kinds of jobs that carry out, once, what rows say already: cancelled, its rest would never be done.
JOBS_CARRIED_OUT = ["bank_answers", "dividend_statements", "royalty_statements"]
PAYMENT_HANDLERS = {
    "share_application": {
        "lock": "equity.services.payments_in.lock_reference",
        "paid": "equity.services.payments_in.record_paid",
        "failed": "equity.services.payments_in.record_failed",
        "expired": "equity.services.payments_in.record_expired",
        "refunded": "equity.services.payments_in.record_refunded",
        "refund_failed": "equity.services.returned_money.record_refund_failed",
        "refund_settled": "equity.services.returned_money.record_refund_settled",
    },
}
PAYOUT_NEWS = {
    "sent": "dividends.services.payout_news.book_sent",
    "settled": "dividends.services.payout_news.book_settled",
    "failed": "dividends.services.payout_news.take_back",
    "returned": "dividends.services.payout_news.take_back",
    "released": "dividends.services.payout_news.release",
}
PAYOUT_HANDLERS = {"dividend": PAYOUT_NEWS, "royalty": PAYOUT_NEWS}
# Money in a clearing account may be this old before `manage.py prove` asks for a reason.
CLEARING_AGE_DAYS_MAX = int(os.environ.get("CLEARING_AGE_DAYS_MAX", "45"))
# Who writes the mails of rooms that know no issuer: a function that returns the company, or None before the set-up.
ISSUER = "equity.queries.company.find_company"
# Where the company is resident for tax: its law says what is withheld from a dividend (dividends.rules.withholding).
# One installation serves one company; who moves it sets another and enters the rules of that country.
ISSUER_COUNTRY = os.environ.get("ISSUER_COUNTRY", "GB")
# How many ideas of one person may wait for an answer in one call (beers).
OPEN_IDEAS_MAX = 5
# How long a worker may be silent before another goes on; every single item must take less.
JOB_LEASE_SECONDS = float(os.environ.get("JOB_LEASE_SECONDS", "60"))

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds; without it a mail server that hangs stops the sweeper for good
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "shares@localhost")
SITE_ORIGIN = os.environ.get("SITE_ORIGIN", "http://localhost:8000")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Several lines of progress for each document would bury what matters.
    "loggers": {"weasyprint": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
