"""Outgoing mail: rows first, delivery later."""

from core.mail.letters import PDF, Letter, queue_letter, write_letter
from core.mail.queueing import queue_mail

__all__ = ["PDF", "Letter", "queue_letter", "queue_mail", "write_letter"]
