"""Which parts of the Companies Act 2006 bind the company: asked first, before any rule of a meeting."""

from enum import StrEnum


class CompanyProfile(StrEnum):
    """The kinds of company that the law of general meetings tells apart.

    ``quoted`` (s.385, s.361): an official list in the United Kingdom or the EEA, or dealt in on the New York exchanges;
    binds ss.341(1) and 342-354. ``traded`` (s.360C): shares with votes on a regulated market in the United Kingdom;
    binds also ss.307A, 311(3), 319A, 341(1A) and 360B. A traded company is quoted
    too; the stricter word is used.
    """

    PRIVATE = "private"
    UNLISTED_PLC = "unlisted_plc"
    QUOTED = "quoted"
    TRADED = "traded"
