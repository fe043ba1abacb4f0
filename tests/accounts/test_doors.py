"""Redirects stay at home, limits fail closed, sessions can be ended, pages carry their headers."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import Party
from core.models import AuditRecord, OutgoingMail
from tests.accounts.conftest import PASSWORD, mailed_code, new_holder, sign_in_as_staff, sign_in_by_code, signed_in_as

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "https://evil.example",
    "http:evil.example",
    "https:evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "http://127.0.0.1/office/",
    "https://testserver@evil.example",
    "https://testserver.evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\thttps://evil.example",
    " //evil.example",
    "//evil.example\\@testserver/",
    "\x00//evil.example",
    "ftp://testserver/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_never_leads_elsewhere(client, holder, target):
    client.post("/accounts/login/", {"login": holder.email, "next": target})

    response = client.post("/accounts/login/code/confirm/", {"code": mailed_code(holder.email), "next": target})

    assert signed_in_as(client) == holder.pk
    assert response["Location"] == "/me/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_confirming_and_signing_out_never_lead_elsewhere(client, holder, target):
    sign_in_by_code(client, holder)
    client.post("/accounts/confirm/", {"action": "send"})

    confirmed = client.post("/accounts/confirm/", {"code": mailed_code(holder.email), "next": target})
    out = client.post("/accounts/logout/", {"next": target})

    assert (confirmed["Location"], out["Location"]) == ("/accounts/", "/")


def test_sign_in_leads_to_where_one_wanted_to_go(client, holder):
    first = client.post("/accounts/login/?next=/buy/x/%3Fstep%3D2", {"login": holder.email})

    response = client.post(first["Location"], {"code": mailed_code(holder.email)})

    assert response["Location"] == "/buy/x/?step=2"


@pytest.fixture
def no_cache_table(settings):
    gone = {**settings.CACHES["default"], "LOCATION": "core_cache_that_is_gone"}
    settings.CACHES = {"default": gone}


def test_nobody_gets_in_while_the_counters_cannot_be_reached(no_cache_table, client, holder, secretary):
    by_code = client.post("/accounts/login/", {"login": holder.email})
    by_password = client.post("/accounts/staff/", {"login": secretary.email, "password": "x"})
    sign_up = client.post("/accounts/signup/", {"full_name": "A B", "email": "a@example.com", "language": "en"})

    assert "Please try again" in by_code.content.decode()
    assert [by_code.status_code, by_password.status_code, sign_up.status_code] == [503] * 3
    assert not OutgoingMail.objects.exists()


def test_fourth_code_in_a_minute_is_refused_to_one_person_only(client, holder, at):
    other = new_holder("other@example.com", "Tom Brewster", at)
    for _code in range(3):
        Client().post("/accounts/login/", {"login": holder.email})

    refused = Client().post("/accounts/login/", {"login": holder.email})
    Client().post("/accounts/login/", {"login": other.email})

    assert "Too many attempts" in refused.content.decode()
    assert OutgoingMail.objects.filter(to=holder.email).count() == 3
    assert OutgoingMail.objects.filter(to=other.email).count() == 1


def test_two_hundred_holders_behind_one_address_get_their_codes(at):
    people = [new_holder(f"holder{number}@example.com", "Agnes Whitlock", at) for number in range(200)]

    answers = [Client().post("/accounts/login/", {"login": person.email}) for person in people]

    assert [answer.status_code for answer in answers] == [302] * 200
    assert OutgoingMail.objects.filter(kind="account.login_code").count() == 200


def test_signed_in_pages_touch_no_limit(client, holder):
    sign_in_by_code(client, holder)
    cache.clear()

    for _visit in range(5):
        client.get("/accounts/")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_cache WHERE cache_key LIKE '%%rl:%%'")
        assert cursor.fetchone() == (0,)


def test_cache_keeps_more_counters_than_a_meeting_has_people(db):
    for number in range(1200):
        cache.set(f"counter{number}", number, 60)

    assert [cache.get(f"counter{number}") for number in (0, 600, 1199)] == [0, 600, 1199]


def test_session_can_be_ended_from_another(client, holder):
    other = Client()
    sign_in_by_code(other, holder)
    sign_in_by_code(client, holder)
    row = UserSession.objects.get(session_key=other.session.session_key)

    client.post("/accounts/sessions/end/", {"session": row.pk})

    assert (signed_in_as(other), signed_in_as(client)) == (None, holder.pk)


def test_all_other_sessions_can_be_ended_at_once(client, holder):
    others = [Client() for _other in range(2)]
    for other in others:
        sign_in_by_code(other, holder)
    sign_in_by_code(client, holder)

    client.post("/accounts/sessions/end/")

    assert [signed_in_as(browser) for browser in (*others, client)] == [None, None, holder.pk]


def test_session_of_somebody_else_cannot_be_ended(client, holder, at):
    victim = Client()
    sign_in_by_code(victim, new_holder("victim@example.com", "Tom Brewster", at))
    sign_in_by_code(client, holder)
    row = UserSession.objects.get(session_key=victim.session.session_key)

    client.post("/accounts/sessions/end/", {"session": row.pk})

    assert signed_in_as(victim) is not None


def test_change_of_factor_ends_other_sessions_and_is_mailed(client, secretary):
    sign_in_as_staff(client, secretary)
    new = "another long and quiet one"
    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert signed_in_as(client) == secretary.pk
    assert OutgoingMail.objects.get().kind == "account.factor_changed"
    assert UserSession.objects.filter(user=secretary).exclude(session_key=client.session.session_key).count() == 0


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/staff/", "/accounts/signup/", "/accounts/password/reset/"],
)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_open_pages_answer_with_strict_headers(client, path, language):
    response = client.get(path, headers={"accept-language": language})

    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "no-store" in response["Cache-Control"]
    assert b"<script>" not in response.content
    assert b" style=" not in response.content


@pytest.mark.parametrize("path", ["/accounts/", "/accounts/sessions/", "/accounts/name/", "/accounts/confirm/"])
def test_own_pages_show_for_holders_and_are_never_cached(client, holder, path):
    sign_in_by_code(client, holder)

    response = client.get(path)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_name_and_language_can_be_changed(client, holder):
    sign_in_by_code(client, holder)

    client.post("/accounts/name/", {"full_name": "Nguyễn Thị Tuyết", "given_name": "", "language": "vi"})

    holder.party.refresh_from_db()
    party = holder.party
    assert (party.display_name, party.given_name, party.language) == ("Nguyễn Thị Tuyết", "Tuyết", "vi")
    assert party.name_search == "nguyen thi tuyet"


def test_passkey_of_somebody_else_stays(client, holder, at):
    other = new_holder("other@example.com", "Tom Brewster", at)
    theirs = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Tom’s phone"})
    sign_in_by_code(client, holder)

    response = client.post(f"/accounts/passkeys/{theirs.pk}/remove/")

    assert response["Location"] == "/accounts/"
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_change_of_name_is_written_down(client, holder):
    sign_in_by_code(client, holder)

    client.post("/accounts/name/", {"full_name": "Nguyễn Thị Tuyết", "given_name": "Tuyết", "language": "en"})

    record = AuditRecord.objects.get(verb="change_name")
    assert (record.by, record.detail["before"]) == (holder, "Nguyễn Thị Ánh Tuyết")


def test_name_that_cannot_stand_is_refused_and_kept(client, holder):
    sign_in_by_code(client, holder)

    page = client.post("/accounts/name/", {"full_name": "T\u200bom", "given_name": "Tommy", "language": "en"})

    assert "This name has a character that cannot stand in the register." in page.content.decode()
    assert "Tommy" in page.content.decode()
    assert Party.objects.get(pk=holder.party_id).display_name == "Nguyễn Thị Ánh Tuyết"
