"""The facts of a statement as one text and hash, and its sum read from the top."""

import hashlib
import unicodedata
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dividends.rules.allocation import Holding, Rounding, allocate
from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.statement_facts import Owed, Sign, Step, StepCode, arithmetic, canonical, facts_sha256
from tests.dividends.rules.strategies import POTS, RATES, holdings, with_shares

D = Decimal
FIELDS = st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1)
OWED = Owed(
    shares=4,
    exact_minor=D("4.938"),
    brought_fraction=D(0),
    gross_minor=4,
    withheld_minor=0,
    carried_fraction=D(0),
    rate_minor=D("1.2345"),
)


def test_facts_are_joined_in_order_by_the_unit_separator() -> None:
    assert canonical(["D-000001", "Nguyễn Văn An", "", "4.94"]) == "D-000001\x1fNguyễn Văn An\x1f\x1f4.94"


def test_hash_of_facts_is_sha256_of_their_utf8() -> None:
    assert facts_sha256(["D-1", "4.94"]) == hashlib.sha256(b"D-1\x1f4.94").hexdigest()
    assert facts_sha256(["abc"]) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180


def test_hash_is_the_same_however_the_letters_are_composed() -> None:
    composed, apart = unicodedata.normalize("NFC", "Nguyễn"), unicodedata.normalize("NFD", "Nguyễn")

    assert composed != apart
    assert facts_sha256([composed]) == facts_sha256([apart])


@given(FIELDS, FIELDS)
def test_different_facts_make_different_texts(one: list[str], other: list[str]) -> None:
    assume([unicodedata.normalize("NFC", text) for text in one] != [unicodedata.normalize("NFC", t) for t in other])

    assert canonical(one) != canonical(other)


def test_field_that_holds_the_separator_is_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        canonical(["a", "b\x1fc"])

    assert (refusal.value.code, refusal.value.values) == (Code.FIELD_HAS_SEPARATOR, {"position": 1})


def test_no_fields_are_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        facts_sha256([])

    assert refusal.value.code == Code.NO_FIELDS


def test_sum_of_a_plain_dividend_by_hand() -> None:
    assert arithmetic(OWED) == (
        Step(Sign.START, StepCode.SHARES, D(4)),
        Step(Sign.TIMES, StepCode.RATE, D("1.2345")),
        Step(Sign.EQUALS, StepCode.EXACT, D("4.938")),
        Step(Sign.MINUS, StepCode.ROUNDED_DOWN, D("0.938")),
        Step(Sign.EQUALS, StepCode.GROSS, D(4)),
        Step(Sign.MINUS, StepCode.WITHHELD, D(0)),
        Step(Sign.EQUALS, StepCode.NET, D(4)),
    )


def test_sum_with_fractions_brought_and_carried_by_hand() -> None:
    owed = replace(OWED, brought_fraction=D("0.5"), gross_minor=5, carried_fraction=D("0.438"), withheld_minor=1)

    assert [(step.sign, step.code, step.amount) for step in arithmetic(owed)][2:] == [
        (Sign.EQUALS, StepCode.EXACT, D("4.938")),
        (Sign.PLUS, StepCode.BROUGHT, D("0.5")),
        (Sign.MINUS, StepCode.CARRIED, D("0.438")),
        (Sign.EQUALS, StepCode.GROSS, D(5)),
        (Sign.MINUS, StepCode.WITHHELD, D(1)),
        (Sign.EQUALS, StepCode.NET, D(4)),
    ]


def test_sum_of_a_part_of_a_pot_by_hand() -> None:
    owed = Owed(5, D("33.333333333333"), D(0), 34, 0, D(0), pot_minor=100, total_shares=15)

    assert [(step.sign, step.code, step.amount) for step in arithmetic(owed)][:6] == [
        (Sign.START, StepCode.POT, D(100)),
        (Sign.TIMES, StepCode.SHARES, D(5)),
        (Sign.OVER, StepCode.ALL_SHARES, D(15)),
        (Sign.EQUALS, StepCode.EXACT, D("33.333333333333")),
        (Sign.PLUS, StepCode.ROUNDED_UP, D("0.666666666667")),
        (Sign.EQUALS, StepCode.GROSS, D(34)),
    ]


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"exact_minor": D("4.939")}, StepCode.EXACT),
        ({"gross_minor": 3}, StepCode.GROSS),
        ({"gross_minor": 6}, StepCode.GROSS),
        ({"rate_minor": D(1), "exact_minor": D(4), "gross_minor": 3}, StepCode.GROSS),
        ({"rate_minor": D(1), "exact_minor": D(4), "gross_minor": 5}, StepCode.GROSS),
        ({"carried_fraction": D("0.999"), "gross_minor": 5}, StepCode.GROSS),
        ({"withheld_minor": 5}, StepCode.NET),
        ({"withheld_minor": -1}, StepCode.NET),
    ],
)
def test_stored_figures_that_do_not_add_up_are_refused(change: dict[str, object], step: StepCode) -> None:
    with pytest.raises(RuleBroken) as refusal:
        arithmetic(replace(OWED, **change))  # type: ignore[arg-type]

    assert (refusal.value.code, refusal.value.values) == (Code.SUM_DOES_NOT_ADD_UP, {"step": step})


@pytest.mark.parametrize(
    "change",
    [{"rate_minor": None}, {"pot_minor": 100, "total_shares": 15}, {"rate_minor": None, "pot_minor": 100}],
)
def test_sum_without_its_one_base_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        arithmetic(replace(OWED, **change))  # type: ignore[arg-type]

    assert refusal.value.code == Code.RATE_OR_POT


def redo(steps: tuple[Step, ...]) -> list[Fraction]:
    """Return by how much each line with an equals sign differs from what the lines above it make."""
    running, differences = Fraction(0), []
    for step in steps:
        amount = Fraction(step.amount)
        match step.sign:
            case Sign.START:
                running = amount
            case Sign.TIMES:
                running *= amount
            case Sign.OVER:
                running /= amount
            case Sign.PLUS:
                running += amount
            case Sign.MINUS:
                running -= amount
            case Sign.EQUALS:
                differences.append(running - amount)
                running = amount
    return differences


@given(holdings(), RATES, st.sampled_from([Rounding.FLOOR, Rounding.CARRY]))
def test_printed_sum_of_a_rate_can_be_redone(drawn: list[Holding[int]], rate: Decimal, rounding: Rounding) -> None:
    for row in allocate(drawn, rounding=rounding, rate_minor=rate).rows:
        steps = arithmetic(
            Owed(
                row.shares,
                row.exact_minor,
                row.brought_fraction,
                row.gross_minor,
                row.gross_minor // 3,
                row.carried_fraction,
                rate_minor=rate,
            )
        )
        assert redo(steps) == [0, 0, 0]
        assert min(step.amount for step in steps) >= 0


@given(holdings(), POTS)
def test_printed_sum_of_a_pot_can_be_redone_to_twelve_decimals(drawn: list[Holding[int]], pot: int) -> None:
    assume(with_shares(drawn))
    allocation = allocate(drawn, rounding=Rounding.LARGEST_REMAINDER, pot_minor=pot)
    for row in allocation.rows:
        owed = Owed(
            row.shares,
            row.exact_minor,
            row.brought_fraction,
            row.gross_minor,
            0,
            row.carried_fraction,
            pot_minor=pot,
            total_shares=allocation.total_shares,
        )
        cut, *rest = redo(arithmetic(owed))
        assert 0 <= cut < Fraction(1, 10**12)
        assert rest == [0, 0]


def test_sum_does_not_depend_on_the_callers_precision() -> None:
    with localcontext(prec=3):
        steps = arithmetic(OWED)

    assert steps == arithmetic(OWED)
