"""Workers whose dead are replaced at once: ``python -m tests.faults.workers NUMBER``.

As our supervisor does, but by forking, so that the tests need not wait for Django to load after every death.
"""

import os
import sys
import threading
import time

import django


def main(number: int) -> None:
    """Keep that many workers alive until the process that started this one is gone."""
    end_without_parent()
    django.setup()
    _warm_up()
    alive: set[int] = set()
    while True:
        while len(alive) < number:
            alive.add(_fork())
        ended, _status = os.waitpid(-1, os.WNOHANG)
        alive.discard(ended)
        time.sleep(0.02)


def end_without_parent() -> None:
    """End this process as soon as its parent is gone: a test run that was killed must leave nobody behind."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _warm_up() -> None:
    from django.db import connections

    from equity.documents import certificate_pdf
    from equity.models import Certificate

    certificate = Certificate.objects.select_related("lot__account__share_class").first()
    if certificate:
        certificate_pdf(certificate)
    connections.close_all()  # no child may share a connection


def _fork() -> int:
    child = os.fork()
    if child:
        return child
    end_without_parent()
    from django.core.management import call_command

    try:
        call_command("work", forever=True, every=0.2)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
