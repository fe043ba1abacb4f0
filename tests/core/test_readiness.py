"""What ``make prod-check`` notices: each question is asked of a ready installation with one thing wrong."""

import secrets
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from ballots.services.log_key import receipts_can_be_signed
from core import readiness
from core.pdf.signing import DEMO_KEY_FILE, make_demo_key
from core.processes import roles

LIVE = "sk_live_" + "0" * 24


@pytest.fixture
def ready(settings, tmp_path: Path, smtp_port: int):
    """Settings with which nothing but the broker and the database is left to ask."""
    settings.SECRET_KEY = "a long and random text " * 3
    settings.ALLOWED_HOSTS = ["shares.example"]
    settings.SITE_ORIGIN = "https://shares.example"
    settings.DEMO = False
    settings.PAYMENTS = "stripe"
    settings.STRIPE_SECRET_KEY = LIVE
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_0"]
    settings.EMAIL_BACKEND = readiness.REAL_MAIL
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", smtp_port, False
    settings.FILES_ROOT = tmp_path / "files"
    make_demo_key(tmp_path)
    settings.SIGNING_KEY_FILE, settings.SIGNING_KEY_PASSWORD = str(tmp_path / DEMO_KEY_FILE), ""
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    settings.LOG_KEY_FILE.write_text("5" * 64)
    return settings


@pytest.fixture
def smtp_port() -> Iterator[int]:
    """A mail server that says hello and goodbye, as often as it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_greet, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _greet(server: socket.socket) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        with caller, caller.makefile("rwb") as talk:
            talk.write(b"220 mail.example\r\n")
            talk.flush()
            for line in talk:
                talk.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 ok\r\n")
                talk.flush()


QUESTIONS = [
    readiness.secret_key,
    readiness.addresses,
    readiness.demo_is_off,
    readiness.payments_are_real,
    readiness.mail_leaves,
    readiness.files_can_be_written,
    readiness.certificates_can_be_signed,
    receipts_can_be_signed,
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_question_of_ready_installation_has_no_answer(ready, question) -> None:
    assert question() == ""


@pytest.mark.parametrize(
    ("question", "name", "value", "begins"),
    [
        (readiness.secret_key, "SECRET_KEY", "", "SECRET_KEY is empty or too short"),
        (readiness.secret_key, "SECRET_KEY", "django-insecure-" + "x" * 50, "SECRET_KEY is empty or too short"),
        (readiness.addresses, "ALLOWED_HOSTS", [], "ALLOWED_HOSTS is empty"),
        (readiness.addresses, "ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS is empty or '*'"),
        (readiness.addresses, "SITE_ORIGIN", "http://shares.example", "SITE_ORIGIN is http://shares.example"),
        (readiness.addresses, "SITE_ORIGIN", "https://other.example", "SITE_ORIGIN is https://other.example"),
        (readiness.demo_is_off, "DEMO", True, "DEMO is on"),
        (readiness.broker_answers, "CELERY_BROKER_URL", "filesystem://", "CELERY_BROKER_URL is missing or made"),
        (readiness.broker_answers, "CELERY_BROKER_URL", "memory://", "CELERY_BROKER_URL is missing or made"),
        (readiness.broker_answers, "CELERY_BROKER_URL", "amqp://127.0.0.1:1//", "The broker of CELERY_BROKER_URL does"),
        (readiness.payments_are_real, "PAYMENTS", "sandbox", "PAYMENTS is not 'stripe'"),
        (readiness.payments_are_real, "STRIPE_SECRET_KEY", "", "STRIPE_SECRET_KEY or STRIPE_WEBHOOK_SECRETS is empty"),
        (readiness.payments_are_real, "STRIPE_SECRET_KEY", "sk_test_0", "STRIPE_SECRET_KEY is a test key"),
        (readiness.payments_are_real, "STRIPE_SECRET_KEY", "pk_live_0", "STRIPE_SECRET_KEY is no secret key"),
        (readiness.payments_are_real, "STRIPE_WEBHOOK_SECRETS", ["we_0"], "STRIPE_WEBHOOK_SECRETS holds something"),
        (readiness.mail_leaves, "EMAIL_HOST", "", "EMAIL_HOST is empty"),
        (readiness.mail_leaves, "EMAIL_PORT", 1, "The mail server 127.0.0.1 does not accept us"),
        (readiness.files_can_be_written, "FILES_ROOT", "/proc/files", "The document store /proc/files cannot be"),
        (readiness.certificates_can_be_signed, "SIGNING_KEY_FILE", "", "SIGNING_KEY_FILE names no key"),
        (receipts_can_be_signed, "LOG_KEY_FILE", "", "LOG_KEY_FILE names no key"),
        (receipts_can_be_signed, "LOG_KEY_FILE", "/no/log.key", "The log key log.key cannot"),
        (readiness.certificates_can_be_signed, "SIGNING_KEY_FILE", "/no/key.p12", "The signing key key.p12 cannot"),
    ],
)
def test_one_thing_wrong_gets_its_sentence(ready, question, name: str, value: object, begins: str) -> None:
    setattr(ready, name, value)

    assert question()[: len(begins)] == begins


@pytest.fixture
def web_login(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The tests' database, reached as the web reaches it: by a login that owns nothing."""
    there = connection.settings_dict
    owner = {name: there[name] for name in ("USER", "PASSWORD")}
    login, password = f"web_of_{there['NAME']}"[:60], secrets.token_urlsafe()
    address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**there)
    with django_db_blocker.unblock():
        connection.close()
        roles.make_login(address, login=login, role="kilderkin_app", password=password)
        there.update(USER=login, PASSWORD=password)
        yield
        connection.close()
        there.update(owner)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f'DROP ROLE "{login}"')


def test_database_reached_as_the_web_answers_and_is_closed_to_the_app(web_login: None) -> None:
    assert [question() for question in (readiness.database_answers, *readiness.OF_THE_DATABASE)] == [""] * 5


@pytest.mark.parametrize("role", ["", "kilderkin_worker", "kilderkin_owner"])
def test_web_login_that_resets_its_role_changes_no_book(web_login: None, role: str) -> None:
    change = f"SET ROLE {role}" if role else "RESET ROLE"

    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(f"{change}; UPDATE equity_registerentry SET quantity = quantity + 1")


@pytest.mark.django_db
def test_login_that_can_become_the_owner_is_noticed_under_any_role() -> None:
    answer = readiness.web_is_not_the_owner()

    assert answer[:72] == "The login kilderkin_owner of DATABASE_URL is or can become kilderkin_own"


@pytest.mark.django_db
def test_book_that_the_app_may_change_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("CREATE TABLE diary (line text)")
        cursor.execute(
            "CREATE TRIGGER diary_append_only BEFORE UPDATE ON diary "
            "FOR EACH ROW EXECUTE FUNCTION kilderkin_refuse_change()"
        )
        cursor.execute("REVOKE ALL ON diary FROM kilderkin_worker")

    assert readiness.books_are_closed()[:48] == "These books can be changed: diary by kilderkin_a"


@pytest.mark.django_db
def test_owner_as_running_user_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")

    assert readiness.web_is_not_the_owner()[:44] == "The database user is kilderkin_owner: set DA"


@pytest.mark.django_db
def test_moved_clock_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_clock_offset SET \"offset\" = '1 day'")

    assert readiness.clock_is_real()[:53] == "The demo's clock of this database is ahead by 1 day: "


def test_document_store_open_to_everybody_is_noticed(ready) -> None:
    ready.FILES_ROOT.mkdir()
    ready.FILES_ROOT.chmod(0o755)

    assert "is open to every user of this machine" in readiness.files_can_be_written()


def test_command_prints_one_line_each_and_fails(web_login: None, ready, capsys: pytest.CaptureFixture[str]) -> None:
    ready.CELERY_BROKER_URL = "memory://"

    with pytest.raises(CommandError, match=r"^Not ready for production: 1 of 14\.$"):
        call_command("prod_check")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines].count("ok") == 13
    assert [line for line in lines if line.startswith("NOT")] == [
        "NOT READY  CELERY_BROKER_URL is missing or made for a demo: name a Redis or RabbitMQ server."
    ]
