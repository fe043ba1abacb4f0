"""The three things a member can answer to a resolution."""

from enum import StrEnum


class Choice(StrEnum):
    """For, against, or withheld, which is no vote in law and is only told."""

    FOR = "for"
    AGAINST = "against"
    WITHHELD = "withheld"
