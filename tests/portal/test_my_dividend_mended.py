"""A holder's dividend while its statement is made, and after a payment did not arrive: each thing said once."""

import re
from typing import Any

import pytest
from django.utils.html import strip_tags

from core import clock
from core.jobs import engine
from core.transactions import atomic
from payments.models import Payout
from payments.services import payouts
from tests.factories.banking import after_the_wait, make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.payouts import drive
from tests.factories.people import sign_in
from tests.factories.statements import issue, pay

pytestmark = pytest.mark.django_db
FULL, EMPTY = "/coc-bia-hoi", "/beer-mat"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.SANDBOX_SETTLE_SECONDS = 0


@pytest.fixture
def made() -> Dividend:
    """Return a dividend of one holder, in an approved run."""
    dividend = make_dividend(holdings=(2000,), pay_on=clock.today(), minimum_minor=50)
    make_mandate(dividend.members[0].party, ending="4471")
    pay(dividend)
    return dividend


def page_of(made: Dividend) -> str:
    answer = sign_in(made.members[0]).get(f"/me/dividends/{made.entitlement(0).public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def road(page: str) -> list[str]:
    found = re.findall(r'<li class="is-(\w+)".*?<strong class="tracker-title">(.*?)</strong>', page, re.DOTALL)
    return [f"{title} {state}" for state, title in found]


def statement_words(page: str) -> str:
    found = re.search(r'<h2 id="statement-title">.*?</section>', page, re.DOTALL)
    assert found is not None
    return " ".join(strip_tags(found[0]).split())


def give_back() -> None:
    with atomic():
        payouts.return_payout(payout_id=Payout.objects.get().pk, reason="name_mismatch", at=clock.now())


def test_statement_that_is_issued_is_said_to_be_in_the_making_until_its_file_is_there(made: Dividend) -> None:
    before = statement_words(page_of(made))
    (statement,) = issue(made)
    meanwhile = statement_words(page_of(made))
    engine.run()
    after = statement_words(page_of(made))

    today = f"{clock.today().day} {clock.today():%B %Y}"
    assert before == "Your statement It is made when the payment has been approved, and we send it to you."
    assert meanwhile == (
        f"Your statement Statement {statement} was issued on {today}. Its file is being made; we send it to you by "
        "mail, and it stands here then."
    )
    assert f"Statement {statement} (PDF)" in after


def test_road_tells_once_that_a_payment_came_back_and_what_mends_it(made: Dividend, settings) -> None:
    settings.DEMO = True
    drive()
    give_back()

    came_back = page_of(made)
    after_the_wait(made.members[0].party, ending="8812")
    mended = page_of(made)

    begun = ["Declared by the members done", "Computed and booked done", "Sent done"]
    assert road(came_back) == [*begun, "Came back now", "Paid next"]
    assert road(mended) == [*begun, "Came back stopped", "Will be paid now", "Paid next"]


def test_road_tells_once_that_a_payment_was_held_back(made: Dividend) -> None:
    make_mandate(made.members[0].party, ending="9900")
    drive()

    assert road(page_of(made))[2:] == ["Held back now", "Paid next"]


def test_only_a_dividend_that_was_paid_shows_a_full_glass(made: Dividend) -> None:
    drawn = []
    for act in (lambda: None, drive, give_back):
        act()
        page = page_of(made)
        drawn.append([art for art in (FULL, EMPTY) if art in page])

    assert drawn == [[EMPTY], [FULL], [EMPTY]]


def test_list_draws_a_dashed_glass_for_what_came_back(made: Dividend) -> None:
    client, drawn = sign_in(made.members[0]), []
    for act in (drive, give_back):
        act()
        page = client.get("/me/dividends/").content.decode()
        drawn.append((page.count('class="glass-beer"'), page.count("glass-waits")))

    assert drawn == [(1, 0), (0, 1)]
