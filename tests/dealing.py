"""How the tests are dealt out to the workers of pytest-xdist, so that none is idle while another has minutes left.

Note [Long tests first]: with ``--dist worksteal`` each worker begins with an equal number of tests, one stretch of the
list, and who is done takes half of what another still has, from its end. So each stretch begins with a fair share of
the files whose tests take seconds each (Chromium, killed processes), and ends with tests of milliseconds. Files stay
whole, because what a file's fixtures make once is made again by whoever takes a part of it.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

LONG = ("fault", "browser")


def dealt(items: Sequence[Any], workers: int) -> list[Any]:
    """Return the collected tests in an order whose equal stretches take about as long."""
    long = [item for item in items if is_long(item)]
    rest = iter([item for item in items if not is_long(item)])
    files = [list(group) for _path, group in groupby(sorted(long, key=attrgetter("path")), attrgetter("path"))]
    shares: list[list[Any]] = [[] for _worker in range(workers)]
    for file in sorted(files, key=len, reverse=True):
        min(shares, key=len).extend(file)
    order: list[Any] = []
    for number, share in enumerate(shares, start=1):
        order += share
        while len(order) < len(items) * number // workers and (item := next(rest, None)):
            order.append(item)
    return [*order, *rest]


def is_long(item: Any) -> bool:
    """Tell whether a test takes seconds: it drives a browser, or starts and kills processes."""
    return "processes" in item.path.parts or any(item.get_closest_marker(name) for name in LONG)
