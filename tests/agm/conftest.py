"""Meetings are told with files of their own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Keep handed-over and returned files, and the log's key, in a folder of the test."""
    settings.FILES_ROOT = tmp_path / "files"
