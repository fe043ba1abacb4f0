"""The office's lists: found, filtered, sorted, counted in queries, safe to take away."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, jobs
from core.jobs.engine import run
from core.mail import queue_mail
from core.models import Job, OutgoingMail
from core.processes.messages import ROOT
from core.transactions import atomic
from equity.models import Application, Certificate, Member, MemberParticulars, Offer
from payments.models import Payment, ProviderEvent
from payments.services.refunds import request_refund
from portal.queries.office_trail import SENTENCES
from tests.factories.equity import make_approved_batch, make_bare_offer, make_open_offer, make_paid_application
from tests.factories.people import make_holder, staff_client
from tests.portal.test_office_pages import park_event, write_mail

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil.example","x")'


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def found(client: Client, name: str, **query: str) -> list:
    return list(client.get(reverse(f"office:{name}"), query).context["page"])


def add_job() -> None:
    with atomic():
        jobs.start(kind="certificates", items=[999_999], by=None, at=clock.now())


def add_failed_job() -> None:
    add_job()
    run()


def add_trouble() -> None:
    mail = write_mail()
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=1, last_error="refused")


def add_event() -> None:
    park_event(f"evt_{ProviderEvent.objects.count()}")


def add_allotment() -> None:
    offer = Offer.objects.filter(state="open").first() or make_open_offer()
    make_paid_application(offer)
    make_approved_batch(offer)


def add_application() -> None:
    make_paid_application(Offer.objects.filter(state="open").first() or make_open_offer())


ADDERS: dict[str, Callable[[], None]] = {
    "applications": add_application,
    "applications_csv": add_application,
    "register": add_allotment,
    "register_csv": add_allotment,
    "allotments": add_allotment,
    "offers": lambda: make_bare_offer() and None,
    "mails": lambda: write_mail() and None,
    "jobs": add_job,
    "trail": lambda: write_mail() and add_job(),
    "payments": add_event,
    "books": lambda: None,
}
HOME_ADDERS = {"a job": add_job, "a failed job": add_failed_job, "an unsent mail": add_trouble, "an event": add_event,
               "an allotment": add_allotment}  # fmt: skip


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(url)
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert answer.status_code == 200
    # A prepared statement (core.prepared) has no text to look at.
    assert not [query["sql"] for query in captured if str(query["sql"]).split()[0] in {"UPDATE", "DELETE"}]
    return len(captured)


@pytest.mark.parametrize("page", ADDERS)
def test_list_asks_as_many_questions_for_three_rows_as_for_one(page: str) -> None:
    client = staff_client("secretary", "finance", "director")
    url = reverse(f"office:{page}")
    ADDERS[page]()
    for_one = queries(client, url)

    ADDERS[page]()
    ADDERS[page]()

    assert queries(client, url) == for_one


@pytest.mark.parametrize("what", HOME_ADDERS)
def test_first_page_asks_as_many_questions_for_three_rows_as_for_one(what: str) -> None:
    client = staff_client("secretary", "finance", "director")
    HOME_ADDERS[what]()
    for_one = queries(client, reverse("office:home"))

    HOME_ADDERS[what]()
    HOME_ADDERS[what]()

    assert queries(client, reverse("office:home")) == for_one


def test_batch_and_member_ask_as_many_questions_for_three_rows_as_for_one() -> None:
    client = staff_client("secretary")
    offer, one = make_open_offer(), make_open_offer()
    user = make_holder()
    make_paid_application(one, user=user)
    small = make_approved_batch(one)
    for_one = queries(client, reverse("office:batch", args=[small.public_id]))
    member_for_one = queries(client, reverse("office:member", args=[1]))
    for _number in range(3):
        make_paid_application(offer, user=user)
    large = make_approved_batch(offer)

    assert queries(client, reverse("office:batch", args=[large.public_id])) == for_one
    assert queries(client, reverse("office:member", args=[1])) == member_for_one


@pytest.fixture
def people() -> Offer:
    offer = make_open_offer()
    tuyet = make_holder(name="Nguyễn Thị Ánh Tuyết", email="tuyet@example.org", language="vi")
    make_paid_application(offer, 4, user=tuyet)
    make_paid_application(offer, 2, user=make_holder(name="José Almeida", email="jose@example.org"))
    return offer


@pytest.mark.parametrize("search", ["anh tuyet", "Nguyễn Tuyết", "ÁNH", "tuyet@", "TUYET@EXAMPLE.ORG"])
def test_application_is_found_by_name_in_any_accents_or_by_address(people: Offer, search: str) -> None:
    names = [row.applicant.display_name for row in found(staff_client("finance"), "applications", q=search)]

    assert names == ["Nguyễn Thị Ánh Tuyết"]


def test_application_is_found_by_reference_state_and_offer(people: Offer) -> None:
    client = staff_client("finance")
    jose = Application.objects.get(applicant_user__email="jose@example.org")

    assert found(client, "applications", q=jose.public_id) == [jose]
    assert found(client, "applications", state="allotted") == []
    assert len(found(client, "applications", state="paid", offer=people.slug)) == 2
    assert len(found(client, "applications", state="nonsense", page="99", sort="nonsense")) == 2


def test_applications_are_sorted_both_ways(people: Offer) -> None:
    client = staff_client("finance")

    assert [row.quantity for row in found(client, "applications", sort="shares")] == [2, 4]
    assert [row.quantity for row in found(client, "applications", sort="-shares")] == [4, 2]


def test_applications_as_csv_hold_no_formula_and_every_letter() -> None:
    offer = make_open_offer()
    make_paid_application(offer, user=make_holder(name="Nguyễn Thị Ánh Tuyết"))
    application = Application.objects.get()
    # A name like this cannot be registered; an import of long ago may still hold one.
    type(application.applicant).objects.filter(pk=application.applicant_id).update(display_name=FORMULA)

    [row] = rows_of(staff_client("finance").get(reverse("office:applications_csv")))

    assert row["applicant"] == f"'{FORMULA}"
    assert (row["reference"], row["shares"], row["price_minor"]) == (application.public_id, "2", "2375")


def test_application_shows_its_story_and_no_card_data(people: Offer) -> None:
    application = Application.objects.get(applicant_user__email="jose@example.org")

    answer = staff_client("finance").get(reverse("office:application", args=[application.public_id]))

    page = answer.content.decode()
    sentences = [event.sentence for event in answer.context["events"]]
    assert sentences[0] == "The money arrived"
    assert sentences[-1] == "Started an application"
    assert [line.state for line in answer.context["money"]] == ["paid"]
    for secret in ("cs_test_factory", "pi_factory", "1984", "12 Cooper Street"):
        assert secret not in page


def test_member_is_found_without_accents_and_by_number(people: Offer) -> None:
    client = staff_client("chair")
    make_approved_batch(people)

    assert [row.names for row in found(client, "register", q="thi anh")] == [("Nguyễn Thị Ánh Tuyết",)]
    assert [row.member_number for row in found(client, "register", q="2")] == [2]
    assert found(client, "register", q="nobody") == []
    assert [row.quantity for row in found(client, "register", sort="-shares")] == [4, 2]


def test_register_of_an_earlier_day_or_earlier_knowledge_is_empty(people: Offer) -> None:
    client = staff_client("chair")
    before = clock.now() - timedelta(minutes=2)
    make_approved_batch(people)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()

    assert len(found(client, "register")) == 2
    assert found(client, "register", on=yesterday) == []
    assert found(client, "register", known_at=before.strftime("%Y-%m-%d %H:%M")) == []


def test_register_says_what_day_it_cannot_read(people: Offer) -> None:
    answer = staff_client("chair").get(reverse("office:register"), {"on": "soon"})

    assert answer.status_code == 200
    assert answer.context["form"].errors == {"on": ["Write the day like 2026-05-31 or 31/05/2026."]}
    assert 'value="soon"' in answer.content.decode()


def test_register_as_csv_is_the_searched_register(people: Offer) -> None:
    make_approved_batch(people)

    [row] = rows_of(staff_client("chair").get(reverse("office:register_csv"), {"q": "tuyet"}))

    assert (row["member"], row["names"], row["class"], row["shares"]) == ("1", "Nguyễn Thị Ánh Tuyết", "B", "4")


def test_member_page_keeps_every_superseded_address_with_both_its_dates(people: Offer) -> None:
    make_approved_batch(people)
    member = Member.objects.get(number=1)
    today = clock.today()
    MemberParticulars.objects.create(
        member=member, names=["Nguyễn Tuyết"], name_sort="nguyen tuyet", service_address="2 New Road", country="GB",
        effective_on=today + timedelta(days=1), entered_at=clock.now(),
    )  # fmt: skip

    lines = staff_client("chair").get(reverse("office:member", args=[1])).context["particulars"]

    assert [(line.names, line.superseded_on) for line in lines] == [
        (("Nguyễn Tuyết",), None),
        (("Nguyễn Thị Ánh Tuyết",), today + timedelta(days=1)),
    ]


def test_certificate_is_its_own_bytes_and_the_chair_has_no_link(people: Offer) -> None:
    make_approved_batch(people)
    run()
    certificate = Certificate.objects.select_related("file").order_by("serial").first()
    url = reverse("office:certificate_file", args=[certificate.public_id])

    answer = staff_client("finance").get(url)

    assert answer.content.startswith(b"%PDF")
    assert len(answer.content) == certificate.file.size_bytes
    assert url not in staff_client("chair").get(reverse("office:member", args=[1])).content.decode()


def test_mail_is_found_by_address_and_shown_as_text_only() -> None:
    client = staff_client("secretary")
    mail = write_mail("anna@example.org", html="<script>alert(1)</script><b>bold</b>")
    write_mail("bert@example.org")

    assert [row.to for row in found(client, "mails", q="ANNA")] == ["anna@example.org"]
    page = client.get(reverse("office:mail", args=[mail.public_id])).content.decode()
    assert "Your money arrived." in page
    assert "alert(1)" not in page
    assert "<b>bold</b>" not in page


def test_mail_with_a_sign_in_code_keeps_it_from_staff() -> None:
    with atomic():
        mail = queue_mail(to="anna@example.org", subject="Your code", text="123456", kind="account.login_code",
                          language="en", at=clock.now())  # fmt: skip

    page = staff_client("secretary").get(reverse("office:mail", args=[mail.public_id])).content.decode()

    assert "123456" not in page
    assert "its text is not shown to staff" in page


def test_waiting_mail_is_told_from_sent_mail() -> None:
    client = staff_client("secretary")
    sent, waiting = write_mail("sent@example.org"), write_mail("waiting@example.org")
    OutgoingMail.objects.filter(pk=sent.pk).update(sent_at=clock.now())

    assert found(client, "mails", state="waiting") == [waiting]
    assert found(client, "mails", state="sent") == [sent]


def test_job_waits_goes_on_and_is_cancelled_by_finance() -> None:
    client = staff_client("finance")
    add_job()
    job = Job.objects.get(kind="certificates")

    silent = client.post(reverse("office:job_pause", args=[job.public_id]), {"reason": ""})
    states = []
    for act, data in (("pause", {"reason": "The printer moves house"}), ("resume", {}), ("cancel", {})):
        client.post(reverse(f"office:job_{act}", args=[job.public_id]), data)
        job.refresh_from_db()
        states.append(job.state)

    assert silent.context["form"].errors == {"reason": ["Say why it waits."]}
    assert states == ["paused", "running", "cancelled"]


def test_failure_is_told_with_its_reason_and_tried_again_once() -> None:
    client = staff_client("secretary")
    add_failed_job()
    job = Job.objects.get(kind="certificates")

    page = client.get(reverse("office:job", args=[job.public_id]))
    for _press in range(2):
        client.post(reverse("office:job_again", args=[job.public_id]))

    [failure] = page.context["failures"]
    assert failure.item == "999999"
    assert "DoesNotExist" in failure.reason
    assert Job.objects.count() == 2
    assert Job.objects.exclude(pk=job.pk).get().chunks.get().items == [999_999]


def test_progress_block_polls_while_the_job_runs_and_stops_with_it() -> None:
    client = staff_client("chair")
    add_job()
    url = reverse("office:job_progress", args=[Job.objects.get(kind="certificates").public_id])

    running = client.get(url, headers={"hx-request": "true"}).content.decode()
    run()
    over = client.get(url, headers={"hx-request": "true"}).content.decode()

    assert f'hx-get="{url}"' in running
    assert "hx-get" not in over
    assert "1 needs a person." in over
    assert client.get(url).headers["Location"] == reverse("office:home")


def test_first_page_tells_what_waits_for_whom_and_what_went_wrong() -> None:
    client = staff_client("secretary", "finance")
    offer = make_open_offer()
    application = make_paid_application(offer)
    add_event()
    add_trouble()

    context = client.get(reverse("office:home")).context

    assert [(item.title, str(item.for_whom)) for item in context["waiting"]] == [
        (f"Allot: 1 paid application waits in {offer.title}", "the secretary"),
        ("1 message of the payment provider must be looked at", "finance"),
    ]
    assert [trouble.sentence for trouble in context["troubles"]] == [
        "A mail to somebody@example.org was not sent: refused"
    ]
    assert application.offer_id == offer.pk


def test_first_page_shows_only_what_its_reader_may_open() -> None:
    add_event()
    add_trouble()

    context = staff_client("chair").get(reverse("office:home")).context

    assert (context["waiting"], context["troubles"]) == ([], [])
    assert [str(item.label) for item in context["office_nav"]] == ["Today", "Meetings", "Register", "Ideas"]


def test_failed_refund_is_shown_where_finance_looks() -> None:
    client = staff_client("finance")
    application = make_paid_application(make_open_offer())
    now = clock.now()
    payment = Payment.objects.get(public_id=application.payment_id)
    with atomic():
        refund = request_refund(payment=payment, amount_minor=4750, reason="Withdrawn", key="r1", by=None, at=now)
    type(refund).objects.filter(pk=refund.pk).update(state="failed", failed_at=now, failure_reason="account closed")

    page = client.get(reverse("office:payments")).content.decode()
    home = client.get(reverse("office:home")).context

    assert "account closed" in page
    assert "A refund failed: account closed" in [trouble.sentence for trouble in home["troubles"]]
    assert "1 refund failed and must be settled" in [item.title for item in home["waiting"]]


def test_parked_message_is_settled_with_a_note_or_taken_up_again() -> None:
    client = staff_client("finance")
    add_event()
    add_event()

    silent = client.post(reverse("office:event_dismiss", args=["evt_0"]), {"note": ""})
    client.post(reverse("office:event_dismiss", args=["evt_0"]), {"note": "Paid back by hand"})
    client.post(reverse("office:event_again", args=["evt_1"]))

    assert silent.status_code == 422
    assert "Say how it was settled." in silent.content.decode()
    assert ProviderEvent.objects.get(pk="evt_0").processed_at is not None
    assert ProviderEvent.objects.get(pk="evt_1").parked_at is None


def test_books_are_proved_at_a_press_and_the_result_kept() -> None:
    client = staff_client("finance")
    make_paid_application(make_open_offer())

    answer = client.post(reverse("office:prove"), follow=True)

    assert answer.context["proof"].is_clean
    assert "The books hold together." in answer.content.decode()
    assert {row.code: row.balance_minor for row in answer.context["books"].clearing} == {
        "application_money:GBP": -4750,
        "provider_clearing:GBP": 4750,
    }


def test_audit_trail_is_found_by_person_and_act_and_speaks_in_sentences() -> None:
    client = staff_client("secretary")
    offer = make_bare_offer(by=client.user)

    lines = client.get(reverse("office:trail"), {"q": client.user.email, "verb": "offer_created"}).context["lines"]

    assert [(row.subject_id, event.sentence) for row, event in lines] == [
        (str(offer.pk), str(SENTENCES["offer_created"]))
    ]


def test_every_act_that_the_code_records_has_a_sentence() -> None:
    apps = ("accounts", "agm", "ballots", "beers", "core", "dividends", "equity", "ledger", "payments", "portal")
    sources = [path.read_text() for app in apps for path in (ROOT / app).rglob("*.py")]

    verbs = {verb for source in sources for verb in re.findall(r'verb="([a-z_]+)"', source)}

    assert sorted(verbs - SENTENCES.keys()) == []
