"""A line to the sandbox bank that breaks, for workers that are killed: `settings.SANDBOX_BANK_TRANSPORT` names it.

Whether a call breaks, and how, follows from ``BANK_LINE_SEED``, from what is called and from how often it was called
before, by whichever worker: the same seed breaks the same calls. What happened is written to the house's folder, where
no crash of the database undoes it. With ``BANK_LINE_FRESH_KEYS`` every call gets a key of its own, as if no attempt had
been written before it: then the bank can tell no repeat from a new order.

The bank settles late here, so that what an order did is not learnt from the bank's news before it is asked for again.
"""

import hashlib
import os
import random
import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from payments.sandbox import bank_api
from payments.sandbox.once import Answer
from tests.payments.wires import (
    Interference,
    dropped_after_effect,
    dropped_before_effect,
    error,
    failed_after_effect,
)

TRANSPORT = "tests.faults.bad_line.transport"
FOLDER, STORY = "bank-line", "story.log"
FAULTS: dict[str, Interference] = {
    "429": error(429, "rate_limited"),
    "500 not made": error(500, "api_error"),
    "500 made": failed_after_effect,
    "dropped before": dropped_before_effect,
    "dropped after": dropped_after_effect,
}
PASSED, REPEATED = "passed", "repeated"
SETTLE_SECONDS = "12"


def environment(seed: int, *, share: float, kinds: tuple[str, ...] = tuple(FAULTS), **switches: str) -> dict[str, str]:
    """Return what a worker is started with so that this share of its calls breaks in one of these ways."""
    return {
        "SANDBOX_BANK_TRANSPORT": TRANSPORT,
        "SANDBOX_SETTLE_SECONDS": SETTLE_SECONDS,
        "BANK_LINE_SEED": str(seed),
        "BANK_LINE_SHARE": str(share),
        "BANK_LINE_KINDS": ",".join(kinds),
        **switches,
    }


def transport(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    """Answer as the bank does, or break as the seed says."""
    key = headers.get("Idempotency-Key", "")
    if key and os.environ.get("BANK_LINE_FRESH_KEYS"):
        headers = {**headers, "Idempotency-Key": secrets.token_urlsafe(16)}
    fate = fate_of(f"{method} {url} {key}")
    _append(STORY, f"{method} {fate}\n")

    def go() -> Answer:
        answer = bank_api.answer(method, url, headers, body)
        if "Idempotent-Replayed" in answer[2]:
            _append(STORY, f"{method} {REPEATED}\n")
        return answer

    return go() if fate == PASSED else FAULTS[fate](go)


def fate_of(call: str) -> str:
    """Return what becomes of this call, which is counted."""
    before = _append(hashlib.sha256(call.encode()).hexdigest(), ".")
    chance = random.Random(f"{os.environ['BANK_LINE_SEED']} {call} {before}")
    if chance.random() >= float(os.environ["BANK_LINE_SHARE"]):
        return PASSED
    return chance.choice(os.environ["BANK_LINE_KINDS"].split(","))


def story(house: Path) -> Counter[str]:
    """Return how many orders met which fate, and how many the bank knew already."""
    lines = (house / FOLDER / STORY).read_text().splitlines()
    return Counter(line.removeprefix("post ") for line in lines if line.startswith("post "))


def _append(name: str, text: str) -> int:
    """Add the text at the file's end, in one piece; return how long the file was before."""
    folder = Path(os.environ["KILDERKIN_HOME"]) / FOLDER
    folder.mkdir(exist_ok=True)
    with (folder / name).open("a") as file:
        file.write(text)
        file.flush()
        return file.tell() - len(text)
