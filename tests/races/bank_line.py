"""A line to the sandbox bank on which a call can be stopped halfway, so that something else happens meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event

from payments.sandbox import bank_api
from payments.sandbox.once import Answer
from tests.payments.wires import Interference

PATIENCE_SECONDS = 20


@dataclass
class Gate:
    """Holds the one call that comes to it, until it is told to let go."""

    way: Interference
    reached: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def wait(self) -> None:
        """Wait until a call stands here."""
        assert self.reached.wait(PATIENCE_SECONDS), "nobody came to the gate"

    def __call__(self, go: Callable[[], Answer]) -> Answer:
        self.reached.set()
        assert self.opened.wait(PATIENCE_SECONDS), "nobody opened the gate"
        return self.way(go)


@dataclass
class Line:
    """``orders`` interferes with the coming orders, in turn; every other call passes."""

    orders: list[Interference] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        def go() -> Answer:
            return bank_api.answer(method, url, headers, body)

        if method != "post":
            return go()
        self.keys.append(headers["Idempotency-Key"])
        return self.orders.pop(0)(go) if self.orders else go()

    def gate(self, way: Interference) -> Gate:
        """Stop the next order that nothing interferes with yet; let go, it goes that way."""
        gate = Gate(way)
        self.orders.append(gate)
        return gate


line = Line()


def transport(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    """What `settings.SANDBOX_BANK_TRANSPORT` names."""
    return line(method, url, headers, body)


def passes(go: Callable[[], Answer]) -> Answer:
    """The call goes through."""
    return go()
