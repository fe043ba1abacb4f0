"""What the bank told and nobody could write, in the office: compared, dealt with in words, and off the first page."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.transactions import atomic
from payments.errors import NewsDiffers
from payments.models import ParkedNews, Payout, PayoutRun
from payments.rules.payout_states import UNREAD
from payments.services.parked_news import close_parked
from payments.services.payouts import settle_payout
from tests.factories.equity import make_company
from tests.factories.parked_news import make_parked
from tests.factories.payouts import approve, drive, make_payee, make_run
from tests.factories.people import make_staff, staff_client
from tests.payments import fake_payout_purpose

pytestmark = pytest.mark.django_db
HOME, LIST = "office:home", "office:payout_news"


@pytest.fixture(autouse=True)
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 3600
    make_company()


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def sent_run(count: int = 1) -> PayoutRun:
    run = approve(make_run([make_payee() for _ in range(count)]))
    drive()
    return run


def message(news: ParkedNews) -> str:
    return reverse("office:payout_news_message", args=[news.public_id])


def close(client: Client, news: ParkedNews, note: str) -> Any:
    return client.post(reverse("office:payout_news_close", args=[news.public_id]), {"note": note})


def terms(page: Any) -> dict[str, tuple[str, str, bool]]:
    return {term.label: (term.bank, term.ours, term.differs) for term in page.context["message"].terms}


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200
    return len(captured)


def test_message_shows_what_the_bank_says_beside_what_we_hold() -> None:
    payout = Payout.objects.get(run=sent_run())
    news = make_parked(payout, "amount_minor", amount_minor=71)

    page = staff_client("director").get(message(news))

    assert terms(page) == {
        "Our number of the payment": (payout.public_id, payout.public_id, False),
        "The bank's number": (payout.provider_id, payout.provider_id, False),
        "Amount": ("£0.71", "£0.70", True),
        "Where it stands": ("paid", "sent", False),
    }
    assert "The bank holds another amount than was ordered." in text(page)
    assert f'href="{reverse("office:payout", args=[payout.run.public_id])}"' in text(page)
    assert "it waits for finance" in text(page)


def test_link_to_the_payment_finds_it_in_its_run() -> None:
    payout = Payout.objects.filter(run=sent_run(3)).earliest("pk")
    finance = staff_client("finance")

    page = finance.get(message(make_parked(payout, amount_minor=71)))

    found = finance.get(page.context["message"].list_url)
    assert [row.pk for row in found.context["slice"].rows] == [payout.pk]


def test_message_tells_where_our_payment_stands_today_when_that_is_elsewhere() -> None:
    payout = Payout.objects.get(run=sent_run())
    news, finance = make_parked(payout, amount_minor=71), staff_client("finance")
    before = finance.get(message(news)).context["message"].now
    with atomic():
        settle_payout(payout_id=payout.pk, at=clock.now())

    after = finance.get(message(news)).context["message"]

    assert (before, after.now) == ("", "paid")
    assert {term.ours for term in after.terms if term.label == "Where it stands"} == {"sent"}


def test_transfer_that_we_did_not_order_names_nobody() -> None:
    news = make_parked()

    page = staff_client("finance").get(message(news))

    assert terms(page)["Our number of the payment"] == ("x" * 22, "no such payment", True)
    assert terms(page)["Amount"] == ("£47.50", "", False)
    assert "Message of the bank: a transfer that we did not order" in text(page)


def test_mistake_of_ours_is_told_as_one() -> None:
    news = make_parked(Payout.objects.get(run=sent_run()), mistake="ValueError")

    page = staff_client("finance").get(message(news))

    (advice,) = page.context["message"].advice
    assert advice.startswith("The bank's record agrees with ours. A mistake of ours (ValueError) kept it")
    assert not any(differs for _bank, _ours, differs in terms(page).values())


def test_finance_says_what_was_done_and_it_is_kept_with_who_and_when() -> None:
    news, finance = make_parked(), staff_client("finance")

    silent = close(finance, news, "  ")
    answer = close(finance, news, "The bank had booked it twice")

    assert (silent.status_code, silent.context["form"].errors["note"]) == (422, ["Say what was done."])
    assert answer.headers["Location"] == reverse(LIST)
    shown, listed = finance.get(message(news)), finance.get(f"{reverse(LIST)}?show=closed")
    for page in (shown, listed):
        assert "The bank had booked it twice" in text(page)
        assert finance.user.email in text(page)
        assert 'name="note"' not in text(page)
    assert finance.get(reverse(LIST)).context["lines"] == []


def test_second_of_two_people_is_told_who_was_first() -> None:
    news, first, second = make_parked(), staff_client("finance"), staff_client("finance")
    close(first, news, "Rang the bank")

    answer = close(second, news, "Wrote to the bank")

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()[0].startswith(f"{first.user.email} was quicker")
    assert "Wrote to the bank" not in text(answer)
    assert f"Dealt with by {first.user.email}" in text(answer)


@pytest.mark.parametrize("role", ["director", "secretary"])
def test_others_read_it_and_leave_it_to_finance(role: str) -> None:
    news, client = make_parked(), staff_client(role)

    shown, answer = client.get(message(news)), close(client, news, "Mine")

    assert (shown.status_code, answer.status_code) == (200, 403)
    assert 'name="note"' not in text(shown)
    assert ParkedNews.objects.get().closed_at is None


def test_first_page_tells_and_counts_what_is_open_only() -> None:
    run = sent_run(2)
    first, second = Payout.objects.filter(run=run).order_by("pk")
    done = make_parked(first, amount_minor=75)
    differs = make_parked(first, amount_minor=71)
    failed = make_parked(second, mistake="ValueError")
    foreign = make_parked()
    with atomic():
        close_parked(news=done, note="Done", by=make_staff("finance"), at=clock.now())

    home = staff_client("finance").get(reverse(HOME)).context

    assert [(line.sentence, line.url) for line in home["troubles"]] == [
        ("The bank holds a transfer that we did not order: bank_1 (our number of the payment)", message(foreign)),
        (
            f"The bank's word on {second.reference} in Test run could not be written: a mistake of ours (ValueError)",
            message(failed),
        ),
        (
            f"The bank's record of {first.reference} in Test run differs from ours: {first.provider_id} (the amount)",
            message(differs),
        ),
    ]
    waits = [(item.title, item.url) for item in home["waiting"]]
    assert waits == [("3 messages of the bank must be looked at", reverse(LIST))]


def test_run_and_list_of_runs_say_how_many_are_open() -> None:
    run, other = sent_run(), sent_run()
    news, finance = make_parked(Payout.objects.get(run=run), amount_minor=71), staff_client("finance")
    pages = [reverse("office:payout", args=[run.public_id]), reverse("office:payouts")]
    words = "does not agree with our record."

    assert [words in text(finance.get(page)) for page in pages] == [True, True]
    assert words not in text(finance.get(reverse("office:payout", args=[other.public_id])))
    close(finance, news, "Done")
    assert [words in text(finance.get(page)) for page in pages] == [False, False]


def test_pages_ask_the_same_number_of_questions_for_one_message_and_for_three() -> None:
    finance = staff_client("finance")
    payouts = list(Payout.objects.filter(run=sent_run(3)))
    pages = [reverse(HOME), reverse(LIST), f"{reverse(LIST)}?show=closed", reverse("office:payouts")]

    def write(payout: Payout) -> None:
        make_parked(payout, amount_minor=99)
        with atomic():
            old = make_parked(payout, amount_minor=98)
            close_parked(news=old, note="Done", by=make_staff("finance"), at=clock.now())

    write(payouts[0])
    few = [questions(finance, page) for page in pages]
    for payout in payouts[1:]:
        write(payout)
    many = [questions(finance, page) for page in pages]

    assert many == few


def test_news_that_differ_keep_a_director_from_approving_and_lead_to_them() -> None:
    run = make_run([make_payee()])
    make_parked()
    director = staff_client("director")
    address = reverse("office:payout_approve", args=[run.public_id])

    page = director.get(address)
    answer = director.post(address, {"sha256": run.rows_sha256})

    assert f'href="{reverse(LIST)}">Look at them</a>' in text(page)
    assert "What you approve:" not in text(page)
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, [str(NewsDiffers())])
    assert PayoutRun.objects.get(pk=run.pk).state == "draft"


def test_bank_that_contradicts_itself_is_asked_which_holds() -> None:
    payout = Payout.objects.get(run=sent_run())
    with atomic():
        settle_payout(payout_id=payout.pk, at=clock.now())
    news = make_parked(payout, "state", status="failed", reason="account_closed")

    page = staff_client("finance").get(message(news))

    assert terms(page)["Where it stands"] == ("failed", "paid", True)
    assert page.context["message"].advice == [
        "The bank told one thing of this payment and then another. Ask it which of them holds: whether the money "
        "arrived, and whether it may be sent again."
    ]


def test_what_cannot_be_read_is_shown_in_the_banks_words_without_an_amount_made_up() -> None:
    payout = Payout.objects.get(run=sent_run())
    news = make_parked(payout, UNREAD, status="under_review", amount_minor=0)

    page = staff_client("finance").get(message(news))
    listed = staff_client("finance").get(reverse(LIST))

    assert terms(page)["Where it stands"] == ("under_review", "sent", True)
    assert terms(page)["Amount"] == ("", "£0.70", False)
    assert page.context["message"].advice == [
        "The bank says something of this transfer that this system does not understand. Ask the bank what it means, "
        "and tell who runs this system."
    ]
    assert [line.what for line in listed.context["lines"]] == ["something that cannot be read"]
