"""Allotments in the office: prepared by one, decided by another, counted down by law."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.jobs.engine import run
from core.transactions import atomic
from equity.enums import ApplicationState, BatchState
from equity.errors import DraftWaits, MakerCannotApprove, MinimumNotReached, VersionChanged
from equity.models import AllotmentBatch, Application, Certificate, RegisterEntry
from equity.services.endings import withdraw
from portal.queries.office_allotments import preview_of_batch, preview_of_offer
from portal.queries.office_today import due_items
from portal.queries.proofs import findings
from portal.rules.months import months_later
from tests.factories.equity import make_approved_batch, make_batch, make_open_offer, make_paid_application
from tests.factories.people import make_staff, sign_in_staff, staff_client

pytestmark = pytest.mark.django_db
BOARD = frozenset({"secretary", "finance", "director"})


def url(page: str, batch: AllotmentBatch) -> str:
    return reverse(f"office:{page}", args=[batch.public_id])


def minute(**fields: str) -> dict[str, str]:
    return {"minute_reference": "Board 14, item 3", "resolved_on": clock.today().isoformat(), **fields}


def test_batch_is_prepared_decided_by_another_and_ends_in_certificates() -> None:
    secretary, director = staff_client("secretary"), staff_client("director")
    offer = make_open_offer()
    make_paid_application(offer, 4)
    make_paid_application(offer, 2)

    preview = secretary.get(reverse("office:batch_new", args=[offer.slug])).context["preview"]
    prepared = secretary.post(reverse("office:batch_new", args=[offer.slug]), minute())
    batch = AllotmentBatch.objects.get()
    read = director.get(url("batch_decide", batch))
    decided = director.post(url("batch_decide", batch), {"act": "approve", "sha256": batch.rows_sha256})
    run()

    assert prepared.headers["Location"] == decided.headers["Location"] == url("batch", batch)
    assert read.context["preview"].rows == preview.rows
    batch.refresh_from_db()
    assert (batch.state, batch.decided_by) == (BatchState.APPROVED, director.user)
    assert sum(RegisterEntry.objects.values_list("quantity", flat=True)) == preview.shares == 6
    assert Certificate.objects.filter(file__isnull=False).count() == 2
    assert list(findings()) == []


def test_preview_splits_the_money_and_counts_shares_and_authority() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 20)

    preview = preview_of_offer(offer, on=clock.today())

    assert (preview.amount_minor, preview.capital_minor, preview.premium_minor) == (47_500, 2, 47_498)
    assert (preview.issued_before, preview.issued_after) == (0, 20)
    assert (preview.headroom, preview.headroom_after) == (100_000, 99_980)


def test_approved_batch_still_shows_the_shares_before_and_after_it() -> None:
    offer = make_open_offer()
    for quantity in (20, 6):
        make_paid_application(offer, quantity)
        make_approved_batch(offer)

    first, second = AllotmentBatch.objects.order_by("decided_at")

    assert [preview_of_batch(batch).issued_before for batch in (first, second)] == [0, 20]
    assert [preview_of_batch(batch).issued_after for batch in (first, second)] == [20, 26]


def test_day_that_has_not_come_is_refused_and_the_minute_kept() -> None:
    client = staff_client("secretary")
    offer = make_open_offer()
    make_paid_application(offer)

    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    answer = client.post(reverse("office:batch_new", args=[offer.slug]), minute(resolved_on=tomorrow))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"resolved_on": ["This day has not come yet."]}
    assert 'value="Board 14, item 3"' in answer.content.decode()


def test_minimum_that_is_not_reached_keeps_what_was_typed() -> None:
    client = staff_client("secretary")
    offer = make_open_offer(minimum_shares=100)
    make_paid_application(offer)

    answer = client.post(reverse("office:batch_new", args=[offer.slug]), minute())

    assert answer.status_code == 422
    assert str(MinimumNotReached.sentence) in answer.content.decode()
    assert 'value="Board 14, item 3"' in answer.content.decode()
    assert not AllotmentBatch.objects.exists()


def test_second_draft_of_an_offer_waits_for_the_first() -> None:
    client = staff_client("secretary")
    offer = make_open_offer()
    make_paid_application(offer)
    make_batch(offer)

    answer = client.post(reverse("office:batch_new", args=[offer.slug]), minute())

    assert str(DraftWaits.sentence) in answer.content.decode()
    assert AllotmentBatch.objects.count() == 1


def test_whoever_prepared_it_cannot_approve_it() -> None:
    both = make_staff("secretary", "director")
    offer = make_open_offer()
    make_paid_application(offer)
    batch = make_batch(offer, by=both)

    answer = sign_in_staff(both).post(url("batch_decide", batch), {"act": "approve", "sha256": batch.rows_sha256})

    batch.refresh_from_db()
    assert answer.status_code == 422
    assert str(MakerCannotApprove.sentence) in answer.content.decode()
    assert batch.state == BatchState.DRAFT


def test_second_director_is_told_who_was_faster() -> None:
    first, second = staff_client("director"), staff_client("director")
    offer = make_open_offer()
    make_paid_application(offer)
    batch = make_batch(offer)
    data = {"act": "approve", "sha256": batch.rows_sha256}

    first.post(url("batch_decide", batch), data)
    answer = second.post(url("batch_decide", batch), data)

    assert answer.status_code == 422
    sentence = f"This was decided a moment ago by {first.user.email}. Nothing was done twice."
    assert answer.context["form"].non_field_errors() == [sentence]
    assert RegisterEntry.objects.count() == 1


def test_rows_that_changed_meanwhile_are_not_approved() -> None:
    director = staff_client("director")
    offer = make_open_offer()
    applications = [make_paid_application(offer), make_paid_application(offer)]
    batch = make_batch(offer)
    with atomic():
        withdraw(application=applications[0], by=applications[0].applicant_user, at=clock.now())

    page = director.get(url("batch_decide", batch)).content.decode()
    answer = director.post(url("batch_decide", batch), {"act": "approve", "sha256": batch.rows_sha256})

    assert "An applicant withdrew meanwhile" in page
    assert "Allot " not in page
    assert str(VersionChanged.sentence) in answer.content.decode()
    assert answer.context["rejection"]["reason"].value() == "An applicant withdrew meanwhile."
    assert not RegisterEntry.objects.exists()


def test_other_hash_than_the_rows_is_not_approved() -> None:
    director = staff_client("director")
    offer = make_open_offer()
    make_paid_application(offer)
    batch = make_batch(offer)

    answer = director.post(url("batch_decide", batch), {"act": "approve", "sha256": "0" * 64})

    assert str(VersionChanged.sentence) in answer.content.decode()
    assert not RegisterEntry.objects.exists()


def test_batch_goes_back_with_a_reason_and_the_applications_wait() -> None:
    director = staff_client("director")
    offer = make_open_offer()
    make_paid_application(offer)
    batch = make_batch(offer)

    silent = director.post(url("batch_decide", batch), {"act": "send_back", "reason": " "})
    sent = director.post(
        url("batch_decide", batch), {"act": "send_back", "reason": "The minute is another one."}, follow=True
    )

    batch.refresh_from_db()
    assert silent.context["form"].errors == {"reason": ["Say why it goes back."]}
    assert batch.state == BatchState.REJECTED
    assert "The minute is another one." in sent.content.decode()
    assert Application.objects.get().state == ApplicationState.PAID


def test_decision_asks_for_a_fresh_factor() -> None:
    offer = make_open_offer()
    make_paid_application(offer)
    batch = make_batch(offer)

    client = staff_client("director", fresh=False)
    answer = client.post(url("batch_decide", batch), {"act": "approve", "sha256": batch.rows_sha256})

    assert answer.headers["Location"].startswith(reverse("account_confirm"))
    assert not RegisterEntry.objects.exists()


def test_return_of_allotment_holds_the_shares_and_the_statement_of_capital() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 20)
    batch = make_approved_batch(offer)

    answer = staff_client("secretary").get(url("batch_return_csv", batch))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    allotment, capital = csv.DictReader(io.StringIO(text))
    day = batch.resolved_on.isoformat()
    assert (allotment["part"], allotment["date_from"], allotment["shares"]) == ("allotment", day, "20")
    assert (allotment["nominal_value_each"], allotment["amount_paid_each"]) == ("0.001", "23.75")
    assert (capital["part"], capital["shares"], capital["aggregate_nominal_value"]) == ("capital", "20", "0.02")


def test_legal_clocks_count_down_and_stop() -> None:
    secretary = staff_client("secretary")
    offer = make_open_offer()
    make_paid_application(offer)
    batch = make_approved_batch(offer)
    today = clock.today()

    before = {item.title: item for item in due_items(today=today, roles=BOARD) if "Board 14" in item.title}
    run()
    delivered = {"delivered_on": today.isoformat(), "reference": "CH-1"}
    secretary.post(url("batch_return_delivered", batch), delivered)
    secretary.post(url("batch_return_delivered", batch), delivered | {"reference": "CH-2"})
    after = {item.title: item for item in due_items(today=today, roles=BOARD) if "Board 14" in item.title}

    entry, filing, papers = (
        f"{name}: Board 14, item 3" for name in ("Entry in the register", "Return of allotment (SH01)", "Certificates")
    )
    assert {title: item.is_done for title, item in before.items()} == {entry: True, filing: False, papers: False}
    assert before[filing].ends_on == months_later(today, 1)
    assert before[papers].ends_on == months_later(today, 2)
    assert all(item.is_done for item in after.values())
    assert secretary.get(url("batch_return", batch)).context["filed"].detail["reference"] == "CH-1"


def test_clock_that_ran_out_is_late() -> None:
    offer = make_open_offer()
    make_paid_application(offer)
    make_approved_batch(offer)

    items = due_items(today=months_later(clock.today(), 1) + timedelta(days=3), roles=BOARD)

    late = {item.title.partition(":")[0]: item.days for item in items if item.is_late}
    assert late["Return of allotment (SH01)"] == 3
    assert "Entry in the register" not in late


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 5, 14), 2, date(2026, 7, 14)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later
