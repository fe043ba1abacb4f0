"""Every reason says where it stands in the law."""

from agm.rules.refusals import LAW, Code


def test_every_code_has_its_law() -> None:
    assert set(LAW) == set(Code)
