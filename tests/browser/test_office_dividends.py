"""The office's pages for dividends and payments in a browser: axe finds nothing, nothing overflows a small phone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page

from accounts.models import User
from core import clock
from core.jobs import engine
from core.transactions import atomic
from dividends.models import Declaration
from dividends.services.paying import prepare_dividend_run
from dividends.services.statements import issue_statements
from payments.enums import MandateEnd
from payments.models import BankMandate, Payout, PayoutRun
from payments.services import bank_answers
from payments.services.bank_files import make_bank_file
from payments.services.payout_runs import hand_over
from payments.services.payouts import return_payout, settle_payout
from portal.services.pay_again import pay_again
from tests.browser.server import StaticFiles
from tests.browser.shots import shoot
from tests.browser.test_pages import OVERFLOW, findings, inspect
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.parked_news import make_parked
from tests.factories.payouts import approve, drive
from tests.factories.people import make_staff, sign_in_staff
from tests.factories.statements import pay

pytestmark = pytest.mark.browser
HOLDINGS = (4, 100, 2000, 30, 7)


@pytest.fixture
def site(committed_db: str, settings, tmp_path) -> Iterator[str]:
    """An empty house behind a real server; yields its address."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.KILDERKIN_HOME = tmp_path
    server = LiveServerThread("localhost", StaticFiles, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None, server.error
    settings.SITE_ORIGIN = f"http://localhost:{server.port}"
    yield settings.SITE_ORIGIN
    server.terminate()
    server.join()


@pytest.fixture
def page_of(chromium: Browser, site: str) -> Iterator[Callable[[User], Page]]:
    """Open a page as a member of staff who proved two factors a moment ago."""
    contexts = []

    def open_page(user: User) -> Page:
        context = chromium.new_context(base_url=site, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        contexts.append(context)
        cookie = sign_in_staff(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def wrong(page: Page, *paths: str) -> list[str]:
    return [found for path in paths for found in inspect(page, path)]


def of(declaration: Declaration, *pages: str) -> list[str]:
    return [f"/office/dividends/{declaration.public_id}/{page}" for page in pages]


def about(run: PayoutRun, *pages: str) -> list[str]:
    return [f"/office/payouts/{run.public_id}/{page}" for page in pages]


def test_pages_before_a_dividend_are_accessible_and_fit(page_of) -> None:
    made = make_dividend(step="recommended", holdings=HOLDINGS, rate_minor=Decimal("17.55"))
    finance, director = page_of(made.finance), page_of(made.director)

    found = wrong(finance, "/office/dividends/", "/office/dividends/accounts/", "/office/dividends/accounts/new/",
                  "/office/payouts/", "/office/payouts/returned/")  # fmt: skip
    found += wrong(director, "/office/dividends/", "/office/dividends/recommend/")

    assert found == []


def test_sum_follows_the_figures_while_they_are_typed(page_of) -> None:
    made = make_dividend(step="recommended", holdings=(4,))
    page = page_of(made.finance)
    page.goto("/office/dividends/accounts/new/")

    for name, text in {"realised_profits": "900.00", "realised_losses": "100", "net_assets": "5,000",
                       "called_up_capital": "1000", "undistributable": "3500"}.items():  # fmt: skip
        page.fill(f"#id_{name}_minor", text)
    page.get_by_text("£500.00 may be distributed").wait_for()

    assert page.url.endswith("/office/dividends/accounts/new/")


def test_pages_of_a_proposal_are_accessible_and_fit(page_of) -> None:
    made = make_dividend(step="carried", holdings=HOLDINGS, rate_minor=Decimal("17.55"), countries=("GB", "DE"))
    page = page_of(made.finance)
    found = wrong(page, "/office/dividends/", f"/office/dividends/new/{made.recommendation.public_id}/")
    page.fill("#id_rate_minor", "17.55")
    page.fill("#id_minimum_minor", "1.00")
    page.fill("#id_record_at", f"{clock.now() - timedelta(minutes=1):%Y-%m-%d %H:%M}")
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("heading", name="Tried out: Final dividend").wait_for()
    tried = page.url
    found += wrong(page, tried)
    page.get_by_role("button", name="Propose 17.55p a share, £375.73 for 5 members").click()
    page.get_by_role("heading", name="Final dividend").wait_for()
    declaration = Declaration.objects.get()

    found += wrong(page, *of(declaration, "", "drop/", "fix/", "holders/"))

    assert found == []


def test_pages_of_a_dividend_being_paid_are_accessible_and_fit(page_of) -> None:
    made = _computed()
    finance, director = page_of(made.finance), page_of(made.director)
    found = wrong(finance, *of(made.declaration, "", "pay/", "holders/"))
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="csv", by=made.finance, at=clock.now())
    found += wrong(finance, *about(run, ""))
    found += wrong(director, *about(run, "", "approve/", "cancel/", "payments/"), "/office/")
    approve(run, by=made.director)
    with atomic():
        issue_statements(declaration=made.declaration, by=made.finance, at=clock.now())
    found += wrong(finance, *of(made.declaration, "", "statements/"), *about(run, "", "bank/", "answers/"))
    _through_the_bank(run, made)

    found += wrong(finance, *about(run, "", "bank/", "answers/", "payments/"), *of(made.declaration, "", "holders/"))
    finance.goto(of(made.declaration, "")[0])
    finance.get_by_role("link", name="in the penny jar").click()  # counted behind the page, by a request of its own
    finance.get_by_role("heading", name="Holders: Final dividend 2025").wait_for()
    file = run.answer_files.get(taken_in_at=None)
    found += wrong(finance, *about(run, f"answers/{file.public_id}/"), "/office/payouts/returned/", "/office/payouts/",
                   *of(made.declaration, f"holders/{made.entitlement(0).public_id}/"), "/office/")  # fmt: skip

    assert found == []


def _computed() -> Dividend:
    """A dividend whose holders have bank details, but for the first, and one whose were changed since."""
    made = make_dividend(holdings=HOLDINGS, rate_minor=Decimal("17.55"), minimum_minor=100,
                         pay_on=clock.today())  # fmt: skip
    for member in made.members[1:]:
        make_mandate(member.party)
    return made


def _through_the_bank(run: PayoutRun, made: Dividend) -> None:
    """The bank takes the file and answers: one paid, one closed, one came back, and lines nobody can read."""
    by = made.finance
    BankMandate.objects.filter(party=made.members[4].party).update(ended_at=clock.now(), ended_how=MandateEnd.NOT_ME)
    with atomic():
        make_bank_file(run=run, by=by, at=clock.now())
    with atomic():
        hand_over(run=run, by=by, at=clock.now())
    drive()
    one, two, three = Payout.objects.filter(run=run, state="sent").order_by("pk").values_list("reference", flat=True)
    today = clock.today().isoformat()
    head = "reference,outcome,reason,date\n"
    told = f"{one},paid,,{today}\n{two},failed,Account closed,{today}\n{three},returned,BE01,{today}\n"
    unreadable = f"{head}{one},perhaps,,{today}\nNOBODY,paid,,{today}\n"
    for name, text in {"answers.csv": head + told, "more.csv": unreadable}.items():
        with atomic():
            file = bank_answers.upload_answers(run=run, name=name, data=text.encode(), by=by, at=clock.now())
        if name == "answers.csv":
            with atomic():
                bank_answers.take_in_answers(file=file, by=by, at=clock.now())
    engine.run()
    make_mandate(made.members[2].party, ending="9090")


def test_messages_of_the_bank_are_read_beside_our_record_and_dealt_with(page_of) -> None:
    first, second, third = _sent_payouts()
    make_parked(first, "amount_minor", amount_minor=first.amount_minor + 100)
    make_parked(second, "provider_id", provider_id="bank_of_the_other_transfer", reason="account_closed")
    make_parked(third, mistake="IntegrityError")
    news, finance = make_parked(), make_staff("finance")
    page = page_of(finance)

    found = wrong(page, "/office/", *about(first.run, ""), "/office/payouts/", "/office/payouts/news/")
    shoot(page, "bank-messages")
    for row in (*first.parked_news.all(), *second.parked_news.all(), news):
        found += wrong(page, f"/office/payouts/news/{row.public_id}/")
        shoot(page, f"bank-message-{row.pk}")
    page.get_by_label("What did you do?").fill("Rang the bank: the transfer is another company's, it is taken back.")
    page.get_by_role("button", name="Mark as dealt with").click()
    page.get_by_text("It is dealt with, and your words are kept.").wait_for()
    found += wrong(page, "/office/payouts/news/?show=closed")
    shoot(page, "bank-messages-closed")
    found += wrong(page, f"/office/payouts/news/{news.public_id}/")
    shoot(page, "bank-message-closed")

    assert page.get_by_text(f"Dealt with by {finance.email}").is_visible()
    assert found == []


def _sent_payouts() -> list[Payout]:
    made = make_dividend(holdings=(4, 100, 2000), rate_minor=Decimal("17.55"), pay_on=clock.today())
    for member in made.members:
        make_mandate(member.party)
    pay(made)
    drive()
    return list(Payout.objects.select_related("run").order_by("pk"))


def test_draft_that_keeps_others_back_is_named(page_of) -> None:
    first, second, _third = _sent_payouts()
    with atomic():
        for payout in (first, second):
            settle_payout(payout_id=payout.pk, at=clock.now())
            return_payout(payout_id=payout.pk, reason="account_closed", at=clock.now())
        pay_again(payout=first, by=make_staff("finance"), at=clock.now(), same_account=True)
    page = page_of(make_staff("finance"))

    found = wrong(page, "/office/payouts/returned/")
    shoot(page, "payments-back-while-a-draft-waits")
    declared = Declaration.objects.get()
    found += wrong(page, *of(declared, "pay/"))
    shoot(page, "pay-while-a-draft-waits")
    found += wrong(page, "/office/payouts/")
    shoot(page, "runs")

    assert found == []


def test_debt_tried_twice_shows_what_was_tried_and_how_the_same_account_is_confirmed(page_of) -> None:
    first, second, _third = _sent_payouts()
    with atomic():
        for payout in (first, second):
            settle_payout(payout_id=payout.pk, at=clock.now())
            return_payout(payout_id=payout.pk, reason="account_closed", at=clock.now())
        run = pay_again(payout=first, by=make_staff("finance"), at=clock.now(), same_account=True)
    approve(run)
    drive()
    with atomic():
        payout = run.payouts.get()
        settle_payout(payout_id=payout.pk, at=clock.now())
        return_payout(payout_id=payout.pk, reason="account_closed", at=clock.now())
    page = page_of(make_staff("finance"))

    found = wrong(page, "/office/payouts/returned/")
    for summary in page.locator("main details summary").all():
        summary.click()
    found += findings(page)
    assert not page.evaluate(OVERFLOW)
    shoot(page, "payments-back-tried-twice")

    assert page.locator("main tbody tr").count() == 2
    assert page.get_by_role("button", name="Ask for other details").count() == 2
    assert found == []
