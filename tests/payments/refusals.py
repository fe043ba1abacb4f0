"""Trying what the database must refuse, as the app role."""

from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models import Model

from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from tests.factories.people import make_staff

MOMENT, ANOTHER = "a moment", "somebody else"


def meant(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with a present moment, or another member of staff, in place of the word for it."""
    found = {MOMENT: clock.now, ANOTHER: lambda: make_staff("finance").pk}
    return {name: found[value]() if value in (MOMENT, ANOTHER) else value for name, value in values.items()}


def refusal(model: type[Model], **changes: Any) -> str:
    """Update every row of the model and return the name of the law that forbids it."""
    changes = meant(changes)
    with pytest.raises(DatabaseError) as broken, atomic():
        model._default_manager.update(**changes)
    return constraint_name(broken.value)


def refusals(model: type[Model], **changes: Any) -> dict[str, str]:
    """Try each change by itself; return the law that forbids it by the field's name."""
    return {name: refusal(model, **{name: value}) for name, value in changes.items()}


def refused(row: Model, **fields: Any) -> str:
    """Write the row with these fields as a new one and return the name of the law that forbids it."""
    for name, value in meant({"pk": None, "public_id": "x" * 22, **fields}).items():
        setattr(row, name, value)
    with pytest.raises(DatabaseError) as broken, atomic():
        row.save(force_insert=True)
    return constraint_name(broken.value)
