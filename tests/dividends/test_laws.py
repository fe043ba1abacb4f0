"""What the database itself refuses of dividends, by the name of the law: whoever asks, with the app's own rights."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.db.models import F

from core import clock
from core.errors import DomainError, constraint_name
from core.processes.messages import ROOT
from core.transactions import atomic
from dividends.errors import LAWS
from dividends.models import (
    Declaration,
    Entitlement,
    PayoutLine,
    Recommendation,
    RelevantAccounts,
    TaxDocument,
    WithholdingRule,
)
from dividends.services.paying import prepare_dividend_run
from ledger.enums import AccountKind
from ledger.models import Entry
from ledger.services.posting import Leg, open_account, post
from tests.factories.agm import make_world, open_vote, register_shares
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend, make_rule, next_dividend, terms_of_test
from tests.factories.equity import make_share_class
from tests.factories.payouts import make_run
from tests.factories.people import make_holder

pytestmark = pytest.mark.django_db
MODELS = ("declaration", "entitlement", "withholding")


def law_broken_by(act: Callable[[], object]) -> str:
    """Return the name of the law that refuses the act."""
    with pytest.raises(DatabaseError) as refused, atomic():
        act()
    return constraint_name(refused.value)


@pytest.fixture
def carried() -> Dividend:
    return make_dividend(step="carried")


def declare(dividend: Dividend, **terms: Any) -> Declaration:
    """Write a declaration past every service."""
    given = {
        **terms_of_test(),
        "recommendation": dividend.recommendation,
        "share_class": dividend.share_class,
        "accounts": dividend.accounts,
        "currency": "GBP",
        "proposed_at": clock.now(),
        "proposed_by": dividend.finance,
        **terms,
    }
    return Declaration.objects.create(**given)


# --- every law has its words -----------------------------------------------------------------------------------------


def named_laws() -> Iterator[str]:
    """Yield the laws of the room's models and of its migrations of laws (royalties keep their own table)."""
    for model in apps.get_app_config("dividends").get_models():
        if model.__module__.removeprefix("dividends.models.") in MODELS:
            yield from (constraint.name for constraint in model._meta.constraints)
    for migration in ("0002_laws", "0006_entitlement_is_its_sum"):
        text = (ROOT / f"dividends/migrations/{migration}.py").read_text(encoding="utf-8")
        yield from re.findall(r"dividends_refuse\('[^']+',\s*'(\w+)'\)", text)


@pytest.mark.parametrize("law", sorted(set(named_laws())))
def test_law_has_a_sentence_of_its_own(law: str) -> None:
    error = LAWS[law]()

    assert str(error) != str(DomainError())
    assert str(error).endswith(".")


def test_every_named_law_stands_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        standing = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname LIKE 'dividends_%'")
        triggers = " ".join(source for (source,) in cursor.fetchall())

    assert [law for law in LAWS if law not in standing and f"'{law}'" not in triggers] == []


# --- recommendation --------------------------------------------------------------------------------------------------


def test_recommendation_after_the_vote_was_opened() -> None:
    world = make_world(kinds=("resolution",))
    contest = open_vote(world, "resolution")

    assert law_broken_by(
        lambda: Recommendation.objects.create(
            contest=contest, share_class=make_share_class(), currency="GBP", rate_minor=1, minute_reference="Board 1",
            recommended_at=clock.now(), recommended_by=None,
        )
    ) == "recommendation_before_the_vote"  # fmt: skip


@pytest.mark.parametrize("model", [Recommendation, RelevantAccounts, Entitlement])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_books_of_a_dividend_are_append_only(model: Any, change: str) -> None:
    make_dividend()
    table = model._meta.db_table

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")  # the app does not even hold the right
            cursor.execute(f"UPDATE {table} SET id = id" if change == "update" else f"DELETE FROM {table}")

    assert law_broken_by(act) == f"{table}_append_only"


# --- declaration -----------------------------------------------------------------------------------------------------


def test_declaration_on_a_vote_not_held() -> None:
    made = make_dividend(step="recommended")

    assert law_broken_by(lambda: declare(made)) == "declaration_by_carried_resolution"


def test_declaration_on_a_lost_vote() -> None:
    made = make_dividend(step="carried", holdings=(10, 20), votes=[(10, 0, 0), (0, 20, 0)])

    assert law_broken_by(lambda: declare(made)) == "declaration_by_carried_resolution"


@pytest.mark.parametrize(
    ("terms", "law"),
    [
        ({"rate_minor": Decimal("2.500000000001")}, "declaration_within_recommendation"),
        ({"rate_minor": Decimal("2.499999999999")}, "declaration_as_resolved"),
        ({"currency": "EUR"}, "declaration_within_recommendation"),
        ({"rate_minor": None, "pot_minor": 5, "rounding": "largest_remainder"}, "declaration_within_recommendation"),
        ({"rounding": "largest_remainder"}, "declaration_pot_is_shared_out"),
        ({"pot_minor": 5}, "declaration_is_rate_or_pot"),
        ({"state": "computed"}, "declaration_begins_proposed"),
        ({"period_to": date(2025, 1, 1)}, "declaration_period_runs_forward"),
        ({"minimum_minor": -1}, "declaration_minimum_not_negative"),
    ],
)
def test_declaration_against_the_law(carried: Dividend, terms: dict[str, Any], law: str) -> None:
    assert law_broken_by(lambda: declare(carried, **terms)) == law


def test_declaration_by_accounts_in_another_currency(carried: Dividend) -> None:
    fields = {field.attname: getattr(carried.accounts, field.attname) for field in RelevantAccounts._meta.fields}
    foreign = RelevantAccounts.objects.create(**{**fields, "id": None, "public_id": "x" * 22, "currency": "EUR"})

    assert law_broken_by(lambda: declare(carried, accounts=foreign)) == "declaration_accounts_same_currency"


def test_second_declaration_on_one_resolution(carried: Dividend) -> None:
    declare(carried)

    assert law_broken_by(lambda: declare(carried)) == "declaration_once_per_recommendation"


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"rate_minor": Decimal(1)}, "declaration_terms_never_change"),
        ({"record_at": F("proposed_at")}, "declaration_terms_never_change"),
        ({"minimum_minor": 5}, "declaration_terms_never_change"),
        ({"state": "dropped"}, "declaration_dropped_says_why"),
        ({"statements_issued_at": F("proposed_at")}, "declaration_statements_of_a_computed_one"),
    ],
)
def test_terms_of_a_declaration_stand(carried: Dividend, change: dict[str, Any], law: str) -> None:
    declaration = declare(carried)

    assert law_broken_by(lambda: Declaration.objects.filter(pk=declaration.pk).update(**change)) == law


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"state": "proposed"}, "declaration_goes_forward"),
        ({"state": "dropped"}, "declaration_goes_forward"),
        ({"gross_total_minor": 1}, "declaration_figures_stand"),
        ({"reserves_minor": 10**15}, "declaration_figures_stand"),
        ({"snapshot_sha256": "0" * 64}, "declaration_figures_stand"),
    ],
)
def test_what_was_computed_stands(change: dict[str, Any], law: str) -> None:
    made = make_dividend()

    assert law_broken_by(lambda: Declaration.objects.filter(pk=made.declaration.pk).update(**change)) == law


# --- figures ---------------------------------------------------------------------------------------------------------


def entitle(dividend: Dividend, declaration: Declaration, **figures: Any) -> Entitlement:
    """Write an entitlement of ten past every service."""
    member = dividend.members[0].party.member
    given = {
        "shares": 4,
        "exact_minor": 10,
        "brought_fraction": 0,
        "gross_minor": 10,
        "carried_fraction": 0,
        "country": "GB",
        "withholding_rule": make_rule(),
        "withheld_ppm": 0,
        "withheld_minor": 0,
        "net_minor": 10,
        **figures,
    }
    return Entitlement.objects.create(declaration=declaration, member=member, party=member.party, **given)


def compute_as(dividend: Dividend, declaration: Declaration, **figures: Any) -> None:
    """Write the totals of one entitlement of ten past every service."""
    given = {
        "state": "computed",
        "computed_at": clock.now(),
        "computed_by": dividend.finance,
        "entry": None if "entry" in figures else booked(declaration.public_id),
        "holders_count": 1,
        "shares_total": 4,
        "exact_total": 10,
        "gross_total_minor": 10,
        "withheld_total_minor": 0,
        "net_total_minor": 10,
        "residue_minor": 0,
        "residue_fraction": 0,
        "reserves_minor": 10,
        "snapshot_sha256": "0" * 64,
        **figures,
    }
    Declaration.objects.filter(pk=declaration.pk).update(**given)


def booked(source: str, amount_minor: int = 10, *, debit: str = "retained_earnings:GBP") -> Entry:
    """Book an amount as owed to somebody."""
    open_account(code=debit, kind=AccountKind.EQUITY, currency="GBP")
    open_account(code="dividend_payable:GBP:x", kind=AccountKind.LIABILITY, currency="GBP")
    legs = [Leg(debit, "dividend_payable:GBP:x", amount_minor)]
    now = clock.now()
    return post(
        key=f"bare:{now}", kind="dividend", legs=legs, effective_on=now.date(), reason="a test", source=source,
        by=None, at=now,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "law"),
    [
        ({"shares": 0}, "entitlement_of_somebody_with_shares"),
        ({"gross_minor": -1, "net_minor": -1}, "entitlement_adds_up"),
        ({"withheld_minor": 11, "net_minor": -1}, "entitlement_adds_up"),
        ({"net_minor": 9}, "entitlement_adds_up"),
        ({"brought_fraction": 1}, "entitlement_fractions_below_one"),
        ({"carried_fraction": Decimal("-0.1")}, "entitlement_fractions_below_one"),
        ({"shares": 1, "gross_minor": 500_000_000, "net_minor": 500_000_000}, "entitlement_is_its_sum"),
        ({"shares": 5}, "entitlement_is_its_sum"),
        ({"exact_minor": Decimal("10.1")}, "entitlement_is_its_sum"),
        ({"gross_minor": 11, "net_minor": 11}, "entitlement_is_its_sum"),
        ({"gross_minor": 9, "net_minor": 9}, "entitlement_is_its_sum"),
        ({"carried_fraction": Decimal("0.5")}, "entitlement_is_its_sum"),
        ({"withheld_minor": 1, "net_minor": 9}, "entitlement_is_its_sum"),
        ({"withheld_ppm": 100_000, "withheld_minor": 1, "net_minor": 9}, "entitlement_is_its_sum"),
    ],
)
def test_entitlement_against_the_law(carried: Dividend, figures: dict[str, Any], law: str) -> None:
    declaration = declare(carried)

    assert law_broken_by(lambda: entitle(carried, declaration, **figures)) == law


def test_second_entitlement_of_a_member(carried: Dividend) -> None:
    declaration = declare(carried)
    entitle(carried, declaration)

    assert law_broken_by(lambda: entitle(carried, declaration)) == "entitlement_once_per_member"


def test_entitlement_after_the_totals() -> None:
    made = make_dividend(holdings=(4,))
    late = make_holder()
    register_shares([(late.party, 5)], at=clock.now())
    made.members = [late]

    assert law_broken_by(lambda: entitle(made, made.declaration)) == "entitlement_before_the_totals"


@pytest.mark.parametrize(
    ("figures", "law"),
    [
        ({"holders_count": 2}, "declaration_totals_true"),
        ({"shares_total": 5}, "declaration_totals_true"),
        ({"gross_total_minor": 9, "net_total_minor": 9}, "declaration_totals_true"),
        ({"withheld_total_minor": 1, "net_total_minor": 9}, "declaration_totals_true"),
        ({"net_total_minor": 9}, "declaration_computed_whole"),
        ({"residue_fraction": 1}, "declaration_computed_whole"),
        ({"entry": None}, "declaration_computed_whole"),
        ({"snapshot_sha256": ""}, "declaration_computed_whole"),
        ({"reserves_minor": 9}, "declaration_within_reserves"),
        ({"residue_minor": 1}, "declaration_within_reserves"),
        ({"residue_minor": 1, "reserves_minor": 11}, "declaration_totals_true"),
        ({"residue_fraction": Decimal("0.1")}, "declaration_totals_true"),
        ({"exact_total": 11}, "declaration_totals_true"),
        ({"reserves_minor": 800_000_000_001}, "declaration_reserves_by_accounts"),
        ({"computed_at": F("record_at") - timedelta(microseconds=1)}, "declaration_computed_after_record"),
    ],
)
def test_totals_that_do_not_follow(carried: Dividend, figures: dict[str, Any], law: str) -> None:
    declaration = declare(carried)
    entitle(carried, declaration)

    assert law_broken_by(lambda: compute_as(carried, declaration, **figures)) == law


def test_totals_that_follow_are_written(carried: Dividend) -> None:
    declaration = declare(carried)
    entitle(carried, declaration)

    with atomic():
        compute_as(carried, declaration)

    assert Declaration.objects.get(pk=declaration.pk).state == "computed"


def test_pot_that_is_not_shared_out() -> None:
    made = make_dividend(step="carried", pot_minor=11)
    declaration = declare(made, rate_minor=None, pot_minor=11, rounding="largest_remainder")
    entitle(made, declaration)

    assert law_broken_by(lambda: compute_as(made, declaration, reserves_minor=11)) == "declaration_pot_shared_out"


def test_fraction_carried_is_what_is_left_of_the_sum(carried: Dividend) -> None:
    declaration = declare(carried, rounding="carry")
    brought = {"brought_fraction": Decimal("0.5"), "carried_fraction": Decimal("0.4")}

    assert law_broken_by(lambda: entitle(carried, declaration, **brought)) == "entitlement_is_its_sum"


@pytest.mark.parametrize("exact", [Decimal("5.1"), Decimal("5.500000000001"), Decimal("5.499999999999"), Decimal(6)])
def test_part_of_a_pot_is_by_shares(exact: Decimal) -> None:
    made = make_dividend(step="carried", holdings=(4, 4), pot_minor=11)
    declaration = declare(made, rate_minor=None, pot_minor=11, rounding="largest_remainder")
    entitle(made, declaration, exact_minor=exact, gross_minor=6, net_minor=6)
    made.members.reverse()
    entitle(made, declaration, exact_minor=Decimal("5.5"), gross_minor=5, net_minor=5)
    totals = {"holders_count": 2, "shares_total": 8, "exact_total": 11, "gross_total_minor": 11, "net_total_minor": 11}
    entry = booked(declaration.public_id, 11)

    def act() -> None:
        compute_as(made, declaration, **totals, reserves_minor=11, entry=entry)

    assert law_broken_by(act) == "entitlement_is_its_sum"


@pytest.mark.parametrize(
    ("source", "amount_minor", "debit"),
    [
        ("somebody else's", 10, "retained_earnings:GBP"),
        ("", 1, "retained_earnings:GBP"),
        ("", 10, "share_premium:GBP"),
    ],
)
def test_computed_by_an_entry_that_is_not_its_own(
    carried: Dividend, source: str, amount_minor: int, debit: str
) -> None:
    declaration = declare(carried)
    entitle(carried, declaration)
    entry = booked(source or declaration.public_id, amount_minor, debit=debit)

    assert law_broken_by(lambda: compute_as(carried, declaration, entry=entry)) == "declaration_booked_as_computed"


def test_reserves_are_what_earlier_dividends_left() -> None:
    first = make_dividend(holdings=(4,))
    second = next_dividend(first, step="carried")
    declaration = declare(second)
    entitle(second, declaration)

    assert law_broken_by(lambda: compute_as(second, declaration, reserves_minor=800_000_000_000)) == (
        "declaration_reserves_by_accounts"
    )
    with atomic():
        compute_as(second, declaration, reserves_minor=800_000_000_000 - 10)


# --- payments --------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_a_run() -> PayoutLine:
    """The line of a payment that is drafted."""
    made = make_dividend(holdings=(4, 100))
    make_mandate(made.members[0].party)
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())
    return PayoutLine.objects.get(payout__run=run)


def test_entitlement_in_two_payments(in_a_run: PayoutLine) -> None:
    other = make_run([in_a_run.entitlement.party]).payouts.get()
    again = PayoutLine(entitlement_id=in_a_run.entitlement_id, payout=other)

    assert law_broken_by(again.save) == "payout_line_pays_once"


def test_payment_of_somebody_elses_entitlement(in_a_run: PayoutLine) -> None:
    other = Entitlement.objects.exclude(pk=in_a_run.entitlement_id).get()

    assert law_broken_by(PayoutLine(entitlement=other, payout=in_a_run.payout).save) == "payout_line_adds_up"


def test_line_released_while_its_payment_is_ready(in_a_run: PayoutLine) -> None:
    lines = PayoutLine.objects.filter(pk=in_a_run.pk)

    assert law_broken_by(lambda: lines.update(released_at=clock.now())) == "payout_line_released_after_the_end"


def test_line_moved_to_another_entitlement(in_a_run: PayoutLine) -> None:
    other = Entitlement.objects.exclude(pk=in_a_run.entitlement_id).get()
    lines = PayoutLine.objects.filter(pk=in_a_run.pk)

    assert law_broken_by(lambda: lines.update(entitlement=other)) == "payout_line_released_once"


# --- tax -------------------------------------------------------------------------------------------------------------


def test_rule_never_changes_and_ends_once() -> None:
    rules = WithholdingRule.objects.filter(pk=make_rule().pk)
    cheaper = law_broken_by(lambda: rules.update(rate_ppm=5))
    rules.update(valid_to=date(2030, 1, 1))

    assert (cheaper, law_broken_by(lambda: rules.update(valid_to=date(2031, 1, 1)))) == (
        "withholding_rule_stands", "withholding_rule_stands",
    )  # fmt: skip


def test_document_never_changes_and_is_refused_once() -> None:
    made = make_dividend(step="carried")
    document = TaxDocument.objects.create(
        party=made.members[0].party, kind="W-8BEN", valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31),
        document_sha256="0" * 64, document_name="w8ben.pdf", entered_at=clock.now(),
    )  # fmt: skip
    documents = TaxDocument.objects.filter(pk=document.pk)
    longer = law_broken_by(lambda: documents.update(valid_until=date(2030, 1, 1)))
    by_nobody = law_broken_by(lambda: documents.update(refused_at=clock.now()))
    documents.update(refused_at=clock.now(), refused_by=made.finance)
    taken_back = law_broken_by(lambda: documents.update(refused_at=None, refused_by=None))

    assert (longer, by_nobody, taken_back) == (
        "tax_document_stands", "tax_document_refused_by_somebody", "tax_document_stands",
    )  # fmt: skip
