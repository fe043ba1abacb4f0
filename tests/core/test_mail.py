"""Mail: written with what it tells about, sent once in the ordinary case, kept with the reason when it cannot be."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from core import clock
from core.errors import MissingFile
from core.mail import delivery, queue_mail
from core.mail.delivery import deliver_waiting
from core.models import OutgoingMail
from core.storage import store_bytes
from core.tasks import sweep
from core.transactions import atomic

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def quiet(settings: Any) -> None:
    """Hints go nowhere."""
    settings.CELERY_BROKER_URL = "memory://"


def queue(**changes: Any) -> OutgoingMail:
    letter: dict[str, Any] = {
        "to": "an@example.org",
        "subject": "Your certificate",
        "text": "Dear An,\n\nhere it is.\n",
        "kind": "certificate",
        "language": "vi",
        "at": clock.now(),
    }
    with atomic():
        return queue_mail(**{**letter, **changes})


def fresh(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def let_waits_end() -> None:
    """Let every claim run out."""
    OutgoingMail.objects.update(claimed_until="2000-01-01T00:00Z")


class Server:
    """A mail server of the tests' own; ``answer`` may raise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, Exception] = {}
        self.taken: list[str] = []
        monkeypatch.setattr("core.mail.delivery.EmailMultiAlternatives.send", lambda message: self.send(message))

    def send(self, message: Any) -> int:
        (to,) = message.to
        if to in self.answers:
            raise self.answers[to]
        self.taken.append(to)
        return 1


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


# --- written with what it tells about --------------------------------------------------------------------------------


def test_mail_is_rolled_back_with_what_it_tells_about() -> None:
    with atomic():
        queue()
        transaction.set_rollback(True)

    assert OutgoingMail.objects.count() == 0


def test_mail_leaves_only_when_delivered(mailoutbox: list[Any]) -> None:
    mail = queue()

    assert (mailoutbox, fresh(mail).sent_at) == ([], None)


def test_mail_is_delivered_once_with_both_parts(mailoutbox: list[Any]) -> None:
    mail = queue(html="<p>Dear An</p>")

    assert (deliver_waiting(), deliver_waiting()) == (1, 0)

    (message,) = mailoutbox
    assert (message.to, message.subject, message.body) == (["an@example.org"], "Your certificate", mail.text)
    assert message.alternatives == [("<p>Dear An</p>", "text/html")]
    assert fresh(mail).sent_at is not None


def test_every_try_of_a_mail_carries_the_same_message_id(mailoutbox: list[Any], settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Three Sluices <shares@example.org>"
    mail = queue()
    deliver_waiting()
    OutgoingMail.objects.update(sent_at=None, claimed_until=None)  # as if the worker had died before it wrote this

    deliver_waiting()

    ids = [message.message()["Message-ID"] for message in mailoutbox]
    assert ids == [f"<{mail.public_id}@example.org>"] * 2


# --- attachments and headers -----------------------------------------------------------------------------------------


def test_attachment_is_the_document_with_that_hash(mailoutbox: list[Any], settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path
    sha256 = store_bytes(b"%PDF-1.7 certificate")
    queue(attachments=[("B-000001.pdf", sha256, "application/pdf")])

    deliver_waiting()

    assert mailoutbox[0].attachments == [("B-000001.pdf", b"%PDF-1.7 certificate", "application/pdf")]


def test_mail_whose_attachment_is_missing_waits_and_says_why(
    mailoutbox: list[Any], settings: Any, tmp_path: Path
) -> None:
    settings.FILES_ROOT = tmp_path
    mail = queue(attachments=[("B-000001.pdf", "0" * 64, "application/pdf")])
    other = queue(to="other@example.org")

    deliver_waiting()

    assert (fresh(mail).sent_at, fresh(mail).last_error) == (None, f"MissingFile: {MissingFile()}")
    assert [message.to for message in mailoutbox] == [[other.to]]


def test_line_breaks_in_a_subject_become_spaces(mailoutbox: list[Any]) -> None:
    queue(subject="Shares of An\r\nBcc: everybody@example.org\n\n")

    deliver_waiting()

    message = mailoutbox[0].message()
    assert message["Subject"] == "Shares of An Bcc: everybody@example.org"
    assert message["Bcc"] is None


@pytest.mark.parametrize("where", ["address", "file name"])
def test_header_that_would_break_the_line_never_leaves(where: str, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # writes what would go over the line
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.FILES_ROOT = tmp_path / "files"
    broken = "{}\nBcc: everybody@example.org"
    if where == "address":
        mail = queue(to=broken.format("an@example.org"))
    else:
        mail = queue(attachments=[(broken.format("a.pdf"), store_bytes(b"%PDF"), "application/pdf")])

    deliver_waiting()

    left = [path.read_text() for path in (tmp_path / "mail").glob("*")]
    assert [text for text in left if "Bcc:" in text] == []
    assert fresh(mail).sent_at is None
    assert fresh(mail).last_error != ""


# --- a mail server that fails ----------------------------------------------------------------------------------------


def test_refused_mail_waits_with_the_reason_and_the_others_leave(server: Server) -> None:
    refused, other = queue(to="nobody@example.org"), queue()
    server.answers["nobody@example.org"] = smtplib.SMTPRecipientsRefused({"nobody@example.org": (550, b"no such user")})

    deliver_waiting()

    assert server.taken == ["an@example.org"]
    assert "550" in fresh(refused).last_error
    assert (fresh(refused).sent_at, fresh(other).sent_at is not None) == (None, True)


def test_refused_mail_is_tried_again_after_its_wait_and_not_before(server: Server) -> None:
    mail = queue()
    server.answers[mail.to] = smtplib.SMTPDataError(451, b"later please")
    deliver_waiting()
    del server.answers[mail.to]

    assert deliver_waiting() == 0
    let_waits_end()
    assert deliver_waiting() == 1

    assert (fresh(mail).attempts, fresh(mail).last_error, fresh(mail).sent_at is not None) == (2, "", True)


def test_wait_grows_with_every_try_up_to_an_hour(server: Server) -> None:
    mail = queue()
    server.answers[mail.to] = smtplib.SMTPDataError(451, b"later please")
    waits = []
    for _try in range(35):
        let_waits_end()
        deliver_waiting()
        waits.append(round((fresh(mail).claimed_until - clock.now() + clock.offset()) / timedelta(minutes=2)))

    assert waits == [*range(1, 30), *[30] * 6]


def test_server_that_is_down_costs_one_try_of_one_mail(server: Server) -> None:
    mails = [queue(to=f"reader{position}@example.org") for position in range(5)]
    for mail in mails:
        server.answers[mail.to] = ConnectionRefusedError("nobody listens")

    assert deliver_waiting() == 0

    assert sorted(OutgoingMail.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert OutgoingMail.objects.get(attempts=1).last_error == "ConnectionRefusedError: nobody listens"


def test_outage_over_a_weekend_loses_nothing(server: Server) -> None:
    mail = queue()
    server.answers[mail.to] = ConnectionRefusedError("nobody listens")
    asked, hours = 0, 0.0
    while hours < 3 * 24:
        let_waits_end()
        deliver_waiting()
        asked += 1
        hours += min(asked * 2, 60) / 60
    server.answers.clear()

    let_waits_end()

    assert deliver_waiting() == 1
    assert server.taken == [mail.to]


def test_mail_the_server_never_takes_does_not_stand_in_front_of_the_others(server: Server) -> None:
    poison = queue(to="poison@example.org")
    server.answers[poison.to] = smtplib.SMTPServerDisconnected("the line broke")
    deliver_waiting()
    let_waits_end()

    queue()
    deliver_waiting()

    assert server.taken == ["an@example.org"]


@contextmanager
def server_that_hangs() -> Iterator[int]:
    """Take connections and never say a word; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        for line in taken:
            line.close()


def test_server_that_hangs_does_not_stop_the_other_sweepers(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = SMTP, 0.3
    settings.SWEEPERS = ["core.mail.delivery.deliver_waiting", "tests.core.test_mail.note_that_it_ran"]
    mails = [queue(to=f"reader{position}@example.org") for position in range(3)]
    ran.clear()
    with server_that_hangs() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        sweep()

    assert ran == [True]
    assert sorted(fresh(mail).attempts for mail in mails) == [0, 0, 1]
    assert OutgoingMail.objects.get(attempts=1).last_error.endswith("timed out")


ran: list[bool] = []


def note_that_it_ran() -> None:
    ran.append(True)


def test_house_never_waits_for_a_mail_server_without_end(settings: Any) -> None:
    assert 0 < settings.EMAIL_TIMEOUT <= 30


def test_round_ends_in_time_however_slow_the_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for position in range(5):
        queue(to=f"reader{position}@example.org")
    moments = iter([0.0, *(position * 10.0 for position in range(10))])
    monkeypatch.setattr(delivery, "time", type("Clock", (), {"monotonic": staticmethod(lambda: next(moments))}))

    assert deliver_waiting() == 3
