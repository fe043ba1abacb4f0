"""Outgoing mail: rows first, delivery later."""

from core.mail.queueing import queue_mail

__all__ = ["queue_mail"]
