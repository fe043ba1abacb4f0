"""Compiles translations that are newer than their compiled form. Needs no gettext programs.

python -m core.processes.messages
"""

import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def compile_messages(root: Path = ROOT) -> list[Path]:
    """Compile each .po file under ``locale/`` that changed; return the files written. Fuzzy entries are left out."""
    stale = [po for po in sorted(root.glob("locale/*/LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in stale:
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parents[1].name)
        draft = po.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as compiled:
            write_mo(compiled, catalog, use_fuzzy=False)
        draft.replace(po.with_suffix(".mo"))
    return stale


def _is_stale(po: Path) -> bool:
    compiled = po.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < po.stat().st_mtime_ns


if __name__ == "__main__":
    for path in compile_messages():
        sys.stdout.write(f"compiled {path.relative_to(ROOT)}\n")
