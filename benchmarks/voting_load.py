"""Sends prepared requests over so many connections, the next on each as soon as the last is answered (closed loop).

``python -m benchmarks.voting_load PLAN RESULT``: both are pickle files of one run. One thread and raw sockets, because
the load shares the cores with what it measures. Knows as much HTTP/1.1 as granian speaks, and no Django.
"""

import gc
import pickle
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SILENCE_SECONDS = 60.0


@dataclass
class Plan:
    """Where to send which requests (whole, as bytes), over how many connections."""

    port: int
    requests: list[bytes]
    connections: int


@dataclass
class Result:
    """What came of it: the answers in the order of the requests, and the seconds from first byte out to last in."""

    answers: list[bytes]
    seconds: list[float]
    wall_seconds: float = 0.0
    own_cpu_seconds: float = 0.0

    @property
    def refused(self) -> int:
        """How many answers were no 200."""
        return sum(not answer.startswith(b"HTTP/1.1 200 ") for answer in self.answers)


@dataclass
class Line:
    """One connection with the request that is on its way."""

    socket: socket.socket
    number: int = -1
    since: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    wanted: int = 0

    def is_complete(self) -> bool:
        """Tell whether the whole answer is here."""
        if not self.wanted:
            head = self.received.find(b"\r\n\r\n")
            if head < 0:
                return False
            length = _length_of(bytes(self.received[:head]))
            if length is None:
                return self.received.endswith(b"0\r\n\r\n")
            self.wanted = head + 4 + length
        return len(self.received) >= self.wanted


def _length_of(head: bytes) -> int | None:
    """Return the length of the body; None when it comes in chunks."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return None


def run(plan: Plan) -> Result:
    """Send everything and return what came back; raises when nobody answers for a minute or hangs up."""
    waiting = iter(range(len(plan.requests)))
    result = Result([b""] * len(plan.requests), [0.0] * len(plan.requests))
    began, cpu = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as selector:
        lines = [Line(socket.create_connection(("127.0.0.1", plan.port))) for _ in range(plan.connections)]
        busy = sum(_send_next(line, waiting, plan, selector) for line in lines)
        while busy:
            events = selector.select(SILENCE_SECONDS)
            if not events:
                raise TimeoutError(f"no answer within {SILENCE_SECONDS:g} s")
            for key, _ in events:
                line: Line = key.data
                if not _receive(line):
                    continue
                result.seconds[line.number] = time.perf_counter() - line.since
                result.answers[line.number] = bytes(line.received)
                if not _send_next(line, waiting, plan, selector):
                    busy -= 1
    result.wall_seconds = time.perf_counter() - began
    result.own_cpu_seconds = time.process_time() - cpu
    return result


def _send_next(line: Line, waiting: Iterator[int], plan: Plan, selector: selectors.BaseSelector) -> bool:
    """Send the next request; without one hang up and return False."""
    number = next(waiting, None)
    if number is None:
        if line.number >= 0:
            selector.unregister(line.socket)
        line.socket.close()
        return False
    if line.number < 0:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line.socket, selectors.EVENT_READ, line)
    line.number, line.received, line.wanted = number, bytearray(), 0
    line.since = time.perf_counter()
    line.socket.sendall(plan.requests[number])
    return True


def _receive(line: Line) -> bool:
    """Take what has come; return whether the answer is whole."""
    data = line.socket.recv(262_144)
    if not data:
        raise ConnectionError(f"hung up after {bytes(line.received)!r}")
    line.received += data
    return line.is_complete()


def main(plan: str, result: str) -> None:
    """Run the plan of one file and write the other."""
    prepared: Plan = pickle.loads(Path(plan).read_bytes())  # noqa: S301 written by the benchmark itself
    gc.disable()
    Path(result).write_bytes(pickle.dumps(run(prepared)))


if __name__ == "__main__":
    from benchmarks import voting_load  # under its own name, so that others can read what it pickles

    voting_load.main(*sys.argv[1:])
