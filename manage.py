#!/usr/bin/env python
"""Django's command line for Kilderkin."""

import os
import sys
from importlib import import_module

# Commands that need no house: no settings, no database, no keys of ours. A scrutineer runs them on a machine of their
# own, and counting a file should not wait for a second until rooms are opened that it never enters.
ALONE = {
    "count": "ballots.management.commands.count",
    "open_envelopes": "ballots.management.commands.open_envelopes",
    "scrutineer_key": "ballots.management.commands.scrutineer_key",
}


def main() -> None:
    """Run one management command."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in ALONE:
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        import_module(ALONE[name]).Command().run_from_argv(sys.argv)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
