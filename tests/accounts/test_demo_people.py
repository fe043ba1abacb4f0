"""The demo's people: usable by strangers, in the demo only, through the ordinary doors."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.errors import NotInTheDemo
from accounts.models import User
from accounts.services.demo_people import demo_credentials, ensure_demo_people
from core.transactions import atomic
from tests.accounts.conftest import signed_in_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(at):
    with atomic():
        return ensure_demo_people(at)


def test_ensure_demo_people_twice_makes_them_once(people, at):
    with atomic():
        again = ensure_demo_people(at)

    assert again == people
    assert User.objects.count() == EmailAddress.objects.count() == 7


def test_every_member_of_staff_gets_in_with_what_the_page_shows(people):
    staff = [person for person in demo_credentials() if person.roles]
    assert [person.roles for person in staff] == [
        ("secretary",),
        ("finance",),
        ("director",),
        ("chair",),
        ("door",),
    ]

    for person in staff:
        browser = Client()
        browser.post("/accounts/staff/", {"login": person.email, "password": person.password})
        browser.post("/accounts/login/second/", {"code": person.current_totp_code()})
        assert signed_in_as(browser) == people[person.email].pk


def test_second_visitor_in_the_same_half_minute_gets_a_code_that_works(people):
    director = next(person for person in demo_credentials() if person.roles == ("director",))

    for _visitor in range(2):
        browser = Client()
        browser.post("/accounts/staff/", {"login": director.email, "password": director.password})
        browser.post("/accounts/login/second/", {"code": director.current_totp_code()})
        assert signed_in_as(browser) == people[director.email].pk


def test_holders_get_in_with_the_code_the_page_shows(people, client):
    holder = next(person for person in demo_credentials() if person.email == "holder@demo.example")
    assert (holder.password, holder.current_totp_code(), holder.latest_email_code()) == ("", "", "")

    client.post("/accounts/login/", {"login": holder.email})
    client.post("/accounts/login/code/confirm/", {"code": holder.latest_email_code()})

    assert signed_in_as(client) == people[holder.email].pk


def test_demo_people_do_not_exist_outside_the_demo(settings, at):
    settings.DEMO = False

    with pytest.raises(NotInTheDemo), atomic():
        ensure_demo_people(at)
    with pytest.raises(NotInTheDemo):
        demo_credentials()
    assert not User.objects.exists()
