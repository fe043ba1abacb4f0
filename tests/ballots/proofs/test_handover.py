"""Envelopes out to the scrutineer, papers back: what is accepted and what is refused."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots.rules.proofs.canonical import canonical_bytes, sha256_hex
from ballots.rules.proofs.handover import read_handover, write_handover
from ballots.rules.proofs.merkle_sum import Sums
from ballots.rules.proofs.opening import DOMAIN, open_handover, papers_sha256
from ballots.rules.proofs.papers import Capacity, Kind, Paper, Ranking, Split, paper_bytes
from ballots.rules.proofs.refusals import ProofRefused, Refusal, Spoiled
from ballots.rules.proofs.returned import public_return, read_returned
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed, seal, sign
from tests.ballots.proofs.election import CONTEST, Election

CODE, OTHER_CODE = "7QK4M-0ZT2R-9XW5B-H3N6D", "00000-00000-00000-00000"
Change = Callable[[dict[str, Any]], None]


def an_election() -> Election:
    election = Election()
    election.cast(0, 0, 1)
    election.cast(1, 1)
    election.cast(2)
    return election


def a_resolution() -> Election:
    election = Election(kind=Kind.NAMED)
    election.cast(0, 70, 20, 5)
    election.cast(1, 0, 40, 0)
    return election


def signed_sums(election: Election) -> Sums:
    """What the scrutineer signed of a resolution, accepted by the office."""
    election.read()
    sums = json.loads(election.opened())["statement"]["sums"]
    return Sums(sums["for"], sums["against"], sums["withheld"])


def refusal_of(act: Callable[[], object]) -> Refusal:
    with pytest.raises(ProofRefused) as refused:
        act()
    return refused.value.reason


# --- the way there ---------------------------------------------------------------------------------------------------


def test_handover_holds_every_envelope_and_nothing_of_who_sent_it() -> None:
    election = an_election()

    fields = json.loads(election.handover())

    assert set(map(base64.b64decode, fields["envelopes"])) == set(election.box.values())
    assert set(fields) == {
        *("v", "contest", "kind", "rules_sha256", "roll_sha256", "scrutineer_key", "options", "choices_max", "votes"),
        *("envelopes", "count", "sha256"),
    }
    assert fields["votes"] == {}


def test_handover_same_file_whatever_order_envelopes_come_in() -> None:
    election = an_election()
    sealed = list(election.box.values())

    assert write_handover(election.frame, sealed) == write_handover(election.frame, sealed[::-1])


def test_handover_envelopes_of_a_contest_have_one_length() -> None:
    assert len({len(sealed) for sealed in an_election().box.values()}) == 1
    assert len({len(sealed) for sealed in a_resolution().box.values()}) == 1


def test_handover_envelope_twice_is_refused() -> None:
    election = an_election()
    sealed = list(election.box.values())

    assert refusal_of(lambda: write_handover(election.frame, [*sealed, sealed[0]])) == Refusal.DUPLICATE_ENVELOPE


def with_hash(fields: dict[str, Any]) -> bytes:
    """Write the handover anew with the right hash, as a wicked office would."""
    content = {name: value for name, value in fields.items() if name != "sha256"}
    return canonical_bytes({**content, "sha256": sha256_hex(canonical_bytes(content))})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f: f.update(count=2), Refusal.WRONG_COUNTS),
        (lambda f: f["envelopes"].append(f["envelopes"][0]), Refusal.DUPLICATE_ENVELOPE),
        (lambda f: f["envelopes"].append("not base64"), Refusal.MALFORMED),
        (lambda f: f["envelopes"].append(5), Refusal.MALFORMED),
        (lambda f: f.update(envelopes="x"), Refusal.MALFORMED),
        (lambda f: f.update(names=["An"]), Refusal.MALFORMED),
        (lambda f: f.pop("options"), Refusal.MALFORMED),
        (lambda f: f.update(v=2), Refusal.MALFORMED),
        (lambda f: f.update(kind="open"), Refusal.MALFORMED),
        (lambda f: f.update(rules_sha256="x"), Refusal.MALFORMED),
        (lambda f: f.update(options=[1]), Refusal.MALFORMED),
        (lambda f: f.update(choices_max="3"), Refusal.MALFORMED),
        (lambda f: f.update(votes={"entry": 0}), Refusal.MALFORMED),
        (lambda f: f.update(contest=None), Refusal.MALFORMED),
    ],
)
def test_read_handover_that_is_none_is_refused(change: Change, reason: Refusal) -> None:
    fields = json.loads(an_election().handover())

    change(fields)

    assert refusal_of(lambda: read_handover(with_hash(fields))) == reason


def test_read_handover_changed_on_the_way_is_refused() -> None:
    fields = json.loads(an_election().handover())
    fields["contest"] = "another"

    assert refusal_of(lambda: read_handover(canonical_bytes(fields))) == Refusal.ALTERED


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\x80", b'{"a": 1}'])
def test_read_handover_of_anything_is_refused(data: bytes) -> None:
    assert refusal_of(lambda: read_handover(data)) in (Refusal.MALFORMED, Refusal.NOT_CANONICAL)


# --- opening ---------------------------------------------------------------------------------------------------------


def test_open_handover_papers_come_back_sorted_by_code() -> None:
    election = Election()
    receipts = [election.cast(0, 0, 1), election.cast(1, 4), election.cast(2)]

    returned = election.read()

    chosen = {receipts[0].code: (0, 1), receipts[1].code: (4,), receipts[2].code: ()}
    assert [paper.code for paper in returned.papers] == sorted(chosen)
    assert {paper.code: paper.choice for paper in returned.papers} == {
        code: Ranking(tuple(election.options[number] for number in numbers)) for code, numbers in chosen.items()
    }
    assert returned.spoiled == {}
    assert returned.opened == tuple(sorted(election.handed_over()))


def test_open_handover_nobody_voted_gives_no_papers() -> None:
    assert Election().read().papers == ()
    assert signed_sums(Election(kind=Kind.NAMED)) == Sums()


def test_open_handover_twice_gives_the_same_papers() -> None:
    election = an_election()

    assert election.opened() == election.opened()


def test_open_handover_by_another_key_is_refused_rather_than_all_spoiled() -> None:
    other = ScrutineerKey("Other", "2026-06-01", new_seed())
    data = an_election().handover()

    assert refusal_of(lambda: open_handover(data, other)) == Refusal.WRONG_SCRUTINEER


def test_open_handover_names_and_seeds_stay_out_of_the_file() -> None:
    election = an_election()

    opened = election.opened()

    assert not any(entry.encode() in opened for entry in election.entries)
    assert election.scrutineer.seed.hex().encode() not in opened


def secret(election: Election, *options: str, contest: str = CONTEST, code: str = CODE) -> bytes:
    return paper_bytes(Paper(contest, code, Ranking(options)))


@pytest.mark.parametrize(
    ("plaintext", "reason"),
    [
        (lambda e: secret(e, contest="another"), Spoiled.WRONG_CONTEST),
        (lambda e: secret(e, e.options[0], e.options[0]), Spoiled.DUPLICATE_OPTION),
        (lambda e: secret(e, "unknown"), Spoiled.UNKNOWN_OPTION),
        (lambda e: secret(e, *[f"option{n}" for n in range(10_000)]), Spoiled.UNKNOWN_OPTION),
        (lambda e: secret(e, *e.options[:3]), Spoiled.TOO_MANY_CHOICES),
        (lambda e: paper_bytes(Paper(CONTEST, CODE, Split(e.entries[3], 1, 0, 0))), Spoiled.WRONG_KIND),
        (lambda e: b"x", Spoiled.MALFORMED),
        (lambda e: b"", Spoiled.MALFORMED),
        (lambda e: secret(e) + b" ", Spoiled.MALFORMED),
        (lambda e: secret(e).replace(b'"v":1', b'"v":1,"weight":7'), Spoiled.MALFORMED),
    ],
)
def test_open_handover_paper_against_the_rules_is_spoiled_with_its_reason(
    plaintext: Callable[[Election], bytes], reason: Spoiled
) -> None:
    election = Election(choices_max=2)
    good, bad = election.cast(0, 0, 1), election.post(election.entries[3], plaintext(election))

    returned = election.read()

    assert returned.spoiled == {bad.envelope: reason}
    assert [paper.code for paper in returned.papers] == [good.code]


@pytest.mark.parametrize(
    "seal_it",
    [
        lambda e: b"",
        lambda e: b"x" * 200,
        lambda e: seal(b"paper", ScrutineerKey("Other", "", new_seed()).public_key),
    ],
)
def test_open_handover_envelope_that_does_not_open_is_spoiled(seal_it: Callable[[Election], bytes]) -> None:
    election = an_election()
    bad = election.put(election.entries[5], seal_it(election))

    assert election.read().spoiled == {bad.envelope: Spoiled.CANNOT_BE_OPENED}


def test_open_handover_envelope_without_padding_mark_is_spoiled() -> None:
    election = an_election()
    bad = election.put(election.entries[5], seal(b"\0" * 256, election.scrutineer.public_key))

    assert election.read().spoiled == {bad.envelope: Spoiled.MALFORMED}


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (lambda e: Split("stranger", 1, 0, 0), Spoiled.UNKNOWN_ENTRY),
        (lambda e: Split(e.entries[2], 7, 1, 0), Spoiled.MORE_THAN_HELD),
        (lambda e: Split(e.entries[2], 0, 0, 8), Spoiled.MORE_THAN_HELD),
        (lambda e: Ranking(()), Spoiled.WRONG_KIND),
        (lambda e: Split(e.entries[0], 1, 0, 0), Spoiled.DUPLICATE_ENTRY),
    ],
)
def test_open_handover_named_paper_against_the_rules_is_spoiled(
    choice: Callable[[Election], Split | Ranking], reason: Spoiled
) -> None:
    election = a_resolution()
    bad = election.post(election.entries[2], paper_bytes(Paper(CONTEST, CODE, choice(election))))

    spoiled = election.read().spoiled

    assert spoiled[bad.envelope] == reason
    assert set(spoiled.values()) == {reason}


def test_open_handover_whole_holding_split_and_withheld_is_valid() -> None:
    election = Election(kind=Kind.NAMED)
    election.cast(0, 70, 20, 10)

    returned = election.read()

    assert returned.papers[0].choice == Split(election.entries[0], 70, 20, 10, Capacity.SELF)
    assert signed_sums(election) == Sums(70, 20, 10)


def test_open_handover_same_paper_in_two_envelopes_counts_once() -> None:
    election = Election()
    plaintext = secret(election, election.options[0])
    receipts = [election.post(election.entries[number], plaintext) for number in (0, 1)]

    returned = election.read()

    assert len(returned.papers) == 1
    assert returned.spoiled == {max(receipt.envelope for receipt in receipts): Spoiled.DUPLICATE_CODE}


def test_open_handover_one_code_on_two_papers_counts_neither() -> None:
    election = Election()
    receipts = [election.post(election.entries[n], secret(election, election.options[n])) for n in (0, 1)]

    returned = election.read()

    assert returned.papers == ()
    assert returned.spoiled == dict.fromkeys((receipt.envelope for receipt in receipts), Spoiled.DUPLICATE_CODE)


# --- the way back ----------------------------------------------------------------------------------------------------


def signed_again(election: Election, change: Change, *, seed: bytes | None = None) -> bytes:
    """Change what comes back and sign it, as a wicked scrutineer would."""
    fields = json.loads(election.opened())
    change(fields)
    signature = sign(DOMAIN + canonical_bytes(fields["statement"]), seed or election.scrutineer.seed)
    return canonical_bytes({**fields, "signature": signature.hex()})


def first_paper(**changed: Any) -> Change:
    def change(fields: dict[str, Any]) -> None:
        fields["papers"][0].update(changed)
        fields["statement"]["papers_sha256"] = papers_sha256(fields["papers"])

    return change


def paper_lost(fields: dict[str, Any]) -> None:
    fields["papers"].pop()
    fields["statement"]["papers_sha256"] = papers_sha256(fields["papers"])


def paper_lost_and_counted_so(fields: dict[str, Any]) -> None:
    paper_lost(fields)
    fields["statement"]["counts"]["papers"] -= 1


def paper_stuffed(fields: dict[str, Any]) -> None:
    fields["papers"].insert(0, {"code": OTHER_CODE, "choices": []})
    fields["statement"]["papers_sha256"] = papers_sha256(fields["papers"])
    fields["statement"]["counts"]["papers"] += 1


def papers_swapped(fields: dict[str, Any]) -> None:
    fields["papers"].reverse()
    fields["statement"]["papers_sha256"] = papers_sha256(fields["papers"])


def opened_swapped(fields: dict[str, Any]) -> None:
    fields["statement"]["opened"].reverse()


def spoiled_by_decree(reason: str) -> Change:
    def change(fields: dict[str, Any]) -> None:
        statement = fields["statement"]
        statement["spoiled"] = [{"envelope": statement["opened"][0], "reason": reason}]

    return change


STATEMENT: list[tuple[Change, Refusal]] = [
    (lambda f: f["statement"].update(contest="another"), Refusal.WRONG_CONTEST),
    (lambda f: f["statement"].update(kind="named"), Refusal.WRONG_KIND),
    (lambda f: f["statement"].update(rules_sha256="00" * 32), Refusal.WRONG_RULES),
    (lambda f: f["statement"].update(roll_sha256="00" * 32), Refusal.WRONG_ROLL),
    (lambda f: f["statement"].update(scrutineer_key="00" * 32), Refusal.WRONG_SCRUTINEER),
    (lambda f: f["papers"][0].update(choices=["another"]), Refusal.ALTERED),
    (lambda f: f["statement"]["opened"].append("00" * 32), Refusal.NOT_HANDED_OVER),
    (lambda f: f["statement"]["opened"].pop(), Refusal.NOT_RETURNED),
    (opened_swapped, Refusal.WRONG_COUNTS),
    (lambda f: f["statement"]["counts"].update(papers=4), Refusal.WRONG_COUNTS),
    (lambda f: f["statement"]["counts"].update(spoiled=1), Refusal.WRONG_COUNTS),
    (lambda f: f["statement"]["counts"].update(more=1), Refusal.WRONG_COUNTS),
    (paper_lost, Refusal.WRONG_COUNTS),
    (paper_lost_and_counted_so, Refusal.WRONG_COUNTS),
    (paper_stuffed, Refusal.WRONG_COUNTS),
    (spoiled_by_decree("malformed"), Refusal.WRONG_COUNTS),
    (spoiled_by_decree("i did not like it"), Refusal.SPOILED_UNKNOWN),
    (
        lambda f: f["statement"].update(spoiled=[{"envelope": "00" * 32, "reason": "malformed"}]),
        Refusal.SPOILED_UNKNOWN,
    ),
    (lambda f: f["statement"].update(spoiled=[{"envelope": "00" * 32}]), Refusal.SPOILED_UNKNOWN),
    (papers_swapped, Refusal.PAPER_WRONG),
    (first_paper(choices=["unknown"]), Refusal.PAPER_WRONG),
    (first_paper(code="x"), Refusal.PAPER_WRONG),
    (first_paper(weight=7), Refusal.MALFORMED),
    (lambda f: f.update(more=1), Refusal.MALFORMED),
    (lambda f: f["statement"].update(more=1), Refusal.MALFORMED),
    (lambda f: f.update(papers=None), Refusal.MALFORMED),
    (lambda f: f["statement"].update(opened=None), Refusal.MALFORMED),
]


@pytest.mark.parametrize(("change", "reason"), STATEMENT)
def test_read_returned_wicked_scrutineer_is_refused(change: Change, reason: Refusal) -> None:
    election = an_election()

    data = signed_again(election, change)

    assert refusal_of(lambda: election.read(data)) == reason


def test_read_returned_signed_again_unchanged_is_accepted() -> None:
    """So that every refusal above is for the change, not for the way the test signs."""
    election = an_election()

    assert election.read(signed_again(election, lambda fields: None)) == election.read()


def test_read_returned_signed_by_another_is_refused() -> None:
    election = an_election()

    data = signed_again(election, lambda fields: None, seed=new_seed())

    assert refusal_of(lambda: election.read(data)) == Refusal.WRONG_SIGNATURE


@pytest.mark.parametrize("signature", ["", "00" * 64, "zz" * 64, "é" * 128])
def test_read_returned_without_a_signature_is_refused(signature: str) -> None:
    election = an_election()
    fields = {**json.loads(election.opened()), "signature": signature}

    reason = refusal_of(lambda: election.read(canonical_bytes(fields)))

    assert reason == (Refusal.WRONG_SIGNATURE if signature == "00" * 64 else Refusal.MALFORMED)


def test_read_returned_of_another_box_is_refused() -> None:
    election, data = an_election(), an_election().opened()

    assert refusal_of(lambda: election.read(data)) == Refusal.WRONG_SIGNATURE


def test_read_returned_after_an_envelope_changed_is_refused() -> None:
    election = an_election()
    data = election.opened()
    election.cast(0, 3)

    assert refusal_of(lambda: election.read(data)) == Refusal.NOT_HANDED_OVER


@settings(max_examples=60)
@given(st.data())
def test_read_returned_any_byte_changed_is_refused(data: st.DataObject) -> None:
    election = an_election()
    opened = election.opened()
    place = data.draw(st.integers(0, len(opened) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != opened[place]))

    changed = opened[:place] + bytes([value]) + opened[place + 1 :]

    with pytest.raises(ProofRefused):
        election.read(changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f["statement"]["sums"].update({"for": 71}),
        lambda f: f["statement"]["sums"].update(root="00" * 32),
        lambda f: f["statement"].update(sums=None),
        lambda f: f["zero_leaves"].__setitem__(0, "00" * 32),
        first_paper(**{"for": 1, "against": 1, "withheld": 0}),
    ],
)
def test_read_returned_sums_that_are_not_those_of_the_papers_are_refused(change: Change) -> None:
    election = a_resolution()

    data = signed_again(election, change)

    assert refusal_of(lambda: election.read(data)) == Refusal.WRONG_SUMS


def test_public_return_of_a_resolution_shows_no_vote_and_no_entry() -> None:
    election = a_resolution()

    published = json.loads(public_return(election.opened()))

    assert (published["papers"], published["zero_leaves"]) == (None, None)
    assert published["statement"] == json.loads(election.opened())["statement"]
    assert not any(entry in json.dumps(published) for entry in election.entries)


def test_public_return_of_a_secret_ballot_is_the_file() -> None:
    opened = an_election().opened()

    assert public_return(opened) == opened


def test_box_of_other_rules_refuses_what_was_signed_for_the_first() -> None:
    election = an_election()
    data = election.opened()
    frame = replace(election.frame, rules_sha256="11" * 32)

    assert refusal_of(lambda: read_returned(data, frame, election.handed_over())) == Refusal.WRONG_RULES
