"""What tests of the core share."""

from typing import Any

import pytest

from tests.core import probe


@pytest.fixture
def probes(settings: Any) -> None:
    """Our own kind of job only; hints go nowhere."""
    settings.JOB_HANDLERS = probe.HANDLERS
    settings.CELERY_BROKER_URL = "memory://"
    settings.SWEEPERS = ["core.jobs.engine.sweep"]
