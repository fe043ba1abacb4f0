"""``manage.py register`` as people use it in a terminal."""

import os
import subprocess
import sys

from django.db import connection

from core.processes.messages import ROOT


def test_register_whose_reader_has_seen_enough_ends_quietly(committed_db: str) -> None:
    address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    reader, writer = os.pipe()
    os.close(reader)

    ended = subprocess.run(
        [sys.executable, "manage.py", "register", "--csv"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)

    assert (ended.returncode, ended.stderr) == (0, "")
