"""The export holds against the published schemas of BeerJSON 1."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from beers.rules.beerjson import beerjson_of
from beers.services.examples import FILE

SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "beerjson-1"
EXAMPLES = [row["facts"] for row in json.loads(FILE.read_text(encoding="utf-8"))["recipes"]]
WRITTEN = {"efficiency_percent": 75, "written_at": datetime(2026, 6, 1, 12, tzinfo=UTC)}


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    if not SCHEMAS.is_dir():
        pytest.skip("BeerJSON's schemas are not beside the project (../shared/data)")
    told = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in told)
    root = next(one for one in told if one["$id"].endswith("/beer.json"))
    return Draft7Validator(root, registry=registry)


def exported(facts: dict[str, Any]) -> dict[str, Any]:
    return beerjson_of(SimpleNamespace(**WRITTEN, **facts), author="Agnes W.")


@pytest.mark.parametrize("facts", EXAMPLES, ids=lambda facts: facts["name"])
def test_export_is_valid_beerjson(validator: Draft7Validator, facts: dict[str, Any]) -> None:
    assert [error.message for error in validator.iter_errors(exported(facts))] == []


def test_validator_sees_what_is_wrong(validator: Draft7Validator) -> None:
    document = exported(EXAMPLES[0])
    del document["beerjson"]["recipes"][0]["author"]

    assert len(list(validator.iter_errors(document))) == 1


def test_export_says_amounts_and_when_hops_go_in() -> None:
    facts = {
        **EXAMPLES[0],
        "malts": [{"name": "Invert sugar no. 3", "grams": 300, "ebc": 120}],
        "hops": [
            {"name": "Fuggle", "grams": 20, "minutes": 60, "alpha_hundredths": 465},
            {"name": "Jester", "grams": 40, "minutes": -1, "alpha_hundredths": 800},
        ],
        "batch_ml": 23_500,
    }

    recipe = exported(facts)["beerjson"]["recipes"][0]

    told = recipe["ingredients"]
    assert recipe["batch_size"] == {"unit": "l", "value": 23.5}
    assert told["fermentable_additions"][0]["type"] == "sugar"
    assert [hop["timing"] for hop in told["hop_additions"]] == [
        {"use": "add_to_boil", "duration": {"unit": "min", "value": 60}},
        {"use": "add_to_fermentation"},
    ]
    assert told["hop_additions"][0]["alpha_acid"] == {"unit": "%", "value": 4.65}
    assert told["culture_additions"][0]["amount"] == {"unit": "pkg", "value": 2}
