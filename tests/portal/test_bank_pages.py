"""The pages of bank details: who may see and change what, and that no number is shown again."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.freshness import SESSION_KEY as FRESH
from accounts.models import Party, User
from accounts.queries.people import MAILED_CODE, real_now
from accounts.services.people import make_joint_party, make_organisation
from core import clock
from core.transactions import atomic
from payments.models import BankMandate
from payments.queries.mandates import mandate_of
from portal.forms import typed_details
from tests.factories.banking import make_mandate
from tests.factories.people import make_holder, sign_in

BANK, CHANGE, CHECK, WITHDRAW = "/me/bank/", "/me/bank/change/", "/me/bank/change/check/", "/me/bank/withdraw/"
TYPED = {
    "scheme": "uk",
    "sort_code": "20 45 77",
    "account_number": "31926819",
    "iban": "",
    "holder_name": "Agnes Whitlock",
}
QUESTIONS = 9  # session, user, clock, roles, company; own party, parties acted for, all details, who decides otherwise
NUMBERS = re.compile(r"3192|20[- ]?45[- ]?77")
DAY = timedelta(days=1)


@pytest.fixture
def agnes(db: None) -> User:
    return make_holder(name="Agnes Whitlock", email="agnes@example.org")


def fresh_client(user: User, *, age_seconds: int = 0) -> Client:
    """Return the user's client, which proved a factor that long ago."""
    client = sign_in(user)
    session = client.session
    at = real_now() - timedelta(seconds=age_seconds)
    session[FRESH] = {"user": user.pk, "way": MAILED_CODE, "at": at.isoformat()}
    session.save()
    return client


def of(address: str, party: Party) -> str:
    return f"{address}?for={party.public_id}"


def joint_with(first: User, second: User) -> Party:
    with atomic():
        return make_joint_party(holders=[first.party, second.party], by=None, at=clock.now())


def press(client: Client, address: str, **extra: Any) -> Any:
    """Look at the page that shows what was typed, and say that it is right."""
    return client.post(address, {"shown": client.get(address).context["shown"]}, **extra)


def give_by_pages(client: Client, party: Party, typed: dict[str, str]) -> None:
    typing = client.post(of(CHANGE, party), typed)
    assert (typing.status_code, typing["Location"]) == (302, of(CHECK, party))
    done = press(client, of(CHECK, party))
    assert (done.status_code, done["Location"]) == (302, BANK)


def test_details_are_typed_checked_and_given(agnes) -> None:
    client = fresh_client(agnes)

    typing = client.post(CHANGE, TYPED)
    checking = client.get(typing["Location"])
    done = client.post(typing["Location"], {"shown": checking.context["shown"]}, follow=True)

    assert "20-45-77" in checking.content.decode()
    assert "31926819" in checking.content.decode()
    mandate = mandate_of(agnes.party_id)
    assert mandate is not None
    assert (mandate.ending, mandate.given_by, mandate.holder_name) == ("6819", agnes, "Agnes Whitlock")
    assert "We pay to the account ending 6819." in done.content.decode()


def test_nothing_is_given_before_it_is_checked(agnes) -> None:
    client = fresh_client(agnes)

    client.post(CHANGE, TYPED)
    client.get(of(CHECK, agnes.party))

    assert not BankMandate.objects.exists()


def test_change_says_from_when_we_pay_there(agnes) -> None:
    make_mandate(agnes.party, ending="4471", given_at=clock.now() - DAY)
    client = fresh_client(agnes)
    day = (clock.now() + 7 * DAY).strftime("%-d %B %Y")

    give_by_pages(client, agnes.party, TYPED)

    page = client.get(BANK).content.decode()
    assert f"From {day} we pay to the account ending 6819. Until then nothing is paid out." in page
    assert "Replaced on" in page


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"sort_code": "60-16-1"}, "sort_code", "A sort code has 6 digits. This one has 5."),
        ({"account_number": "GB29"}, "account_number", "This looks like an IBAN. Choose IBAN above and type it there."),
        ({"holder_name": ""}, "holder_name", "Type the name on the account."),
        (
            {"scheme": "iban", "iban": "de89 3704 0044 0532 0130 01"},
            "iban",
            "This IBAN does not add up: a digit is wrong, or two changed places. Compare each.",
        ),
        ({"scheme": "moon"}, "scheme", "Select a valid choice. moon is not one of the available choices."),
    ],
)
def test_refused_details_keep_what_was_typed_and_say_why(agnes, typed, field: str, sentence: str) -> None:
    answer = fresh_client(agnes).post(CHANGE, {**TYPED, **typed})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    page = answer.content.decode()
    assert page.count(sentence) == 2
    assert all(f'value="{value}"' in page for value in typed.values() if value and value != "moon")


def test_all_that_is_wrong_is_said_at_once(agnes) -> None:
    answer = fresh_client(agnes).post(CHANGE, {"scheme": "uk"})

    assert set(answer.context["form"].errors) == {"sort_code", "account_number", "holder_name"}


def test_fields_of_the_other_way_are_not_looked_at(agnes) -> None:
    client = fresh_client(agnes)

    give_by_pages(client, agnes.party, {**TYPED, "scheme": "iban", "iban": "DE89370400440532013000", "sort_code": "x"})

    assert BankMandate.objects.get().country == "DE"


def test_page_that_showed_other_details_takes_nothing_and_shows_the_present_ones(agnes) -> None:
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)
    first = client.get(CHECK).context["shown"]
    client.post(CHANGE, {**TYPED, "account_number": "55779911"})

    stale = client.post(CHECK, {"shown": first})
    nothing = mandate_of(agnes.party_id)
    done = client.post(CHECK, {"shown": stale.context["shown"]})

    assert (stale.status_code, nothing) == (422, None)
    page = stale.content.decode()
    assert "Nothing was taken: other details were typed after that page was shown" in page
    assert "55779911" in page
    assert "31926819" not in page
    assert done["Location"] == BANK
    assert BankMandate.objects.get().ending == "9911"


@pytest.mark.parametrize("mark", [{}, {"shown": ""}, {"shown": "0" * 64}, {"shown": "é"}])
def test_answer_without_the_mark_of_what_was_shown_takes_nothing(agnes, mark: dict[str, str]) -> None:
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)

    assert client.post(CHECK, mark).status_code == 422
    assert not BankMandate.objects.exists()


def test_mark_holds_in_its_own_session_only(agnes) -> None:
    first, second = fresh_client(agnes), fresh_client(agnes)
    first.post(CHANGE, TYPED)
    session = second.session
    session[typed_details.SESSION_KEY] = first.session[typed_details.SESSION_KEY]
    session.save()

    marks = [client.get(CHECK).context["shown"] for client in (first, second)]

    assert second.post(CHECK, {"shown": marks[0]}).status_code == 422
    assert second.post(CHECK, {"shown": marks[1]})["Location"] == BANK


def test_check_without_anything_typed_goes_back_to_the_form(agnes) -> None:
    client = fresh_client(agnes)

    asked, pressed = client.get(of(CHECK, agnes.party)), client.post(of(CHECK, agnes.party))

    assert {asked["Location"], pressed["Location"]} == {of(CHANGE, agnes.party)}
    assert not BankMandate.objects.exists()


def test_what_was_typed_is_forgotten_after_half_an_hour(agnes, monkeypatch) -> None:
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)
    later = real_now() + timedelta(minutes=30)
    monkeypatch.setattr(typed_details, "real_now", lambda: later)

    page = client.get(of(CHECK, agnes.party))

    assert page["Location"] == of(CHANGE, agnes.party)
    assert not NUMBERS.search(client.get(CHANGE).content.decode())


def test_what_was_typed_lies_sealed_in_the_session_until_it_is_given(agnes) -> None:
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)

    kept = dict(client.session)
    press(client, of(CHECK, agnes.party))

    assert kept[typed_details.SESSION_KEY]
    assert not NUMBERS.search(str(kept))
    assert typed_details.SESSION_KEY not in client.session


def test_what_was_typed_for_one_party_is_not_given_for_another(agnes) -> None:
    joint = joint_with(agnes, make_holder())
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)

    pressed = client.post(of(CHECK, joint))

    assert pressed["Location"] == of(CHANGE, joint)
    assert not BankMandate.objects.exists()


@pytest.mark.parametrize("address", [CHANGE, CHECK, WITHDRAW])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_holders_details_are_not_found(agnes, address: str, method: str) -> None:
    other = make_mandate(make_holder().party, ending="9999")
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)

    answer = client.get(of(address, other.party)) if method == "get" else client.post(of(address, other.party), TYPED)

    assert answer.status_code == 404
    assert list(BankMandate.objects.values_list("ending", "ended_at")) == [("9999", None)]
    assert "9999" not in client.get(BANK).content.decode()


def test_first_named_joint_holder_decides_and_the_second_reads_who_does(agnes) -> None:
    tom = make_holder(name="Tom Cooper", email="tom@example.org")
    joint = joint_with(agnes, tom)
    make_mandate(joint, ending="4471")

    first, second = fresh_client(agnes), fresh_client(tom)

    assert "4471" in first.get(BANK).content.decode()
    assert first.get(of(CHANGE, joint)).status_code == 200
    page = second.get(BANK).content.decode()
    assert "For Agnes Whitlock &amp; Tom Cooper, the money goes where Agnes Whitlock says" in page
    assert "4471" not in page
    assert [second.get(of(address, joint)).status_code for address in (CHANGE, CHECK, WITHDRAW)] == [404, 404, 404]


def test_representative_decides_for_the_organisation(agnes) -> None:
    with atomic():
        house = make_organisation(
            name="Hop House Ltd",
            number="01234567",
            representatives=[agnes.party],
            language="en",
            by=None,
            at=clock.now(),
        )

    give_by_pages(fresh_client(agnes), house, {**TYPED, "holder_name": "Hop House Ltd"})

    assert (mandate_of(house.pk) is not None, mandate_of(agnes.party_id)) == (True, None)


@pytest.mark.parametrize("address", [CHANGE, CHECK, WITHDRAW])
@pytest.mark.parametrize("age_seconds", [300, 100_000])
def test_stale_factor_is_asked_again_and_nothing_changes(agnes, address: str, age_seconds: int) -> None:
    mandate = make_mandate(agnes.party)
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)
    session = client.session
    session[FRESH] |= {"at": (real_now() - timedelta(seconds=age_seconds)).isoformat()}
    session.save()

    answers = [client.get(address), client.post(address, TYPED)]

    assert {answer.status_code for answer in answers} == {302}
    assert {answer["Location"].partition("?")[0] for answer in answers} == {"/accounts/confirm/"}
    assert BankMandate.objects.get() == mandate
    assert BankMandate.objects.get().ended_at is None


@pytest.mark.parametrize("address", [CHANGE, CHECK, WITHDRAW])
def test_session_without_any_factor_is_asked(agnes, address: str) -> None:
    answer = sign_in(agnes).get(address)

    assert answer["Location"].startswith("/accounts/confirm/?next=")


def test_withdraw_asks_first_and_then_pays_nowhere(agnes) -> None:
    make_mandate(agnes.party)
    client = fresh_client(agnes)

    asked = client.get(WITHDRAW)
    still = mandate_of(agnes.party_id)
    done = client.post(WITHDRAW, follow=True)

    assert "Pay nothing more to the account ending 4471?" in asked.content.decode()
    assert still is not None
    assert mandate_of(agnes.party_id) is None
    assert "We have no bank details." in done.content.decode()


def test_no_page_shows_more_than_the_ending_of_what_is_kept(agnes, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    client = fresh_client(agnes)
    give_by_pages(client, agnes.party, {**TYPED, "account_number": "31920001"})
    give_by_pages(client, agnes.party, TYPED)

    pages = [client.get(address, follow=True).content.decode() for address in (BANK, CHANGE, CHECK, WITHDRAW, "/me/")]

    assert all("6819" in page for page in pages[:4])
    assert not [page for page in pages if NUMBERS.search(page)]
    assert not NUMBERS.search(caplog.text)


def test_personal_pages_are_never_cached(agnes) -> None:
    client = fresh_client(agnes)
    client.post(CHANGE, TYPED)

    pages = [client.get(address) for address in (BANK, CHANGE, of(CHECK, agnes.party))]

    assert {(page.status_code, page["Cache-Control"]) for page in pages} == {(200, "no-store, private")}


@pytest.mark.parametrize("parties", [1, 3])
def test_page_asks_the_same_number_of_questions_for_one_and_three_parties(
    agnes, parties: int, django_assert_num_queries
) -> None:
    for _number in range(parties - 1):
        make_mandate(joint_with(agnes, make_holder()))
    make_mandate(agnes.party, given_at=clock.now() - DAY)
    make_mandate(agnes.party, ending="1234")
    client = sign_in(agnes)
    client.get(BANK)

    with django_assert_num_queries(QUESTIONS):
        client.get(BANK)
