"""Passkeys in a real browser: Chromium with a virtual authenticator, on localhost, under our own policy."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.permissions import staff_required
from core import clock
from tests.accounts.conftest import PASSWORD, mailed_code, new_holder, new_staff
from tests.accounts.conftest import sign_in_by_code as enter_by_code

pytestmark = [pytest.mark.browser]


@pytest.fixture
def site(committed_db) -> Iterator[str]:
    """Passkeys are bound to a name, and an address of numbers is none: the server listens as localhost.

    pytest-django's own fixture flushes every table afterwards, which append-only tables refuse.
    """
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A phone with a fingerprint reader that always knows its owner."""
    page = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB").new_page()
    page.violations = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.violations.append(message.text) if message.type == "error" else None)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.devtools, page.reader = devtools, made["authenticatorId"]  # type: ignore[attr-defined]
    yield page
    page.context.close()


def sign_in_by_code(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/accounts/login/?next=/accounts/")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/login/code/confirm/**")
    page.get_by_label("Code").fill(mailed_code(email))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/accounts/")


def add_passkey(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/passkeys/add/")
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(f"{site}/accounts/")
    expect(page.get_by_text("My phone").first).to_be_visible()


def test_passkeys_are_asked_to_know_their_owner(client, holder):
    enter_by_code(client, holder)

    page = client.get("/accounts/passkeys/add/")

    asked = page.context["js_data"]["creation_options"]["publicKey"]["authenticatorSelection"]
    assert (asked["userVerification"], asked["residentKey"]) == ("required", "required")


def test_holder_adds_a_passkey_and_signs_in_with_it(page, site):
    tuyet = new_holder("tuyet@example.com", "Nguyễn Thị Ánh Tuyết", clock.now())
    sign_in_by_code(page, site, tuyet.email)
    add_passkey(page, site)
    assert Authenticator.objects.get(user=tuyet).type == "webauthn"
    page.context.clear_cookies()

    page.goto(f"{site}/accounts/login/?next=/accounts/sessions/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/accounts/sessions/")

    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    assert [text for text in page.violations if "Security Policy" in text] == []


def test_holder_with_a_passkey_still_gets_in_by_code_but_confirms_with_the_passkey(page, site):
    tuyet = new_holder("tuyet@example.com", "Nguyễn Thị Ánh Tuyết", clock.now())
    sign_in_by_code(page, site, tuyet.email)
    add_passkey(page, site)
    page.context.clear_cookies()
    cache.clear()

    sign_in_by_code(page, site, tuyet.email)
    page.goto(f"{site}/accounts/passkeys/add/")
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    expect(page.get_by_role("button", name="Send me a code")).to_have_count(0)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/accounts/passkeys/add/")


def test_staff_get_into_the_office_with_a_passkey_alone(page, site, rf):
    agnes = new_staff("agnes@example.com", clock.now(), app=False)
    page.goto(f"{site}/accounts/staff/?next=/accounts/")
    page.get_by_label("Your e-mail address").fill(agnes.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{site}/accounts/")
    page.goto(f"{site}/accounts/confirm/?next=/accounts/passkeys/add/")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code from the e-mail").fill(mailed_code(agnes.email))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/accounts/passkeys/add/")
    add_passkey(page, site)
    page.context.clear_cookies()

    page.goto(f"{site}/accounts/staff/?next=/accounts/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/accounts/")

    session = Client()
    session.cookies["sessionid"] = next(c["value"] for c in page.context.cookies() if c["name"] == "sessionid")
    request = rf.get("/office/")
    request.session, request.user = session.session, agnes
    assert staff_required("secretary")(lambda request: HttpResponse("the office"))(request).content == b"the office"


def test_reader_that_does_not_know_its_owner_makes_no_passkey(page, site):
    tuyet = new_holder("tuyet@example.com", "Nguyễn Thị Ánh Tuyết", clock.now())
    sign_in_by_code(page, site, tuyet.email)
    page.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": page.reader, "isUserVerified": False})

    page.goto(f"{site}/accounts/passkeys/add/")
    page.get_by_role("button", name="Add the passkey").click()

    expect(page.get_by_text("The browser gave us no passkey.")).to_be_visible()
    assert not Authenticator.objects.filter(user=User.objects.get(email=tuyet.email)).exists()
