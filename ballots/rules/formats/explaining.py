"""A result in plain words: why each was elected or left, where the votes went, how ties were broken."""

from collections.abc import Iterator, Mapping

from ballots.rules.counting.result import UNITS, Result, Round, Tie, Transfer
from ballots.rules.formats.printing import amount, carried

QUESTIONS = {
    "elimination": "who leaves",
    "election": "who is elected",
    "surplus": "whose surplus goes first",
}


def explanation(result: Result) -> list[str]:
    """Return the story of a count, one sentence or two to a line."""
    if result.method == "resolution":
        return [carried(result.extras)]
    if result.method == "schulze":
        return list(_pairwise(result))
    if result.method in ("plurality", "approval"):
        return list(_by_score(result))
    return list(_by_rounds(result))


def comparison(result: Result, other: Result) -> str:
    """Return a sentence that says whom the other method elects and whether that differs."""
    who = ", ".join(other.elected) or "nobody"
    if other.seats == result.seats:
        same = set(other.elected) == set(result.elected)
        return f"{other.method} elects {who}: {'the same outcome' if same else 'another outcome'}."
    among = set(other.elected) <= set(result.elected)
    seats = "1 seat" if other.seats == 1 else f"{other.seats} seats"
    return f"{other.method} (for {seats}) elects {who}: {'also elected here' if among else 'not elected here'}."


def differs(result: Result, other: Result) -> bool:
    """Return whether the other method elects others; for fewer seats, whether it elects somebody not elected here."""
    if other.seats == result.seats:
        return set(other.elected) != set(result.elected)
    smaller, larger = sorted((set(result.elected), set(other.elected)), key=len)
    return not smaller <= larger


def _by_rounds(result: Result) -> Iterator[str]:
    if "quota" in result.extras:
        valid, quota, seats = result.extras["valid"], result.extras["quota"], result.seats
        yield f"{valid:,} valid papers and {_seats(seats)}: the quota is {valid:,} / {seats + 1}, cut, + 1 = {quota:,}."
    for number, each in enumerate(result.rounds, start=1):
        told = [f"Round {number}."]
        told += [_transfer(transfer) for transfer in each.transfers]
        told += [_tie(tie) for tie in result.ties if tie.round == number]
        told += _decisions(result, each)
        yield " ".join(told)


def _decisions(result: Result, each: Round) -> list[str]:
    quota = result.extras.get("quota")
    told = []
    for name in each.elected:
        held = each.tallies[name]
        if quota is None:
            told.append(_irv_winner(name, held, each))
        elif held >= quota * UNITS:
            told.append(f"{name} has {amount(held)}, reaches the quota and is elected.")
        else:
            told.append(f"{name} is elected with {amount(held)}: no more candidates are left than seats.")
    nothing = [name for name in each.eliminated if not each.tallies[name]]
    if nothing and quota is None:
        told.append(f"Without any votes: {', '.join(nothing)}. {'They leave' if len(nothing) > 1 else 'Leaves'}.")
    for name in each.eliminated:
        if each.tallies[name] or quota is not None:
            why = "No surplus is left to transfer; " if quota is not None else "Nobody has more than half; "
            told.append(f"{why}{name} has the fewest votes ({amount(each.tallies[name])}) and leaves.")
    return told


def _irv_winner(name: str, held: int, each: Round) -> str:
    in_play = sum(each.tallies.values())
    if 2 * held > in_play:
        return f"{name} has {amount(held)} of the {amount(in_play)} votes in play, more than half, and is elected."
    return f"{name} is the last candidate standing and is elected with {amount(held)}."


def _transfer(transfer: Transfer) -> str:
    going = ", ".join(f"{amount(units)} to {name}" for name, units in transfer.to.items()) or "none to anybody"
    lost = f"; {amount(transfer.exhausted)} not transferable" if transfer.exhausted else ""
    what = "surplus of {} goes" if transfer.kind == "surplus" else "papers of {} go"
    return f"The {what.format(transfer.source)} on: {going}{lost}."


def _tie(tie: Tie) -> str:
    question = QUESTIONS.get(tie.question, tie.question)
    between, chosen = ", ".join(tie.between), ", ".join(tie.chosen)
    how = {
        "earlier round": f"by round {tie.decided_in}, the latest in which they differed",
        "first preferences": "by first preferences",
        "lot": "by lot" + _lot(tie.lot or {}),
    }.get(tie.broken_by, tie.broken_by)
    return f"A tie between {between} over {question} is broken {how}: {chosen}."


def _lot(record: Mapping[str, object]) -> str:
    if record.get("default"):
        return " (without a public random text, so only for trial: give one with --lot)"
    return f" (label “{record.get('label')}”, papers “{record.get('root')}”, random text “{record.get('beacon')}”)"


def _by_score(result: Result) -> Iterator[str]:
    only = result.rounds[0]
    word = "approvals" if result.method == "approval" else "votes"
    for tie in result.ties:
        yield _tie(tie)
    for name in result.elected:
        yield f"{name} is elected with {amount(only.tallies[name])} {word}."
    others = {name: units for name, units in only.tallies.items() if name not in result.elected}
    if others:
        best = max(others, key=lambda name: others[name])
        yield f"The next is {best} with {amount(others[best])}."
    if only.exhausted:
        one = only.exhausted == UNITS
        yield f"{amount(only.exhausted)} {'paper counts' if one else 'papers count'} for nobody."


def _pairwise(result: Result) -> Iterator[str]:
    pairs, paths, names = result.extras["pairwise"], result.extras["strongest_paths"], result.candidates
    for drop in result.extras.get("dropped", []):
        lack = "misses the quorum" if drop["reason"] == "quorum" else "misses its majority over the default option"
        yield f"{drop['option']} {lack} ({drop['for']:,} for, {drop['against']:,} against) and is dropped."
    for tie in result.ties:
        yield _tie(tie)
    for winner in result.elected:
        yield f"{winner} is elected."
        first = names.index(winner)
        for other, name in enumerate(names):
            if other == first:
                continue
            yield _duel(
                winner, name, pairs[first][other], pairs[other][first], paths[first][other], paths[other][first]
            )


def _duel(winner: str, name: str, ahead: int, behind: int, path: int, path_back: int) -> str:
    if ahead > behind:
        return f"Against {name}: {ahead:,} prefer {winner}, {behind:,} prefer {name}."
    chain = f"its strongest chain of defeats counts {path:,}, the one back {path_back:,}"
    return f"Against {name}: {ahead:,} to {behind:,} head to head; {chain}."


def _seats(number: int) -> str:
    return "1 seat" if number == 1 else f"{number} seats"
