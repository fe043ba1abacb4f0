"""The web as granian serves it, but that its process is killed between commit and hint."""

import os
import signal

from config.wsgi import application
from core.jobs import hints

__all__ = ["application"]

hints.send_hint = lambda task, ids: os.kill(os.getpid(), signal.SIGKILL)
