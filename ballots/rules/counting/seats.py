"""Seats filled by score alone: the highest first, ties only where the last seat is concerned."""

from collections.abc import Sequence

from ballots.rules.counting.ties import TieBreaker


class BadSeats(ValueError):
    """A number of seats that the method cannot fill."""


def check_seats(seats: int, *, only_one: str = "") -> None:
    """Raise ``BadSeats`` for less than one seat, or for more than one where the method named ``only_one`` fills one."""
    if seats < 1:
        raise BadSeats(f"There must be at least one seat to fill, not {seats}.")
    if only_one and seats != 1:
        raise BadSeats(f"{only_one} fills one seat, not {seats}; for several seats use Scottish STV.")


def by_score(candidates: Sequence[int], scores: Sequence[int]) -> list[int]:
    """Return the candidates, the highest score first; equal scores keep the order of the ballot."""
    return sorted(candidates, key=lambda number: (-scores[number], number))


def fill(scores: Sequence[int], seats: int, breaker: TieBreaker) -> list[int]:
    """Return the numbers of the elected, the highest score first; all of them where there are no more than seats."""
    order = by_score(range(len(scores)), scores)
    if len(order) <= seats:
        return order
    last = scores[order[seats - 1]]
    sure = [number for number in order if scores[number] > last]
    tied = [number for number in order if scores[number] == last]
    return sure + sorted(breaker.pick(tied, lowest=False, question="election", places=seats - len(sure)))
