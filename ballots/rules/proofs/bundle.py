"""The published bundle of a contest: everything a stranger needs to check and to count it again, in one .zip.

Of a resolution the bundle shows the signed totals, not the votes: holdings stand in a register anybody may inspect,
so a list of votes by size would tell who voted how, and so would a path through the tree of sums (Note [No paths] in
`merkle_sum`). The independent assessor's bundle (``with_votes``; Companies Act 2006 s.342) holds the leaves as well.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ballots.rules.counting.approval import METHOD as APPROVAL
from ballots.rules.counting.resolution import METHOD as RESOLUTION
from ballots.rules.formats.blt import write_blt
from ballots.rules.formats.published import write_published
from ballots.rules.formats.rows import Ranks
from ballots.rules.proofs.canonical import canonical_bytes
from ballots.rules.proofs.checkpoints import join_notes
from ballots.rules.proofs.merkle_sum import opening_sha256
from ballots.rules.proofs.opening import sums_in
from ballots.rules.proofs.papers import Kind, Paper, Ranking
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.returned import ReturnedPapers, public_return

VERIFIER = Path(__file__).parents[2] / "verifier"
LOT_FIELDS = ("beacon", "order")  # the rest of what was drawn from is known: contest, round, papers
SAME_DATE = (1980, 1, 1, 0, 0, 0)  # the same parts make the same bytes, so the bundle has one hash


@dataclass(frozen=True)
class BundleParts:
    """What goes in. ``rules`` as hashed; ``roll``: ``rolls.roll_csv``; ``leaves``: envelope hashes in log order.

    ``notes``: signed checkpoints, the smallest first; ``returned_file``: the scrutineer's file as it came, and
    ``returned`` what ``read_returned`` made of it; ``result``: the counting engine's ``Result.as_json``.
    """

    rules: Mapping[str, Any]
    roll: bytes
    leaves: Sequence[str]
    notes: Sequence[str]
    returned_file: bytes
    returned: ReturnedPapers
    result: Mapping[str, Any]


def write_bundle(parts: BundleParts, *, with_votes: bool = False) -> bytes:
    """Return the bytes of the .zip; ``with_votes`` adds the leaves of a resolution, for the assessor only."""
    files = {
        "rules.json": canonical_bytes(dict(parts.rules)),
        "roll.csv": parts.roll,
        "log.txt": _lines(parts.leaves),
        "checkpoints.txt": join_notes(parts.notes).encode(),
        "counted.txt": _lines(parts.returned.opened),
        "return.json": public_return(parts.returned_file),
        "result.json": _published_result(parts.result),
        "verify.py": (VERIFIER / "verify.py").read_bytes(),
        "README.txt": (VERIFIER / "README.txt").read_bytes(),
    }
    if parts.rules["kind"] == Kind.SECRET:
        files["papers.csv"] = papers_csv(parts.rules, parts.returned.papers)
        files["papers.blt"] = papers_blt(parts.rules, parts.returned.papers)
    elif with_votes:
        files["sums.csv"] = sums_csv(parts.returned)
    return _zipped(files)


def papers_csv(rules: Mapping[str, Any], papers: Sequence[Paper]) -> bytes:
    """Return the secret papers as the table that `formats.published` describes, codes in order."""
    return write_published([option["name"] for option in rules["options"]], _rows(rules, papers)).encode()


def papers_blt(rules: Mapping[str, Any], papers: Sequence[Paper]) -> bytes:
    """Return the secret papers as BLT, the format counting programs read, each with its code."""
    names = [option["name"] for option in rules["options"]]
    return write_blt(names, _rows(rules, papers), seats=rules["seats"], title=rules["title"]).encode()


def sums_csv(returned: ReturnedPapers) -> bytes:
    """Return the leaves of a resolution's Merkle-sum tree, in the order of the hashes of their openings."""
    rows = []
    for paper in returned.papers:
        sums = sums_in(paper)
        rows.append(f"{opening_sha256(paper)},{sums.votes_for},{sums.votes_against},{sums.votes_withheld}")
    rows += [f"{opening},0,0,0" for opening in returned.zero_leaves]
    return _lines(["opening,for,against,withheld", *sorted(rows)])


def _published_result(result: Mapping[str, Any]) -> bytes:
    """Only what the verifier counts again or repeats stands in the bundle: nothing there has to be believed."""
    if result["method"] == RESOLUTION:
        kept = {name: result[name] for name in ("method", "seats", "for", "against", "withheld", "passed")}
    else:
        kept = {name: result[name] for name in ("method", "seats", "candidates", "elected")}
        names = ("tallies", "elected", "eliminated")
        kept["rounds"] = [{name: each[name] for name in names} for each in result["rounds"]]
        ties = [tie for tie in result["ties"] if tie["lot"]]
        kept["lots"] = [
            {**{name: tie[name] for name in ("round", "question")}, **{name: tie["lot"][name] for name in LOT_FIELDS}}
            for tie in ties
        ]
    return canonical_bytes(kept)


def _rows(rules: Mapping[str, Any], papers: Sequence[Paper]) -> Iterator[tuple[str, int, Ranks]]:
    """Each paper as (code, weight, ranks); what is approved shares one rank."""
    places = {option["id"]: place for place, option in enumerate(rules["options"])}
    for paper in papers:
        if not isinstance(paper.choice, Ranking):
            raise ProofRefused(Refusal.WRONG_KIND, paper.code)
        chosen = tuple(places[option] for option in paper.choice.options)
        if rules["method"] == APPROVAL:
            yield paper.code, 1, (tuple(sorted(chosen)),) if chosen else ()
        else:
            yield paper.code, 1, tuple((place,) for place in chosen)


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, SAME_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
