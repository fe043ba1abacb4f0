"""What the office accepts back from the scrutineer: everything that was handed over, nothing else, signed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ballots.rules.proofs.canonical import canonical_bytes, parse_canonical
from ballots.rules.proofs.handover import Box, misfit
from ballots.rules.proofs.opening import DOMAIN, VERSION, bound_fields, papers_sha256, sums_of
from ballots.rules.proofs.papers import Kind, Paper, Split, read_choice, tidy_code
from ballots.rules.proofs.refusals import ProofRefused, Refusal, Spoiled
from ballots.rules.proofs.sealing import is_signed

STATEMENT_FIELDS = {
    *("contest", "kind", "rules_sha256", "roll_sha256", "scrutineer_key", "handover_sha256", "counts", "opened"),
    *("spoiled", "papers_sha256", "sums", "scrutineer"),
}


@dataclass(frozen=True)
class ReturnedPapers:
    """An accepted return. ``papers`` sorted by code; ``spoiled``: envelope hash to reason; ``opened``: hashes, sorted.

    ``papers_sha256`` binds the papers to the scrutineer's signature. ``zero_leaves`` of a resolution fill up
    the tree of sums, which the assessor makes again.
    """

    papers: tuple[Paper, ...]
    spoiled: Mapping[str, Spoiled]
    opened: tuple[str, ...]
    papers_sha256: str
    zero_leaves: tuple[str, ...]


def read_returned(data: bytes, box: Box, handed_over: Collection[str]) -> ReturnedPapers:
    """Return the opened papers of this box, of which ``handed_over`` are the envelopes' hashes.

    ``ProofRefused`` with MALFORMED or NOT_CANONICAL (no such file), WRONG_SIGNATURE (not by ``box.scrutineer_key``),
    WRONG_CONTEST, WRONG_KIND, WRONG_RULES, WRONG_ROLL, ALTERED (other papers than were signed), NOT_HANDED_OVER,
    NOT_RETURNED (an envelope is missing), WRONG_COUNTS, SPOILED_UNKNOWN, PAPER_WRONG (a paper that should have been
    spoiled), WRONG_SUMS.
    """
    fields = _fields(data)
    statement = fields["statement"]
    signature = bytes.fromhex(fields["signature"])
    if not is_signed(DOMAIN + canonical_bytes(statement), signature, box.scrutineer_key):
        raise ProofRefused(Refusal.WRONG_SIGNATURE, "return")
    _check_bound(statement, box)
    rows = fields["papers"]
    if statement["papers_sha256"] != papers_sha256(rows):
        raise ProofRefused(Refusal.ALTERED, "papers")
    spoiled = _spoiled(statement)
    _check_envelopes(statement, spoiled, set(handed_over), papers=len(rows))
    papers = _papers(rows, box)
    if box.kind == Kind.NAMED and statement["sums"] != sums_of(papers, fields["zero_leaves"]):
        raise ProofRefused(Refusal.WRONG_SUMS, "totals")
    return ReturnedPapers(
        papers, spoiled, tuple(statement["opened"]), statement["papers_sha256"], tuple(fields["zero_leaves"])
    )


def public_return(data: bytes) -> bytes:
    """Return the part of a returned file that is published: of a resolution the statement without the named papers."""
    fields = _fields(data)
    if fields["statement"]["kind"] == Kind.NAMED:
        fields = {**fields, "papers": None, "zero_leaves": None}
    return canonical_bytes(fields)


def own_counts(data: bytes) -> dict[str, int]:
    """Return what a returned file says of itself: envelopes, papers, spoiled. Nothing is checked here."""
    return {name: int(number) for name, number in _fields(data)["statement"]["counts"].items()}


def _fields(data: bytes) -> dict[str, Any]:
    fields = parse_canonical(data)
    if not isinstance(fields, dict) or set(fields) != {"v", "statement", "papers", "zero_leaves", "signature"}:
        raise ProofRefused(Refusal.MALFORMED, "not a returned file")
    statement = fields["statement"]
    sound = (
        fields["v"] == VERSION
        and isinstance(statement, dict)
        and set(statement) == STATEMENT_FIELDS
        and isinstance(statement["counts"], dict)
        and _is_list_of(statement["opened"], str)
        and _is_list_of(statement["spoiled"], dict)
        and _is_list_of(fields["papers"], dict)
        and _is_list_of(fields["zero_leaves"], str)
        and isinstance(fields["signature"], str)
        and len(fields["signature"]) == 128
        and set(fields["signature"]) <= set("0123456789abcdef")
    )
    if not sound:
        raise ProofRefused(Refusal.MALFORMED, "not a returned file")
    return fields


def _is_list_of(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _check_bound(statement: dict[str, Any], box: Box) -> None:
    reasons = {
        "contest": Refusal.WRONG_CONTEST,
        "kind": Refusal.WRONG_KIND,
        "rules_sha256": Refusal.WRONG_RULES,
        "roll_sha256": Refusal.WRONG_ROLL,
        "scrutineer_key": Refusal.WRONG_SCRUTINEER,
    }
    for name, expected in bound_fields(box).items():
        if statement[name] != expected:
            raise ProofRefused(reasons[name], str(statement[name]))


def _spoiled(statement: dict[str, Any]) -> dict[str, Spoiled]:
    opened = set(statement["opened"])
    spoiled: dict[str, Spoiled] = {}
    for row in statement["spoiled"]:
        if set(row) != {"envelope", "reason"} or row["reason"] not in list(Spoiled):
            raise ProofRefused(Refusal.SPOILED_UNKNOWN, "reason")
        if row["envelope"] in spoiled or row["envelope"] not in opened:
            raise ProofRefused(Refusal.SPOILED_UNKNOWN, "envelope")
        spoiled[row["envelope"]] = Spoiled(row["reason"])
    return spoiled


def _check_envelopes(
    statement: dict[str, Any], spoiled: Mapping[str, Spoiled], handed_over: set[str], *, papers: int
) -> None:
    opened = statement["opened"]
    strange, missing = set(opened) - handed_over, handed_over - set(opened)
    if strange:
        raise ProofRefused(Refusal.NOT_HANDED_OVER, min(strange))
    if missing:
        raise ProofRefused(Refusal.NOT_RETURNED, min(missing))
    counts = {"envelopes": len(handed_over), "papers": papers, "spoiled": len(spoiled)}
    in_order = opened == sorted(set(opened))
    if statement["counts"] != counts or papers + len(spoiled) != len(handed_over) or not in_order:
        raise ProofRefused(Refusal.WRONG_COUNTS, "papers and spoiled envelopes")


def _papers(rows: list[dict[str, Any]], box: Box) -> tuple[Paper, ...]:
    """The scrutineer's command has asked all this; asked again, because a count stands on it."""
    papers: list[Paper] = []
    for row in rows:
        code = row.get("code")
        if not isinstance(code, str) or tidy_code(code) != code:
            raise ProofRefused(Refusal.PAPER_WRONG, "code")
        choice = read_choice({name: value for name, value in row.items() if name != "code"})
        paper = Paper(box.contest, code, choice)
        if misfit(paper, box):
            raise ProofRefused(Refusal.PAPER_WRONG, code)
        papers.append(paper)
    codes = [paper.code for paper in papers]
    entries = [paper.choice.entry for paper in papers if isinstance(paper.choice, Split)]
    if codes != sorted(set(codes)) or len(entries) != len(set(entries)):
        raise ProofRefused(Refusal.PAPER_WRONG, "order, or one twice")
    return tuple(papers)
