"""What a dividend costs to compute, book and state for a million holders, as a ratio to storing the same rows bare.

``python benchmarks/dividend.py`` makes a PostgreSQL cluster of its own in a temporary folder (fsync on) and removes it.
Measured is everything the house does: `compute_entitlements` (register at the record moment, withholding, entitlements,
totals and fingerprint, a payable account for each holder, one entry with its movements) and the INSERT of
`issue_statements`. Bare is, in the same run on the same database, one ``INSERT .. SELECT`` of exactly those rows, as
they came out, from a plain table into an empty one with the same columns, indexes, checks and foreign keys; each kind
of row by itself, added up. What it costs to store them without any index or law is printed beside it.
An ORM loop stores the rows of 5,000 of the holders one by one, with the sums done by the pure rules.
The exit status is 1 where the limit is missed or the books do not prove.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a script in a folder

from benchmarks.voting import Report, own_house  # noqa: E402  after the path or the settings

if TYPE_CHECKING:
    from dividends.models import Declaration

RATIO_MAX = 3.0
TABLES = ("dividends_entitlement", "ledger_account", "ledger_movement", "dividends_statement")
# The rows of this dividend only; accounts are those that it opened.
ROWS = {
    "dividends_entitlement": "declaration_id = %(declaration)s",
    "ledger_account": "code LIKE 'dividend_payable:%%'",
    "ledger_movement": "entry_id = %(entry)s",
    "dividends_statement": "true",
}
FOREIGN_KEYS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'f'
"""


class Stopwatch:
    """Wall time of the statements that mention a word, and of whole stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Time a statement under the table that it inserts into (see `Connection.execute_wrapper`)."""
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            name = next((table for table in TABLES if f"INSERT INTO {table}" in sql), "the rest")
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a whole stage."""
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began


def run_sql(statement: str, values: dict[str, Any] | None = None) -> float:
    """Run a statement by itself, committed; return its seconds."""
    from django.db import connection

    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(statement, values)
        return time.perf_counter() - began


def measure_house(declaration: "Declaration") -> Stopwatch:
    """Compute, book and state the dividend as the house does."""
    from django.db import connection

    from benchmarks.dividend_house import approve_a_payment
    from core import clock
    from core.transactions import atomic
    from dividends.services import statements
    from dividends.services.declarations import compute_entitlements

    watch = Stopwatch()
    with connection.execute_wrapper(watch):
        with watch.stage("compute"), atomic():
            declaration = compute_entitlements(declaration=declaration, by=declaration.proposed_by, at=clock.now())
        parts = dict(watch.seconds)
        approve_a_payment(declaration)
        run_sql("VACUUM ANALYZE")  # as autovacuum does between the two days
        watch.seconds = parts
        with watch.stage("state"), atomic():
            statements._write(declaration, clock.now())
    return watch


def measure_bare(declaration: "Declaration") -> tuple[dict[str, float], dict[str, float], dict[str, int]]:
    """Store the same rows again: under the same laws, and under none; return seconds by table, and the rows."""
    from django.db import connection

    under_laws, heap, counts = {}, {}, {}
    values = {"declaration": declaration.pk, "entry": declaration.entry_id}
    for table in TABLES:
        run_sql(f"CREATE TABLE source AS SELECT * FROM {table} WHERE {ROWS[table]}", values)  # noqa: S608  our own text
        run_sql(f"CREATE TABLE lawful (LIKE {table} INCLUDING ALL)")
        with connection.cursor() as cursor:
            cursor.execute(FOREIGN_KEYS, {"table": table})
            for (definition,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE lawful ADD {definition}")
        run_sql("CREATE TABLE lawless (LIKE source)")
        run_sql("ANALYZE source")
        under_laws[table] = run_sql("INSERT INTO lawful OVERRIDING SYSTEM VALUE SELECT * FROM source")
        heap[table] = run_sql("INSERT INTO lawless SELECT * FROM source")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM lawful")
            counts[table] = cursor.fetchone()[0]
        run_sql("DROP TABLE source, lawful, lawless")
    return under_laws, heap, counts


def measure_orm(declaration: "Declaration", loop: int) -> float:
    """Store the rows of so many holders by the ORM, one by one; return the seconds for each holder; nothing stays."""
    from benchmarks.dividend_loop import store_by_loop
    from core.transactions import atomic

    class Undo(Exception):
        """Takes everything back."""

    seconds = 0.0
    try:
        with atomic():
            began = time.perf_counter()
            done = store_by_loop(declaration, loop)
            seconds = (time.perf_counter() - began) / done
            raise Undo
    except Undo:
        return seconds


def tell(
    report: Report, watch: Stopwatch, bare: dict[str, float], heap: dict[str, float], counts: dict[str, int]
) -> float:
    """Print the table and the ratio; return the house's seconds."""
    report.say(f"\n{'rows':<24} {'number':>10} {'house s':>9} {'bare s':>9} {'no laws s':>10}")
    for table in TABLES:
        seconds = watch.seconds.get(table, 0.0)
        report.say(f"{table:<24} {counts[table]:>10,} {seconds:>9.1f} {bare[table]:>9.1f} {heap[table]:>10.1f}")
    house, peer = watch.seconds["compute"] + watch.seconds["state"], sum(bare.values())
    others = house - sum(watch.seconds.get(table, 0.0) for table in TABLES)
    report.say(f"{'totals, hash, checks':<24} {'':>10} {others:>9.1f}")
    report.say(f"{'all':<24} {sum(counts.values()):>10,} {house:>9.1f} {peer:>9.1f} {sum(heap.values()):>10.1f}")
    what = f"\nThe house to bare INSERT..SELECTs of the same rows: {house / peer:.2f}, limit {RATIO_MAX:g}"
    report.limit(what, house / peer <= RATIO_MAX)
    report.say(f"To the same without any index or law: {house / sum(heap.values()):.1f}")
    return house


def main() -> int:
    """Measure everything, print it, and return 1 where the limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=5_000, help="how many holders the ORM stores one by one")
    arguments = parser.parse_args()
    report = Report()
    with own_house():
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from benchmarks.dividend_house import another, prepare
        from dividends.integrity import findings
        from dividends.queries.dry_run import dry_run, terms_of
        from tests.factories.dividends import propose

        report.say(f"Preparing {arguments.members:,} members")
        dividend = prepare(arguments.members)
        declaration = propose(dividend, rate_minor=dividend.recommendation.rate_minor)
        began = time.perf_counter()
        dry_run(terms_of(declaration))
        report.say(f"Dry run: {time.perf_counter() - began:.1f} s")
        watch = measure_house(declaration)
        declaration.refresh_from_db()
        house = tell(report, watch, *measure_bare(declaration))
        each = measure_orm(another(dividend), min(arguments.loop, arguments.members))
        report.say(
            f"An ORM loop over {arguments.loop:,} holders: {1e6 * each:.0f} µs each, the house "
            f"{1e6 * house / arguments.members:.0f} µs: {each * arguments.members / house:.0f} times as fast"
        )
        began = time.perf_counter()
        report.limit("Nothing that dividends' own integrity check would find", list(findings()) == [])
        report.say(f"Proof of the books: {time.perf_counter() - began:.1f} s")
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
