"""The scrutineer's side: opening a handover and signing what was in it. Runs offline; needs no database.

The file that comes back is ``{"v","statement","papers","zero_leaves","signature"}``. The signature is over the
statement alone, and the statement binds the papers by their hash: so the statement of a resolution can be
published and checked without showing how anybody voted.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ballots.rules.proofs.canonical import canonical_bytes, sha256_hex
from ballots.rules.proofs.handover import Box, Handover, misfit, read_handover
from ballots.rules.proofs.merkle_sum import Sums, opening_sha256, sum_root, zero_leaves
from ballots.rules.proofs.papers import Kind, Paper, Split, choice_fields, read_paper, unpad
from ballots.rules.proofs.refusals import ProofRefused, Refusal, Spoiled
from ballots.rules.proofs.sealing import ScrutineerKey, opener, sign

VERSION = 1
DOMAIN = b"kilderkin/return/1\0"


def open_handover(data: bytes, key: ScrutineerKey) -> bytes:
    """Return the signed file of opened papers, sorted by tracking code; the same handover gives the same papers.

    Refuses what ``read_handover`` refuses, and with WRONG_SCRUTINEER a handover sealed to another key: otherwise every
    paper would come back as spoiled.
    """
    handover = read_handover(data)
    if handover.box.scrutineer_key != key.public_key:
        raise ProofRefused(Refusal.WRONG_SCRUTINEER, handover.box.scrutineer_key)
    papers, spoiled = open_envelopes(handover, key.seed)
    rows = [paper_row(papers[sha256]) for sha256 in sorted(papers, key=lambda sha256: papers[sha256].code)]
    zeros: list[str] = []
    if handover.box.kind == Kind.NAMED:
        secret = hmac.digest(key.seed, b"kilderkin/zero-leaves/1", "sha256")
        zeros = zero_leaves(len(papers), secret, handover.box.contest)
    statement = {
        **bound_fields(handover.box),
        "handover_sha256": handover.sha256,
        "counts": {"envelopes": len(handover.envelopes), "papers": len(papers), "spoiled": len(spoiled)},
        "opened": sorted(handover.envelopes),
        "spoiled": [{"envelope": sha256, "reason": str(spoiled[sha256])} for sha256 in sorted(spoiled)],
        "papers_sha256": papers_sha256(rows),
        "sums": sums_of(papers.values(), zeros) if handover.box.kind == Kind.NAMED else None,
        "scrutineer": key.name,
    }
    signature = sign(DOMAIN + canonical_bytes(statement), key.seed).hex()
    return canonical_bytes(
        {"v": VERSION, "statement": statement, "papers": rows, "zero_leaves": zeros, "signature": signature}
    )


def open_envelopes(handover: Handover, seed: bytes) -> tuple[dict[str, Paper], dict[str, Spoiled]]:
    """Return the valid papers and the reasons of the spoiled ones, both by envelope hash."""
    papers: dict[str, Paper] = {}
    spoiled: dict[str, Spoiled] = {}
    open_one = opener(seed)
    for sha256, sealed in handover.envelopes.items():
        try:
            padded = open_one(sealed)
        except ProofRefused:
            spoiled[sha256] = Spoiled.CANNOT_BE_OPENED
            continue
        try:
            paper = read_paper(unpad(padded))
        except ProofRefused:
            spoiled[sha256] = Spoiled.MALFORMED
            continue
        reason = misfit(paper, handover.box)
        if reason:
            spoiled[sha256] = reason
        else:
            papers[sha256] = paper
    twice = _repeated(papers)
    return {sha256: papers[sha256] for sha256 in papers if sha256 not in twice}, {**spoiled, **twice}


def paper_row(paper: Paper) -> dict[str, Any]:
    """Return a paper as it stands in the returned file: the contest is said once, outside."""
    return {"code": paper.code, **choice_fields(paper.choice)}


def papers_sha256(rows: list[dict[str, Any]]) -> str:
    """Return the hash that binds all opened papers to the statement and to the count."""
    return sha256_hex(canonical_bytes(rows))


def bound_fields(box: Box) -> dict[str, Any]:
    """Return what the statement repeats of the box, so that it cannot be used for another contest."""
    names = ("contest", "kind", "rules_sha256", "roll_sha256", "scrutineer_key")
    return {name: value for name, value in box.as_dict().items() if name in names}


def sums_in(paper: Paper) -> Sums:
    """Return the votes of one named paper; ``ProofRefused`` WRONG_KIND for a secret one."""
    if not isinstance(paper.choice, Split):
        raise ProofRefused(Refusal.WRONG_KIND, "paper")
    return Sums(paper.choice.votes_for, paper.choice.votes_against, paper.choice.votes_withheld)


def sums_of(papers: Iterable[Paper], zeros: list[str]) -> dict[str, Any]:
    """Return the root of the Merkle-sum tree and its totals, for the statement."""
    root = sum_root([(opening_sha256(paper), sums_in(paper)) for paper in papers], zeros)
    return {
        "root": root.digest.hex(),
        "for": root.sums.votes_for,
        "against": root.sums.votes_against,
        "withheld": root.sums.votes_withheld,
    }


def _repeated(papers: Mapping[str, Paper]) -> dict[str, Spoiled]:
    """Return the papers that stand twice, by code or by roll entry.

    Where all say the same, the one with the smallest envelope hash counts. Where they differ, nobody can say which was
    meant, and none counts.
    """
    spoiled: dict[str, Spoiled] = {}
    by_code: dict[str, list[str]] = defaultdict(list)
    by_entry: dict[str, list[str]] = defaultdict(list)
    for sha256, paper in sorted(papers.items()):
        by_code[paper.code].append(sha256)
        if isinstance(paper.choice, Split):
            by_entry[paper.choice.entry].append(sha256)
    for groups, reason in ((by_entry, Spoiled.DUPLICATE_ENTRY), (by_code, Spoiled.DUPLICATE_CODE)):
        for group in groups.values():
            agree = all(papers[sha256] == papers[group[0]] for sha256 in group)
            spoiled.update(dict.fromkeys(group[1:] if agree else group, reason))
    return spoiled
