"""What the bank told and nobody could write: put aside once, closed once, and never changed."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from payments.errors import NewsDealtWith
from payments.models import ParkedNews, Payout, SandboxTransfer
from payments.rules.payout_states import PayoutStatus
from payments.services import payout_sweeping
from payments.services.parked_news import close_parked
from tests.factories.parked_news import make_parked, park
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import make_staff
from tests.payments import fake_payout_purpose
from tests.payments.refusals import ANOTHER, MOMENT, refusal, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 3600


def sent_payout() -> Payout:
    """A payout that the bank took a day and an hour ago and has not paid yet."""
    run = approve(make_run([make_payee()]))
    drive()
    with atomic():
        clock.move_forward(by=timedelta(hours=25))
    return Payout.objects.get(run=run)


def close(news: ParkedNews, note: str = "Asked the bank", *, by: User | None = None) -> ParkedNews:
    with atomic():
        return close_parked(news=news, note=note, by=by or make_staff("finance"), at=clock.now())


def parked_count() -> int:
    """How often the trail says that something was put aside."""
    return AuditRecord.objects.filter(verb="payout_news_parked").count()


def test_news_of_another_amount_is_put_aside_with_what_the_bank_says_and_what_we_hold() -> None:
    payout = sent_payout()
    SandboxTransfer.objects.update(amount=71)

    payout_sweeping.reconcile()

    news = ParkedNews.objects.get()
    assert (news.payout, news.our_state, news.differing, news.mistake) == (payout, "sent", ["amount_minor"], "")
    assert (news.said_payout_id, news.said_provider_id) == (payout.public_id, payout.provider_id)
    assert (news.said_amount_minor, news.said_currency, payout.amount_minor) == (71, "GBP", 70)
    assert states(payout.run) == ["sent"]


def test_what_differs_every_night_is_put_aside_once_also_after_it_was_dealt_with() -> None:
    sent_payout()
    SandboxTransfer.objects.update(amount=71)

    payout_sweeping.reconcile()
    payout_sweeping.reconcile()
    close(ParkedNews.objects.get())
    payout_sweeping.reconcile()

    assert (ParkedNews.objects.count(), parked_count()) == (1, 1)


def test_same_word_in_the_banks_list_and_by_asking_is_one_message() -> None:
    payout = sent_payout()

    first = park(payout, number=7, happened_at=clock.now())
    again = park(payout, number=0, happened_at=clock.now() + timedelta(hours=1))

    assert (first, again) == (ParkedNews.objects.get(), None)


@pytest.mark.parametrize(
    "said",
    [
        {"amount_minor": 72},
        {"currency": "EUR"},
        {"provider_id": "bank_2"},
        {"status": PayoutStatus.RETURNED},
        {"reason": "account_closed"},
    ],
)
def test_other_words_of_the_bank_are_put_aside_anew(said: dict[str, Any]) -> None:
    payout = sent_payout()
    close(make_parked(payout, amount_minor=71))

    news = park(payout, **{"amount_minor": 71, **said})

    assert (news is not None, ParkedNews.objects.filter(closed_at=None).count()) == (True, 1)


def test_other_terms_that_differ_are_put_aside_anew_at_night() -> None:
    payout = sent_payout()
    SandboxTransfer.objects.update(amount=71)
    payout_sweeping.reconcile()
    close(ParkedNews.objects.get())
    SandboxTransfer.objects.update(amount=70, currency="eur")

    payout_sweeping.reconcile()

    told = [(row.differing, row.closed_at is None) for row in ParkedNews.objects.order_by("pk")]
    assert told == [(["amount_minor"], False), (["currency"], True)]
    assert states(payout.run) == ["sent"]


def test_mistake_of_ours_is_put_aside_at_night_once_while_open_and_again_after_it_was_dealt_with(settings: Any) -> None:
    sent_payout()
    SandboxTransfer.objects.update(status="settled")
    broken = {**fake_payout_purpose.HANDLERS, "settled": "tests.payments.test_parked_news.refuse"}
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: broken}

    payout_sweeping.reconcile()
    payout_sweeping.reconcile()
    assert list(ParkedNews.objects.values_list("mistake", "differing")) == [("ValueError", [])]
    close(ParkedNews.objects.get(), "A new version is installed")
    payout_sweeping.reconcile()

    assert [row.closed_at is None for row in ParkedNews.objects.order_by("pk")] == [False, True]
    assert parked_count() == 2


def refuse(**_told: Any) -> None:
    raise ValueError("a handler with a mistake")


def test_closing_keeps_who_when_and_what_and_moves_nothing() -> None:
    news, finance = make_parked(sent_payout(), amount_minor=71), make_staff("finance")

    close(news, "The bank corrects it on Monday", by=finance)

    news.refresh_from_db()
    assert (news.closed_by, news.closed_note) == (finance, "The bank corrects it on Monday")
    record = AuditRecord.objects.get(verb="payout_news_closed")
    assert (record.by, record.at, record.detail) == (finance, news.closed_at, {"note": news.closed_note})
    assert Payout.objects.get().state == "sent"


def test_second_person_is_told_who_was_first_and_what_was_done() -> None:
    news, first = make_parked(), make_staff("finance")
    close(news, "Rang the bank", by=first)

    with pytest.raises(NewsDealtWith) as refused:
        close(news, "Wrote to the bank")

    assert refused.value.who == first.email
    assert str(refused.value).startswith(f"{first.email} was quicker and has dealt with this on ")
    assert str(refused.value).endswith(": “Rang the bank”")
    assert ParkedNews.objects.get().closed_by == first


def test_same_person_pressing_twice_changes_nothing() -> None:
    news, finance = make_parked(), make_staff("finance")

    first = close(news, "Rang the bank", by=finance)
    again = close(news, "Rang the bank", by=finance)

    assert (again, again.closed_at) == (first, first.closed_at)
    assert AuditRecord.objects.filter(verb="payout_news_closed").count() == 1


@pytest.mark.parametrize(
    ("changed", "law"),
    [
        ({"said_amount_minor": 1}, "parked_news_facts_never_change"),
        ({"differing": ["state"]}, "parked_news_facts_never_change"),
        ({"our_state": "x"}, "parked_news_facts_never_change"),
        ({"closed_note": "Done"}, "parked_news_closed_by_somebody_who_says_how"),
        ({"closed_at": MOMENT}, "parked_news_closed_by_somebody_who_says_how"),
    ],
)
def test_open_message_keeps_its_facts_and_is_closed_by_somebody_who_says_how(changed: dict[str, Any], law: str) -> None:
    make_parked()

    assert refusal(ParkedNews, **changed) == law


@pytest.mark.parametrize("changed", [{"closed_note": "Something else"}, {"closed_at": None}, {"closed_by": None}])
def test_closed_message_stays_closed_as_it_was(changed: dict[str, Any]) -> None:
    close(make_parked())

    assert refusal(ParkedNews, **changed) == "parked_news_closes_once"


def test_message_begins_open() -> None:
    closing = {"closed_at": MOMENT, "closed_by_id": ANOTHER, "closed_note": "Done", "said_provider_id": "bank_9"}

    assert refused(make_parked(), **closing) == "parked_news_begins_open"


def test_message_says_either_what_differs_or_our_mistake() -> None:
    news = make_parked()

    assert refused(news, differing=[]) == "parked_news_says_what_kept_it"
    assert refused(news, differing=["state"], mistake="ValueError") == "parked_news_says_what_kept_it"


def test_message_is_about_the_payment_that_the_bank_named() -> None:
    other, news = sent_payout(), make_parked()

    assert refused(news, payout=other, our_state="sent", said_provider_id="b") == "parked_news_of_the_payout_named"


def test_same_message_is_open_once() -> None:
    assert refused(make_parked()) == "parked_news_open_once"
