"""The second journey in the browser: from the notice to the found paper, four people and a hall, in both languages."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.services.people import make_user
from agm.models import AgendaItem, Meeting, NoticeDelivery
from ballots.models import Contest, Envelope, RollEntry
from core import clock
from core.models import OutgoingMail
from core.tasks import sweep
from core.transactions import atomic
from portal.queries.proofs import findings as books
from portal.services.demo_scrutineer import open_waiting
from portal.services.example_votes import let_members_vote
from tests.browser.axe import findings
from tests.browser.people import press, sign_in_holder, sign_in_staff, wait_in_the_demo
from tests.browser.shots import shoot
from tests.factories.people import sign_in

pytestmark = pytest.mark.browser
TOO_EARLY = "2026-11-25 12:00"
HALL = {"width": 1920, "height": 1080}


def look(page: Page, name: str) -> None:
    """Take pictures when asked for, and hold the page to WCAG."""
    shoot(page, name)
    if page.is_scripted:  # type: ignore[attr-defined]
        assert findings(page) == [], f"{name} at {page.url}"


def convene(secretary: Page, director: Page, meeting: Meeting) -> None:
    """The secretary is refused a void date and puts something on the agenda; the director reads and approves."""
    sign_in_staff(secretary, "secretary@demo.example")
    secretary.goto(f"/office/meetings/{meeting.public_id}/change/")
    secretary.locator("[name=proxy_cutoff_at]").fill(TOO_EARLY)
    secretary.locator("main form#form button[type=submit]").last.click()
    expect(secretary.locator(".error-summary")).to_contain_text("void")
    assert secretary.locator("[name=proxy_cutoff_at]").input_value() == TOO_EARLY
    look(secretary, "meeting-void-date")
    secretary.locator("[name=proxy_cutoff_at]").fill("")
    secretary.locator("main form#form button[type=submit]").last.click()
    secretary.wait_for_url(f"**/office/meetings/{meeting.public_id}/")
    look(secretary, "meeting-draft")
    sign_in_staff(director, "director@demo.example")
    director.goto(f"/office/meetings/{meeting.public_id}/approve/")
    look(director, "meeting-approve")
    press(director, "Approve and give notice")
    director.wait_for_url(f"**/office/meetings/{meeting.public_id}/**")
    sweep_until(lambda: not NoticeDelivery.objects.filter(channel="email", sent_at=None).exists())
    assert OutgoingMail.objects.filter(to="holder@demo.example").last().attachments[0][2] == "application/pdf"


def sweep_until(is_done: Callable[[], bool]) -> None:
    """Let the sweeps do the work of a job, chunk by chunk."""
    for _turn in range(20):
        sweep()
        if is_done():
            return
    raise AssertionError("twenty sweeps were not enough")


def go_to(moment: Any) -> None:
    wait_in_the_demo(seconds=(moment - clock.now()).total_seconds() + 1)


def open_meeting(chair: Page, meeting: Meeting) -> None:
    sign_in_staff(chair, "chair@demo.example")
    chair.goto(f"/office/meetings/{meeting.public_id}/chair/")
    chair.locator("[name=qualifying_persons]").fill("1")
    press(chair, "Open the meeting")
    expect(chair.locator(".error-summary")).to_contain_text("at least two")
    look(chair, "chair-no-quorum")
    chair.locator("[name=qualifying_persons]").fill("31")
    press(chair, "Open the meeting")
    expect(chair.locator("#chair-open, .chair-act a").first).to_be_visible()


def act(chair: Page, item: AgendaItem, code: str) -> None:
    """Press the chair's next act on the item, with its second tap where it asks for one."""
    chair.goto(f"/office/meetings/{item.meeting.public_id}/chair/?item={item.public_id}")
    chair.locator(f"#chair-{code}").click()
    yes = chair.locator(f"details:has(#chair-{code}) button")
    if yes.count():
        yes.click()
    chair.wait_for_load_state()


def item_of(meeting: Meeting, kind: str) -> AgendaItem:
    items = AgendaItem.objects.select_related("meeting", "contest").filter(meeting=meeting, kind=kind)
    return items.order_by("position")[0]


def vote_on_resolution(holder: Page, item: AgendaItem) -> None:
    """Two taps; the receipt; the same page again is the same vote."""
    holder.goto("/vote/")
    holder.wait_for_url(f"**/vote/{item.contest.public_id}/")
    look(holder, "vote-resolution")
    holder.locator("label[for=side-for]").click()
    look(holder, "vote-resolution-chosen")
    holder.locator(".cast-button").click()
    expect(holder.locator(".receipt .code")).to_be_visible()
    look(holder, "receipt-resolution")


def rank(page: Page, titles: list[str]) -> str:
    """Stamp the beers in this order and cast; return the tracking code."""
    for title in titles:
        page.locator(f'[data-name="{title}"] .stamp').click()
    page.locator(".cast-button").click()
    expect(page.locator(".receipt .code")).to_be_visible()
    return "".join(page.locator(".receipt .code span").all_inner_texts())


def rank_by_keyboard(page: Page, titles: list[str]) -> None:
    """The same without a pointer."""
    for title in titles:
        page.locator(f'[data-name="{title}"] .stamp').focus()
        page.keyboard.press("Enter")
    page.locator(".cast-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".receipt .code")).to_be_visible()


def member_page(new_page: Callable[..., Page], house: str, user: User, **options: Any) -> Page:
    """A page of a member whose session is there already."""
    page = new_page(**options)
    session = sign_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": house}])
    return page


def other_members(count: int) -> list[User]:
    invented = RollEntry.objects.filter(party__user__isnull=True, party__contact__email__endswith="holders.example")
    entries = invented.filter(party__kind="person").order_by("pk")[:count]
    with atomic():
        return [make_user(email=e.party.contact.email, party=e.party, by=None, at=clock.now()) for e in entries]


def watch(hall: Page, meeting: Meeting, name: str) -> None:
    """Look at the hall's screen as it is now."""
    hall.goto(f"/meeting/{meeting.slug}/hall/")
    hall.wait_for_load_state()
    shoot(hall, name)
    hall.set_viewport_size(HALL)
    assert findings(hall) == [], name


def throw_dice(chair: Page, item: AgendaItem) -> None:
    """Where the count stopped at a tie that nothing else breaks, enter what the dice show."""
    if chair.locator("input[name=beacon]:visible").count():
        look(chair, f"chair-{item.kind}-dice")
        chair.locator("input[name=beacon]").fill("4 1 6 3")
        chair.locator("#chair-count").click()
        chair.wait_for_load_state()


def finish(chair: Page, hall: Page, item: AgendaItem) -> None:
    """Close, open the envelopes, count, show every round, declare."""
    meeting = item.meeting
    act(chair, item, "close")
    watch(hall, meeting, f"hall-{item.kind}-closed")
    assert open_waiting() == 1
    act(chair, item, "count")
    throw_dice(chair, item)
    contest = Contest.objects.select_related("count").get(pk=item.contest_id)
    for shown in range(len(contest.count.result["rounds"])):
        act(chair, item, "next")
        if shown < 2:
            watch(hall, meeting, f"hall-{item.kind}-round-{shown + 1}")
    watch(hall, meeting, f"hall-{item.kind}-result")
    look(chair, f"chair-{item.kind}")
    act(chair, item, "declare")
    sweep()
    assert Contest.objects.get(pk=item.contest_id).state == "declared"


def decide_resolution(chair: Page, hall: Page, holder: Page, meeting: Meeting) -> AgendaItem:
    """Open the vote, vote in two taps, let others vote, declare."""
    item = item_of(meeting, "resolution")
    act(chair, item, "open")
    vote_on_resolution(holder, item)
    item.contest.refresh_from_db()
    let_members_vote(contest=item.contest, count=12, seed=1)
    watch(hall, meeting, "hall-resolution-open")
    finish(chair, hall, item)
    return item


def vote_without_a_connection(holder: Page, titles: list[str]) -> None:
    """The choice is kept on the phone, and cast once when the connection is back."""
    holder.goto("/vote/")
    look(holder, "vote-recipes")
    for title in titles:
        holder.locator(f'[data-name="{title}"] .stamp').click()
    holder.context.set_offline(True)
    holder.locator(".cast-button").click()
    expect(holder.locator("[data-kept]")).to_be_visible()
    shoot(holder, "vote-offline")
    assert Envelope.objects.filter(cast_by__email="holder@demo.example", contest__method="irv").count() == 0
    holder.context.set_offline(False)
    expect(holder.locator(".receipt .code")).to_be_visible()


def choose_beer(chair: Page, hall: Page, holder: Page, others: tuple[Page, Page], meeting: Meeting) -> str:
    """Rank by taps, by keyboard, without a script and without a connection; return the holder's last code."""
    item = item_of(meeting, "recipes")
    titles = list(item.contest.options.order_by("position").values_list("title", flat=True))
    by_keys, scriptless = others
    vote_without_a_connection(holder, [titles[2]])
    holder.locator(f"a[href*='/vote/{item.contest.public_id}/']").first.click()
    code = rank(holder, [titles[3], titles[0], titles[5]])
    look(holder, "receipt-recipes")
    by_keys.goto("/vote/")
    rank_by_keyboard(by_keys, [titles[0], titles[3]])
    scriptless.goto("/vote/")
    rank(scriptless, [titles[5], titles[3]])
    item.contest.refresh_from_db()
    let_members_vote(contest=item.contest, count=30, seed=2)
    watch(hall, meeting, "hall-recipes-open")
    finish(chair, hall, item)
    assert Envelope.objects.get(contest=item.contest, cast_by__email="holder@demo.example").changes == 1
    return code


def find_paper(holder: Page, meeting: Meeting, code: str) -> None:
    """Find the own paper among all, typed as people type."""
    item = item_of(meeting, "recipes")
    holder.goto(f"/meeting/{meeting.slug}/results/{item.contest.public_id}/")
    look(holder, "result-recipes")
    holder.locator("input[name=code]").fill(code.lower().replace("-", " "))
    holder.locator("form:has(input[name=code]) button").click()
    third = item.contest.options.order_by("position")[3].title
    expect(holder.locator("main")).to_contain_text(third)
    look(holder, "paper-found")


def count_again(meeting: Meeting, house: str, tmp_path: Path) -> None:
    """Count the published papers with the command that anybody has, and come to the same winner."""
    item = item_of(meeting, "recipes")
    blt = Client().get(f"/meeting/{meeting.slug}/results/{item.contest.public_id}/papers.blt")
    (tmp_path / "papers.blt").write_bytes(b"".join(blt) if blt.streaming else blt.content)
    out = StringIO()
    call_command("count", str(tmp_path / "papers.blt"), "--method", "irv", "--json", stdout=out)
    assert json.loads(out.getvalue())["elected"] == Contest.objects.get(pk=item.contest_id).count.result["elected"]


def test_four_people_live_the_meeting(new_page: Callable[..., Page], house: str, tmp_path: Path) -> None:
    meeting = Meeting.objects.get()
    secretary, director, chair = new_page(), new_page(), new_page()
    hall, holder = new_page(width=1920), new_page(language="vi", width=390)

    convene(secretary, director, meeting)
    go_to(meeting.record_at)
    meeting.refresh_from_db()
    assert meeting.roll is not None
    go_to(meeting.starts_at)
    sign_in_holder(holder, "holder@demo.example")
    holder.goto(f"/meeting/{meeting.slug}/")
    look(holder, "meeting-before")
    watch(hall, meeting, "hall-before")
    open_meeting(chair, meeting)
    resolution = decide_resolution(chair, hall, holder, meeting)
    keyboard, plain = other_members(2)
    others = (
        member_page(new_page, house, keyboard),
        member_page(new_page, house, plain, width=390, javascript=False),
    )
    act(chair, item_of(meeting, "recipes"), "open")
    code = choose_beer(chair, hall, holder, others, meeting)

    find_paper(holder, meeting, code)
    holder.goto(f"/meeting/{meeting.slug}/results/{resolution.contest.public_id}/")
    look(holder, "result-resolution")
    count_again(meeting, house, tmp_path)
    assert list(books()) == []
