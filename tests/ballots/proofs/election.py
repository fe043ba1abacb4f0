"""A whole invented contest, from its rules to its bundle, made with the pieces the services use."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ballots.rules.counting.lot import Lot
from ballots.rules.counting.methods import count
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result, Round
from ballots.rules.proofs.bundle import BundleParts, write_bundle
from ballots.rules.proofs.checkpoints import Checkpoint, log_origin, sign_checkpoint
from ballots.rules.proofs.handover import Box, envelope_sha256, write_handover
from ballots.rules.proofs.merkle import MerkleTree
from ballots.rules.proofs.opening import open_handover
from ballots.rules.proofs.papers import (
    Choice,
    Kind,
    Paper,
    Ranking,
    Split,
    canonical_choice,
    pad,
    padded_length,
    paper_bytes,
    tracking_code,
)
from ballots.rules.proofs.receipts import LogKey, Promise, encode
from ballots.rules.proofs.returned import ReturnedPapers, read_returned
from ballots.rules.proofs.rolls import ContestRules, contest_rules_sha256, roll_csv, roll_sha256
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed, seal

CONTEST = "tulip-9Xw5b-H3n6d-22zz"
NAMES = ("Amber Fox", "=Brown Bear", 'Copper "Owl"', "Đen Đêm", "papers")
SALT = bytes(range(16))
NOON = datetime(2026, 6, 26, 12, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Receipt:
    """What the voter keeps."""

    token: str
    code: str
    envelope: str


@dataclass
class Election:
    """A contest with its keys and its box; ``cast`` as often as wanted, then ``close``."""

    kind: Kind = Kind.SECRET
    method: str = "irv"
    majority: str = ""
    names: Sequence[str] = NAMES
    choices_max: int = 0
    holdings: Sequence[int] = (100, 40, 7, 7, 1, 1, 1, 1)
    beacon: str = "dice: 3 5 1 6"
    scrutineer: ScrutineerKey = field(default_factory=lambda: ScrutineerKey("Ann Tran", "2026-06-01", new_seed()))
    log_key: LogKey = field(default_factory=lambda: LogKey("example.test", new_seed()))
    box: dict[str, bytes] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        named = self.kind == Kind.NAMED
        self.entries = [f"entry{number:017d}" for number in range(len(self.holdings))]
        self.options = () if named else tuple(f"option{number:016d}" for number in range(len(self.names)))
        self.most = 1 if named else self.choices_max or len(self.names)
        self.roll = list(zip(self.entries, self.holdings, strict=True))
        self.rules: dict[str, Any] = ContestRules(
            contest=CONTEST,
            title="Which beer is brewed",
            method="resolution" if named else self.method,
            kind=str(self.kind),
            majority=self.majority or ("ordinary" if named else ""),
            weighting="share" if named else "member",
            seats=1,
            choices_max=self.most,
            options=() if named else tuple(zip(self.options, self.names, strict=True)),
            roll_sha256=roll_sha256(SALT, self.roll),
            log_vkey=self.log_key.verifier.vkey,
            origin=log_origin(self.log_key.name, CONTEST),
            scrutineer=self.scrutineer.name,
            scrutineer_key=self.scrutineer.public_key,
            more={"promise": "brewed by October"},
        ).as_dict()

    @property
    def frame(self) -> Box:
        """What a paper must fit."""
        return Box(
            CONTEST,
            self.kind,
            contest_rules_sha256(self.rules),
            self.rules["roll_sha256"],
            self.scrutineer.public_key,
            self.options,
            self.most,
            dict(self.roll) if self.kind == Kind.NAMED else {},
        )

    def cast(self, voter: int, *choice: int, merge: bool = True) -> Receipt:
        """Cast for the voter: numbers of options, or votes for, against, withheld."""
        entry = self.entries[voter]
        made: Choice
        if self.kind == Kind.NAMED:
            made = Split(entry, *choice)
        else:
            made = Ranking(tuple(self.options[number] for number in choice))
        code = tracking_code(os.urandom(16), CONTEST, canonical_choice(made))
        return self.post(entry, paper_bytes(Paper(CONTEST, code, made)), code, merge=merge)

    def post(self, entry: str, plaintext: bytes, code: str = "", *, merge: bool = True) -> Receipt:
        """Put any plaintext into the box, as a broken or wicked server could."""
        entry_for_length = entry if self.kind == Kind.NAMED else ""
        length = padded_length(CONTEST, options=self.options, choices_max=self.most, entry=entry_for_length)
        sealed = seal(pad(plaintext, max(length, len(plaintext) + 1)), self.scrutineer.public_key)
        return self.put(entry, sealed, code, merge=merge)

    def put(self, entry: str, sealed: bytes, code: str = "", *, merge: bool = True) -> Receipt:
        """Put these very bytes into the box and the log."""
        self.box[entry] = sealed
        sha256 = envelope_sha256(sealed)
        self.leaves.append(sha256)
        if merge:
            self.merge()
        received_at = NOON + timedelta(seconds=len(self.leaves))
        return Receipt(encode(Promise(CONTEST, sha256, received_at), self.log_key), code, sha256)

    def merge(self) -> None:
        """Sign the log as it is."""
        tree = MerkleTree.of_hex(self.leaves)
        checkpoint = Checkpoint(self.rules["origin"], len(tree), tree.root())
        self.notes.append(sign_checkpoint(checkpoint, self.log_key))

    def handover(self) -> bytes:
        """The file for the scrutineer."""
        return write_handover(self.frame, self.box.values())

    def opened(self) -> bytes:
        """The file that comes back."""
        return open_handover(self.handover(), self.scrutineer)

    def handed_over(self) -> set[str]:
        return {envelope_sha256(sealed) for sealed in self.box.values()}

    def read(self, data: bytes | None = None) -> ReturnedPapers:
        """What the office makes of it."""
        return read_returned(self.opened() if data is None else data, self.frame, self.handed_over())

    def parts(self) -> BundleParts:
        """Count, and return what is published."""
        data = self.opened()
        returned = self.read(data)
        result = self.result(returned)
        return BundleParts(self.rules, roll_csv(SALT, self.roll), self.leaves, self.notes, data, returned, result)

    def bundle(self, *, with_votes: bool = False) -> bytes:
        """The published .zip."""
        return write_bundle(self.parts(), with_votes=with_votes)

    def result(self, returned: ReturnedPapers) -> dict[str, Any]:
        lot = Lot(label=CONTEST, root=returned.papers_sha256, beacon=self.beacon, strict=True)
        if self.kind == Kind.NAMED:
            splits = [paper.choice for paper in returned.papers if isinstance(paper.choice, Split)]
            sums = [(split.votes_for, split.votes_against, split.votes_withheld) for split in splits]
            rows = [(votes, ((place,),)) for each in sums for place, votes in enumerate(each)]
            papers = Papers.of(("For", "Against", "Withheld"), rows)
            return count("resolution", papers, special=self.majority == "special", lot=lot).as_json()
        places = {option: place for place, option in enumerate(self.options)}
        rankings = [paper.choice.options for paper in returned.papers if isinstance(paper.choice, Ranking)]
        rows = [(1, tuple((places[option],) for option in options)) for options in rankings]
        if not any(rankings):  # as `ballots.queries.papers.result_of`: nobody whom no paper names is elected
            return Result(self.method, 1, tuple(self.names), (Round(dict.fromkeys(self.names, 0)),), ()).as_json()
        return count(self.method, Papers.of(tuple(self.names), rows), lot=lot).as_json()
