"""Everything the demo needs before its first page, in one process: Django starts once."""

import hashlib
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.staticfiles import ROOT


class Command(BaseCommand):
    """Migrate, collect static files and load the example company; each only if it is not done already."""

    help = "Prepare the demo: migrations, static files, example company."
    requires_system_checks: list[str] = []  # `make check` runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file that gets the list of demo people."""
        parser.add_argument("--people-to", type=Path)

    def handle(self, *args: Any, people_to: Path | None = None, **options: Any) -> None:
        """Prepare; running it again changes nothing."""
        migrate_if_needed()
        collect_static_if_changed()
        call_command("seed_demo", stdout=self.stdout)
        if people_to:
            people = StringIO()
            call_command("demo_people", stdout=people)
            people_to.write_text(people.getvalue(), encoding="utf-8")


def migrate_if_needed() -> None:
    """Migrate when a migration is missing: the database itself says so, no stamp that could be wrong."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_if_changed() -> None:
    """Collect static files when one of their sources changed since the last time."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    mark = _mark_of_sources()
    if manifest.exists() and stamp.exists() and stamp.read_text() == mark:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(mark)


def _mark_of_sources() -> str:
    """Return a hash of names, sizes and times of our own files, and of the locks for everybody else's."""
    own = [path for folder in settings.STATICFILES_DIRS for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    own += [ROOT / source for source in settings.NPM_FILES.values()]
    mark = hashlib.sha256(repr(sorted(settings.NPM_FILES.items())).encode())
    for path in own:
        seen = path.stat()
        mark.update(f"{path}|{seen.st_size}|{seen.st_mtime_ns}\n".encode())
    for lock in ("requirements/demo.lock", "package-lock.json"):
        mark.update((ROOT / lock).read_bytes())
    return mark.hexdigest()
