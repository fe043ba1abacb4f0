"""What holders see of their dividends: every state in words, the sum, the road, the statement; and who sees nothing."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts.models import Party, User
from accounts.services.people import make_joint_party, make_organisation, make_user, register_person
from core import clock
from core.jobs import engine
from core.storage import read_bytes
from core.transactions import atomic
from dividends.models import Entitlement, Statement
from dividends.services.paying import prepare_dividend_run
from payments.models import BankMandate, Payout, PayoutRun
from payments.services import payouts
from payments.services.payout_runs import cancel_run
from payments.services.payout_sweeping import begin_due_runs
from tests.factories.agm import register_shares
from tests.factories.banking import after_the_wait, make_mandate
from tests.factories.dividends import Dividend, make_dividend, make_rule, next_dividend
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive
from tests.factories.people import make_holder, make_staff, sign_in, sign_in_staff
from tests.factories.statements import computed, issue, pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    """Documents of a test lie in its own folder; the sandbox bank settles at once."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.SANDBOX_SETTLE_SECONDS = 0


def words(response: Any) -> str:
    """Return the page's text with single spaces; every tag parts words."""
    assert response.status_code == 200, response.status_code
    return words_of(response.content.decode())


def words_of(html: str) -> str:
    text = unescape(strip_tags(html.replace("<", " <")))
    return re.sub(r"\s+([.,])", r"\1", re.sub(r"\s+", " ", text))


def due_today(**terms: Any) -> Dividend:
    """Compute a dividend of 2.5p a share for holders of 4, 100 and 2,000 shares, to be paid from today on."""
    return make_dividend(**{"pay_on": clock.today(), "minimum_minor": 50, **terms})


def draft(dividend: Dividend, route: str = "sandbox") -> PayoutRun:
    with atomic():
        return prepare_dividend_run(declaration=computed(dividend), route=route, by=dividend.finance, at=clock.now())


def told(user: User, entitlement: Entitlement) -> str:
    """Return what the dividend's page says first: amount, state, sentence."""
    page = sign_in(user).get(f"/me/dividends/{entitlement.public_id}/").content.decode()
    poster = re.search(r'<p class="dividends-stand">.*?</p>\s*<p class="poster-lead">.*?</p>', page, re.DOTALL)
    assert poster is not None
    return re.sub(r"\s+", " ", strip_tags(poster[0])).strip()


def day(moment: Any) -> str:
    return f"{moment.day} {moment:%B %Y}"


def test_each_state_says_when_and_what_next() -> None:
    made = due_today(holdings=(4, 100, 2000, 3000))
    jar, no_details, rich, held = (made.entitlement(place) for place in range(4))
    make_mandate(made.members[2].party, ending="4471")
    waits = make_mandate(made.members[3].party, usable_from=clock.now() + timedelta(days=5))
    today = day(clock.today())

    assert told(made.members[0], jar) == (
        "In the penny jar £0.10 of £0.50. It is paid with the dividend that fills the jar."
    )
    assert told(made.members[1], no_details) == (
        "Waits for your bank details It is yours. Tell us where to pay it, and it leaves with the next payment."
    )
    assert told(made.members[2], rich) == "Will be paid It leaves with the next payment, to the account ending 4471."
    assert told(made.members[3], held) == (
        f"Waits until {day(waits.usable_from)} New bank details were given on {today}. To keep thieves out, nothing is "
        f"paid to them before {day(waits.usable_from)}; after that it leaves with the next payment."
    )


def test_payment_is_told_from_draft_to_account() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    owed, user, today = made.entitlement(0), made.members[0], day(clock.today())
    said = []

    run = draft(made)
    said.append(told(user, owed))
    approve(run, by=made.director)
    said.append(told(user, owed))
    payout = Payout.objects.get()
    with atomic():
        payouts.begin_attempt(payout_id=payout.pk)
    said.append(told(user, owed))
    with atomic():
        payouts.accept_payout(payout_id=payout.pk, provider_id="tr_1", at=clock.now())
    said.append(told(user, owed))
    with atomic():
        payouts.settle_payout(payout_id=payout.pk, at=clock.now())
    said.append(told(user, owed))

    assert said == [
        "Waits for approval A payment to the account ending 4471 is prepared. It leaves once a director has approved "
        "it.",
        "Waits its turn The payment to the account ending 4471 is approved and waits its turn.",
        "Being sent The bank is told now to pay the account ending 4471.",
        f"Sent It left on {today} for the account ending 4471. It usually arrives within seconds.",
        f"Paid It arrived on {today} in the account ending 4471.",
    ]


def test_road_says_what_was_what_is_and_what_comes() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    roads = []

    for act in (lambda: draft(made), lambda: approve(PayoutRun.objects.get(), by=made.director), drive):
        act()
        page = sign_in(made.members[0]).get(f"/me/dividends/{made.entitlement(0).public_id}/").content.decode()
        found = re.findall(r'<li class="is-(\w+)".*?<strong class="tracker-title">(.*?)</strong>', page, re.DOTALL)
        roads.append([f"{title} {state}" for state, title in found])

    begun = ["Declared by the members done", "Computed and booked done"]
    assert roads == [
        [*begun, "Waits for approval now", "Paid next"],
        [*begun, "Approved by a director done", "Waits its turn now", "Paid next"],
        [*begun, "Approved by a director done", "Sent done", "Paid done"],
    ]


@pytest.mark.parametrize("run_state", ["approved", "paying"])
def test_payment_whose_turn_has_not_come_is_not_told_as_being_sent(run_state: str) -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    draft(made)
    approve(PayoutRun.objects.get(), by=made.director)
    if run_state == "paying":
        begin_due_runs()

    assert PayoutRun.objects.get().state == run_state
    assert told(made.members[0], made.entitlement(0)) == (
        "Waits its turn The payment to the account ending 4471 is approved and waits its turn."
    )


def test_payment_of_a_day_to_come_names_that_day() -> None:
    made = make_dividend(holdings=(2000,), pay_on=clock.today() + timedelta(days=9))
    make_mandate(made.members[0].party, ending="4471")
    draft(made)
    approve(PayoutRun.objects.get(), by=made.director)

    assert told(made.members[0], made.entitlement(0)) == (
        f"Waits for its day It is paid on {day(made.declaration.pay_on)} to the account ending 4471."
    )


def test_payment_by_file_waits_for_the_bank_and_names_no_day_that_slides() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    with atomic():
        prepare_dividend_run(declaration=made.declaration, route="csv", by=made.finance, at=clock.now())
    approve(PayoutRun.objects.get(), by=made.director)

    assert told(made.members[0], made.entitlement(0)) == (
        "Waits for the bank The payment to the account ending 4471 is approved. It leaves once the bank has our file."
    )


def test_file_for_the_bank_takes_days() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party)
    approve(draft(made, route="csv"), by=made.director)

    with atomic():
        payouts.accept_payout(payout_id=Payout.objects.get().pk, provider_id=None, at=clock.now())

    assert told(made.members[0], made.entitlement(0)).endswith("It usually arrives within 2 working days.")


@pytest.mark.parametrize(
    ("ending", "state", "first"), [("0010", "failed", "Could not be paid"), ("0020", "failed", "Could not be paid")]
)
def test_payment_that_fails_says_why_and_leads_to_the_bank_details(ending: str, state: str, first: str) -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending=ending)
    pay(made)
    drive()
    why = {
        "0010": "The bank knows no account with this number. Compare your bank details with your card or a statement, "
        "and correct them.",
        "0020": "The account is closed. Give us the details of an account that is open.",
    }

    said = told(made.members[0], made.entitlement(0))
    page = words(sign_in(made.members[0]).get("/me/"))

    assert Payout.objects.get().state == state
    assert said == f"{first} It could not be paid on {day(clock.today())}. {why[ending]}"
    assert "£50.00 did not arrive" in page
    assert "Correct the bank details" in page


def test_payment_that_came_back_is_owed_again_and_new_details_mend_it(settings) -> None:
    settings.DEMO = True
    made = due_today(holdings=(2000,))
    user, party = made.members[0], made.members[0].party
    make_mandate(party, ending="4471")
    pay(made)
    drive()
    payout = Payout.objects.get(state="settled")

    with atomic():
        payouts.return_payout(payout_id=payout.pk, reason="name_mismatch", at=clock.now())
    came_back = told(user, made.entitlement(0))
    came_back_on = clock.today()
    after_the_wait(party, ending="8812")

    assert came_back == (
        f"Came back It came back on {day(came_back_on)}. The name you gave is not the name on the account. "
        "Write the name as your bank has it, or give us an account in your name."
    )
    assert told(user, made.entitlement(0)) == (
        "Will be paid It leaves with the next payment, to the account ending 8812."
    )
    road = words(sign_in(user).get(f"/me/dividends/{made.entitlement(0).public_id}/"))
    assert "Came back · stopped The name you gave is not the name on the account." in road


def test_payment_held_because_details_changed_says_so() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    pay(made)
    fresh = make_mandate(made.members[0].party, ending="9900", usable_from=clock.now() + timedelta(days=7))
    drive()

    assert told(made.members[0], made.entitlement(0)) == (
        f"Held back A payment was held back on {day(clock.today())}. The bank details were changed or taken back after "
        "the payment was approved. If that was not you, tell us at once. If it was, you need not do anything more. "
        f"After {day(fresh.usable_from)} it leaves with the next payment."
    )


def test_payment_of_a_cancelled_run_waits_for_the_next() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    run = draft(made)

    with atomic():
        cancel_run(run=run, reason="Wrong day", by=made.director, at=clock.now())

    assert told(made.members[0], made.entitlement(0)).startswith("Will be paid")
    page = words(sign_in(made.members[0]).get(f"/me/dividends/{made.entitlement(0).public_id}/"))
    assert "Stopped · stopped The payment run was stopped before this payment was sent." in page


@pytest.mark.parametrize(
    ("rounding", "what_becomes_of_it"),
    [
        ("floor", "Your shares earned £0.0068, which no coin can pay. Nothing is paid."),
        ("carry", "Your shares earned £0.0068. It is carried to the next dividend and added there."),
    ],
)
def test_less_than_a_coin_is_said_as_such(rounding: str, what_becomes_of_it: str) -> None:
    made = due_today(holdings=(2, 3000), rate_minor=Decimal("0.34"), rounding=rounding)

    assert told(made.members[0], made.entitlement(0)) == f"Less than the smallest coin {what_becomes_of_it}"
    assert "Nothing to do. Cheers." in words(sign_in(made.members[0]).get("/me/"))


def test_first_page_asks_where_to_pay_only_when_something_can_be_paid() -> None:
    made = due_today(holdings=(4, 2000))

    small, large = (words(sign_in(user).get("/me/")) for user in made.members)

    assert "Nothing to do. Cheers." in small
    assert "Tell us where to pay your dividend £50.00 are yours and wait for your bank details." in large
    assert "Dividends so far £0.00 · Your dividends" in large


def test_first_page_without_dividends_says_none_yet() -> None:
    made = make_dividend(step="carried", holdings=(4,))

    page = words(sign_in(made.members[0]).get("/me/"))

    assert "Dividends so far none yet · Your dividends" in page
    assert "No dividend yet" in words(sign_in(made.members[0]).get("/me/dividends/"))


def test_proposed_dividend_is_not_shown_before_it_is_computed() -> None:
    made = make_dividend(step="proposed", holdings=(4,))

    assert "Final dividend 2025" not in words(sign_in(made.members[0]).get("/me/dividends/"))


def test_list_shows_every_figure_of_a_dividend_and_its_sums() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party, ending="4471")
    pay(made)
    drive()
    second = next_dividend(made, rate_minor=Decimal("0.0034"), pay_on=clock.today(), title="Interim thanks")

    page = sign_in(made.members[0]).get("/me/dividends/")

    assert "£50.00 dividends paid to you so far" in words(page)
    assert "2,000 2.5p £50.00 £0.00 £50.00" in words(page)
    assert "2,000 0.0034p £0.06 £0.00 £0.06" in words(page)
    assert page.content.decode().count('role="rowheader"') == 2
    assert second.entitlement(0).net_minor == 6


def test_spreadsheet_holds_every_dividend_exactly() -> None:
    made = due_today(holdings=(2000,), title="=Thanks")
    make_mandate(made.members[0].party, ending="4471")
    pay(made)
    drive()
    next_dividend(made, rate_minor=Decimal("0.0034"), pay_on=clock.today())

    answer = sign_in(made.members[0]).get("/me/dividends.csv")

    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    today, name = clock.today(), made.members[0].party.display_name
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dividends.csv"'
    assert lines[1:] == [
        f",Final dividend 2025,{name},{today},{today},2000,0.003400000000,GBP,0.06,0.00,GB,0.06,Will be paid",
        f",'=Thanks,{name},{today},{today},2000,2.500000000000,GBP,50.00,0.00,GB,50.00,Paid",
    ]


def test_jar_fills_over_two_dividends_and_says_its_level() -> None:
    made = due_today(holdings=(4, 100))
    next_dividend(made, pay_on=clock.today(), minimum_minor=50)

    page = sign_in(made.members[0]).get("/me/dividends/").content.decode()

    assert "£0.20 of £0.50" in words(sign_in(made.members[0]).get("/me/dividends/"))
    assert "£0.20 of £0.50, filled to scale" in page


def test_sum_is_the_printed_one_with_a_column_for_a_pencil() -> None:
    make_rule(rate_ppm=263_750, holder_country="DE", source="EStG s.43a")
    made = due_today(holdings=(2001,), countries=("DE",))

    page = sign_in(made.members[0]).get(f"/me/dividends/{made.entitlement(0).public_id}/").content.decode()
    column = re.search(r'<table class="sum-column".*?</table>', page, re.DOTALL)

    assert column is not None
    assert re.findall(r'<td class="number">(.*?)</td>', strip_between(column[0])) == [
        "2,001", "× 2.5p", "= £50.02 5", "− £0.00 5", "= £50.02", "− £13.19", "= £36.83",
    ]  # fmt: skip
    assert column[0].count('<td class="pencil"></td>') == 7
    assert "2,001 × 2.5p = £50.025" in words_of(page)
    assert "£50.02 × 26.375 % = £13.19" in words_of(page)
    assert "Source of the rate: EStG s.43a" in words_of(page)


def strip_between(html: str) -> str:
    """Return the HTML with its spans taken out."""
    return re.sub(r"\s+", " ", re.sub(r"</?span[^>]*>", " ", html)).replace("> ", ">").replace(" <", "<")


def test_register_entries_behind_the_shares_are_listed_and_later_ones_are_not() -> None:
    made = due_today(holdings=(4, 100))
    register_shares([(made.members[0].party, 996)], at=clock.now())

    page = words(sign_in(made.members[0]).get(f"/me/dividends/{made.entitlement(0).public_id}/"))

    assert "Board 1, item 1 link 1 of the chain +4" in page
    assert "996" not in page


def test_road_begins_with_the_vote_and_leads_to_its_result() -> None:
    made = due_today(holdings=(4,))
    contest = made.recommendation.contest

    page = sign_in(made.members[0]).get(f"/me/dividends/{made.entitlement(0).public_id}/").content.decode()

    assert f'href="/meeting/{contest.item.meeting.slug}/results/{contest.public_id}/"' in page


def test_statement_is_shown_as_it_was_issued() -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party)
    pay(made)
    (statement,) = issue(made)
    url, client = f"/me/statements/{statement.public_id}.pdf", sign_in(made.members[0])

    before = client.get(url).status_code
    engine.run()
    answer = client.get(url)

    statement = Statement.objects.get()
    assert before == 404
    assert answer.content == read_bytes(statement.file.sha256)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{statement}.pdf"'
    assert (
        f"/check/{statement.check_code}/"
        in client.get(f"/me/dividends/{made.entitlement(0).public_id}/").content.decode()
    )
    assert f"Your dividend statement {statement} is here" in words(client.get("/me/"))


@pytest.fixture
def issued() -> Dividend:
    """Return a dividend of two holders whose statements are made."""
    made = due_today(holdings=(2000, 3000))
    for user in made.members:
        make_mandate(user.party)
    pay(made)
    issue(made)
    engine.run()
    return made


def addresses(made: Dividend, place: int) -> tuple[str, str]:
    owed = made.entitlement(place)
    return f"/me/dividends/{owed.public_id}/", f"/me/statements/{owed.statement.public_id}.pdf"


def test_nobody_else_opens_a_dividend_or_its_statement(issued: Dividend) -> None:
    stranger, neighbour = sign_in(make_holder()), sign_in(issued.members[1])

    for url in addresses(issued, 0):
        found = {
            "owner": sign_in(issued.members[0]).get(url).status_code,
            "neighbour": neighbour.get(url).status_code,
            "stranger": stranger.get(url).status_code,
            "staff": sign_in_staff(make_staff("finance")).get(url).status_code,
            "anonymous": Client().get(url).status_code,
        }
        assert found == {"owner": 200, "neighbour": 404, "stranger": 404, "staff": 403, "anonymous": 302}, url


def test_page_of_one_holder_says_nothing_of_another(issued: Dividend) -> None:
    mine, theirs = issued.entitlement(0), issued.entitlement(1)

    page = sign_in(issued.members[0]).get("/me/dividends/").content.decode()

    assert mine.public_id in page
    assert [text for text in (theirs.public_id, "£75.00", "3,000") if text in page] == []


@pytest.fixture
def person_of() -> Callable[[str], User]:
    """Write a person with or without a place in a joint set or organisation."""

    def make(name: str) -> User:
        with atomic():
            party = register_person(name=name, language="en", country="GB", by=None, at=clock.now())
            return make_user(email=f"{name.split()[0].lower()}@example.org", party=party, by=None, at=clock.now())

    return make


def hold(party: Party, shares: int) -> None:
    """Enter shares for the party two months ago, before the dividend's own members."""
    make_company()
    register_shares([(party, shares)], at=clock.now() - timedelta(days=61))


def test_second_joint_holder_reads_and_the_first_named_decides(person_of: Any) -> None:
    first, second = person_of("Agnes Whitlock"), person_of("José Almeida")
    with atomic():
        joint = make_joint_party(holders=[first.party, second.party], by=None, at=clock.now())
    hold(joint, 2000)
    due_today(holdings=(100,))
    owed = Entitlement.objects.get(party=joint)

    said = {user.email: told(user, owed) for user in (first, second)}
    tasks = {user.email: words(sign_in(user).get("/me/")) for user in (first, second)}

    assert said["agnes@example.org"].startswith("Waits for your bank details")
    assert said["josé@example.org"] == (
        "Waits for bank details Whoever stands first in the register gives them: that is how joint holders are paid."
    )
    assert "£50.00 belong to Agnes Whitlock & José Almeida and wait for bank details." in tasks["agnes@example.org"]
    assert "Nothing to do. Cheers." in tasks["josé@example.org"]


def test_payment_to_joint_holders_goes_to_the_sets_own_details(person_of: Any) -> None:
    first, second = person_of("Agnes Whitlock"), person_of("José Almeida")
    with atomic():
        joint = make_joint_party(holders=[first.party, second.party], by=None, at=clock.now())
    hold(joint, 2000)
    made = due_today(holdings=(100,))
    make_mandate(second.party, ending="6666")
    make_mandate(joint, ending="4471")
    pay(made)
    drive()

    said = told(second, Entitlement.objects.get(party=joint))

    assert said == f"Paid It arrived on {day(clock.today())} in the account ending 4471."
    assert BankMandate.objects.get(party=second.party).payouts.count() == 0


def test_representative_reads_the_dividends_of_the_organisation(person_of: Any) -> None:
    person = person_of("Siobhán Byrne")
    with atomic():
        company = make_organisation(
            name="Calder Nominees Ltd",
            number="07654321",
            representatives=[person.party],
            language="en",
            by=None,
            at=clock.now(),
        )
    hold(company, 2000)
    due_today(holdings=(100,))

    page = words(sign_in(person).get("/me/dividends/"))

    assert "Calder Nominees Ltd" in page
    assert "£50.00 belong to Calder Nominees Ltd and wait for bank details." in page


def test_names_that_people_type_are_escaped(person_of: Any) -> None:
    made = due_today(holdings=(2000,), title='Thanks <b>all</b> & "more"')

    pages = [
        sign_in(made.members[0]).get(url).content.decode()
        for url in ("/me/dividends/", f"/me/dividends/{made.entitlement(0).public_id}/")
    ]

    assert [page.count("<b>all</b>") for page in pages] == [0, 0]
    assert all("&lt;b&gt;all&lt;/b&gt;" in page for page in pages)


@pytest.mark.parametrize("url", ["/me/", "/me/dividends/", "/me/dividends/{}/"])
def test_page_costs_the_same_with_one_dividend_and_with_three(url: str) -> None:
    made = due_today(holdings=(2000,))
    make_mandate(made.members[0].party)
    client, counts, last = sign_in(made.members[0]), [], made
    for turn in range(3):
        pay(last)
        drive()
        issue(last)
        engine.run()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url.format(made.entitlement(0).public_id)).status_code == 200
        counts.append(len(queries))
        if turn < 2:
            last = next_dividend(last, pay_on=clock.today())

    assert counts[0] == counts[2]


def test_vietnamese_page_writes_amounts_and_days_in_its_own_way() -> None:
    made = due_today(holdings=(2000,))
    client = sign_in(made.members[0])
    client.cookies["django_language"] = "vi"

    page = words(client.get("/me/dividends/"))

    assert "Cổ tức cuối năm 2025" in page
    assert "2.000 £0,025 £50,00 £0,00 £50,00" in page
