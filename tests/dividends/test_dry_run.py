"""A dividend tried out: nothing is written, and what it says is what computing writes afterwards."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from core import clock
from core.transactions import atomic
from dividends.enums import Rounding
from dividends.errors import NobodyEntitled, RuleRefuses
from dividends.models import Entitlement, TaxDocument
from dividends.queries.dry_run import DryRun, Lapse, TaxLine, Terms, dry_run, terms_of
from dividends.queries.owed import Owed, Tally
from dividends.rules.measure import Method
from dividends.rules.reserves import Figures, Limit
from dividends.services.paying import prepare_dividend_run
from tests.factories.agm import register_shares
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, compute, make_dividend, make_rule, next_dividend
from tests.factories.equity import make_share_class
from tests.factories.people import make_holder

pytestmark = pytest.mark.django_db
D = Decimal
DAY = timedelta(days=1)


def tried(dividend: Dividend, **changes: Any) -> DryRun:
    """Try the terms of the proposal out, with changes."""
    terms = terms_of(dividend.declaration)
    return dry_run(Terms(**{**{name: getattr(terms, name) for name in Terms.__dataclass_fields__}, **changes}))


def document_of(dividend: Dividend, place: int, *, valid_until: date, kind: str = "W-8BEN") -> TaxDocument:
    return TaxDocument.objects.create(
        party=dividend.members[place].party, kind=kind, valid_from=date(2024, 1, 1), valid_until=valid_until,
        document_sha256="0" * 64, document_name="w8ben.pdf", entered_at=clock.now(),
    )  # fmt: skip


def test_dry_run_writes_nothing() -> None:
    made = make_dividend(step="proposed")

    with CaptureQueriesContext(connection) as queries:
        tried(made)

    assert {query["sql"].split()[0] for query in queries} == {"SELECT", "WITH", "SAVEPOINT", "RELEASE"}
    assert [query["sql"] for query in queries if "INSERT" in query["sql"] or "UPDATE" in query["sql"]] == []
    assert Entitlement.objects.count() == 0


@pytest.mark.parametrize("rounding", list(Rounding))
def test_dry_run_says_what_computing_writes(rounding: Rounding) -> None:
    amount = {"pot_minor": 5001} if rounding == Rounding.LARGEST_REMAINDER else {"rate_minor": D("0.35")}
    with override_settings(ISSUER_COUNTRY="DE"):
        make_rule(issuer_country="DE", rate_ppm=263_750)
        made = make_dividend(step="proposed", holdings=(3, 101, 2001), rounding=rounding, **amount)

        before = tried(made)
        declaration = compute(made)

    assert (before.outcome.gross_total, before.withheld_minor, before.net_minor) == (
        declaration.gross_total_minor, declaration.withheld_total_minor, declaration.net_total_minor,
    )  # fmt: skip
    assert (before.preview.holders, before.preview.total_shares, before.preview.exact_total) == (
        declaration.holders_count, declaration.shares_total, declaration.exact_total,
    )  # fmt: skip
    assert before.outcome.residue == declaration.residue_minor + declaration.residue_fraction
    assert before.owed.waiting == Tally(3, declaration.net_total_minor)


def test_half_up_is_told_with_what_it_would_overpay() -> None:
    made = make_dividend(step="proposed", holdings=(1, 1, 1), rate_minor=D("0.5"))

    found = tried(made)

    assert found.preview.outcome(Method.HALF_UP).residue == D("-1.5")
    assert {outcome.method: outcome.gross_total for outcome in found.preview.outcomes} == {
        Method.FLOOR: 0, Method.CARRY: 0, Method.LARGEST_REMAINDER: 1, Method.HALF_EVEN: 0, Method.HALF_UP: 3,
    }  # fmt: skip
    assert (found.outcome.owed_nothing, found.outcome.residue, found.taken_minor) == (3, D("1.5"), 1)


def test_pot_has_no_carry() -> None:
    made = make_dividend(step="proposed", pot_minor=100)

    methods = [outcome.method for outcome in tried(made).preview.outcomes]

    assert methods == [Method.FLOOR, Method.LARGEST_REMAINDER, Method.HALF_EVEN, Method.HALF_UP]


def test_everybody_is_told_by_what_the_money_waits_for() -> None:
    made = make_dividend(step="proposed", holdings=(4, 100, 200, 400, 800), rate_minor=D(1), minimum_minor=50)
    make_mandate(made.members[1].party)
    make_mandate(made.members[2].party, usable_from=clock.now() + 30 * DAY)
    make_mandate(made.members[3].party, usable_from=clock.now() + 3 * DAY)

    found = tried(made)

    assert found.owed == Owed(payable=Tally(2, 500), jar=Tally(1, 4), waiting=Tally(1, 800), held=Tally(1, 200))
    assert (found.outcome.below_minimum, found.outcome.below_minimum_minor) == (1, 4)


def test_what_is_open_from_before_fills_the_jar_as_a_run_would_find_it() -> None:
    first = make_dividend(holdings=(30, 30), rate_minor=D(1), minimum_minor=50)
    make_mandate(first.members[0].party)
    second = next_dividend(first, step="proposed", rate_minor=D(1), minimum_minor=50)

    found = tried(second)
    compute(second)
    with atomic():
        run = prepare_dividend_run(declaration=second.declaration, route="sandbox", by=first.finance, at=clock.now())

    assert found.owed == Owed(payable=Tally(1, 60), jar=Tally(), waiting=Tally(1, 60), held=Tally())
    assert (run.payouts_count, run.total_minor) == (found.owed.payable.count, found.owed.payable.sum_minor)


def test_tax_is_told_by_country_and_a_missing_rule_comes_first() -> None:
    with override_settings(ISSUER_COUNTRY="US"):
        made = make_dividend(step="proposed", holdings=(100, 200, 300), countries=("VN", "DE", "DE"), rate_minor=D(1))
        rule = make_rule(issuer_country="US", holder_country="DE", rate_ppm=300_000)

        found = tried(made)

    assert found.taxes == (TaxLine("VN", None, None, 1, 100, 0), TaxLine("DE", 300_000, rule.pk, 2, 500, 150))
    assert found.countries_without_rule == ("VN",)
    assert (found.withheld_minor, found.net_minor) == (150, 450)


def test_document_that_lapses_before_the_payment_is_told() -> None:
    with override_settings(ISSUER_COUNTRY="US"):
        made = make_dividend(step="proposed", holdings=(100, 200, 300, 400))
        make_rule(issuer_country="US", rate_ppm=300_000)
        make_rule(issuer_country="US", evidence="W-8BEN", rate_ppm=150_000)
        today, pay_on = clock.today(), made.declaration.pay_on
        document_of(made, 0, valid_until=pay_on - DAY)
        document_of(made, 1, valid_until=pay_on)
        document_of(made, 2, valid_until=today)
        document_of(made, 2, valid_until=pay_on + DAY)
        document_of(made, 3, valid_until=today, kind="V2A")

        found = tried(made)

    name = made.members[0].party.display_name
    assert found.lapses == (Lapse(1, name, "W-8BEN", pay_on - DAY, 100),)
    assert [(line.rate_ppm, line.count) for line in found.taxes] == [(300_000, 2), (150_000, 2)]


def test_reserves_are_told_with_their_sum_and_what_is_left() -> None:
    made = make_dividend(step="proposed", holdings=(100,), figures=Figures(1000, 100, 5000, 4000, 200))

    found = tried(made)

    assert (found.reserves.available_minor, found.reserves.binding, found.taken_minor) == (800, Limit.NET_ASSETS, 250)
    assert found.left_minor == 550
    assert [line.amount_minor for line in found.reserves.lines] == [1000, -100, 0, 900, 5000, -4000, -200, 0, 800]


def test_reserves_that_do_not_reach_are_told_and_not_refused() -> None:
    made = make_dividend(step="proposed", holdings=(100,), figures=Figures(249, 0, 10**9, 0, 0))

    assert tried(made).left_minor == -1


def test_without_accounts_nothing_is_said_of_reserves() -> None:
    made = make_dividend(step="proposed")

    found = tried(made, accounts=None)

    assert (found.reserves, found.left_minor) == (None, None)


def test_record_moment_that_lies_ahead_is_told_as_a_forecast() -> None:
    made = make_dividend(step="proposed", holdings=(4, 100))
    ahead = clock.now() + 5 * DAY

    before, after = tried(made), tried(made, record_at=ahead, pay_on=ahead.date())

    assert (before.is_forecast, before.read_at) == (False, made.declaration.record_at)
    assert (after.is_forecast, after.preview.total_shares) == (True, 104)
    assert after.read_at < ahead


def test_nobody_to_pay_is_refused() -> None:
    made = make_dividend(step="proposed")

    with pytest.raises(NobodyEntitled):
        tried(made, share_class_id=make_share_class(code="Z").pk)


def test_rate_that_would_be_rounded_silently_is_refused() -> None:
    made = make_dividend(step="proposed")

    with pytest.raises(RuleRefuses):
        tried(made, rate_minor=D("0.0000000000001"))


def test_number_of_queries_does_not_grow_with_holders() -> None:
    few = make_dividend(step="proposed", holdings=(4,))
    with CaptureQueriesContext(connection) as with_one:
        tried(few)
    register_shares([(make_holder().party, 5) for _number in range(4)], at=clock.now() - DAY)
    with CaptureQueriesContext(connection) as with_five:
        found = tried(few)

    assert (found.preview.holders, len(with_five)) == (5, len(with_one))
