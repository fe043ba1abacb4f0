"""Whether this installation may run in production: one question each, answered by a sentence or by nothing."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from kombu.connection import Connection

from core.pdf.signing import NoSigningKey, load_key

RUNNING_ROLES = ("kilderkin_app", "kilderkin_worker", "kilderkin_read")
WRITING_ROLES = RUNNING_ROLES[:2]
ANSWER_SECONDS = 5
FREE_BYTES_MIN = 1_000_000_000  # room for some 10,000 certificates before staff must act
SECRET_LENGTH_MIN = 50
REAL_MAIL = "django.core.mail.backends.smtp.EmailBackend"
DEMO_BROKERS = ("memory", "filesystem", "")
LIVE_KEYS, TEST_KEYS = ("sk_live_", "rk_live_"), ("sk_test_", "rk_test_")


def secret_key() -> str:
    """Ask for a SECRET_KEY nobody can guess."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's way to say that it is empty
        key = ""
    if len(key) < SECRET_LENGTH_MIN or key.startswith("django-insecure-"):
        return f"SECRET_KEY is empty or too short: set {SECRET_LENGTH_MIN} or more random characters."
    return ""


def addresses() -> str:
    """Ask for the hosts we answer for, and for an https address that is one of them."""
    hosts = settings.ALLOWED_HOSTS
    if not hosts or "*" in hosts:
        return "ALLOWED_HOSTS is empty or '*': name the hosts this site answers for, separated by commas."
    origin = urlsplit(settings.SITE_ORIGIN)
    if origin.scheme != "https" or not _is_allowed(origin.hostname or "", hosts):
        return f"SITE_ORIGIN is {settings.SITE_ORIGIN}: links in mail need https:// and one of ALLOWED_HOSTS."
    return ""


def demo_is_off() -> str:
    """Refuse the demo's settings, which show everybody's codes."""
    return "DEMO is on: the demo shows everybody's codes to everybody." if settings.DEMO else ""


def database_answers() -> str:
    """Ask for a database that answers and has every migration."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        return f"The database of DATABASE_URL does not answer: {str(error).strip()}"
    return f"{len(missing)} migrations are missing: run manage.py migrate as the owner." if missing else ""


def database_roles() -> str:
    """Ask for the three roles of the running system, none of them above the law of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = ANY(%s)", [[*RUNNING_ROLES]]
        )
        found = dict(cursor.fetchall())
    missing = [role for role in RUNNING_ROLES if role not in found]
    if missing:
        return f"The database roles {', '.join(missing)} are missing: run manage.py migrate as the owner."
    mighty = [role for role, is_mighty in found.items() if is_mighty]
    return (
        f"The database roles {', '.join(mighty)} are superusers: take that away (ALTER ROLE ... NOSUPERUSER)."
        if mighty
        else ""
    )


def books_are_closed() -> str:
    """Ask that the running system cannot change an append-only table: the triggers name these tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT book.relname, role_name
            FROM pg_trigger JOIN pg_class book ON book.oid = tgrelid, unnest(%s::text[]) role_name
            WHERE tgname = relname || '_append_only'
              AND has_table_privilege(role_name, book.oid, 'UPDATE, DELETE, TRUNCATE')
            ORDER BY 1, 2
            """,
            [[*WRITING_ROLES]],
        )
        open_books = [f"{table} by {role}" for table, role in cursor.fetchall()]
    return (
        f"These books can be changed: {', '.join(open_books)}. Revoke UPDATE, DELETE and TRUNCATE."
        if open_books
        else ""
    )


def web_is_not_the_owner() -> str:
    """Ask that the process runs under a role without the owner's rights, and cannot get them by RESET ROLE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        user, login = cursor.fetchone()
        cursor.execute(
            """
            SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND pg_has_role(session_user, relowner, 'MEMBER')
            """
        )
        owners = [row[0] for row in cursor.fetchall()]
    if user not in RUNNING_ROLES:
        return f"The database user is {user}: set DATABASE_ROLE=app for the web and DATABASE_ROLE=worker for Celery."
    if owners:
        return (
            f"The login {login} of DATABASE_URL is or can become {', '.join(owners)}, who owns the tables: give web "
            "and Celery logins of their own, as docs/operations.md says."
        )
    return ""


def clock_is_real() -> str:
    """Ask that the demo's clock was never moved in this database."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT "offset"::text FROM core_clock_offset WHERE "offset" <> \'0\'')
        row = cursor.fetchone()
    return f"The demo's clock of this database is ahead by {row[0]}: it belongs to a demo." if row else ""


def broker_answers() -> str:
    """Ask for a broker that reaches other processes, and that answers."""
    url = settings.CELERY_BROKER_URL
    if url.split("://")[0] in DEMO_BROKERS:
        return "CELERY_BROKER_URL is missing or made for a demo: name a Redis or RabbitMQ server."
    try:
        with Connection(url, connect_timeout=ANSWER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=ANSWER_SECONDS)
    except Exception as error:  # each transport has its own errors
        return f"The broker of CELERY_BROKER_URL does not answer: {error}"
    return ""


def payments_are_real() -> str:
    """Ask for a live Stripe key and for secrets that can be a webhook's."""
    key, secrets = str(settings.STRIPE_SECRET_KEY), settings.STRIPE_WEBHOOK_SECRETS
    if settings.PAYMENTS != "stripe":
        return "PAYMENTS is not 'stripe': nobody could pay real money."
    if not key or not secrets:
        return "STRIPE_SECRET_KEY or STRIPE_WEBHOOK_SECRETS is empty: nobody could pay, or no payment would be noticed."
    if key.startswith(TEST_KEYS):
        return "STRIPE_SECRET_KEY is a test key: cards would not be charged, and live webhooks would be refused."
    if not key.startswith(LIVE_KEYS):
        return "STRIPE_SECRET_KEY is no secret key of Stripe: it starts with sk_live_ or rk_live_."
    if not all(secret.startswith("whsec_") for secret in secrets):
        return "STRIPE_WEBHOOK_SECRETS holds something else: the signing secret of a webhook starts with whsec_."
    return ""


def mail_leaves() -> str:
    """Ask for a mail server that answers and accepts our login."""
    if settings.EMAIL_BACKEND != REAL_MAIL or not settings.EMAIL_HOST:
        return "EMAIL_HOST is empty or mail goes to a folder: nobody would get a code or a certificate."
    try:
        server = get_connection(timeout=ANSWER_SECONDS)
        server.open()
        server.close()
    except OSError as error:  # smtplib's errors are OSErrors too
        return f"The mail server {settings.EMAIL_HOST} does not accept us: {error}"
    return ""


def files_can_be_written() -> str:
    """Ask for a document store that keeps what it is given and has room."""
    folder = Path(settings.FILES_ROOT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
            os.fsync(probe.fileno())
    except OSError as error:
        return f"The document store {folder} cannot be written: {error.strerror}."
    if folder.stat().st_mode & 0o007:
        return f"The document store {folder} is open to every user of this machine: run chmod o-rwx on it."
    room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < FREE_BYTES_MIN:
        return f"The document store {folder} has less than {FREE_BYTES_MIN // 1_000_000} MB of room."
    return ""


def certificates_can_be_signed() -> str:
    """Ask for the company's own key, with which certificates are signed."""
    try:
        load_key(settings)
    except NoSigningKey as missing:
        return str(missing)
    return ""


def _is_allowed(host: str, hosts: list[str]) -> bool:
    return any(host == allowed or (allowed.startswith(".") and f".{host}".endswith(allowed)) for allowed in hosts)


# What needs the database is asked only when the first of these found it ready.
OF_THE_DATABASE: tuple[Callable[[], str], ...] = (
    database_roles,
    books_are_closed,
    web_is_not_the_owner,
    clock_is_real,
)
OF_THE_REST: tuple[Callable[[], str], ...] = (
    secret_key,
    addresses,
    demo_is_off,
    broker_answers,
    payments_are_real,
    mail_leaves,
    files_can_be_written,
    certificates_can_be_signed,
)


def of_the_rooms() -> tuple[Callable[[], str], ...]:
    """Return the questions of rooms above this one, which the settings name."""
    return tuple(import_string(name) for name in settings.READINESS)


def problems() -> list[tuple[str, str]]:
    """Ask everything; return (question, sentence), the sentence empty where all is well."""
    first = database_answers()
    asked = [*OF_THE_REST, *of_the_rooms(), *(() if first else OF_THE_DATABASE)]
    answers = [(question.__name__.replace("_", " "), question()) for question in asked]
    return [(database_answers.__name__.replace("_", " "), first), *answers]
