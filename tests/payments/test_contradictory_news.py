"""A bank that says one thing and then another: nothing moves, a person is told, and no further run begins."""

from typing import Any

import pytest

from core import clock
from core.transactions import atomic
from payments.errors import NewsDiffers
from payments.models import ParkedNews, Payout, PayoutRun, SandboxTransfer
from payments.rules.payout_states import PayoutStatus
from payments.services import payout_sweeping
from payments.services.parked_news import close_parked
from tests.factories.parked_news import make_parked, told_of
from tests.factories.payouts import approve, drive, make_payee, make_run
from tests.factories.people import make_staff
from tests.payments import fake_payout_purpose

pytestmark = pytest.mark.django_db
ACCEPTED, SETTLED, FAILED, RETURNED = PayoutStatus


@pytest.fixture(autouse=True)
def our_payouts(settings: Any) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 3600


def sent_payout() -> Payout:
    run = approve(make_run([make_payee()]))
    drive()
    return Payout.objects.get(run=run)


def tell(payout: Payout, *statuses: PayoutStatus) -> None:
    """Let the bank's list say this of the payout, one after the other."""
    for number, status in enumerate(statuses, start=1):
        reason = "account_closed" if status in {FAILED, RETURNED} else ""
        change = told_of(payout, number=number, status=status, reason=reason)
        payout_sweeping.take_change("sandbox", change, at=clock.now())


def close(news: ParkedNews) -> None:
    with atomic():
        close_parked(news=news, note="Asked the bank", by=make_staff("finance"), at=clock.now())


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        (FAILED, SETTLED, "failed"),
        (FAILED, RETURNED, "failed"),
        (SETTLED, FAILED, "settled"),
        (RETURNED, FAILED, "returned"),
    ],
)
def test_news_against_what_the_bank_told_before_moves_nothing_and_waits_for_a_person(
    first: PayoutStatus, then: PayoutStatus, state: str
) -> None:
    payout = sent_payout()

    tell(payout, first, then)

    payout.refresh_from_db()
    news = ParkedNews.objects.get()
    assert payout.state == state
    assert (news.payout, news.our_state, news.differing, news.said_status) == (payout, state, ["state"], then)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ((SETTLED, ACCEPTED, SETTLED), "settled"),
        ((RETURNED, SETTLED, ACCEPTED, RETURNED), "returned"),
        ((FAILED, ACCEPTED, FAILED), "failed"),
    ],
)
def test_news_that_comes_late_or_again_tells_nothing_new(told: tuple[PayoutStatus, ...], state: str) -> None:
    payout = sent_payout()

    tell(payout, *told)

    payout.refresh_from_db()
    assert (payout.state, ParkedNews.objects.count()) == (state, 0)


def test_payment_that_failed_and_that_the_bank_holds_as_paid_is_seen_at_night() -> None:
    payout = sent_payout()
    tell(payout, FAILED)
    SandboxTransfer.objects.update(status="settled")

    payout_sweeping.reconcile()

    assert list(ParkedNews.objects.values_list("our_state", "differing")) == [("failed", ["state"])]


def test_news_that_differ_stop_the_approval_of_further_runs_until_they_are_dealt_with() -> None:
    news, run = make_parked(), make_run([make_payee()])

    with pytest.raises(NewsDiffers):
        approve(run)
    refused = PayoutRun.objects.get(pk=run.pk).state
    close(news)
    approve(run)
    drive()

    assert (refused, PayoutRun.objects.get(pk=run.pk).state) == ("draft", "done")


def test_news_stop_neither_another_route_nor_by_a_mistake_of_ours_alone() -> None:
    make_parked(mistake="ValueError")
    run = approve(make_run([make_payee()]))
    make_parked()
    by_file = approve(make_run([make_payee()], route="csv"))

    assert [one.state for one in (run, by_file)] == ["approved", "approved"]
