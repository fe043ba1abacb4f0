"""Signing up and in by a mailed code, and what strangers can learn from it: nothing."""

import re
from statistics import median
from time import perf_counter

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.models import Party, User
from core.models import OutgoingMail
from tests.accounts.conftest import another, mailed_code, new_holder, new_staff, sign_in_by_code, signed_in_as

pytestmark = pytest.mark.django_db
ANSWERS = {"full_name": "Nguyễn Thị Ánh Tuyết", "email": "Tuyet@Example.com", "language": "vi"}


def test_sign_up_then_code_signs_in(client):
    response = client.post("/accounts/signup/?next=/buy/", ANSWERS)
    assert response["Location"] == "/accounts/signup/code/"
    assert signed_in_as(client) is None

    response = client.post("/accounts/signup/code/", {"code": mailed_code("tuyet@example.com")})

    user = User.objects.get(email="tuyet@example.com")
    assert signed_in_as(client) == user.pk
    assert response["Location"] == "/buy/"
    assert EmailAddress.objects.get(user=user).verified
    assert not user.has_usable_password()


def test_sign_up_writes_the_least(client):
    client.post("/accounts/signup/", ANSWERS)

    party = Party.objects.get(user__email="tuyet@example.com")
    assert (party.kind, party.display_name, party.given_name, party.language) == (
        "person",
        "Nguyễn Thị Ánh Tuyết",
        "Tuyết",
        "vi",
    )
    assert (party.contact.email, party.contact.phone, party.contact.date_of_birth) == ("tuyet@example.com", "", None)


def test_sign_up_mail_has_text_and_html_and_no_name_a_stranger_chose(client):
    client.post("/accounts/signup/", {**ANSWERS, "full_name": "Visit evil.example"})

    mail = OutgoingMail.objects.get()
    code = mailed_code("tuyet@example.com")
    assert (mail.kind, mail.to) == ("account.email_confirmation_signup", "tuyet@example.com")
    assert code in mail.subject
    assert code in mail.html
    assert "evil" not in mail.text + mail.html + mail.subject


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"full_name": "J\u043ehn"}, "One word of this name mixes letters of different alphabets."),
        ({"full_name": "a\u202eb"}, "This name has a character that cannot stand in the register."),
        ({"full_name": "x" * 301}, "This name is longer than the 300 characters our register can hold."),
        ({"full_name": ""}, "Enter your full name."),
        ({"email": "tuyet"}, "Enter an e-mail address like name@example.com."),
        ({"email": "a@b.c\r\nBcc: x@y.z"}, "Enter an e-mail address like name@example.com."),
        ({"language": "xx"}, "Select a valid choice."),
    ],
)
def test_sign_up_with_a_mistake_says_so_and_keeps_what_was_typed(client, changed, sentence):
    response = client.post("/accounts/signup/", {**ANSWERS, **changed})

    page = response.content.decode()
    assert sentence in page
    assert "There is a problem" in page
    kept = "tuyet@example.com" if "full_name" in changed else "Nguyễn Thị Ánh Tuyết"
    assert kept in page.replace("Tuyet@Example.com", "tuyet@example.com")
    assert not User.objects.exists()


SQUATTED = {"full_name": "Mallory Vane", "email": "tuyet@example.com", "language": "en"}


def test_name_a_stranger_signed_up_with_gives_way_to_the_owners(client):
    Client().post("/accounts/signup/", SQUATTED)
    client.post("/accounts/signup/", ANSWERS)
    code = mailed_code("tuyet@example.com")
    Client().post("/accounts/signup/", SQUATTED)

    client.post("/accounts/signup/code/", {"code": code})

    user = User.objects.get(email="tuyet@example.com")
    assert signed_in_as(client) == user.pk
    party = user.party
    assert (party.display_name, party.given_name, party.language) == ("Nguyễn Thị Ánh Tuyết", "Tuyết", "vi")
    assert "anh tuyet" in party.name_search


def test_stranger_cannot_rename_whom_proved_the_address(client):
    client.post("/accounts/signup/", ANSWERS)
    client.post("/accounts/signup/code/", {"code": mailed_code("tuyet@example.com")})

    Client().post("/accounts/signup/", SQUATTED)

    assert Party.objects.get(user__email="tuyet@example.com").display_name == "Nguyễn Thị Ánh Tuyết"


def test_signing_in_does_not_prove_a_strangers_sign_up(client):
    Client().post("/accounts/signup/", SQUATTED)

    client.post("/accounts/login/", {"login": "tuyet@example.com"})

    mail = OutgoingMail.objects.order_by("-id")[0]
    assert (mail.kind, mailed_code("tuyet@example.com")) == ("account.unknown_account", "")
    assert not EmailAddress.objects.get(email="tuyet@example.com").verified


def test_wrong_code_thrice_ends_the_attempt(client):
    client.post("/accounts/signup/", ANSWERS)
    code = mailed_code("tuyet@example.com")

    first = client.post("/accounts/signup/code/", {"code": another(code)})
    client.post("/accounts/signup/code/", {"code": another(code)})
    third = client.post("/accounts/signup/code/", {"code": another(code)})
    late = client.post("/accounts/signup/code/", {"code": code})

    assert "This code is not right" in first.content.decode()
    assert third["Location"] == "/accounts/login/"
    assert late["Location"] == "/accounts/login/"
    assert signed_in_as(client) is None


def test_wrong_sign_in_code_thrice_ends_the_attempt(client, holder):
    client.post("/accounts/login/", {"login": holder.email})
    code = mailed_code(holder.email)

    for _try in range(3):
        client.post("/accounts/login/code/confirm/", {"code": another(code)})
    client.post("/accounts/login/code/confirm/", {"code": code})

    assert signed_in_as(client) is None


def test_code_of_one_browser_does_not_work_in_another(client, holder):
    client.post("/accounts/login/", {"login": holder.email})

    thief = Client()
    thief.post("/accounts/login/", {"login": "other@example.com"})
    thief.post("/accounts/login/code/confirm/", {"code": mailed_code(holder.email)})

    assert signed_in_as(thief) is None


def test_code_works_ten_minutes(client, holder, monkeypatch):
    client.post("/accounts/login/", {"login": holder.email})
    session = client.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= 601
    session.save()

    client.post("/accounts/login/code/confirm/", {"code": mailed_code(holder.email)})

    assert signed_in_as(client) is None


def test_holder_is_written_to_in_their_language(client, at):
    tuyet = new_holder("tuyet@example.com", "Nguyễn Thị Ánh Tuyết", at, language="vi")

    client.post("/accounts/login/", {"login": tuyet.email}, headers={"accept-language": "en"})

    assert OutgoingMail.objects.get().language == "vi"


def test_sign_in_starts_a_new_session(client, holder):
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": holder.email})
    before = client.session.session_key

    client.post("/accounts/login/code/confirm/", {"code": mailed_code(holder.email)})

    assert client.session.session_key != before
    stale = Client()
    stale.cookies["sessionid"] = before
    assert signed_in_as(stale) is None


def shape(response, *, of):
    """What a stranger sees, without what differs for everybody: the token, and the address that was typed."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return response.status_code, response.headers.get("Location"), body.replace(of, "ADDRESS")


def sign_in_as_seen_by_a_stranger(email):
    stranger = Client()
    first = stranger.post("/accounts/login/", {"login": email})
    page = stranger.get("/accounts/login/code/confirm/")
    wrong = stranger.post("/accounts/login/code/confirm/", {"code": "BCDFGH"})
    return [shape(answer, of=email) for answer in (first, page, wrong)], OutgoingMail.objects.filter(to=email).count()


def test_sign_in_tells_nothing_about_who_is_known(at):
    new_holder("holder@example.com", "Agnes Whitlock", at)
    new_staff("staff@example.com", at)
    closed = new_holder("closed@example.com", "Tom Brewster", at)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    seen = [sign_in_as_seen_by_a_stranger(f"{who}@example.com") for who in ("holder", "nobody", "staff", "closed")]

    assert seen[0][1] == 1
    assert seen[1:] == [seen[0]] * 3


def test_sign_in_mail_tells_its_owner_what_to_do(at, client):
    new_staff("staff@example.com", at)

    client.post("/accounts/login/", {"login": "nobody@example.com"})
    Client().post("/accounts/login/", {"login": "staff@example.com"})

    assert [mail.kind for mail in OutgoingMail.objects.order_by("id")] == [
        "account.unknown_account",
        "account.staff_sign_in",
    ]


def sign_up_as_seen_by_a_stranger(email):
    stranger = Client()
    first = stranger.post("/accounts/signup/", {**ANSWERS, "email": email})
    page = stranger.get("/accounts/signup/code/")
    wrong = stranger.post("/accounts/signup/code/", {"code": "BCDFGH"})
    return [shape(answer, of=email) for answer in (first, page, wrong)], OutgoingMail.objects.filter(to=email).count()


def test_sign_up_tells_nothing_about_who_is_known(at):
    new_holder("holder@example.com", "Agnes Whitlock", at)
    new_staff("staff@example.com", at)

    Client().post("/accounts/signup/", {**ANSWERS, "email": "unproved@example.com"})
    OutgoingMail.objects.all().update(to="read@example.com")

    people = ("nobody", "holder", "staff", "unproved")
    seen = [sign_up_as_seen_by_a_stranger(f"{who}@example.com") for who in people]

    assert seen[0][1] == 1
    assert seen[1:] == [seen[0]] * 3
    assert User.objects.get(email="holder@example.com").party.display_name == "Agnes Whitlock"


def test_asking_for_a_password_tells_nothing_about_who_is_known(at):
    new_holder("holder@example.com", "Agnes Whitlock", at)
    new_staff("staff@example.com", at)

    def seen(email):
        answer = Client().post("/accounts/password/reset/", {"email": email})
        return shape(answer, of=email), OutgoingMail.objects.filter(to=email).count()

    answers = [seen(f"{who}@example.com") for who in ("nobody", "holder", "staff")]

    assert answers == [answers[0]] * 3
    assert answers[0][1] == 1


def test_sign_in_takes_roughly_the_same_time_for_known_and_unknown(at):
    new_holder("holder@example.com", "Agnes Whitlock", at)

    def seconds(email):
        cache.clear()
        stranger = Client()
        start = perf_counter()
        stranger.post("/accounts/login/", {"login": email})
        return perf_counter() - start

    pairs = [(seconds("holder@example.com"), seconds("nobody@example.com")) for _turn in range(15)]
    known, unknown = (median(column) for column in zip(*pairs, strict=True))

    # Both write one mail; a hash of a password, the usual leak, would take a hundred times longer than this allows.
    assert abs(known - unknown) < max(known, unknown)


def test_signed_in_visitor_of_the_sign_up_code_page_is_sent_on(client, holder):
    sign_in_by_code(client, holder)

    assert client.get("/accounts/signup/code/")["Location"] == "/accounts/"
