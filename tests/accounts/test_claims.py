"""Somebody the books know by an address only, who proves it: they are that person from then on, and only they."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.errors import SharedAddress
from accounts.models import Party, PrivateContact, User
from accounts.queries.changes import has_reset_since
from accounts.services.people import make_organisation, make_user, register_person
from core.models import AuditRecord, OutgoingMail
from core.transactions import atomic
from tests.accounts.conftest import another, mailed_code, new_holder, new_staff, signed_in_as
from tests.accounts.test_sign_up import ANSWERS, SQUATTED, sign_in_as_seen_by_a_stranger, sign_up_as_seen_by_a_stranger

pytestmark = pytest.mark.django_db
EMAIL = "tuyet@example.com"
DAY = timedelta(days=1)


def in_the_books(at, *, name="Nguyễn Thị Ánh Tuyết", email="Tuyet@Example.com", language="vi"):
    with atomic():
        return register_person(name=name, language=language, email=email, by=None, at=at)


def ask(client, email=EMAIL):
    """Ask for a code and return it."""
    client.post("/accounts/login/", {"login": email})
    return mailed_code(email.strip().lower())


def sign_in(client, email=EMAIL):
    return client.post("/accounts/login/code/confirm/", {"code": ask(client, email)}, follow=True)


def kinds(email=EMAIL):
    return [mail.kind for mail in OutgoingMail.objects.filter(to=email).order_by("id")]


@pytest.mark.parametrize("typed", [EMAIL, "TUYET@example.COM", "  tuyet@example.com "])
def test_person_of_the_books_signs_in_by_the_code_mailed_to_their_address(client, at, typed):
    party = in_the_books(at)

    page = sign_in(client, typed).content.decode()

    user = User.objects.get()
    assert (user.email, user.party, signed_in_as(client)) == (EMAIL, party, user.pk)
    assert EmailAddress.objects.get(user=user).verified
    assert "Our books know this address as that of Nguyễn Thị Ánh Tuyết" in page
    assert [(mail.kind, mail.language) for mail in OutgoingMail.objects.order_by("id")] == [
        ("account.login_code", "vi"),
        ("account.sign_in_opened", "vi"),
    ]
    trail = AuditRecord.objects.get(verb="claim_person")
    assert (trail.by, trail.subject_id, trail.detail) == (user, str(user.pk), {"party": party.pk})


def test_second_sign_in_opens_nothing_again(client, at):
    in_the_books(at)
    sign_in(client)

    sign_in(Client())

    assert kinds() == ["account.login_code", "account.sign_in_opened", "account.login_code"]
    assert AuditRecord.objects.filter(verb="claim_person").count() == 1


def test_code_asked_for_and_not_proved_links_nobody(client, at):
    party = in_the_books(at)

    code = ask(client)
    client.post("/accounts/login/code/confirm/", {"code": another(code)})

    assert (User.objects.get().party, signed_in_as(client)) == (None, None)
    assert not User.objects.filter(party=party).exists()
    assert not EmailAddress.objects.get().verified


def test_code_is_mailed_again_after_an_attempt_that_was_given_up(client, at):
    party = in_the_books(at)
    ask(Client())

    sign_in(client)

    assert User.objects.get().party == party


def test_sign_up_with_an_address_of_the_books_becomes_that_person_under_their_name(client, at):
    party = in_the_books(at)
    client.post("/accounts/signup/", {**ANSWERS, "full_name": "Tuyet N.", "language": "en"})

    client.post("/accounts/signup/code/", {"code": mailed_code(EMAIL)})

    user = User.objects.get()
    assert (signed_in_as(client), user.party) == (user.pk, party)
    assert (user.party.display_name, user.party.language) == ("Nguyễn Thị Ánh Tuyết", "vi")
    assert list(Party.objects.all()) == [party]
    assert kinds()[-1] == "account.sign_in_opened"


def test_name_a_stranger_signed_up_with_is_gone_when_the_owner_signs_in(client, at):
    party = in_the_books(at)
    Client().post("/accounts/signup/", SQUATTED)

    sign_in(client)

    assert User.objects.get().party == party
    assert list(Party.objects.values_list("display_name", flat=True)) == ["Nguyễn Thị Ánh Tuyết"]


def test_sign_up_after_asking_for_a_code_is_a_sign_up(client, at):
    party = in_the_books(at)
    ask(Client())
    PrivateContact.objects.filter(party=party).update(email="moved@example.com")

    client.post("/accounts/signup/", ANSWERS)
    client.post("/accounts/signup/code/", {"code": mailed_code(EMAIL)})

    user = User.objects.get()
    assert signed_in_as(client) == user.pk
    assert user.party != party
    assert user.party.display_name == ANSWERS["full_name"]


def test_several_people_with_the_address_are_told_to_write_and_nobody_is_linked(client, at):
    in_the_books(at)
    in_the_books(at, name="Lê Văn Hùng")

    client.post("/accounts/login/", {"login": EMAIL})

    assert (User.objects.count(), kinds()) == (0, ["account.shared_address"])


def test_several_people_with_the_address_sign_up_as_somebody_new_and_are_told_to_write(client, at):
    in_the_books(at)
    in_the_books(at, name="Lê Văn Hùng")
    client.post("/accounts/signup/", ANSWERS)

    page = client.post("/accounts/signup/code/", {"code": mailed_code(EMAIL)}, follow=True).content.decode()

    assert str(SharedAddress.sentence) in page
    assert Party.objects.filter(user__email=EMAIL, contact__email=EMAIL).count() == 1
    assert Party.objects.count() == 3
    assert kinds()[-1] == "account.shared_address"


def test_second_person_entered_before_the_code_is_typed_stops_the_claim(client, at):
    in_the_books(at)
    code = ask(client)
    in_the_books(at, name="Lê Văn Hùng")

    page = client.post("/accounts/login/code/confirm/", {"code": code}, follow=True).content.decode()

    assert str(SharedAddress.sentence) in page
    assert (signed_in_as(client), User.objects.get().party) == (None, None)


def test_address_somebody_with_another_sign_in_shares_counts_as_several(client, at):
    in_the_books(at)
    partner = new_holder("hung@example.com", "Lê Văn Hùng", at)
    PrivateContact.objects.filter(party=partner.party).update(email=EMAIL)

    client.post("/accounts/login/", {"login": EMAIL})

    assert kinds() == ["account.shared_address"]


def test_address_of_an_organisation_opens_nothing(client, at):
    with atomic():
        make_organisation(name="Kiln Ltd", number="1", representatives=[], language="en", email=EMAIL, by=None, at=at)

    client.post("/accounts/login/", {"login": EMAIL})

    assert (User.objects.count(), kinds()) == (0, ["account.unknown_account"])


def test_staff_with_an_address_of_the_books_come_in_as_staff_only(client, at):
    party = in_the_books(at)
    new_staff(EMAIL, at)

    client.post("/accounts/login/", {"login": EMAIL})

    assert kinds() == ["account.staff_sign_in"]
    assert not User.objects.filter(party=party).exists()


def test_closed_sign_in_is_not_opened_by_a_claim(client, at):
    party = in_the_books(at)
    with atomic():
        closed = make_user(email=EMAIL, party=None, by=None, at=at)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    client.post("/accounts/login/", {"login": EMAIL})

    assert kinds() == ["account.sign_in_closed"]
    assert not User.objects.filter(party=party).exists()


def test_person_with_a_sign_in_is_nobody_elses(client, at, holder):
    in_the_books(at, name="Lê Văn Hùng")

    sign_in(client)

    assert (signed_in_as(client), User.objects.get()) == (holder.pk, holder)
    assert holder.party.display_name == "Nguyễn Thị Ánh Tuyết"


def test_strangers_learn_nothing_about_who_is_in_the_books(at):
    in_the_books(at, email="known@example.com")
    for name in ("Lê Văn Hùng", "Agnes Whitlock"):
        in_the_books(at, name=name, email="shared@example.com")

    for seen_by_a_stranger in (sign_in_as_seen_by_a_stranger, sign_up_as_seen_by_a_stranger):
        OutgoingMail.objects.all().update(to="read@example.com")
        seen = [seen_by_a_stranger(f"{who}@example.com") for who in ("nobody", "known", "shared")]
        assert seen[0][1] == 1
        assert seen[1:] == [seen[0]] * 2


def test_claim_counts_as_a_reset_for_those_who_ask_whether_an_address_alone_opened_it(client, at):
    in_the_books(at)
    sign_in(client)

    user = User.objects.get()
    assert (has_reset_since(user, at - DAY), has_reset_since(user, at + DAY)) == (True, False)
