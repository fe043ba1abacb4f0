"""Which rate of tax applies on a day, and how much it takes: worked cases with the rates of the samples."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.withholding import PPM, Basis, Evidence, HolderKind, NoRule, Rule, rule_for, withheld_minor

PERSON, ORGANISATION = HolderKind.PERSON, HolderKind.ORGANISATION
FROM = date(2020, 1, 1)
RECORD_ON, PAY_ON = date(2026, 12, 11), date(2027, 1, 8)


def statutory(issuer: str, rate_ppm: int, holder: str = "", kind: HolderKind = HolderKind.ANY) -> Rule:
    return Rule(issuer, holder, kind, rate_ppm, Basis.STATUTORY, "", FROM, None, "sample")


def treaty(issuer: str, rate_ppm: int, evidence: str, holder: str = "", kind: HolderKind = HolderKind.ANY) -> Rule:
    return Rule(issuer, holder, kind, rate_ppm, Basis.TREATY, evidence, FROM, None, "sample")


RULES = [
    statutory("GB", 0),
    statutory("US", 300_000),
    treaty("US", 150_000, "W-8BEN", "GB"),
    treaty("US", 100_000, "W-8BEN", "JP"),
    statutory("IE", 250_000),
    replace(statutory("IE", 0), evidence="V2A", holder_kind=PERSON),
    statutory("DE", 263_750),
    statutory("VN", 50_000, kind=PERSON),
    statutory("VN", 0, kind=ORGANISATION),
]


def w8ben(country: str = "GB", until: date | None = date(2026, 12, 31)) -> Evidence:
    return Evidence("W-8BEN", country, date(2024, 3, 1), until)


def rate(
    issuer: str, holder: str, *evidence: Evidence, kind: HolderKind = PERSON, on: date = RECORD_ON, rules: object = None
) -> int:
    """Return the rate of the samples, or of other rules, in parts per million."""
    chosen = RULES if rules is None else rules
    found = rule_for(
        chosen,  # type: ignore[arg-type]
        issuer_country=issuer,
        holder_country=holder,
        holder_kind=kind,
        evidence=evidence,
        on=on,
    )
    return found.rate_ppm


V2A = Evidence("V2A", "", date(2026, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize(
    ("issuer", "holder", "kind", "evidence", "rate_ppm"),
    [
        ("GB", "GB", PERSON, (), 0),
        ("GB", "VN", ORGANISATION, (), 0),
        ("US", "GB", PERSON, (), 300_000),
        ("US", "GB", PERSON, (w8ben(),), 150_000),
        ("US", "JP", PERSON, (w8ben("JP"),), 100_000),
        ("US", "HK", PERSON, (w8ben("HK"),), 300_000),
        ("US", "GB", PERSON, (V2A,), 300_000),
        ("IE", "GB", PERSON, (), 250_000),
        ("IE", "GB", PERSON, (V2A,), 0),
        ("IE", "GB", ORGANISATION, (V2A,), 250_000),
        ("DE", "GB", PERSON, (w8ben(),), 263_750),
        ("VN", "VN", PERSON, (), 50_000),
        ("VN", "GB", PERSON, (), 50_000),
        ("VN", "GB", ORGANISATION, (), 0),
    ],
)
def test_rate_of_a_country_is_its_own_unless_a_document_lowers_it(
    issuer: str, holder: str, kind: HolderKind, evidence: tuple[Evidence, ...], rate_ppm: int
) -> None:
    assert rate(issuer, holder, *evidence, kind=kind) == rate_ppm


def test_evidence_that_lapses_between_record_and_payment_raises_the_rate() -> None:
    assert (rate("US", "GB", w8ben(), on=RECORD_ON), rate("US", "GB", w8ben(), on=PAY_ON)) == (150_000, 300_000)


@pytest.mark.parametrize(
    ("on", "rate_ppm"),
    [
        (date(2024, 2, 29), 300_000),
        (date(2024, 3, 1), 150_000),
        (date(2026, 12, 31), 150_000),
        (date(2027, 1, 1), 300_000),
    ],
)
def test_evidence_is_valid_on_its_first_and_its_last_day(on: date, rate_ppm: int) -> None:
    assert rate("US", "GB", w8ben(), on=on) == rate_ppm


def test_evidence_without_a_last_day_does_not_lapse() -> None:
    assert rate("US", "GB", w8ben(until=None), on=date(2099, 1, 1)) == 150_000


def test_evidence_of_another_country_than_the_holder_lives_in_lowers_nothing() -> None:
    assert rate("US", "JP", w8ben("GB")) == 300_000


def test_evidence_that_would_raise_the_rate_does_not() -> None:
    rules = [statutory("DE", 100_000), treaty("DE", 150_000, "residence", "GB")]

    assert rate("DE", "GB", Evidence("residence", "GB", FROM, None), rules=rules) == 100_000


def test_lowest_of_two_documents_counts() -> None:
    rules = [statutory("US", 300_000), treaty("US", 150_000, "W-8BEN", "GB"), treaty("US", 0, "W-8EXP", "GB")]

    assert rate("US", "GB", w8ben(), Evidence("W-8EXP", "GB", FROM, None), rules=rules) == 0


@pytest.mark.parametrize("turn", [1, -1])
def test_closest_rule_counts_and_a_country_outweighs_a_kind(turn: int) -> None:
    rules = [
        statutory("PT", 250_000),
        statutory("PT", 280_000, kind=PERSON),
        statutory("PT", 350_000, holder="KY"),
        statutory("PT", 360_000, holder="KY", kind=ORGANISATION),
    ][::turn]

    assert rate("PT", "GB", kind=ORGANISATION, rules=rules) == 250_000
    assert rate("PT", "GB", rules=rules) == 280_000
    assert rate("PT", "KY", rules=rules) == 350_000
    assert rate("PT", "KY", kind=ORGANISATION, rules=rules) == 360_000


def test_closest_treaty_rule_counts_though_a_wider_one_is_lower() -> None:
    rules = [statutory("US", 300_000), treaty("US", 100_000, "W-8BEN"), treaty("US", 150_000, "W-8BEN", "GB")]

    assert rate("US", "GB", w8ben(), rules=rules) == 150_000


def test_rule_is_valid_from_its_first_day_up_to_its_last_which_is_the_next_ones_first() -> None:
    old = replace(statutory("FR", 280_000), valid_to=date(2026, 1, 1))
    new = replace(statutory("FR", 250_000), valid_from=date(2026, 1, 1))

    assert rate("FR", "GB", on=date(2025, 12, 31), rules=[old, new]) == 280_000
    assert rate("FR", "GB", on=date(2026, 1, 1), rules=[old, new]) == 250_000


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [statutory("GB", 0)],
        [statutory("US", 300_000, holder="JP")],
        [statutory("US", 300_000, kind=ORGANISATION)],
        [replace(statutory("US", 300_000), valid_from=date(2026, 12, 12))],
        [replace(statutory("US", 300_000), valid_to=RECORD_ON)],
        [treaty("US", 150_000, "W-8BEN", "GB")],
    ],
)
def test_holder_no_statutory_rule_covers_is_refused_and_not_taxed_nil(rules: list[Rule]) -> None:
    with pytest.raises(NoRule) as refusal:
        rate("US", "GB", w8ben(), rules=rules)

    assert refusal.value.code == Code.NO_WITHHOLDING_RULE
    assert refusal.value.values == {
        "issuer_country": "US",
        "holder_country": "GB",
        "holder_kind": PERSON,
        "on": RECORD_ON,
    }


def test_two_equally_close_rules_of_different_rates_are_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        rate("FR", "GB", rules=[statutory("FR", 280_000), statutory("FR", 250_000)])

    assert refusal.value.code == Code.WITHHOLDING_RULES_CLASH


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rate_ppm": PPM + 1}, Code.TAX_RATE_OUT_OF_RANGE),
        ({"rate_ppm": -1}, Code.TAX_RATE_OUT_OF_RANGE),
        ({"basis": Basis.TREATY}, Code.TREATY_WITHOUT_EVIDENCE),
        ({"valid_to": FROM}, Code.RULE_NEVER_VALID),
    ],
)
def test_rule_that_cannot_be_is_refused(change: dict[str, object], code: Code) -> None:
    with pytest.raises(RuleBroken) as refusal:
        replace(statutory("FR", 250_000), **change)  # type: ignore[arg-type]

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("gross", "rate_ppm", "withheld"),
    [
        (13_800, 263_750, 3_640),  # EUR 138.00: 34.50 and 1.90, paid 101.60
        (10_000, 300_000, 3_000),
        (10_000, 150_000, 1_500),
        (12_345, 250_000, 3_086),  # 3086.25
        (70, 0, 0),
        (123_450, 50_000, 6_173),  # VND: 6,172.5 dong, whole dong upwards from the half
        (123_449, 50_000, 6_172),
        (1, 500_000, 1),
        (1, 499_999, 0),
        (777, PPM, 777),
        (0, 300_000, 0),
    ],
)
def test_withheld_amount_is_rounded_half_up_to_the_minor_unit(gross: int, rate_ppm: int, withheld: int) -> None:
    assert withheld_minor(gross, rate_ppm) == withheld


@given(st.integers(0, 10**18), st.integers(0, PPM))
def test_withheld_amount_is_within_half_a_unit_and_never_above_the_gross(gross: int, rate_ppm: int) -> None:
    withheld = withheld_minor(gross, rate_ppm)

    assert 0 <= withheld <= gross
    assert -PPM < 2 * (withheld * PPM - gross * rate_ppm) <= PPM  # half a unit goes up


@pytest.mark.parametrize(
    ("gross", "rate_ppm", "code"),
    [(-1, 0, Code.AMOUNT_NEGATIVE), (1, -1, Code.TAX_RATE_OUT_OF_RANGE), (1, PPM + 1, Code.TAX_RATE_OUT_OF_RANGE)],
)
def test_withholding_of_what_cannot_be_is_refused(gross: int, rate_ppm: int, code: Code) -> None:
    with pytest.raises(RuleBroken) as refusal:
        withheld_minor(gross, rate_ppm)

    assert refusal.value.code == code


DAYS = st.integers(0, 800).map(lambda days: date(2025, 1, 1) + timedelta(days=days))


@given(DAYS, DAYS, DAYS, st.sampled_from(["GB", "JP", "HK"]), st.sampled_from(["GB", "JP", "HK", ""]))
def test_evidence_only_ever_lowers(first: date, last: date, on: date, holder: str, proves: str) -> None:
    without = rate("US", holder, on=on)
    with_it = rate("US", holder, Evidence("W-8BEN", proves, first, last), on=on)

    is_valid = first <= on <= last and proves in ("", holder) and holder != "HK"
    assert without == 300_000
    assert with_it == ({"GB": 150_000, "JP": 100_000}[holder] if is_valid else without)
