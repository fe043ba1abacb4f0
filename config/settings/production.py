"""Production: everything comes from the environment; ``make prod-check`` says in sentences what is missing."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import CELERY_BROKER_URL, CONTENT_SECURITY_POLICY, SECRET_KEY, SITE_ORIGIN  # noqa: F401
from config.settings.npm_files import NPM_FILES  # noqa: F401

ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN] if SITE_ORIGIN.startswith("https://") else []
PAYMENTS = "stripe"
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
# Two may be valid while a secret is rotated: separated by commas.
STRIPE_WEBHOOK_SECRETS = [secret for secret in os.environ.get("STRIPE_WEBHOOK_SECRETS", "").split(",") if secret]
CHECKOUT_ORIGIN = "https://checkout.stripe.com"
SIGNING_KEY_FILE = os.environ.get("SIGNING_KEY_FILE", "")
SIGNING_KEY_PASSWORD = os.environ.get("SIGNING_KEY_PASSWORD", "")
LOG_KEY_FILE = os.environ.get("LOG_KEY_FILE", "")
LOG_NAME = os.environ.get("LOG_NAME", "")
CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 63072000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = True
