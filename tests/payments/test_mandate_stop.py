"""The mails about bank details, and the link in them that stops what was not the holder's."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.html import strip_tags

from accounts.models import User
from accounts.services.addresses import change_email
from accounts.services.people import make_joint_party, make_organisation
from core import clock
from core.models import AuditRecord, OutgoingMail
from core.transactions import atomic
from payments.enums import MandateEnd
from payments.errors import StopLinkUnknown
from payments.models import BankMandate
from payments.queries.mandates import find_stoppable, mandate_of, stopped_lately
from payments.services.mandates import withdraw_mandate
from portal.queries.office_mails import holds_secret
from tests.factories.equity import make_company
from tests.factories.people import make_holder, sign_in
from tests.payments.bank_stories import account, endings_over_time, give, latest_token, mails, stop, token_in

HOLD, DAY, WINDOW = timedelta(days=7), timedelta(days=1), timedelta(days=30)


@pytest.fixture
def agnes(db: None) -> User:
    return make_holder(name="Agnes Whitlock", email="agnes@example.org")


@pytest.fixture
def changed(agnes) -> User:
    """Agnes, whose account ending 4471 somebody exchanged for one ending 6666 a moment ago."""
    give(agnes, account("4471"), at=clock.now() - 9 * DAY)
    give(agnes, account("6666", name="M Allory"))
    return agnes


def test_stop_brings_the_details_before_back_at_once(changed) -> None:
    at = clock.now()
    before = BankMandate.objects.get(ending="4471")

    stopped = stop(latest_token(), at=at)

    assert endings_over_time(changed) == [("4471", "replaced"), ("6666", "not_me"), ("4471", "")]
    assert stopped.restored is not None
    assert (stopped.restored.restores, stopped.restored.usable_from) == (before, at)
    assert mandate_of(changed.party_id) == stopped.restored


def test_stop_twice_does_it_once_and_says_the_same(changed) -> None:
    token = latest_token()

    first, second = stop(token), stop(token)

    assert first == second
    assert BankMandate.objects.count() == 3
    assert AuditRecord.objects.filter(verb="mandate_stopped").count() == len(mails("bank_stopped")) == 1


def test_stop_of_first_details_leaves_none(agnes) -> None:
    give(agnes, account("6666"))

    stopped = stop(latest_token())

    assert stopped.restored is None
    assert mandate_of(agnes.party_id) is None
    assert give(agnes, account("4471")).usable_from > clock.now() + HOLD - DAY


def test_stop_does_not_bring_back_what_never_was_usable(changed) -> None:
    give(changed, account("7777", name="M Allory"))

    stop(latest_token())

    assert endings_over_time(changed)[-2:] == [("7777", "not_me"), ("4471", "")]


def test_stop_does_not_bring_back_the_same_account_under_another_name(agnes) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - 60 * DAY)
    give(agnes, account("6666", name="M Allory"), at=at - 20 * DAY)
    give(agnes, account("6666", name="Agnes Whitlock"), at=at)

    stop(latest_token())

    assert endings_over_time(agnes)[-1] == ("4471", "")


def test_stop_does_not_bring_back_what_the_holder_took_back(agnes) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - DAY)
    with atomic():
        withdraw_mandate(party=agnes.party, by=agnes, at=at)
    give(agnes, account("6666"))

    stop(latest_token())

    assert mandate_of(agnes.party_id) is None


def test_stop_of_a_second_theft_brings_the_first_account_back_again(changed) -> None:
    stop(latest_token())
    give(changed, account("8888", name="M Allory"))

    stop(latest_token())

    assert endings_over_time(changed)[-2:] == [("8888", "not_me"), ("4471", "")]


def test_stop_skips_what_could_still_be_stopped_itself(agnes) -> None:
    at = clock.now()
    give(agnes, account("1111"), at=at - 100 * DAY)
    give(agnes, account("6666", name="M Allory"), at=at - 8 * DAY)
    give(agnes, account("7777", name="M Allory"), at=at)

    stopped = stop(latest_token(), at=at)

    assert stopped.restored is not None
    assert (stopped.restored.ending, stopped.restored.usable_from) == ("1111", at)
    assert endings_over_time(agnes)[1:] == [("6666", "replaced"), ("7777", "not_me"), ("1111", "")]


@pytest.mark.parametrize(("stood", "restored"), [(WINDOW - timedelta(seconds=1), "1111"), (WINDOW, "2222")])
def test_stop_brings_back_what_stood_until_its_own_link_had_ended(agnes, stood: timedelta, restored: str) -> None:
    at = clock.now()
    give(agnes, account("1111"), at=at - 100 * DAY)
    give(agnes, account("2222"), at=at - HOLD - stood)
    give(agnes, account("6666", name="M Allory"), at=at)

    stop(latest_token(), at=at)

    assert endings_over_time(agnes)[-1] == (restored, "")


def test_corrected_name_does_not_begin_the_proof_of_an_account_anew(agnes) -> None:
    at = clock.now()
    give(agnes, account("1111"), at=at - 100 * DAY)
    give(agnes, account("2222"), at=at - 60 * DAY)
    give(agnes, account("2222", name="A Whitlock"), at=at - 5 * DAY)
    give(agnes, account("6666", name="M Allory"), at=at)

    stopped = stop(latest_token(), at=at)

    assert stopped.restored is not None
    assert (stopped.restored.ending, stopped.restored.holder_name) == ("2222", "A Whitlock")


def test_stop_with_nothing_proved_restores_nothing(agnes) -> None:
    at = clock.now()
    with atomic():
        change_email(user=agnes, email="thief@example.org", by=None, at=at - 3 * DAY)
    give(agnes, account("6666", name="M Allory"), at=at - 2 * DAY)
    give(agnes, account("7777", name="M Allory"), at=at)

    stopped = stop(latest_token(), at=at)

    assert (stopped.restored, mandate_of(agnes.party_id)) == (None, None)


def test_link_of_replaced_details_ends_what_is_in_force_too(changed) -> None:
    old = latest_token()
    give(changed, account("7777", name="M Allory"))

    first, second = stop(old), stop(old)

    assert first == second
    assert endings_over_time(changed) == [
        ("4471", "replaced"),
        ("6666", "not_me"),
        ("7777", "not_me"),
        ("4471", ""),
    ]
    (mail,) = mails("bank_stopped")
    assert "the bank details ending 6666 are not yours" in mail.text
    assert "The account ending 7777, which was given after it on" in mail.text
    assert AuditRecord.objects.get(verb="mandate_stopped").detail == {
        "party": changed.party.public_id,
        "ending": "6666",
        "later": "7777",
        "restored": "4471",
    }


def test_link_outlives_a_corrected_name(changed) -> None:
    old = latest_token()
    give(changed, account("6666", name="Mal Allory"))

    stop(old)

    assert [how for _ending, how in endings_over_time(changed)] == ["replaced", "not_me", "not_me", ""]
    assert endings_over_time(changed)[-1] == ("4471", "")
    assert "which was given after it" not in mails("bank_stopped")[0].text


def test_link_outlives_taking_back(changed) -> None:
    old = latest_token()
    with atomic():
        withdraw_mandate(party=changed.party, by=changed, at=clock.now())

    stop(old)

    assert endings_over_time(changed)[1:] == [("6666", "not_me"), ("4471", "")]


def test_stop_of_earlier_details_leaves_alone_that_later_ones_were_taken_back(changed) -> None:
    old = latest_token()
    give(changed, account("7777"))
    with atomic():
        withdraw_mandate(party=changed.party, by=changed, at=clock.now())

    stop(old)

    assert endings_over_time(changed)[1:] == [("6666", "not_me"), ("7777", "withdrawn")]


def test_both_links_stop_and_the_second_leaves_what_came_back(changed) -> None:
    old = latest_token()
    give(changed, account("7777", name="M Allory"))

    stop(latest_token())
    stopped = stop(old)

    assert endings_over_time(changed)[1:] == [("6666", "not_me"), ("7777", "not_me"), ("4471", "")]
    assert stop(old) == stopped == (BankMandate.objects.get(ending="6666"), mandate_of(changed.party_id))


def test_link_about_first_details_ends_them_after_a_stop_brought_them_back(agnes) -> None:
    give(agnes, account("6666", name="M Allory"), at=clock.now() - DAY)
    first = latest_token()
    give(agnes, account("7777", name="M Allory"))
    stop(latest_token())

    stop(first)

    assert endings_over_time(agnes) == [("6666", "not_me"), ("7777", "not_me"), ("6666", "not_me")]


def test_own_account_given_again_is_usable_at_once_after_the_stop(changed) -> None:
    old, at = latest_token(), clock.now()
    give(changed, account("4471"), at=at)

    stopped = stop(old, at=at)

    assert endings_over_time(changed)[1:] == [("6666", "not_me"), ("4471", "replaced"), ("4471", "")]
    assert stopped.restored is not None
    assert stopped.restored.usable_from == at


def test_link_of_replaced_details_ends_with_its_window(changed) -> None:
    old, usable_from = latest_token(), BankMandate.objects.get(ending="6666").usable_from
    give(changed, account("7777"))

    with pytest.raises(StopLinkUnknown):
        stop(old, at=usable_from + WINDOW)

    assert endings_over_time(changed)[-1] == ("7777", "")


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "a" * 43])
def test_wrong_secret_does_nothing(changed, token: str) -> None:
    with pytest.raises(StopLinkUnknown):
        stop(token)

    assert endings_over_time(changed)[-1] == ("6666", "")


def test_hash_of_the_secret_is_no_secret(changed) -> None:
    kept = BankMandate.objects.get(ending="6666").stop_token_sha256

    with pytest.raises(StopLinkUnknown):
        stop(kept or "")


def test_link_works_for_thirty_days_after_the_details_became_usable(changed) -> None:
    usable_from = BankMandate.objects.get(ending="6666").usable_from

    last = find_stoppable(latest_token(), at=usable_from + WINDOW - timedelta(seconds=1))
    too_late = find_stoppable(latest_token(), at=usable_from + WINDOW)

    assert (last and last.ending, too_late) == ("6666", None)


def test_stop_ends_every_session_and_the_factor_given_in_it(changed) -> None:
    client = sign_in(changed)
    UserSession.objects.create(user=changed, ip="127.0.0.1", session_key=client.session.session_key)

    stop(latest_token())

    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert AuditRecord.objects.filter(verb="end_sessions", subject_id=str(changed.pk)).count() == 1


def test_stop_is_told_to_the_office_and_written_in_the_trail(changed) -> None:
    at = clock.now()
    assert not stopped_lately(at=at).exists()

    stopped = stop(latest_token(), at=at).mandate

    assert list(stopped_lately(at=at + WINDOW - DAY)) == [stopped]
    assert not stopped_lately(at=at + WINDOW).exists()
    line = AuditRecord.objects.get(verb="mandate_stopped")
    assert (line.by, line.detail) == (
        None,
        {"party": changed.party.public_id, "ending": "6666", "restored": "4471"},
    )


def test_mail_about_first_details_says_what_when_and_how_to_stop(agnes) -> None:
    make_company(email="shares@brewery.example")
    give(agnes, account("4471"))

    (mail,) = mails("bank_given")

    assert mail.to == "agnes@example.org"
    assert mail.subject == "Your bank details: account ending 4471"
    assert "From now on we pay to the account ending 4471." in mail.text
    assert find_stoppable(token_in(mail), at=clock.now()) == mandate_of(agnes.party_id)
    assert "Write to shares@brewery.example" in mail.text


def test_mail_about_a_change_names_both_endings_and_the_day(changed) -> None:
    day = (clock.now() + HOLD).strftime("%-d %B %Y")

    (mail,) = mails("bank_changed")

    assert "from the account ending 4471 to the account ending 6666" in mail.text
    assert f"From {day} we pay to the account ending 6666. Until then nothing is paid out." in mail.text


def test_html_of_every_mail_says_what_the_text_says(changed) -> None:
    stop(latest_token())
    with atomic():
        withdraw_mandate(party=changed.party, by=changed, at=clock.now())

    for mail in OutgoingMail.objects.all():
        text, html = (re.sub(r"\s+", " ", part).strip() for part in (mail.text, strip_tags(mail.html)))
        assert html.replace("&#x27;", "'").endswith(text)
    assert {mail.kind for mail in OutgoingMail.objects.all()} == {
        "bank.bank_given",
        "bank.bank_changed",
        "bank.bank_stopped",
        "bank.bank_withdrawn",
    }


def test_html_links_nothing_but_our_own_addresses(agnes, settings) -> None:
    agnes.party.display_name = agnes.party.given_name = "evil.example"
    agnes.party.save(update_fields=["display_name", "given_name"])

    give(agnes, account("4471"))

    links = re.findall(r'href="([^"]+)"', mails("bank_given")[0].html)
    assert links == [f"{settings.SITE_ORIGIN}/bank/stop/{latest_token()}/"]


def test_change_is_told_to_the_address_before_for_thirty_days(agnes) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - 90 * DAY)
    with atomic():
        change_email(user=agnes, email="new@example.org", by=None, at=at - WINDOW + DAY)
    agnes.refresh_from_db()

    give(agnes, account("1234"), at=at)
    give(agnes, account("5678"), at=at + 2 * DAY)

    receivers = [(mail.to, mail.queued_at) for mail in mails("bank_changed")]
    assert receivers == [("new@example.org", at), ("agnes@example.org", at), ("new@example.org", at + 2 * DAY)]


def test_mail_to_the_address_before_stops_the_change(agnes) -> None:
    at = clock.now()
    give(agnes, account("4471"), at=at - 90 * DAY)
    with atomic():
        change_email(user=agnes, email="thief@example.org", by=None, at=at)
    agnes.refresh_from_db()
    give(agnes, account("6666"), at=at)
    (old,) = [mail for mail in mails("bank_changed") if mail.to == "agnes@example.org"]

    stop(token_in(old))

    assert endings_over_time(agnes)[-1] == ("4471", "")
    assert {mail.to for mail in mails("bank_stopped")} == {"thief@example.org", "agnes@example.org"}


def test_details_of_joint_holders_are_told_to_the_first_named(agnes) -> None:
    second = make_holder(name="Tom Cooper", email="tom@example.org")
    with atomic():
        joint = make_joint_party(holders=[agnes.party, second.party], by=None, at=clock.now())

    give(agnes, account("4471"), party=joint)

    (mail,) = mails("bank_given")
    assert mail.to == "agnes@example.org"
    assert "This is about the money of Agnes Whitlock & Tom Cooper." in mail.text


def test_details_of_an_organisation_are_told_to_all_who_act_for_it(agnes) -> None:
    second = make_holder(email="tom@example.org")
    with atomic():
        house = make_organisation(
            name="Hop House Ltd",
            number="01234567",
            representatives=[agnes.party, second.party],
            language="en",
            by=None,
            at=clock.now(),
            email="books@hophouse.example",
        )

    give(agnes, account("4471"), party=house)

    assert [mail.to for mail in mails("bank_given")] == [
        "agnes@example.org",
        "tom@example.org",
        "books@hophouse.example",
    ]


def test_no_number_leaves_the_row(changed) -> None:
    stop(latest_token())

    written = [str(mail.__dict__) for mail in OutgoingMail.objects.all()]
    written += [str(line.detail) for line in AuditRecord.objects.all()]

    assert len(written) > 5
    assert not [text for text in written if re.search("3192|60-?16-?13", text)]


def test_staff_never_read_the_mails_whose_link_stops_details(changed) -> None:
    assert [holds_secret(mail) for mail in OutgoingMail.objects.all()] == [True, True]


def test_stopped_details_end_as_not_given_by_the_holder(changed) -> None:
    stopped = stop(latest_token()).mandate

    assert stopped.get_ended_how_display() == MandateEnd.NOT_ME.label
