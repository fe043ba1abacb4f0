"""The office's pages of a meeting, from the draft to a challenged result, in a browser."""

import pytest

from accounts.models import User
from agm.enums import ItemKind
from agm.models import AgendaItem, Meeting
from agm.queries.paper import seats_of
from agm.services import chair
from ballots.services import voting
from ballots.services.promises import raise_challenge
from core import clock
from core.jobs.engine import run
from core.transactions import atomic
from portal.services.demo_scrutineer import open_waiting
from tests.browser.people import sign_in_staff, wait_in_the_demo
from tests.browser.test_pages import inspect

pytestmark = pytest.mark.browser


def office(meeting: Meeting, *pages: str) -> list[str]:
    return [f"/office/meetings/{meeting.public_id}/{page}" for page in pages]


def test_pages_of_a_draft_are_accessible_and_fit(new_page) -> None:
    meeting = Meeting.objects.get()
    items = {item.kind: item.public_id for item in meeting.items.all()}
    page = new_page()
    sign_in_staff(page, "secretary@demo.example")

    wrong = [
        found
        for path in (
            "/office/meetings/",
            "/office/meetings/new/",
            *office(meeting, "", "change/", "notice/", "scrutineer/", "roll/", "votes/"),
            *office(meeting, *(f"items/new/{kind}/" for kind in ItemKind.values)),
            *office(meeting, f"items/{items['recipes']}/", f"items/{items['names']}/remove/"),
        )
        for found in inspect(page, path)
    ]

    assert wrong == []


def test_dates_follow_while_somebody_types_and_say_what_is_void(new_page) -> None:
    page = new_page()
    sign_in_staff(page, "secretary@demo.example")
    page.goto("/office/meetings/new/")

    page.fill("#id_starts_at", "2031-06-27 12:00")
    page.locator("text=Thursday, 5 June 2031").first.wait_for()
    page.fill("#id_notice_clear_days", "14")
    page.locator("text=14 clear days are too few").wait_for()

    assert page.url.endswith("/office/meetings/new/")


def test_pages_of_a_meeting_on_its_way_are_accessible_and_fit(new_page) -> None:
    meeting = Meeting.objects.get()
    director, secretary = new_page(), new_page()
    sign_in_staff(director, "director@demo.example")
    wrong = inspect(director, office(meeting, "approve/")[0])
    director.get_by_role("button", name="Approve and give notice").click()
    director.wait_for_url("**/notice/")
    run()
    sign_in_staff(secretary, "secretary@demo.example")
    wrong += [found for path in office(meeting, "notice/", "deliveries/") for found in inspect(secretary, path)]
    _hold(meeting)
    contest = AgendaItem.objects.get(meeting=meeting, kind=ItemKind.RECIPES).contest
    challenge = contest.challenges.get()

    wrong += [
        found
        for path in (
            *office(meeting, "", "roll/", "votes/", f"votes/{contest.public_id}/return/"),
            *office(meeting, f"votes/{contest.public_id}/promise/", f"challenges/{challenge.public_id}/"),
            "/office/",
        )
        for found in inspect(secretary, path)
    ]

    assert wrong == []


def _hold(meeting: Meeting) -> None:
    """Hold the meeting on its day: vote, open, count, declare and challenge the recipe ballot."""
    ahead = meeting.starts_at - clock.now()
    wait_in_the_demo(seconds=int(ahead.total_seconds()) + 60)
    meeting.refresh_from_db()
    by = User.objects.get(email="chair@demo.example")
    item = AgendaItem.objects.get(meeting=meeting, kind=ItemKind.RECIPES)
    with atomic():
        chair.open_meeting(meeting=meeting, qualifying_persons=40, by=by, at=clock.now())
        contest = chair.open_poll(item=item, by=by, at=clock.now())
    voter = next(user for user in User.objects.order_by("pk") if seats_of(user, roll_id=meeting.roll_id))
    choice = voting.ranking(contest, contest.options.order_by("position").values_list("public_id", flat=True)[:3])
    right = seats_of(voter, roll_id=meeting.roll_id)[0].voter
    with atomic():
        voting.cast_ballot(contest=contest, voter=right, choice=choice, cast_id=b"0123456789abcdef", by=voter)
    for step in (chair.close_poll, open_waiting, chair.count_poll, chair.declare_result):
        _do(step, item.pk, by)
    contest.refresh_from_db()
    with atomic():
        raise_challenge(contest=contest, text="My paper is not in the list.", by=voter, at=clock.now())


def _do(step, item_pk: int, by: User) -> None:
    if step is open_waiting:
        open_waiting()
        return
    with atomic():
        step(item=AgendaItem.objects.select_related("contest", "meeting").get(pk=item_pk), by=by, at=clock.now())
