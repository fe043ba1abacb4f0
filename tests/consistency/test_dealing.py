"""Every test is dealt to somebody, and each worker begins with long ones."""

from dataclasses import dataclass
from pathlib import Path

from tests.dealing import dealt


@dataclass(frozen=True)
class Item:
    """A collected test, as far as it matters here."""

    path: Path
    number: int
    marker: str = ""

    def get_closest_marker(self, name: str) -> str | None:
        return name if name == self.marker else None


def items(file: str, count: int, marker: str = "") -> list[Item]:
    return [Item(Path("tests") / file, number, marker) for number in range(count)]


def test_long_files_stay_whole_and_each_stretch_begins_with_some() -> None:
    rules, pages = items("core/test_a.py", 11), items("portal/test_b.py", 6)
    voting, killed = items("browser/test_c.py", 3, "browser"), items("faults/test_d.py", 2, "fault")
    starts = items("processes/test_e.py", 2)

    order = dealt([*rules, *voting, *killed, *pages, *starts], 2)

    assert order[:12] == [*voting, *rules[:9]]
    assert order[12:] == [*killed, *starts, *rules[9:], *pages]


def test_more_long_tests_than_short_ones_lose_none() -> None:
    long = [item for name in "abcde" for item in items(f"faults/test_{name}.py", 3, "fault")]

    order = dealt([*long, *items("core/test_z.py", 1)], 4)

    assert sorted(order, key=str) == sorted([*long, *items("core/test_z.py", 1)], key=str)
