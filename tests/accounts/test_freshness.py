"""The fresh factor: see Note [Fresh factor] in accounts.freshness."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client

from accounts import freshness
from accounts.freshness import fresh_factor_required, has_fresh_factor
from accounts.models import ConfirmationCode, User
from accounts.queries.people import real_now
from accounts.services.people import make_user
from core.models import OutgoingMail
from core.transactions import atomic
from tests.accounts.conftest import (
    another,
    app_code,
    mailed_code,
    sign_in_as_staff,
    sign_in_by_code,
    signed_in_as,
)

pytestmark = pytest.mark.django_db
ASK_FIRST = "/accounts/confirm/?next=%2Faccounts%2Fpasskeys%2Fadd%2F"


@pytest.fixture
def is_fresh(rf):
    def _is_fresh(client):
        request = rf.get("/")
        request.session = client.session
        request.user = User.objects.get(pk=signed_in_as(client))
        return has_fresh_factor(request)

    return _is_fresh


def grow_old(client):
    session = client.session
    session.pop("fresh_factor", None)
    session.save()


def test_user_with_neither_password_nor_factor_is_not_fresh(client, at, is_fresh):
    with atomic():
        user = make_user(email="bare@example.com", party=None, by=None, at=at)
    client.force_login(user)

    assert not is_fresh(client)
    assert client.get("/accounts/passkeys/add/")["Location"] == ASK_FIRST


def test_sign_in_is_fresh_for_five_minutes(client, holder, is_fresh, monkeypatch):
    sign_in_by_code(client, holder)
    assert is_fresh(client)

    now = real_now()
    monkeypatch.setattr(freshness, "real_now", lambda: now + timedelta(seconds=299))
    assert is_fresh(client)
    monkeypatch.setattr(freshness, "real_now", lambda: now + timedelta(seconds=301))
    assert not is_fresh(client)


@pytest.mark.parametrize(
    "proof",
    [
        None,
        "yes",
        [],
        {},
        {"user": 0, "way": "code", "at": "2999-01-01T00:00:00+00:00"},
        {"way": "code", "at": "now"},
        {"way": "code", "at": None},
        {"way": "code", "at": "2999-01-01T00:00:00+00:00"},
        {"way": "code", "at": "2026-01-01T00:00:00"},
        {"way": "password"},
    ],
)
def test_strange_proof_is_no_proof(client, holder, is_fresh, proof):
    sign_in_by_code(client, holder)
    session = client.session
    session["fresh_factor"] = {"user": holder.pk, **proof} if isinstance(proof, dict) else proof
    session.save()

    assert not is_fresh(client)


def test_code_by_mail_confirms_and_leads_back(client, holder, is_fresh):
    sign_in_by_code(client, holder)
    grow_old(client)
    assert client.get("/accounts/passkeys/add/")["Location"] == ASK_FIRST

    asked = client.post("/accounts/confirm/?next=/accounts/passkeys/add/", {"action": "send"})
    assert OutgoingMail.objects.order_by("-id").first().kind == "account.confirmation_code"
    page = client.get(asked["Location"])
    assert 'autocomplete="one-time-code"' in page.content.decode()
    done = client.post(asked["Location"], {"code": mailed_code(holder.email)})

    assert done["Location"] == "/accounts/passkeys/add/"
    assert is_fresh(client)


def test_code_is_kept_as_a_hash_and_works_once(client, holder, is_fresh):
    sign_in_by_code(client, holder)
    grow_old(client)
    client.post("/accounts/confirm/", {"action": "send"})
    code = mailed_code(holder.email)
    assert code not in str(ConfirmationCode.objects.values().get())

    client.post("/accounts/confirm/", {"code": code})
    assert is_fresh(client)
    grow_old(client)
    again = client.post("/accounts/confirm/", {"code": code})

    assert "This code no longer works" in again.content.decode()
    assert not is_fresh(client)


def test_third_mistake_spends_the_code(client, holder, is_fresh):
    sign_in_by_code(client, holder)
    grow_old(client)
    client.post("/accounts/confirm/", {"action": "send"})
    code = mailed_code(holder.email)

    pages = [client.post("/accounts/confirm/", {"code": another(code)}).content.decode() for _try in range(3)]
    client.post("/accounts/confirm/", {"code": code})

    assert ["This code is not right" in page for page in pages] == [True, True, False]
    assert "This code no longer works" in pages[2]
    assert not is_fresh(client)


def test_code_of_another_session_or_too_old_is_refused(client, holder, is_fresh):
    other = Client()
    sign_in_by_code(other, holder)
    sign_in_by_code(client, holder)
    grow_old(client)
    client.post("/accounts/confirm/", {"action": "send"})
    code = mailed_code(holder.email)
    grow_old(other)
    other.post("/accounts/confirm/", {"code": code})
    assert not is_fresh(other)

    past = real_now() - timedelta(minutes=11)
    ConfirmationCode.objects.update(sent_at=past, expires_at=past + timedelta(minutes=10))
    client.post("/accounts/confirm/", {"code": code})

    assert not is_fresh(client)


def test_eleventh_code_in_an_hour_is_not_sent(client, holder):
    sign_in_by_code(client, holder)
    grow_old(client)
    for _code in range(10):
        client.post("/accounts/confirm/", {"action": "send"})

    response = client.post("/accounts/confirm/", {"action": "send"})

    assert "We have sent you several codes already" in response.content.decode()
    assert OutgoingMail.objects.filter(kind="account.confirmation_code").count() == 10


def test_staff_confirm_with_their_app_and_get_no_code(client, secretary, is_fresh):
    sign_in_as_staff(client, secretary)
    grow_old(client)

    client.post("/accounts/confirm/", {"action": "send"})
    assert not OutgoingMail.objects.filter(kind="account.confirmation_code").exists()
    used = client.post("/accounts/confirm/?next=/office/", {"code": app_code()})
    assert "used already" in used.content.decode()
    done = client.post("/accounts/confirm/?next=/office/", {"code": app_code(1)})

    assert done["Location"] == "/office/"
    assert is_fresh(client)


def test_mailed_code_no_longer_counts_once_a_factor_exists(client, holder, is_fresh):
    sign_in_by_code(client, holder)
    assert is_fresh(client)

    Authenticator.objects.create(user=holder, type=Authenticator.Type.TOTP, data={"secret": "x"})

    assert not is_fresh(client)


def test_nobody_is_sent_to_sign_in(rf):
    request = rf.post("/me/bank/?a=1")
    request.user, request.session = AnonymousUser(), {}

    response = fresh_factor_required(lambda request: HttpResponse("done"))(request)

    assert response["Location"] == "/accounts/login/?next=%2Fme%2Fbank%2F%3Fa%3D1"
