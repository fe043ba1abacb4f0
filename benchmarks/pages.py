"""Do pages get slower as the register grows? The same pages at 1,000 and at 20,000 members, in the same run.

``python benchmarks/pages.py`` makes a house of its own for each size (a cluster in a temporary folder, a computed
dividend, an approved payment run, statements) and lets a process each ask for the pages in turn, so that both meet the
same moments of the machine. Limits: the same number of queries, and the 95th percentile at 20,000 members at most 1.2
times that at 1,000, for each page. The exit status is 1 where one is missed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a script in a folder

from benchmarks.voting import Report, own_house  # noqa: E402  after the path or the settings

SMALL, LARGE = 1_000, 20_000
RATIO_MAX = 1.2
WARM_UP = 3


def serve(members: int) -> None:
    """Make a house of that size, then answer each line ``page`` with its seconds and queries."""
    with own_house():
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        pages = _pages(members)
        print(json.dumps(sorted(pages)), flush=True)  # noqa: T201  what it is run for
        for line in sys.stdin:
            print(json.dumps(_ask(*pages[line.strip()])), flush=True)  # noqa: T201  what it is run for


def _pages(members: int) -> dict[str, tuple[Any, str]]:
    """Build the house; return a signed-in client and an address for each page."""
    from django.conf import settings

    from benchmarks.dividend_house import approve_a_payment, prepare
    from core import clock
    from core.transactions import atomic
    from dividends.models import Entitlement
    from dividends.services.declarations import compute_entitlements
    from dividends.services.statements import issue_statements
    from payments.models import PayoutRun
    from tests.factories.dividends import propose
    from tests.factories.people import make_staff, sign_in, staff_client

    settings.ALLOWED_HOSTS = ["testserver"]
    made = prepare(members)
    declaration = propose(made, rate_minor=made.recommendation.rate_minor, minimum_minor=0)
    with atomic():
        compute_entitlements(declaration=declaration, by=make_staff("finance"), at=clock.now())
    approve_a_payment(declaration)
    with atomic():
        issue_statements(declaration=declaration, by=make_staff("finance"), at=clock.now())
    run = PayoutRun.objects.get()
    mine = Entitlement.objects.get(party=made.members[0].party)
    office, holder = staff_client("finance", "director", "secretary"), sign_in(made.members[0])
    dividend, payout = f"/office/dividends/{declaration.public_id}/", f"/office/payouts/{run.public_id}/"
    return {
        "office, today": (office, "/office/"),
        "office, dividends": (office, "/office/dividends/"),
        "office, a dividend": (office, dividend),
        "office, its holders": (office, f"{dividend}holders/"),
        "office, holders found by name": (office, f"{dividend}holders/?q=Number+77"),
        "office, one holder's sum": (office, f"{dividend}holders/{mine.public_id}/"),
        "office, a payment run": (office, payout),
        "office, its payments": (office, f"{payout}payments/"),
        "office, what came back": (office, "/office/payouts/returned/"),
        "me": (holder, "/me/"),
        "my dividends": (holder, "/me/dividends/"),
        "my dividend": (holder, f"/me/dividends/{mine.public_id}/"),
    }


def _ask(client: Any, url: str) -> tuple[float, int]:
    """Return seconds and queries of one request."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    seconds = time.perf_counter() - began
    if response.status_code != 200:
        raise LookupError(f"{url} answered {response.status_code}")
    return seconds, len(queries)


class House:
    """A process with a house of one size."""

    def __init__(self, members: int) -> None:
        command = [sys.executable, __file__, "--serve", str(members)]
        self._process = subprocess.Popen(  # noqa: S603  our own command
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pages: list[str] = self._answer()

    def _answer(self) -> Any:
        if self._process.stdout is None:
            raise LookupError("no pipe")
        return json.loads(self._process.stdout.readline())

    def ask(self, page: str) -> tuple[float, int]:
        """Return seconds and queries of the page."""
        if self._process.stdin is None:
            raise LookupError("no pipe")
        self._process.stdin.write(f"{page}\n")
        self._process.stdin.flush()
        seconds, queries = self._answer()
        return seconds, queries

    def close(self) -> None:
        """End it, and let it remove what it made."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=120)


def compare(report: Report, small: House, large: House, rounds: int) -> None:
    """Ask both houses in turn for each page, and print what it took."""
    report.say(f"{'page':<32} {'queries':>9} {'p95 ms':>8} {'p95 ms':>8} {'ratio':>7}")
    for page in small.pages:
        asked = [(small.ask(page), large.ask(page)) for _round in range(rounds + WARM_UP)][WARM_UP:]
        queries = [{one[side][1] for one in asked} for side in (0, 1)]
        tails = [statistics.quantiles([one[side][0] for one in asked], n=20)[-1] for side in (0, 1)]
        ratio = tails[1] / tails[0]
        shown = " / ".join(",".join(map(str, sorted(found))) for found in queries)
        line = f"{page:<32} {shown:>9} {1e3 * tails[0]:>8.1f} {1e3 * tails[1]:>8.1f} {ratio:>7.2f}"
        report.limit(line, queries[0] == queries[1] and ratio <= RATIO_MAX)


def main() -> int:
    """Compare both sizes; return 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=int, default=0, help="what the benchmark starts for each size")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--large", type=int, default=LARGE)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return 0
    report = Report()
    small, large = House(SMALL), House(arguments.large)
    try:
        report.say(f"{SMALL:,} members beside {arguments.large:,}, {arguments.rounds} requests of each page")
        compare(report, small, large, arguments.rounds)
    finally:
        small.close()
        large.close()
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
