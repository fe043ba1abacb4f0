"""Every page of the office: open to its roles, closed to all others."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import config.urls  # noqa: F401  it registers the converters of our addresses
from accounts.enums import Role
from core import clock
from core.jobs import engine
from core.mail import queue_mail
from core.models import Job, OutgoingMail
from core.transactions import atomic
from equity.models import Application, Certificate, Member
from payments.models import ProviderEvent
from portal import urls_office
from portal.permissions import PERMISSIONS
from tests.databases import written_once
from tests.factories.beers import make_call, make_name
from tests.factories.equity import make_approved_batch, make_draft_offer, make_open_offer, make_paid_application
from tests.factories.meetings import OF_A_DRAFT, meeting_arguments
from tests.factories.money_out import money_pages
from tests.factories.people import make_holder, make_staff, sign_in, sign_in_staff
from tests.factories.refunds import make_failed_refund

pytestmark = pytest.mark.django_db
ROLES = [role.value for role in Role]
Pages = dict[str, Sequence[Any]]


def write_mail(to: str = "somebody@example.org", kind: str = "paid", html: str = "") -> OutgoingMail:
    with atomic():
        return queue_mail(
            to=to, subject="Paid", text="Your money arrived.", html=html, kind=kind, language="en", at=clock.now()
        )


def park_event(event_id: str = "evt_1") -> ProviderEvent:
    now = clock.now()
    return ProviderEvent.objects.create(
        event_id=event_id,
        type="checkout.session.completed",
        object_id="cs_1",
        livemode=False,
        payload={},
        created_at=now,
        received_at=now,
        parked_at=now,
        parked_reason="differs: amount_minor",
    )


@pytest.fixture(scope="module")
def rooms(django_db_setup: None, django_db_blocker: Any) -> Iterator[Pages]:
    """One row of everything the office shows, for all tests here."""
    with written_once(django_db_blocker):
        yield make_house()


def make_house() -> Pages:
    """Write one row of everything the office shows; return the arguments of each page's address."""
    money = money_pages(make_holder())
    engine.run()
    meetings = meeting_pages()  # first: its register was written long ago
    draft, offer = make_draft_offer(), make_open_offer()
    make_paid_application(offer)
    batch = make_approved_batch(offer)
    waiting = make_open_offer()
    make_paid_application(waiting)
    refused = make_failed_refund(make_paid_application(waiting))
    job = Job.objects.get(kind="certificates")
    slug, batch_id = [draft.slug], [batch.public_id]
    return {
        "offer": slug,
        "offer_section": [draft.slug, "ranking"],
        "authority_new": slug,
        "offer_sign": slug,
        "offer_approve": slug,
        "offer_open": slug,
        "offer_close": [offer.slug],
        "batch": batch_id,
        "batch_new": [waiting.slug],
        "batch_decide": batch_id,
        "batch_return": batch_id,
        "batch_return_csv": batch_id,
        "batch_return_delivered": batch_id,
        "application": [Application.objects.first().public_id],
        "member": [Member.objects.earliest("number").number],
        "certificate_file": [Certificate.objects.get().public_id],
        "mail": [write_mail().public_id],
        "idea": [make_name(make_call(), "Lock Gate").public_id],
        **{
            name: [job.public_id]
            for name in ("job", "job_progress", "job_pause", "job_resume", "job_cancel", "job_again")
        },
        "event_again": [park_event().event_id],
        "event_dismiss": ["evt_1"],
        "refund_again": [refused.public_id],
        "refund_settle": [refused.public_id],
        **meetings,
        **money,
    }


def meeting_pages() -> Pages:
    """Write a meeting held and one to come; return the arguments of each of their pages' addresses."""
    known = meeting_arguments()
    found = {}
    for pattern in urls_office.urlpatterns:
        if "meetings/<" in str(pattern.pattern):
            of_it = known["draft" if pattern.name in OF_A_DRAFT else "held"]
            found[pattern.name] = [of_it[argument] for argument in pattern.pattern.regex.groupindex]
    return found


POST_ONLY = ("prove", "job_pause", "job_resume", "job_again", "event_again", "event_dismiss", "batch_return_delivered",
             "refund_again", "refund_settle", "payout_pause", "payout_again", "payout_ask", "payout_news_close",
             "royalty_enter_file", "item_move", "notice_posted", "roll_freeze",
             "chair_open", "chair_act", "chair_end")  # fmt: skip
# What a GET is answered with where that is not the page itself: no such method, no file yet, the page around the block
# or the act, a form of which nothing was filled in.
EXPECTED = dict.fromkeys(POST_ONLY, 405) | {
    "certificate_file": 404,
    "job_progress": 302,
    "meeting_dates": 302,
    "payout_resume": 302,
    "payout_bad_rows": 302,
    "payout_file": 302,
    "tax_document_file": 302,
    "dividend_dry_run": 422,
}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    names = {f"office:{pattern.name}" for pattern in urls_office.urlpatterns}

    assert names == set(PERMISSIONS)


def test_every_page_opens_for_its_roles_and_for_nobody_else(rooms: Pages) -> None:
    staff = {role: sign_in_staff(make_staff(role)) for role in ROLES}

    wrong = []
    for page, roles in PERMISSIONS.items():
        name = page.partition(":")[2]
        url = reverse(page, args=rooms.get(name, []))
        for role, client in staff.items():
            expected = 403 if role not in roles else EXPECTED.get(name, 200)
            answer = client.get(url)
            if answer.status_code != expected:
                wrong.append((name, role, answer.status_code, expected))

    assert wrong == []


def test_strangers_are_sent_to_sign_in_and_holders_refused(rooms: Pages) -> None:
    stranger, holder = Client(), sign_in(make_holder())

    for page in PERMISSIONS:
        url = reverse(page, args=rooms.get(page.partition(":")[2], []))
        assert stranger.get(url).headers["Location"].startswith(reverse("account_login")), page
        assert holder.get(url).status_code == 403, page


def test_posts_are_refused_by_role_as_pages_are(rooms: Pages) -> None:
    door = sign_in_staff(make_staff("door"))

    assert {
        door.post(reverse(page, args=rooms.get(page.partition(":")[2], []))).status_code for page in PERMISSIONS
    } == {403}


@pytest.mark.parametrize(
    "path",
    [
        "applications/%00/",
        "applications/nothing/",
        "register/99999999999999999999/",
        "mail/x/",
        "jobs/x/",
        "allotments/x/",
        "meetings/x/",
        "meetings/0123456789012345678901/",
    ],
)
def test_address_of_nothing_is_not_found(path: str) -> None:
    client = sign_in_staff(make_staff("secretary"))

    assert client.get(f"{reverse('office:home')}{path}").status_code == 404


@pytest.mark.parametrize("page", ["applications", "register", "mails", "trail"])
def test_search_survives_what_no_name_holds(page: str) -> None:
    client = sign_in_staff(make_staff("secretary"))

    for typed in ("\x00", "'; DROP TABLE x;--", "%", "\u202e", "9" * 200, "ế" * 199):
        answer = client.get(
            reverse(f"office:{page}"), {"q": typed, "page": "-1", "sort": typed, "on": typed, "known_at": typed}
        )
        assert answer.status_code == 200, typed
