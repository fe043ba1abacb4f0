"""Staff get in by two factors only, and the office asks for both."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client

from accounts.models import UsedCode, User
from accounts.permissions import holder_required, staff_required
from accounts.services.staff import give_role
from core.models import OutgoingMail
from core.transactions import atomic
from tests.accounts.conftest import (
    PASSWORD,
    SECRET,
    app_code,
    mailed_code,
    new_staff,
    sign_in_as_staff,
    sign_in_by_code,
    signed_in_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(rf):
    """Ask a page of the office as the client's session would."""

    def _visit(client, *roles):
        request = rf.get("/office/")
        request.session = client.session
        request.user = User.objects.get(pk=signed_in_as(client))
        return staff_required(*roles)(lambda request: HttpResponse("the office"))(request)

    return _visit


def test_password_and_app_open_the_office(client, secretary, visit):
    sign_in_as_staff(client, secretary)

    assert visit(client, "secretary").content == b"the office"
    assert visit(client).content == b"the office"


def test_other_role_gets_no_entry(client, secretary, visit):
    sign_in_as_staff(client, secretary)

    with pytest.raises(PermissionDenied):
        visit(client, "director", "finance")


def test_password_alone_asks_for_the_app(client, secretary):
    response = client.post("/accounts/staff/", {"login": secretary.email, "password": PASSWORD})

    assert response["Location"] == "/accounts/login/second/"
    assert signed_in_as(client) is None


def test_mailed_code_never_signs_staff_in(client, secretary):
    client.post("/accounts/login/", {"login": secretary.email})

    assert mailed_code(secretary.email) == ""
    assert OutgoingMail.objects.get().kind == "account.staff_sign_in"


def test_role_given_while_a_code_was_on_its_way_refuses_the_code(client, holder, at):
    client.post("/accounts/login/", {"login": holder.email})
    with atomic():
        give_role(user=holder, role="finance", by=None, at=at)

    response = client.post("/accounts/login/code/confirm/", {"code": mailed_code(holder.email)})

    assert response["Location"] == "/accounts/staff/"
    assert signed_in_as(client) is None


def test_role_given_to_a_signed_in_holder_ends_the_weak_session(client, holder, at, visit):
    sign_in_by_code(client, holder)
    with atomic():
        give_role(user=holder, role="finance", by=None, at=at)

    assert visit(client, "finance")["Location"] == "/accounts/staff/?next=%2Foffice%2F"


def test_staff_without_a_second_factor_are_led_to_set_one_up(client, at, visit):
    new = new_staff("new@example.com", at, app=False)
    client.post("/accounts/staff/", {"login": new.email, "password": PASSWORD})
    assert signed_in_as(client) == new.pk

    assert visit(client, "secretary")["Location"] == "/accounts/?next=%2Foffice%2F"
    assert "Add a second factor" in client.get("/accounts/").content.decode()


def test_setting_up_the_app_opens_the_office_and_spends_its_code(client, at, visit):
    new = new_staff("new@example.com", at, app=False)
    client.post("/accounts/staff/", {"login": new.email, "password": PASSWORD})
    client.post("/accounts/confirm/?next=/accounts/app/", {"action": "send"})
    client.post("/accounts/confirm/?next=/accounts/app/", {"code": mailed_code(new.email)})
    client.get("/accounts/app/")
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()

    response = client.post("/accounts/app/", {"code": app_code()})

    assert response["Location"] == "/accounts/recovery-codes/"
    assert visit(client, "secretary").content == b"the office"
    assert UsedCode.objects.filter(user=new).count() == 1


def test_second_factor_is_asked_again_after_a_working_day(client, secretary, visit):
    sign_in_as_staff(client, secretary)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 12 * 3600 + 1
    session.save()

    assert visit(client, "secretary")["Location"] == "/accounts/confirm/?next=%2Foffice%2F"


def test_app_code_works_once_even_when_the_cache_forgets(client, secretary):
    code = app_code()
    client.post("/accounts/staff/", {"login": secretary.email, "password": PASSWORD})
    client.post("/accounts/login/second/", {"code": code})
    assert signed_in_as(client) == secretary.pk
    cache.clear()

    again = Client()
    again.post("/accounts/staff/", {"login": secretary.email, "password": PASSWORD})
    response = again.post("/accounts/login/second/", {"code": code})

    assert "it was used already" in response.content.decode()
    assert signed_in_as(again) is None


def test_app_secret_is_not_readable_in_the_table(secretary):
    kept = Authenticator.objects.get(user=secretary).data["secret"]

    assert SECRET not in kept
    assert kept.startswith("gAAAA")


def test_wrong_password_says_the_same_for_known_and_unknown(client, secretary):
    known = client.post("/accounts/staff/", {"login": secretary.email, "password": "wrong"})
    unknown = client.post("/accounts/staff/", {"login": "nobody@example.com", "password": "wrong"})

    sentence = "The e-mail address and the password do not belong together."
    assert sentence in known.content.decode()
    assert sentence in unknown.content.decode()
    assert (known.status_code, signed_in_as(client)) == (unknown.status_code, None)


def test_five_wrong_app_codes_are_enough(client, secretary):
    client.post("/accounts/staff/", {"login": secretary.email, "password": PASSWORD})
    for _try in range(5):
        client.post("/accounts/login/second/", {"code": "000000"})

    response = client.post("/accounts/login/second/", {"code": app_code()})

    assert "Too many attempts" in response.content.decode()
    assert signed_in_as(client) is None


def test_recovery_code_works_once_and_is_kept_as_a_hash(client, secretary):
    sign_in_as_staff(client, secretary)
    page = client.post("/accounts/recovery-codes/")
    codes = page.context["codes"]
    kept = str(Authenticator.objects.get(user=secretary, type="recovery_codes").data)
    assert len(set(codes)) == 10
    assert not any(code in kept for code in codes)

    def sign_in(code):
        other = Client()
        other.post("/accounts/staff/", {"login": secretary.email, "password": PASSWORD})
        other.post("/accounts/login/second/", {"code": code})
        return signed_in_as(other)

    assert sign_in(f"{codes[0][:4]} {codes[0][4:8].lower()} {codes[0][8:]}") == secretary.pk
    assert sign_in(codes[0]) is None


def test_staff_cannot_take_away_their_last_factor(client, secretary):
    sign_in_as_staff(client, secretary)

    response = client.post("/accounts/app/remove/")

    assert "Staff keep at least one factor" in response.content.decode()
    assert Authenticator.objects.filter(user=secretary, type="totp").exists()


def test_password_link_works_once_and_ends_other_sessions(client, secretary):
    sign_in_as_staff(client, secretary)
    other = Client()
    other.post("/accounts/password/reset/", {"email": secretary.email})
    mail = OutgoingMail.objects.filter(kind="account.password_reset_key").get()
    link = next(line for line in mail.text.splitlines() if "/accounts/password/reset/" in line)
    assert link.startswith("http://localhost:8000/accounts/password/reset/")
    path = link.removeprefix("http://localhost:8000")

    form = other.get(path)["Location"]
    new = "another long and quiet one"
    done = other.post(form, {"password1": new, "password2": new})

    assert done["Location"] == "/accounts/password/reset/done/"
    assert User.objects.get(pk=secretary.pk).check_password(new)
    assert signed_in_as(client) is None
    assert "This link no longer works" in Client().get(path).content.decode()


def test_password_link_is_not_sent_to_holders(client, holder):
    client.post("/accounts/password/reset/", {"email": holder.email})

    assert OutgoingMail.objects.get().kind == "account.no_password_needed"


def test_staff_without_shares_have_no_holders_pages(rf, secretary):
    request = rf.get("/me/")
    request.user = secretary

    with pytest.raises(PermissionDenied):
        holder_required(lambda request: HttpResponse())(request)
