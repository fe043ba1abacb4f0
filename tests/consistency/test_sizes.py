"""HOUSE rule 9: what outgrows a screen and a half is taken apart."""

import ast
import subprocess

import pytest

from core.processes.messages import ROOT

pytestmark = pytest.mark.repository
LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 400, 600, 50, 150


def files(ending: str) -> list[str]:
    """Return our files of that ending, those not yet committed included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", f"*{ending}"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and "/migrations/" not in name and (ROOT / name).is_file()]


def lines_of(name: str) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_python_files_are_short() -> None:
    limits = {name: LONGEST_TEST_FILE if name.startswith("tests/") else LONGEST_FILE for name in files(".py")}

    assert {name: lines_of(name) for name, limit in limits.items() if lines_of(name) > limit} == {}


def test_templates_are_short() -> None:
    templates = [name for name in files(".html") if name.startswith("templates/")]

    assert {name: lines_of(name) for name in templates if lines_of(name) > LONGEST_TEMPLATE} == {}


def test_functions_are_short() -> None:
    long = {}
    for name in files(".py"):
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{name}:{node.name}"] = length

    assert long == {}
