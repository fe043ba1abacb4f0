"""Transports between the adapter and the sandbox bank that listen or break."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from payments.gateways.sandbox_bank import SANDBOX_KEY, SandboxBankGateway
from payments.sandbox.bank_api import answer
from payments.sandbox.once import Answer

Interference = Callable[[Callable[[], Answer]], Answer]


@dataclass
class BankWire:
    """Passes requests on to the bank and remembers them; ``next`` interferes with the coming ones, in order."""

    requests: list[tuple[str, str, Mapping[str, str], str]] = field(default_factory=list)
    next: list[Interference] = field(default_factory=list)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        self.requests.append((method, url.removeprefix("https://bank.invalid/bank/v1"), headers, body or ""))

        def go() -> Answer:
            return answer(method, url, headers, body)

        return self.next.pop(0)(go) if self.next else go()


def bank_over(wire: Callable[..., Answer] = answer, key: str = SANDBOX_KEY) -> SandboxBankGateway:
    """Return the adapter over a wire."""
    return SandboxBankGateway(key, transport=wire)


def dropped_after_effect(go: Callable[[], Answer]) -> Answer:
    """It happened, and the answer was lost."""
    go()
    raise ConnectionError("the line broke after the effect")


def dropped_before_effect(go: Callable[[], Answer]) -> Answer:
    """It never arrived."""
    raise ConnectionError("the line broke before the effect")


def failed_after_effect(go: Callable[[], Answer]) -> Answer:
    """It happened, and the bank failed while answering."""
    go()
    return status(500)(go)


def status(number: int, text: str | None = None) -> Interference:
    """Answer with that status and do nothing."""
    body = json.dumps({"error": {"type": "test", "code": "as_asked"}}) if text is None else text
    return lambda _go: (body, number, {})


def says(text: str) -> Interference:
    """Answer 200 with a text of the test's own, whatever was asked."""
    return lambda _go: (text, 200, {})


FAULTS: tuple[Interference, ...] = (status(429), status(500), failed_after_effect, dropped_after_effect)


def now_and_then(generator: random.Random, share: float) -> Iterator[Interference]:
    """Yield for ever one of `FAULTS` with that probability, else none: what a chaos test puts on its wire."""
    while True:
        yield generator.choice(FAULTS) if generator.random() < share else lambda go: go()
