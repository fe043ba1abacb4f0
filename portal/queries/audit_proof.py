"""The audit trail, sealed by every proof of the books.

Note [Seals]: each proof keeps, in its own audit row, the number and the sha256 of all rows written since the seal
before it; that row lies in the next stretch, so the seals are a chain. An id may be missing for good (its transaction
was rolled back) or only for a moment (it commits later), and nobody can tell which. So a seal names the ids that were
missing, and rows that came late are sealed with the next stretch. What was written after the last seal is not sealed
yet.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from core.models import AuditRecord

VERB = "books_proved"

# One statement, one snapshot: the missing ids are those of the very rows that are hashed.
SEAL = """
WITH covered AS (
    SELECT id, sha256(convert_to(jsonb_build_array(id, extract(epoch FROM at), by_id, verb, subject_kind, subject_id,
                                                   detail)::text, 'UTF8')) AS digest
    FROM core_auditrecord
    WHERE (id > %(after)s AND id <= COALESCE(%(until)s, 9223372036854775807)
           AND NOT id <@ %(missing)s::int8multirange) OR id = ANY(%(late)s)
), steps AS (
    SELECT id, COALESCE(LAG(id) OVER (ORDER BY id), %(after)s) AS before FROM covered WHERE id > %(after)s
)
SELECT COALESCE((SELECT MAX(id) FROM covered), %(after)s), (SELECT COUNT(*) FROM covered),
       encode(sha256(COALESCE((SELECT string_agg(digest, ''::bytea ORDER BY id) FROM covered), ''::bytea)), 'hex'),
       COALESCE((SELECT range_agg(int8range(before + 1, id)) FROM steps WHERE id > before + 1)::text, '{}')
"""
LATE = "SELECT id FROM core_auditrecord WHERE id <@ %s::int8multirange ORDER BY id"


def next_seal() -> dict[str, Any]:
    """Return the seal of everything since the last one: after, until, count, sha256, missing, late."""
    last = AuditRecord.objects.filter(verb=VERB, detail__has_key="trail").order_by("-id").first()
    before: dict[str, Any] = last.detail["trail"] if last else {"until": 0, "missing": "{}"}
    with connection.cursor() as cursor:
        cursor.execute(LATE, [before["missing"]])
        late = [row[0] for row in cursor.fetchall()]
    until, count, sha256, missing = _stretch(after=before["until"], until=None, missing="{}", late=late)
    return {"after": before["until"], "until": max(until, before["until"]), "count": count, "sha256": sha256,
            "missing": missing, "late": late}  # fmt: skip


def broken_seals() -> Iterator[str]:
    """Hash every sealed stretch again and yield those from which a row vanished, in which one changed or was added."""
    until = 0
    for row in AuditRecord.objects.filter(verb=VERB, detail__has_key="trail").order_by("id").iterator():
        seal = row.detail["trail"]
        if seal["after"] > until:
            yield f"audit: the seal before audit row {row.pk} is gone"
        until = max(until, seal["until"])
        wanted = {name: seal[name] for name in ("after", "until", "missing", "late")}
        _last, count, sha256, _missing = _stretch(**wanted)
        if (count, sha256) != (seal["count"], seal["sha256"]):
            stretch = f"rows {seal['after'] + 1} to {seal['until']}"
            yield f"audit: {stretch} were sealed as {seal['count']} rows; {count} stand there now, or one was changed"


def _stretch(*, after: int, until: int | None, missing: str, late: list[int]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(SEAL, {"after": after, "until": until, "missing": missing, "late": late})
        found: tuple[Any, ...] = cursor.fetchone()
        return found
