"""The bundle of all statements: every byte as it was issued, an index that a spreadsheet opens safely, no memory."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from core.jobs import engine
from core.storage import read_bytes
from dividends.models import Declaration, Statement, StatementFile
from dividends.queries.statements import Holder
from dividends.services import bundles
from dividends.services.bundles import bundle, bundle_name
from tests.factories.statements import issue, make_dividend, make_mandate, make_member, make_statements, make_ways, pay

pytestmark = pytest.mark.django_db


def opened(declaration: Declaration) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(bundle(declaration))))


def table(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))


def test_bundle_holds_every_statement_byte_for_byte_and_the_index_last() -> None:
    statements = make_statements(holdings=(100, 200, 300))
    engine.run()

    archive = opened(statements[0].entitlement.declaration)

    numbers = [str(row) for row in statements]
    assert archive.testzip() is None
    assert archive.namelist() == [*(f"{number}.pdf" for number in numbers), "index.csv", "index.json"]
    issued = {
        f"{row.statement}.pdf": read_bytes(row.sha256) for row in StatementFile.objects.select_related("statement")
    }
    assert {name: archive.read(name) for name in issued} == issued


def test_index_says_who_gets_what_in_which_way_with_the_hash_of_each_file() -> None:
    made = make_ways()
    engine.run()

    archive = opened(made["bank"].entitlement.declaration)

    rows = table(archive)
    columns = ("way", "shares", "gross", "withheld", "net", "paid_now", "kept")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("bank", "2000", "7.00", "0.00", "7.00", "7.00", "0.00"),
        ("waiting", "1000", "3.50", "0.00", "3.50", "0.00", "3.50"),
        ("held", "500", "1.75", "0.00", "1.75", "0.00", "1.75"),
        ("next", "1500", "5.25", "0.00", "5.25", "0.00", "5.25"),
        ("jar", "100", "0.35", "0.00", "0.35", "0.00", "0.35"),
        ("nothing", "2", "0.00", "0.00", "0.00", "0.00", "0.00"),
    ]  # fmt: skip
    assert [hashlib.sha256(archive.read(row["file"])).hexdigest() for row in rows] == [row["sha256"] for row in rows]


def test_json_says_the_same_in_minor_units_and_counts() -> None:
    statement = make_statements(holdings=(200,))[0]
    engine.run()
    declaration = statement.entitlement.declaration

    told = json.loads(opened(declaration).read("index.json"))

    file = StatementFile.objects.get()
    assert told["counts"] == {"listed": 1, "files": 1, "missing": 0}
    assert (told["declaration"], told["currency"]) == (declaration.public_id, "GBP")
    assert told["statements"] == [
        {
            "number": str(statement), "member": statement.entitlement.member.number, "holder": ["Member Aaton"],
            "shares": 200, "gross_minor": 500, "withheld_minor": 0, "net_minor": 500, "paid_now_minor": 500,
            "kept_minor": 0, "currency": "GBP", "way": "bank", "issued_on": statement.issued_on.isoformat(),
            "file": f"{statement}.pdf", "sha256": file.sha256, "facts_sha256": statement.facts_sha256,
        }
    ]  # fmt: skip


def test_statements_that_are_not_made_or_are_damaged_are_listed_as_missing(settings: Any) -> None:
    statements = make_statements(holdings=(100, 200, 300))
    engine.run()
    damaged = StatementFile.objects.get(statement=statements[1])
    path = settings.FILES_ROOT / damaged.sha256[:2] / damaged.sha256[2:]
    path.write_bytes(b"eaten by a mouse")

    archive = opened(statements[0].entitlement.declaration)

    assert json.loads(archive.read("index.json"))["counts"] == {"listed": 3, "files": 2, "missing": 1}
    assert [row["file"] for row in table(archive)] == [f"{statements[0]}.pdf", "", f"{statements[2]}.pdf"]


def test_bundle_before_any_file_is_made_is_an_index_alone() -> None:
    statements = make_statements(holdings=(100, 200))

    archive = opened(statements[0].entitlement.declaration)

    assert archive.namelist() == ["index.csv", "index.json"]
    assert [(row["file"], row["sha256"]) for row in table(archive)] == [("", ""), ("", "")]


def test_name_that_begins_like_a_formula_is_text_in_the_spreadsheet(monkeypatch: Any) -> None:
    statement = make_statements(holdings=(100,))[0]
    member = statement.entitlement.member_id
    monkeypatch.setattr(bundles, "holders_at", lambda ids, **_: {member: Holder(("=1+1", "@b"), "", "GB")})

    archive = opened(statement.entitlement.declaration)

    assert table(archive)[0]["holder"] == "'=1+1 & @b"
    assert json.loads(archive.read("index.json"))["statements"][0]["holder"] == ["=1+1", "@b"]


def test_joint_holders_stand_in_one_cell() -> None:
    make_member("Nguyễn Thị Ánh Tuyết", "Seán O’Neill", shares=50)
    dividend = make_dividend(holdings=(100,))
    make_mandate(dividend.members[0].party)
    pay(dividend)
    issue(dividend)

    holders = [row["holder"] for row in table(opened(dividend.declaration))]

    assert holders == ["Nguyễn Thị Ánh Tuyết & Seán O’Neill", "Member Aaton"]


def test_same_statements_make_the_same_bundle() -> None:
    declaration = make_statements(holdings=(100, 200))[0].entitlement.declaration
    engine.run()

    assert b"".join(bundle(declaration)) == b"".join(bundle(declaration))


def test_twenty_thousand_statements_stream_without_being_held_in_memory(monkeypatch: Any) -> None:
    statement = make_statements(holdings=(100,))[0]
    engine.run()
    statement = Statement.objects.select_related("file", "entitlement__member", "entitlement__declaration").get()
    data = read_bytes(statement.file.sha256)
    monkeypatch.setattr(bundles, "bundle_rows", lambda _declaration: copies(statement, 20_000))
    monkeypatch.setattr(bundles, "read_bytes", lambda _sha256: data)
    monkeypatch.setattr(zipfile.zlib, "compressobj", lambda *_arguments: Stored())

    tracemalloc.start()
    size = sum(len(piece) for piece in bundle(statement.entitlement.declaration))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size > 20_000 * len(data)
    assert peak < 40_000_000, "20,000 names in the archive's own list, and little else"


class Stored:
    """Stands for the compressor: what is measured here is memory, not its time."""

    def compress(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def copies(statement: Statement, count: int) -> Iterator[list[Statement]]:
    """Yield batches of the statement under other numbers."""
    for begin in range(0, count, 500):
        batch = []
        for number in range(begin, begin + 500):
            row = Statement.objects.model(**{name: getattr(statement, name) for name in ("id", "way", "ending")})
            row.number, row.entitlement, row.file = number, statement.entitlement, statement.file
            row.issued_on, row.paid_minor, row.kept_minor = statement.issued_on, 250, 0
            batch.append(row)
        yield batch


def test_name_of_the_bundle_tells_the_day_of_payment() -> None:
    declaration = make_dividend(step="proposed", holdings=(1,)).declaration

    assert declaration is not None
    assert bundle_name(declaration) == (
        f"dividend-statements-{declaration.pay_on.isoformat()}-{declaration.public_id[:6]}.zip"
    )
    assert datetime.strptime(bundle_name(declaration)[20:30], "%Y-%m-%d").date() == declaration.pay_on
