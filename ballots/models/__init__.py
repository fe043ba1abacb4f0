from ballots.models.box import (
    Checkpoint,
    Count,
    Envelope,
    Handover,
    LogLeaf,
    NamedVote,
    Opening,
    Paper,
    SpoiledEnvelope,
)
from ballots.models.contest import Challenge, Contest, Option, PromiseNews
from ballots.models.publication import Publication
from ballots.models.roll import Roll, RollEntry, Scrutineer

__all__ = [
    "Challenge",
    "Checkpoint",
    "Contest",
    "Count",
    "Envelope",
    "Handover",
    "LogLeaf",
    "NamedVote",
    "Opening",
    "Option",
    "Paper",
    "PromiseNews",
    "Publication",
    "Roll",
    "RollEntry",
    "Scrutineer",
    "SpoiledEnvelope",
]
