"""Every template compiles, also the one that only a rare error shows."""

import pytest
from django.template import TemplateSyntaxError, engines

from core.processes.messages import ROOT

pytestmark = pytest.mark.repository
NAMES = sorted(str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    engines["django"].get_template(name)


def test_broken_template_is_seen() -> None:
    with pytest.raises(TemplateSyntaxError):
        engines["django"].from_string("{% if %}")
