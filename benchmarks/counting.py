"""How fast the counting engine is, as ratios against its limits and its peers, all in one run.

``python benchmarks/counting.py``: the engine needs numpy only. The peers pyrankvote and votelib are measured where they
are installed; README.md says how. The exit status is 1 where a limit is missed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a script in a folder, run by any Python that has numpy

from ballots.rules.counting import irv, scottish_stv  # noqa: E402  after the path or the settings
from ballots.rules.counting.papers import Papers  # noqa: E402  after the path or the settings
from ballots.rules.formats.reading import read_ballot_file  # noqa: E402  after the path or the settings

FILE_SECONDS, FILE_MEGABYTES, WARD_SECONDS, PEER_RATIO = 2.0, 300.0, 0.050, 3.0
SEED = 2007


def contest(papers: int, candidates: int, weight_max: int) -> Papers:
    """Return random orders of random length; some candidates are liked better, so that a count takes many rounds."""
    random = np.random.default_rng(SEED)
    liking = np.linspace(0, 1.5, candidates)
    rankings = (np.argsort(random.gumbel(size=(papers, candidates)) + liking, axis=1) + 1).astype(np.uint8)
    lengths = random.integers(1, candidates + 1, papers)
    rankings[np.arange(candidates) >= lengths[:, None]] = 0
    weights = random.integers(1, weight_max + 1, papers)
    return Papers(tuple(f"Beer {number}" for number in range(1, candidates + 1)), rankings, weights)


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Return the best time of so many runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def peak_megabytes() -> float:
    """Return the largest memory this process held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def write_blt(papers: Papers, path: Path) -> None:
    """Write every paper on a line of its own."""
    rankings = papers.ordered().tolist()
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{len(papers.candidates)} 1\n")
        for weight, order in zip(papers.weights.tolist(), rankings, strict=True):
            file.write(" ".join([str(weight), *(str(number) for number in order if number), "0"]) + "\n")
        file.write("0\n" + "".join(f'"{name}"\n' for name in papers.candidates) + '"Benchmark"\n')


def count_file(path: Path) -> None:
    """Count a file and print what it took: run as a process of its own."""
    result = irv.count(read_ballot_file(path.read_bytes(), path.name).papers_for("irv"))
    print(json.dumps({"elected": result.elected, "megabytes": peak_megabytes()}))  # noqa: T201  what it is run for


class Report:
    """Lines of figures and whether every limit was kept."""

    def __init__(self) -> None:
        self.kept = True

    def say(self, line: str) -> None:
        """Print a line at once: peers are slow."""
        print(line, flush=True)  # noqa: T201  what it is run for

    def limit(self, what: str, measured: float, limit: float, unit: str) -> None:
        """Print a figure as a ratio of its limit."""
        self.kept &= measured <= limit
        verdict = "kept" if measured <= limit else "MISSED"
        self.say(f"{what}: {measured:.3f} {unit}, {measured / limit:.2f} of the limit of {limit:g} {unit}: {verdict}")


def from_file(report: Report, papers: Papers) -> None:
    """Count the papers from a BLT file in fresh processes, Python's start included; the best of three."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.blt"
        write_blt(papers, path)
        command = [sys.executable, __file__, "--count-file", str(path)]
        answers: list[str] = []

        def run() -> None:
            answers.append(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603

        taken = seconds(run, times=3)
    counted = json.loads(answers[-1])
    what = f"IRV, {len(papers.weights):,} weighted papers x {len(papers.candidates)} candidates from a BLT file"
    report.limit(what, taken, FILE_SECONDS, "s")
    report.limit(f"{what}, memory", counted["megabytes"], FILE_MEGABYTES, "MB")


def against_peers(report: Report, what: str, ours: float, peers: dict[str, Callable[[], float] | None]) -> None:
    """Print how many times as long each peer takes; the fastest must take at least ``PEER_RATIO`` times as long."""
    ratios = []
    for name, measure in peers.items():
        if measure is None:
            report.say(f"{what}: {name} is not installed, so it is not compared.")
            continue
        try:
            taken = measure()
        except Exception as failure:  # a peer that breaks off is a finding, not the end of the run
            report.say(f"{what}: {name} broke off: {type(failure).__name__}: {failure}")
            continue
        ratios.append(taken / ours)
        report.say(f"{what}: {name} {taken:.3f} s, {taken / ours:.1f} times ours")
    if ratios:
        kept = min(ratios) >= PEER_RATIO
        report.kept &= kept
        report.say(
            f"{what}: fastest peer {min(ratios):.1f} times ours, goal {PEER_RATIO:g}: {'kept' if kept else 'MISSED'}"
        )


def installed(name: str, measure: Callable[[], float]) -> Callable[[], float] | None:
    """Return the measurement where the package is there."""
    return measure if find_spec(name) else None


def pyrankvote_seconds(papers: Papers, seats: int) -> float:
    """pyrankvote's time, its objects made before the clock starts; it knows no weights, so each paper counts once."""
    import pyrankvote  # only where installed

    candidates = [pyrankvote.Candidate(name) for name in papers.candidates]
    ballots = [
        pyrankvote.Ballot([candidates[number - 1] for number in order if number]) for order in papers.ordered().tolist()
    ]
    if seats == 1:
        return seconds(lambda: pyrankvote.instant_runoff_voting(candidates, ballots))
    return seconds(lambda: pyrankvote.single_transferable_vote(candidates, ballots, number_of_seats=seats))


def votelib_seconds(papers: Papers, seats: int) -> float:
    """votelib's time; its papers are put together by their order before the clock starts, which spares it work."""
    import votelib.evaluate.sequential as sequential  # only where installed

    votes: dict[tuple[int, ...], int] = {}
    for weight, order in zip(papers.weights.tolist(), papers.ordered().tolist(), strict=True):
        ranked = tuple(number for number in order if number)
        votes[ranked] = votes.get(ranked, 0) + weight
    evaluator = sequential.TransferableVoteSelector(quota_function="droop")
    return seconds(lambda: evaluator.evaluate(votes, seats))


def peers_of(papers: Papers, seats: int) -> dict[str, Callable[[], float] | None]:
    """Return the peers' measurements by name."""
    return {
        "votelib": installed("votelib", lambda: votelib_seconds(papers, seats)),
        "pyrankvote": installed("pyrankvote", lambda: pyrankvote_seconds(papers, seats)),
    }


def main() -> int:
    """Measure everything, print it, and return 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=1_000_000, help="papers of the IRV contest")
    parser.add_argument("--count-file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.count_file:
        count_file(arguments.count_file)
        return 0
    report = Report()
    million, ward = contest(arguments.papers, 8, 9), contest(15_000, 10, 1)
    from_file(report, million)
    ours = seconds(lambda: irv.count(million), times=5)
    what = f"IRV, {arguments.papers:,} papers in memory"
    report.say(f"{what}: {ours:.4f} s in {len(irv.count(million).rounds)} rounds, best of 5")
    against_peers(report, what, ours, peers_of(million, 1))
    ours = seconds(lambda: scottish_stv.count(ward, seats=4), times=5)
    what = "Scottish STV, 15,000 papers x 10 candidates, 4 seats, in memory"
    report.limit(what, ours, WARD_SECONDS, "s")
    against_peers(report, what, ours, peers_of(ward, 4))
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
