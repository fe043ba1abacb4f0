"""What the demo says to try next: done only by what the rows say, and never a button that is not there yet."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import PrivateContact, User
from accounts.services.claims import prepare_claim
from agm.models import Meeting
from agm.services import chair
from ballots.models import Envelope
from beers.models import Adoption
from core import clock
from core.models import OutgoingMail
from core.transactions import atomic
from dividends.services.paying import prepare_again, prepare_dividend_run
from portal.queries import demo_dividend, demo_meeting, demo_royalties
from portal.queries.demo_dividend import dividend_steps
from portal.queries.demo_meeting import meeting_steps
from portal.queries.demo_royalties import creators, royalty_steps
from portal.queries.demo_steps import Step
from portal.queries.demo_story import story
from portal.services.example_votes import let_members_vote
from tests.factories.banking import make_mandate
from tests.factories.dividends import make_dividend
from tests.factories.example_meeting import hold_example_meeting
from tests.factories.payouts import approve, drive


@pytest.fixture
def house(example_db: str, settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0


def step(steps: list[Step], words: str) -> Step:
    """Return the one step whose words begin so."""
    (found,) = [one for one in steps if str(one.what).startswith(words)]
    return found


def stands(steps: list[Step], words: str) -> tuple[bool | None, str]:
    """Return whether the step is done, and what must happen first."""
    found = step(steps, words)
    return found.is_done, str(found.waits_for)


def test_steps_that_cannot_be_taken_yet_say_what_comes_first_and_lead_nowhere(house: None) -> None:
    page = Client().get("/demo/").content.decode()

    clock_of_the_meeting = "First a director approves the notice: only then has the clock a button for it."
    assert stands(meeting_steps(), "move the clock to the record date") == (False, clock_of_the_meeting)
    assert stands(meeting_steps(), "let sixty other members vote") == (False, "First the chair opens a vote.")
    assert stands(meeting_steps(), "ends the meeting") == (False, "First the chair opens the meeting.")
    assert stands(dividend_steps(), "proposes the dividend") == (
        False,
        "First the members carry the resolution that declares it.",
    )
    clock_of_the_dividend = "First finance proposes the dividend: only then has the clock a button for it."
    assert stands(dividend_steps(), "move the clock to the record moment") == (False, clock_of_the_dividend)
    (line,) = [one for one in re.findall(r"<li>.*?</li>", page) if clock_of_the_meeting in one]
    assert "<a " not in line
    assert 'value="record"' not in page


def test_customer_begins_then_the_clock_then_pays(house: None) -> None:
    begins, waits, pays, allots = story()[0].steps

    assert [str(one.waits_for) for one in (begins, waits, pays, allots)] == [
        "",
        "First the customer begins to apply.",
        "First the 24 hours pass.",
        "First the customer pays.",
    ]
    assert (waits.url, str(waits.link)) == ("#clock-heading", "The clock")


def test_steps_that_only_look_have_no_tick_before_and_after(house: None) -> None:
    looks = [(str(one.who), one.is_done) for chapter in story() for one in chapter.steps if one.only_looks]
    page = Client().get("/demo/").content.decode()

    assert looks == [
        ("Hall", None),
        ("Anybody", None),
        ("Holder", None),
        ("Holder", None),
        ("Anybody", None),
        ("Creator", None),
    ]
    assert page.count("To look at:") == len(looks)


def test_voting_of_others_and_the_end_of_the_meeting_are_read_from_the_rows(house: None) -> None:
    hold_example_meeting()

    assert stands(meeting_steps(), "let sixty other members vote")[0] is True
    assert stands(meeting_steps(), "votes on a phone")[0] is False
    assert stands(meeting_steps(), "ends the meeting") == (False, "")
    Meeting.objects.update(state="ended", ended_at=clock.now(), ended_by=User.objects.get(email="chair@demo.example"))
    assert stands(meeting_steps(), "ends the meeting") == (True, "")


def test_button_for_other_members_is_where_its_step_leads_while_a_vote_is_open(house: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.factories.example_meeting.decide", lambda item: open_only(item))
    hold_example_meeting()

    page = Client().get("/demo/").content.decode()

    assert '<a href="#others-vote">The button below</a>' in page
    assert page.count('id="others-vote"') == 1


def open_only(item: Any) -> None:
    """Open the vote and leave it open."""
    with atomic():
        contest = chair.open_poll(item=item, by=User.objects.get(email="chair@demo.example"), at=clock.now())
    let_members_vote(contest=contest, count=2, seed=3)


def test_member_whose_code_a_stranger_asked_for_and_gave_up_votes_all_the_same(house: None, monkeypatch: Any) -> None:
    for contact in PrivateContact.objects.filter(party__user=None, party__kind="person").exclude(email=""):
        with atomic():
            assert prepare_claim(email=contact.email, at=clock.now()) is not None
    monkeypatch.setattr("tests.factories.example_meeting.decide", lambda item: open_only(item))

    hold_example_meeting()

    voters = User.objects.filter(pk__in=Envelope.objects.values("cast_by"))
    assert (voters.count(), voters.filter(party=None).count()) == (2, 0)


def test_result_of_the_beers_leads_to_the_papers_and_the_winner_to_the_creator(house: None) -> None:
    before = [stands(meeting_steps(), "reads the result")[1], stands(royalty_steps(), "let 24 hours pass")[1]]
    meeting = hold_example_meeting(beers=True)

    (creator,) = creators()
    page = Client().get("/demo/").content.decode()

    assert before == ["First the chair declares the result of a vote on beers."] * 2
    adopted = Adoption.objects.get()
    url = f"/meeting/{meeting.slug}/results/{adopted.contest_reference}/"
    assert step(meeting_steps(), "reads the result").url == url
    assert step(meeting_steps(), "finds their own paper").url == f"{url}find/"
    assert Client().get(f"{url}find/").status_code == 302
    assert (creator.party, creator.idea) == (adopted.proposal.author, adopted.proposal.text)
    assert stands(royalty_steps(), "let 24 hours pass") == (True, "")
    assert stands(royalty_steps(), f"signs in by a code to {creator.email}") == (False, "")
    assert page.count(f"<dd><code>{creator.email}</code></dd>") == 1
    assert f"Proposed “{creator.idea}”, which won its vote" in page


def test_creator_listed_in_the_demo_signs_in_as_who_won(house: None) -> None:
    hold_example_meeting(beers=True)
    (creator,) = creators()
    client = Client()

    client.post("/accounts/login/", {"login": creator.email})
    page = Client().get("/demo/").content.decode()
    code = re.search(r"^\d{6}$", OutgoingMail.objects.filter(to=creator.email).order_by("-id")[0].text, re.MULTILINE)
    assert code is not None
    assert f'<dd class="number">{code.group()}</dd>' in page
    client.post("/accounts/login/code/confirm/", {"code": code.group()})

    assert User.objects.get(pk=client.session["_auth_user_id"]).party == creator.party


@pytest.mark.django_db
def test_sent_again_is_done_when_a_director_approved_to_pay_it_again(settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    made = make_dividend(holdings=(1000,), pay_on=clock.today())
    make_mandate(made.members[0].party, ending="0020")
    nothing_yet = stands(dividend_steps(), "asks for other bank details")
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())
    approve(run)
    drive()

    came_back = stands(dividend_steps(), "asks for other bank details")
    make_mandate(made.members[0].party, ending="4471")
    with atomic():
        again = prepare_again(payout=run.payouts.get(), by=made.finance, at=clock.now())
    prepared = stands(dividend_steps(), "asks for other bank details")
    approve(again)

    assert nothing_yet == (False, "First something comes back: the drawer of faults below can do that.")
    assert came_back == prepared == (False, "")
    assert stands(dividend_steps(), "asks for other bank details") == (True, "")


@pytest.mark.django_db
def test_demo_without_a_company_has_steps_that_can_be_shown() -> None:
    chapters = [demo_meeting.meeting_steps(), demo_dividend.dividend_steps(), demo_royalties.royalty_steps()]

    assert [any(one.is_done for one in steps) for steps in chapters] == [False, False, False]
