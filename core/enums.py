from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    """A job's life; ``paused`` waits for a person or for room on the disk."""

    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class ChunkState(TextChoices):
    """A chunk's life; ``running`` with an expired lease may be claimed by anybody."""

    READY = "ready", _("ready")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
