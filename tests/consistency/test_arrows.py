"""A new app is under the same guards as the old ones."""

import tomllib

import pytest

from core.processes.messages import ROOT

pytestmark = pytest.mark.repository
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
APPS = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"config"}


def test_every_app_is_known_to_the_import_linter() -> None:
    assert set(CONFIGURATION["importlinter"]["root_packages"]) == APPS


@pytest.mark.parametrize("name", ["Stripe is known to one file", "WeasyPrint is known to core.pdf"])
def test_every_app_is_under_the_contract(name: str) -> None:
    contracts = {contract["name"]: contract for contract in CONFIGURATION["importlinter"]["contracts"]}

    assert set(contracts[name]["source_modules"]) == APPS


def test_inside_of_every_app_that_follows_the_pattern_is_layered() -> None:
    contracts = {contract["name"]: contract for contract in CONFIGURATION["importlinter"]["contracts"]}

    # core, config and portal have no models and services of their own kind to put in layers
    assert set(contracts["Inside an app the arrows go down"]["containers"]) == APPS - {"core", "config", "portal"}


def test_every_app_is_read_by_mypy() -> None:
    assert set(CONFIGURATION["mypy"]["files"]) == APPS
