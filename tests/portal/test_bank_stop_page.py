"""The public page behind the link in a mail about bank details."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from core import clock
from payments.models import BankMandate
from tests.factories.equity import make_company
from tests.factories.people import make_holder, sign_in
from tests.payments.bank_stories import account, endings_over_time, give, latest_token

STOPPED = [("4471", "replaced"), ("6666", "not_me"), ("4471", "")]
STANDING = [("4471", "replaced"), ("6666", "")]


@pytest.fixture
def agnes(db: None) -> User:
    make_company(email="shares@brewery.example")
    return make_holder(name="Agnes Whitlock", email="agnes@example.org")


@pytest.fixture
def address(agnes) -> str:
    """Where the link in the mail about the exchanged account leads."""
    give(agnes, account("4471"))
    give(agnes, account("6666"))
    return f"/bank/stop/{latest_token()}/"


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_what_opens_every_link_changes_nothing(agnes, address: str, method: str) -> None:
    for _time in range(3):
        getattr(Client(), method)(address)

    assert endings_over_time(agnes) == STANDING


def test_page_says_what_will_happen(agnes, address: str) -> None:
    page = Client().get(address).content.decode()

    assert "we pay nothing more to the account ending 6666;" in page
    assert "we pay to the account ending 4471 again, as before;" in page
    assert "Agnes" not in page


def test_button_works_as_browsers_send_it_under_no_referrer(agnes, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(address)

    answer = client.post(address, headers={"Origin": "null"}, follow=True)

    assert endings_over_time(agnes) == STOPPED
    assert answer.redirect_chain == [(address, 302)]
    assert "We pay to the account ending 4471 again." in answer.content.decode()


def test_button_pressed_twice_does_it_once(agnes, address: str) -> None:
    client = Client()

    answers = [client.post(address), client.post(address)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert endings_over_time(agnes) == STOPPED


def test_whoever_gave_the_details_is_signed_out(agnes, address: str) -> None:
    thief = sign_in(agnes)
    UserSession.objects.create(user=agnes, ip="127.0.0.1", session_key=thief.session.session_key)
    assert thief.get("/me/bank/").status_code == 200

    Client().post(address)

    assert thief.get("/me/bank/")["Location"].startswith("/accounts/login/")


def test_page_is_kept_nowhere_and_its_address_told_to_nobody(address: str) -> None:
    client = Client()

    answers = [client.get(address), client.post(address), client.get(address), client.get("/bank/stop/wrong/")]

    assert [answer.status_code for answer in answers] == [200, 302, 200, 404]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store, private"}
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}


def test_page_has_no_form_but_its_own(address: str) -> None:
    page = Client().get(address).content.decode()

    assert page.count("<form") == 1
    assert "csrfmiddlewaretoken" not in page


def test_wrong_and_old_links_get_the_same_page_that_tells_nothing(agnes, address: str, monkeypatch) -> None:
    give(agnes, account("7777"))
    later = clock.now() + timedelta(days=37)
    monkeypatch.setattr("portal.views.bank_stop.clock.now", lambda: later)

    pages = [Client().get(link) for link in (address, "/bank/stop/wrong/", f"/bank/stop/{'a' * 43}/")]
    pressed = Client().post(address)

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in [*pages, pressed]}) == 1
    told = pages[0].content.decode()
    assert "write to shares@brewery.example at once" in told
    assert not [word for word in ("4471", "6666", "7777", "Agnes") if word in told]
    assert BankMandate.objects.get(ended_at=None).ending == "7777"


def test_link_of_replaced_details_says_what_else_ends_and_does_it(agnes, address: str) -> None:
    give(agnes, account("7777"))

    page = Client().get(address).content.decode()
    done = Client().post(address, follow=True).content.decode()

    assert "we pay nothing more to the account ending 6666;" in page
    assert "we pay nothing more to the account ending 7777 either, which was given after it, on" in page
    assert "we pay to the account ending 4471 again, as before;" in page
    assert "We pay to the account ending 4471 again." in done
    assert endings_over_time(agnes) == [("4471", "replaced"), ("6666", "not_me"), ("7777", "not_me"), ("4471", "")]


def test_link_of_details_whose_successor_was_stopped_says_that_what_is_paid_stays(agnes, address: str) -> None:
    give(agnes, account("7777"))
    Client().post(f"/bank/stop/{latest_token()}/")

    page = Client().get(address).content.decode()
    done = Client().post(address, follow=True).content.decode()

    assert "7777" not in page
    assert "we pay to the account ending 4471, as now;" in page
    assert "We pay to the account ending 4471 again." in done


def test_page_speaks_the_language_of_the_mail(db: None) -> None:
    tuyet = make_holder(name="Nguyễn Thị Ánh Tuyết", language="vi")
    give(tuyet, account("6666"))

    answer = Client().get(f"/bank/stop/{latest_token()}/", headers={"Accept-Language": "en"})

    assert answer["Content-Language"] == "vi"
    assert '<html lang="vi">' in answer.content.decode()


def test_link_still_works_while_the_details_wait(agnes, address: str) -> None:
    assert BankMandate.objects.get(ending="6666").usable_from > clock.now()

    Client().post(address)

    assert endings_over_time(agnes) == STOPPED
