"""Telling the result of a poll: T37, T38 and T41 of the law as test cases, against published announcements."""

import csv
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.results import (
    HolderVotes,
    ResultLine,
    dissent_update_by,
    head_count,
    is_dissent,
    percent,
    publish_by,
    result_line,
)
from agm.rules.working_days import UkPart

DATA = Path(__file__).parent / "data"
POLLS = list(csv.DictReader((DATA / "published_polls.csv").open(encoding="utf-8")))
SPLIT = json.loads((DATA / "scrutineer_split_votes.json").read_text())
SCOTLAND = UkPart.SCOTLAND
VOTES = st.integers(0, 10**12)


def issued_of(company: str) -> int:
    """Find the issued capital behind a company's announcement, which it does not tell.

    Each row allows the numbers that round to its percentage; the middle of what all rows allow is as good as any.
    """
    rows = [(int(row["total_cast"]), Fraction(row["pct_isc"])) for row in POLLS if row["company"] == company]
    half = Fraction(5, 1000)
    lowest = max(100 * total / (share + half) for total, share in rows)
    highest = min(100 * total / (share - half) for total, share in rows)
    assert lowest < highest
    return floor((lowest + highest) / 2)


def test_published_polls_are_all_twenty() -> None:
    assert len(POLLS) == 20


@pytest.mark.parametrize("row", POLLS, ids=lambda row: f"{row['company'][:3]} {row['resolution']}")
def test_result_line_of_published_poll_equals_it(row: dict[str, str]) -> None:
    line = result_line(
        votes_for=int(row["for"]),
        votes_against=int(row["against"]),
        votes_withheld=int(row["withheld"]),
        votes_issued=issued_of(row["company"]),
    )

    assert line == ResultLine(
        votes_for=int(row["for"]),
        percent_for=Decimal(row["for_pct"]),
        votes_against=int(row["against"]),
        percent_against=Decimal(row["against_pct"]),
        votes_total=int(row["total_cast"]),
        percent_of_issued=Decimal(row["pct_isc"]),
        votes_withheld=int(row["withheld"]),
    )


@given(VOTES, VOTES.filter(bool))
def test_percent_equals_exact_fraction_rounded_half_up(part: int, whole: int) -> None:
    hundredths = floor(Fraction(10_000 * part, whole) + Fraction(1, 2))

    assert percent(part, whole) == Decimal(hundredths) / 100


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 800, "0.13"), (3, 800, "0.38"), (1, 3, "33.33"), (2, 3, "66.67"), (0, 7, "0.00"), (7, 7, "100.00")],
)
def test_percent_of_half_goes_up_and_keeps_two_decimals(part: int, whole: int, text: str) -> None:
    assert str(percent(part, whole)) == text


def test_percent_of_negative_votes_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        percent(-1, 5)


def test_result_line_without_votes_cast_has_no_percentages_of_them() -> None:
    line = result_line(votes_for=0, votes_against=0, votes_withheld=12, votes_issued=100)

    assert line == ResultLine(0, None, 0, None, 0, Decimal("0.00"), 12)


@given(VOTES, VOTES, VOTES, VOTES)
def test_withheld_votes_change_no_percentage(votes_for: int, votes_against: int, one: int, other: int) -> None:
    lines = [
        result_line(votes_for=votes_for, votes_against=votes_against, votes_withheld=withheld, votes_issued=10**13)
        for withheld in (one, other)
    ]

    assert [(line.percent_for, line.percent_against, line.percent_of_issued) for line in lines] == [
        (lines[0].percent_for, lines[0].percent_against, lines[0].percent_of_issued)
    ] * 2


@pytest.mark.parametrize(
    ("meeting_on", "declared_on", "by"),
    [
        (date(2026, 6, 26), date(2026, 6, 26), date(2026, 7, 11)),  # 16 days beginning with the meeting's
        (date(2026, 6, 26), date(2026, 7, 9), date(2026, 7, 11)),
        (date(2026, 6, 26), date(2026, 7, 10), date(2026, 7, 13)),  # declared on a Friday: Monday is later
        (date(2026, 3, 19), date(2026, 4, 2), date(2026, 4, 6)),  # over Good Friday, Easter Monday works in Scotland
    ],
)
def test_publish_by_is_sixteen_days_or_the_next_working_day(meeting_on: date, declared_on: date, by: date) -> None:
    assert publish_by(meeting_on=meeting_on, declared_on=declared_on, part=SCOTLAND) == by


@pytest.mark.parametrize(
    ("votes_for", "votes_against", "flagged"),
    [(80, 20, True), (8001, 1999, False), (80_001, 19_999, False), (0, 1, True), (0, 0, False), (100, 0, False)],
)
def test_is_dissent_begins_at_exactly_twenty_per_cent(votes_for: int, votes_against: int, flagged: bool) -> None:
    assert is_dissent(votes_for=votes_for, votes_against=votes_against) is flagged


@pytest.mark.parametrize(
    ("meeting_on", "by"),
    [
        (date(2026, 6, 26), date(2026, 12, 26)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2026, 12, 1), date(2027, 6, 1)),
    ],
)
def test_dissent_update_by_is_six_months_after(meeting_on: date, by: date) -> None:
    assert dissent_update_by(meeting_on) == by


def test_head_count_of_scrutineers_certificate_equals_it() -> None:
    together, split, total = SPLIT["by_proxy_excl_split"], SPLIT["by_proxy_split"], SPLIT["total_incl_split"]
    first, rest = together["for_votes"] - (together["holders"] - 1), together["holders"] - 1
    holders = [
        HolderVotes(first, 0),
        *[HolderVotes(1, 0)] * rest,
        HolderVotes(split["for_votes"], split["against_votes"]),
    ]

    heads = head_count(holders)
    line = result_line(
        votes_for=heads.votes_for, votes_against=heads.votes_against, votes_withheld=0, votes_issued=10**9
    )

    assert (heads.holders, heads.holders_for, heads.holders_against) == (
        total["holders"],
        total["for_holders"],
        total["against_holders"],
    )
    assert heads.holders_split == 1
    assert (heads.percent_for, heads.percent_against) == (Decimal("100.00"), Decimal(str(total["against_holders_pct"])))
    assert (line.votes_for, line.votes_against) == (total["for_votes"], total["against_votes"])
    assert (line.percent_for, line.percent_against) == (
        Decimal(str(total["for_pct"])),
        Decimal(str(total["against_pct"])),
    )
    assert percent(split["for_votes"], split["votes"]) == Decimal(str(split["for_pct"]))


def test_head_count_of_holder_who_withheld_counts_no_head() -> None:
    heads = head_count([HolderVotes(0, 0), HolderVotes(0, 5)])

    assert (heads.holders, heads.holders_for, heads.holders_against) == (1, 0, 1)
