"""Transports between the Stripe adapter and the sandbox that listen or break."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from payments.sandbox.api import Answer, answer

Interference = Callable[[Callable[[], Answer]], Answer]


@dataclass(frozen=True)
class Request:
    """One request as it went over the line; ``path`` with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Recorder:
    """Passes requests on to the sandbox and remembers them; ``next`` interferes with the coming ones, in order."""

    requests: list[Request] = field(default_factory=list)
    next: list[Interference] = field(default_factory=list)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        self.requests.append(Request(method, url.removeprefix("https://api.stripe.com"), dict(headers), body or ""))

        def go() -> Answer:
            return answer(method, url, headers, body)

        return self.next.pop(0)(go) if self.next else go()

    @property
    def keys(self) -> list[str]:
        """The idempotency keys of the POSTs so far."""
        return [request.headers["Idempotency-Key"] for request in self.requests if request.method == "post"]


def dropped_after_effect(go: Callable[[], Answer]) -> Answer:
    """It happened, and the answer was lost."""
    go()
    raise ConnectionError("the line broke after the effect")


def dropped_before_effect(go: Callable[[], Answer]) -> Answer:
    """It never arrived."""
    raise ConnectionError("the line broke before the effect")


def failed_after_effect(go: Callable[[], Answer]) -> Answer:
    """It happened, and the provider failed while answering."""
    go()
    return error(500, "api_error")(go)


def error(status: int, kind: str, code: str = "") -> Interference:
    """Answer with an error and do nothing."""

    def interfere(_go: Callable[[], Answer]) -> Answer:
        return json.dumps({"error": {"type": kind, "message": "as the test asked", "code": code}}), status, {}

    return interfere
