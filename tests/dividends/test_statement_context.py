"""What a statement says of real rows: every way, every rounding rule, every kind of currency, as the register stood."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.transactions import atomic
from dividends.documents import statement_context, statement_pdf
from dividends.enums import Rounding
from dividends.models import Entitlement, Statement, TaxDocument
from dividends.queries.statement_sum import sum_of
from dividends.queries.statements import fields_of, holders_at
from dividends.rules.statement_facts import facts_sha256
from equity.models import MemberParticulars
from tests.factories.banking import make_mandate
from tests.factories.dividends import compute, make_dividend, make_rule, next_dividend
from tests.factories.statements import ADDRESS, MINIMUM, issue, make_member, make_statements, make_ways, pay
from tests.pdf_reader import squeezed, text_of

pytestmark = pytest.mark.django_db


def context_of(statement: Statement) -> dict[str, Any]:
    owed = statement.entitlement
    return statement_context(
        statement, holders_at([owed.member_id], record_at=owed.declaration.record_at)[owed.member_id]
    )


def lines_of(statement: Statement) -> list[str]:
    return [
        f"{line.sign} {line.figures}{'|' if line.tail else ''}{line.tail}".strip()
        for line in context_of(statement)["lines"]
    ]


def day(statement: Statement, name: str) -> str:
    moment = getattr(statement.entitlement.declaration, name)
    return f"{moment.day} {moment:%B %Y}"


def test_every_way_says_where_the_money_is_and_what_comes_next() -> None:
    made = make_ways()

    said = {way: (context_of(row)["sentence"], context_of(row)["next"]) for way, row in made.items()}

    held_until = made["held"].entitlement.party.bank_mandates.get().usable_from
    assert said == {
        "bank": (
            f"£7.00 is ordered to the account ending 4471 for {day(made['bank'], 'pay_on')}.",
            "On your bank statement it reads DIVIDEND 1. If the bank cannot pay it, we write to you.",
        ),
        "waiting": (
            "£3.50 waits for your bank details.",
            "Give them at http://localhost:8000/me/. The money is yours; it goes out with the next payment after that.",
        ),
        "held": (
            f"£1.75 waits for your new bank details, which may be used from {held_until.day} {held_until:%B %Y}.",
            "New bank details wait, so that nobody can turn your money away unseen. "
            "Then it goes out with the next payment.",
        ),
        "next": ("£5.25 goes to your account with the next payment.", "If the bank cannot pay it, we write to you."),
        "jar": ("£0.35 stays in your penny jar.", "It is paid with a later dividend, once the jar holds £1.00."),
        "nothing": (
            "This time your dividend is less than the smallest coin.",
            "What is less than a coin cannot be paid and stays with the company.",
        ),
    }
    assert {way: context_of(row)["jar_words"] for way, row in made.items()} == {
        "bank": "Empty: all of it is ordered.",
        "waiting": "£3.50 in the jar: enough to be paid.",
        "held": "£1.75 in the jar: enough to be paid.",
        "next": "£5.25 in the jar: enough to be paid.",
        "jar": "£0.35 in the jar; from £1.00 it is paid.",
        "nothing": "Empty.",
    }
    assert [way for way, row in made.items() if squeezed(said[way][0]) not in text_of(statement_pdf(row))] == []


def test_hash_written_by_sql_is_the_rules_for_every_row() -> None:
    made = [*make_ways(rate_minor=Decimal("0.351234567891"), rounding=Rounding.CARRY).values()]

    by_rule = [facts_sha256(fields_of(row)) for row in made]

    assert [row.facts_sha256 for row in made] == by_rule
    assert len(set(by_rule)) == 6
    assert fields_of(made[0])[5] == "702.469135782000"


def test_sum_of_a_second_dividend_brings_the_fraction_and_the_jar_of_the_first() -> None:
    first = make_dividend(
        holdings=(199, 50), rate_minor=Decimal("0.25"), rounding=Rounding.CARRY, minimum_minor=MINIMUM
    )
    second = next_dividend(first, rate_minor=Decimal("0.3511"), rounding=Rounding.CARRY, minimum_minor=MINIMUM)
    for member in second.members:
        make_mandate(member.party)
    pay(second)

    to_bank, in_jar = issue(second)

    assert lines_of(to_bank) == [
        "199", "× 0.3511p", "= £0.69|8689", "+ £0.00|75", "− £0.00|6189", "= £0.70", "− £0.00", "= £0.70",
        "+ £0.49", "= £1.19",
    ]  # fmt: skip
    assert (in_jar.way, lines_of(in_jar)[-3:]) == ("jar", ["= £0.18", "+ £0.12", "= £0.30"])
    assert context_of(in_jar)["lines"][-1].note == "Carried forward: not paid now, and not lost."


def test_statement_of_a_pot_shares_out_the_whole_of_it() -> None:
    statements = make_statements(holdings=(1, 2), pot_minor=1000)

    lines = [lines_of(row) for row in statements]

    assert lines[0] == [
        "£10.00", "× 1", "÷ 3", "= £3.33|333333333333", "− £0.00|333333333333", "= £3.33", "− £0.00", "= £3.33",
    ]  # fmt: skip
    assert lines[1][3:6] == ["= £6.66|666666666666", "+ £0.00|333333333334", "= £6.67"]


def test_tax_kept_back_by_treaty_names_country_rate_residence_and_paper() -> None:
    make_rule(holder_country="VN", rate_ppm=300_000)
    make_rule(holder_country="VN", rate_ppm=263_750, evidence="W-8BEN")
    dividend = make_dividend(step="proposed", holdings=(200,), countries=("VN",), rate_minor=Decimal("1"))
    party = dividend.members[0].party
    TaxDocument.objects.create(
        party=party,
        kind="W-8BEN",
        valid_from=date(2020, 1, 1),
        valid_until=date(2040, 1, 1),
        document_sha256="0" * 64,
        document_name="w-8ben.pdf",
        entered_at=dividend.declaration.proposed_at,
    )
    dividend.declaration = compute(dividend)
    make_mandate(party)
    pay(dividend)

    statement = issue(dividend)[0]

    withheld = next(line for line in context_of(statement)["lines"] if line.label == "Tax kept back")
    assert withheld.note == "United Kingdom: 26.375 % by treaty, for residents of Vietnam (W-8BEN)."
    assert lines_of(statement) == ["200", "× 1p", "= £2.00", "− £0.53", "= £1.47"]


@pytest.mark.parametrize(
    ("currency", "language", "lines"),
    [
        ("VND", "vi", ["200", "× 1.234|,5 ₫", "= 246.900 ₫", "− 0 ₫", "= 246.900 ₫"]),
        ("JPY", "en", ["200", "× ¥1,234|.5", "= ¥246,900", "− ¥0", "= ¥246,900"]),
        ("KWD", "en", ["200", "× KWD 1.234|5", "= KWD 246.900", "− KWD 0.000", "= KWD 246.900"]),
    ],
)
def test_currency_of_no_or_three_decimals_is_printed_with_its_own(
    currency: str, language: str, lines: list[str]
) -> None:
    statement = make_statements(holdings=(200,), currency=currency, rate_minor=Decimal("1234.5"))[0]
    statement.language = language

    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines_of(statement)] == lines


def test_holder_is_named_and_addressed_as_the_register_stood_at_the_record_moment() -> None:
    names = ("Nguyễn Thị Ánh Tuyết", "Seán O’Neill", "José Đặng-Müller", "Trần Đại Nghĩa")
    joint = make_member(*names, shares=200)
    dividend = make_dividend(holdings=(100,))
    moved_at = dividend.declaration.record_at + timedelta(seconds=1)
    MemberParticulars.objects.create(
        member=joint.member,
        names=["Somebody Else"],
        name_sort="somebody else",
        service_address="99 Elsewhere",
        country="VN",
        effective_on=(moved_at - timedelta(days=30)).date(),
        entered_at=moved_at,
    )
    for party in [joint, *(user.party for user in dividend.members)]:
        make_mandate(party)
    pay(dividend)

    statement = next(row for row in issue(dividend) if row.entitlement.party_id == joint.pk)

    context = context_of(statement)
    assert (context["names"], context["address"], context["country"]) == (names, ADDRESS, "United Kingdom")
    assert squeezed("Trần Đại Nghĩa") in text_of(statement_pdf(statement))


def test_payment_to_an_account_abroad_says_that_nothing_was_converted() -> None:
    at_home = make_statements(holdings=(200,))[0]

    at_home.payout.mandate.scheme = "iban"

    assert ("Conversion", "None: sent in GBP, the currency of the dividend") in context_of(at_home)["how"]
    assert "••••4471" in dict(context_of(at_home)["how"])["Method"]


def test_statement_names_resolution_meeting_period_and_moments() -> None:
    statement = make_statements(holdings=(200,))[0]

    context = context_of(statement)

    meeting = statement.entitlement.declaration.recommendation.contest.item.meeting
    today = f"{statement.issued_on.day} {statement.issued_on:%B %Y}"
    assert dict(context["what"]) == {
        "Dividend": "Final dividend 2025",
        "Kind": "Final dividend for 1 January 2025 to 31 December 2025",
        "Declared": f"{today}, by the members: item 1, “To receive the accounts”, {meeting.title}, {today}",
    }
    assert dict(context["how"])["In the register"].endswith("(Europe/London)")
    assert dict(context["how"])["Payment date"] == day(statement, "pay_on")


def test_whole_sum_for_pages_ends_with_the_net_dividend() -> None:
    dividend = make_dividend(holdings=(199,), rate_minor=Decimal("0.35"))
    owed = Entitlement.objects.select_related("declaration__share_class", "withholding_rule").get()

    lines = sum_of(owed)

    assert dividend.declaration is not None
    assert [(line.sign, line.figures + line.tail, line.kind) for line in lines] == [
        ("", "199", ""), ("×", "0.35p", ""), ("=", "£0.6965", "result"), ("−", "£0.0065", ""),
        ("=", "£0.69", "result"), ("−", "£0.00", ""), ("=", "£0.69", "total"),
    ]  # fmt: skip


def test_same_row_makes_the_same_bytes() -> None:
    statement = make_statements(holdings=(200,))[0]

    with atomic():
        one, again = statement_pdf(statement), statement_pdf(statement)

    assert one == again
