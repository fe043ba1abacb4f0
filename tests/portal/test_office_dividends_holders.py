"""The holders of a dividend in the office: found, sorted, paged, told where each stands, and taken away."""

import csv
import io
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.jobs import engine
from core.transactions import atomic
from dividends.models import Declaration, Entitlement
from dividends.services.paying import prepare_dividend_run
from payments.enums import MandateEnd
from payments.errors import RunDraftWaits
from payments.models import BankMandate, Payout, PayoutRun
from payments.services.payout_runs import begin_run, cancel_run
from payments.services.payouts import (
    accept_payout,
    begin_attempt,
    fail_sent_payout,
    hold_payout,
    return_payout,
    settle_payout,
)
from portal.queries.keyset import Asked
from portal.queries.my_dividends import dividends_of
from portal.queries.office_holders import counts_of, holders_of, order_of
from portal.rules.dividend_states import Stand
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend, next_dividend
from tests.factories.payouts import approve
from tests.factories.people import sign_in_staff, staff_client

pytestmark = pytest.mark.django_db
HOLDINGS = (4, 100, 2000, 30, 70, 500, 900, 40, 60)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def of(page: str, made: Dividend, *more: str) -> str:
    assert made.declaration is not None
    return reverse(f"office:{page}", args=[made.declaration.public_id, *more])


def rows(client: Client, made: Dividend, query: str = "") -> list[int]:
    """The member numbers on the page, in order."""
    page = client.get(f"{of('dividend_holders', made)}?{query}")
    return [row.member_number for row in page.context["slice"].rows]


def prepared(made: Dividend) -> PayoutRun:
    assert made.declaration is not None
    with atomic():
        return prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())


def everywhere() -> Dividend:
    """A dividend whose holders stand everywhere one can stand at once."""
    made = make_dividend(holdings=HOLDINGS, rate_minor=Decimal("2.5"), minimum_minor=20, pay_on=clock.today())
    # 0 in the jar (10p), 1 without details, 2 paid, 3 returned, 4 failed, 5 held, 6 sent, 7 returned with new details
    for place in range(2, 9):
        make_mandate(made.members[place].party)
    run = approve(prepared(made), by=made.director)
    payouts = {place: Payout.objects.get(party=made.members[place].party) for place in range(2, 9)}
    with atomic():
        for place in (2, 3, 4, 6, 7):
            accept_payout(payout_id=payouts[place].pk, provider_id=None, at=clock.now())
        for place in (2, 3, 7):
            settle_payout(payout_id=payouts[place].pk, at=clock.now())
        for place in (3, 7):
            return_payout(payout_id=payouts[place].pk, reason="account_closed", at=clock.now())
        fail_sent_payout(payout_id=payouts[4].pk, reason="name_mismatch", at=clock.now())
        hold_payout(payout_id=payouts[5].pk, reason="details_changed", at=clock.now())
    make_mandate(made.members[7].party, ending="9090", usable_from=clock.now() + timedelta(days=7))
    assert run.payouts_count == 7
    return made


def test_every_holder_stands_where_the_rule_and_the_holders_own_page_say() -> None:
    made = everywhere()
    later = next_dividend(
        made, rate_minor=Decimal("0.001"), minimum_minor=30
    )  # some are owed nothing, the jar is larger
    BankMandate.objects.filter(party=made.members[5].party).update(ended_at=clock.now(), ended_how=MandateEnd.NOT_ME)

    for dividend in (made, later):
        assert dividend.declaration is not None
        found = holders_of(dividend.declaration, Asked(order_of(""), size=99)).rows
        ours = {row.public_id: row.standing.stand for row in found}
        theirs = {
            one.entitlement.public_id: one.stand
            for member in made.members
            for one in dividends_of(member, at=clock.now())
            if one.entitlement.declaration_id == dividend.declaration.pk
        }
        assert ours == theirs

    stands = {row.standing.stand for row in holders_of(made.declaration, Asked(order_of(""), size=99)).rows}  # type: ignore[arg-type]
    assert {Stand.PAID, Stand.SENT, Stand.APPROVED, Stand.CAME_BACK, Stand.JAR, Stand.NO_DETAILS, Stand.HOLD} <= stands


def test_each_state_lists_its_own_and_the_counts_say_how_many() -> None:
    made = everywhere()
    client = staff_client("secretary")
    numbers = [made.entitlement(place).member.number for place in range(9)]

    listed = {
        state: rows(client, made, f"state={state}")
        for state in ("paid", "sent", "jar", "no_details", "held", "failed", "returned", "approved", "hold", "owed")
    }

    assert listed == {
        "paid": [numbers[2]],
        "sent": [numbers[6]],
        "jar": [numbers[0]],
        "no_details": [numbers[1]],
        "held": [numbers[5]],
        "failed": [numbers[4]],
        "returned": [numbers[3]],
        "approved": [numbers[8]],
        "hold": [numbers[7]],
        "owed": [],
    }
    page = client.get(of("dividend_money", made))
    part = client.get(of("dividend_money", made), headers={"HX-Request": "true"})
    told = {row.what: (row.count, row.sum_minor) for row, _url in page.context["counts"]}
    assert told["paid"] == (1, 5000)
    assert sum(count for count, _sum in told.values()) == 9
    assert all(client.get(url).status_code == 200 for _row, url in page.context["counts"])
    assert "<h1" in text(page)
    assert "<h1" not in text(part)
    assert f'hx-get="{of("dividend_money", made)}"' in text(client.get(of("dividend", made)))


def test_payments_of_a_cancelled_run_can_be_paid_again() -> None:
    made = make_dividend(holdings=(40,), pay_on=clock.today())
    make_mandate(made.members[0].party)
    run = prepared(made)
    before = counts_of(Declaration.objects.get())
    with atomic():
        cancel_run(run=run, reason="x", by=made.finance, at=clock.now())

    after = counts_of(Declaration.objects.get())

    assert [(row.what, row.count) for row in before] == [(Stand.PREPARED, 1)]
    assert [(row.what, row.count) for row in after] == [(Stand.OWED, 1)]


def test_holders_are_found_by_any_spelling_and_by_number() -> None:
    made = make_dividend(holdings=(4, 100, 2000))
    party = made.members[1].party
    party.display_name, party.name_search = "Nguyễn Thị Tuyết", "nguyen thi tuyet"
    party.save()
    client = staff_client("finance")
    number = made.entitlement(1).member.number

    assert rows(client, made, "q=tuyet NGUYỄN") == [number]
    assert rows(client, made, f"q={number}") == [number]
    assert rows(client, made, "q=nobody") == []
    assert rows(client, made, "q=%25") == []
    assert "No holder matches" in text(client.get(f"{of('dividend_holders', made)}?q=nobody"))


@pytest.mark.parametrize("sort", ["", "-number", "name", "-name", "shares", "-net", "nonsense"])
def test_list_is_paged_in_its_order_without_losing_anybody(sort: str) -> None:
    made = make_dividend(holdings=(4, 100, 100, 30, 2000, 100))
    assert made.declaration is not None
    order = order_of(sort)
    whole = [row.member_number for row in holders_of(made.declaration, Asked(order, size=99)).rows]

    asked, walked = Asked(order, size=2), []
    for _page in range(3):
        page = holders_of(made.declaration, asked)
        walked += [row.member_number for row in page.rows]
        asked = Asked(order, page.rows[-1].place, size=2)

    assert walked == whole
    assert len(set(whole)) == 6


def test_page_is_followed_by_its_links() -> None:
    made = make_dividend(holdings=tuple(range(1, 54)))
    client = staff_client("finance")

    first = client.get(of("dividend_holders", made))
    after = first.context["slice"].next
    second = client.get(f"{of('dividend_holders', made)}?after={after}")
    back = client.get(f"{of('dividend_holders', made)}?before={second.context['slice'].previous}")

    assert [len(page.context["slice"].rows) for page in (first, second, back)] == [50, 3, 50]
    assert f'href="?after={after}"' in text(first)
    assert back.context["slice"].rows == first.context["slice"].rows


def test_list_to_take_away_has_amounts_and_states_and_no_formula() -> None:
    made = make_dividend(holdings=(4, 100), rate_minor=Decimal("17.55"))
    party = made.members[0].party
    party.display_name = "=HYPERLINK(1)"
    party.save()

    answer = staff_client("finance").get(f"{of('dividend_holders_csv', made)}?sort=-shares")

    second, first = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (first["name"], first["gross"], first["net"], first["currency"]) == ("'=HYPERLINK(1)", "0.70", "0.70", "GBP")
    assert (second["shares"], second["state"]) == ("100", "waits for bank details")


def test_holder_sees_the_sum_the_register_and_the_rule_in_the_office_too() -> None:
    made = make_dividend(holdings=(41,), rate_minor=Decimal("17.55"))

    page = staff_client("secretary").get(of("dividend_holder", made, made.entitlement(0).public_id))

    assert "£7.19: waits for bank details." in text(page)
    assert [line.figures for line in page.context["computed"].lines][-1] == "£7.19"
    assert "How was this computed?" in text(page)


def test_entitlement_of_another_dividend_is_not_found_here() -> None:
    made = make_dividend(holdings=(41,))
    other = next_dividend(made)

    answer = staff_client("secretary").get(of("dividend_holder", made, other.entitlement(0).public_id))

    assert answer.status_code == 404


def approved(*holdings: int) -> Dividend:
    """A dividend whose first holder's payment a director has approved."""
    made = make_dividend(holdings=holdings, pay_on=clock.today())
    make_mandate(made.members[0].party)
    approve(prepared(made), by=made.director)
    return made


def test_statements_are_issued_once_a_run_is_approved_and_taken_away_as_one_file() -> None:
    made = approved(40, 30)
    client = sign_in_staff(made.finance)

    offered = client.get(of("dividend", made)).context["acts"]
    page = client.get(of("dividend_issue", made))
    client.post(of("dividend_issue", made))
    engine.run()
    shown = client.get(of("dividend", made))
    answer = client.get(of("dividend_bundle", made))

    assert (offered.issue, offered.bundle) == (True, False)
    assert "Issue 2 statements" in text(page)
    assert (shown.context["acts"].issue, shown.context["acts"].bundle) == (False, True)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert len([name for name in archive.namelist() if name.endswith(".pdf")]) == 2
    row = next(row for row in client.get(of("dividend_holders", made)).context["slice"].rows if row.has_file)
    pdf = client.get(of("dividend_statement", made, row.statement_id))
    assert pdf.content.startswith(b"%PDF")


def test_statements_before_an_approved_run_are_refused_with_what_to_do() -> None:
    made = make_dividend(holdings=(40,), pay_on=clock.today())
    make_mandate(made.members[0].party)
    client = sign_in_staff(made.finance)

    page = client.get(of("dividend_issue", made))
    answer = client.post(of("dividend_issue", made))

    assert "A payment run must be prepared and approved first" in text(page)
    assert answer.status_code == 422
    assert client.get(of("dividend_bundle", made)).status_code == 404


def test_payments_are_prepared_for_a_director_and_a_second_draft_waits() -> None:
    made = make_dividend(holdings=(40, 30), pay_on=clock.today())
    make_mandate(made.members[0].party)
    client = sign_in_staff(made.finance)

    page = client.get(of("dividend_pay", made))
    first = client.post(of("dividend_pay", made), {"route": "csv"})
    make_mandate(made.members[1].party)
    second = client.post(of("dividend_pay", made), {"route": "csv"})
    silent = client.post(of("dividend_pay", made), {"route": "cheque"})

    run = PayoutRun.objects.get()
    assert "Prepare £1.00 for 1 holder" in text(page)
    assert first.headers["Location"] == reverse("office:payout", args=[run.public_id])
    assert second.context["form"].non_field_errors() == [str(RunDraftWaits(made.finance.email, run.prepared_at))]
    assert "route" in silent.context["form"].errors


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert not [q["sql"] for q in captured if str(q["sql"]).split()[0] in {"UPDATE", "DELETE", "INSERT"}]
    return len(captured)


def test_pages_ask_the_same_number_of_questions_for_one_holder_and_for_four() -> None:
    pages = ("dividend", "dividend_money", "dividend_pay", "dividend_issue", "dividend_holders")
    # The first page asks two questions of each dividend without statements, of which there are two afterwards.
    lists = [reverse(f"office:{name}") for name in ("dividends", "dividend_accounts", "payouts_back")]
    made = approved(40)
    client = sign_in_staff(made.finance)
    few = [queries(client, url) for url in [*(of(page, made) for page in pages), *lists]]
    other = approved(10, 20, 30)

    many = [queries(client, url) for url in [*(of(page, other) for page in pages), *lists]]

    assert other.declaration is not None
    assert Entitlement.objects.filter(declaration=other.declaration).count() == 4
    assert many == few


def test_ready_payments_of_a_run_being_paid_wait_for_their_turn() -> None:
    made = make_dividend(holdings=(1000, 500), pay_on=clock.today())
    for member in made.members:
        make_mandate(member.party)
    run = approve(prepared(made), by=made.director)
    client = staff_client("finance")
    approved = rows(client, made, "state=approved")
    with atomic():
        begin_run(run_id=run.pk, at=clock.now())
    payout = Payout.objects.filter(run=run).earliest("pk")
    with atomic():
        begin_attempt(payout_id=payout.pk)

    first, second = (made.entitlement(place).member.number for place in (0, 1))
    page = client.get(f"{of('dividend_holders', made)}?sort=number")

    assert approved == [first, second]
    assert [str(row.standing.words) for row in page.context["slice"].rows] == ["being sent", "waits for its turn"]
    assert (rows(client, made, "state=sending"), rows(client, made, "state=turn")) == ([first], [second])
    theirs = [dividends_of(member, at=clock.now())[0].stand for member in made.members]
    assert theirs == [Stand.SENDING, Stand.TURN]
