"""What the office does with a meeting: notice approved and followed, roll, envelopes, challenges, promises."""

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import PrivateContact
from agm.enums import ItemKind
from agm.models import Meeting, Notice, NoticeDelivery
from agm.rules.working_days import london
from agm.services import meetings
from ballots.enums import ContestState, Method
from ballots.errors import ReturnRefused
from ballots.models import Challenge, Contest, Handover, Opening, PromiseNews
from ballots.rules.proofs.opening import open_handover
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from ballots.services.contests import ContestDraft
from core import clock
from core.jobs.engine import run
from core.mail.delivery import ATTEMPTS_MAX
from core.models import OutgoingMail
from core.storage import read_bytes
from core.transactions import atomic
from tests.factories.agm import (
    World,
    appoint,
    cast,
    close_vote,
    declare_vote,
    freeze,
    give_notice,
    make_world,
    open_vote,
    register_shares,
)
from tests.factories.equity import make_company
from tests.factories.meetings import make_challenged_world, make_draft_meeting
from tests.factories.people import make_holder, make_staff, sign_in_staff, staff_client

pytestmark = pytest.mark.django_db


def url(page: str, meeting: Meeting, *more: str) -> str:
    return reverse(f"office:{page}", args=[meeting.public_id, *more])


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200
    # A prepared statement (core.prepared) has no text to look at.
    assert not [query["sql"] for query in captured if str(query["sql"]).split()[0] in {"UPDATE", "DELETE", "INSERT"}]
    return len(captured)


def ready(*, members: int = 2) -> Meeting:
    """Return a draft that nothing keeps back, prepared by a secretary, with so many members by e-mail."""
    make_company()
    people = [make_holder(name=f"Member Number {chr(65 + number)}") for number in range(members)]
    register_shares([(user.party, 10) for user in people], at=clock.now() - timedelta(days=60))
    meeting = make_draft_meeting(by=make_staff("secretary"))
    with atomic():
        key = ScrutineerKey("Quay & Co", "2026-01-01", new_seed())
        meetings.appoint_for(meeting=meeting, scrutineer=appoint(key), by=meeting.prepared_by, at=clock.now())
    return meeting


def approve(client: Client, meeting: Meeting) -> Any:
    sha256 = client.get(url("meeting_approve", meeting)).context["check"].content_sha256
    return client.post(url("meeting_approve", meeting), {"sha256": sha256})


def test_notice_is_shown_in_both_languages_as_it_will_be_printed() -> None:
    meeting = ready()

    page = staff_client("finance").get(url("meeting_notice", meeting)).content.decode()

    english, vietnamese = (page.index(f'lang="{code}" aria-labelledby="version-{code}"') for code in ("en", "vi"))
    assert english < page.index("THAT the annual accounts for 2025 be received.") < vietnamese
    assert vietnamese < page.index("Thông qua báo cáo tài chính năm 2025.")
    assert f'href="{url("notice_pdf", meeting, "vi")}"' in page
    assert url("meeting_approve", meeting) not in page


def test_draft_of_the_notice_is_a_pdf_in_the_asked_language() -> None:
    meeting = ready()

    answered = staff_client("chair").get(url("notice_pdf", meeting, "vi"))

    assert answered.content.startswith(b"%PDF")
    assert answered.headers["Content-Disposition"] == f'inline; filename="notice-{meeting.slug}-vi.pdf"'
    assert staff_client("chair").get(url("notice_pdf", meeting, "fr")).status_code == 404


def test_director_approves_what_was_read_and_every_member_gets_it() -> None:
    meeting = ready()
    client = staff_client("director")

    answered = approve(client, meeting)
    run()

    notice = Notice.objects.get()
    page = client.get(url("meeting_notice", meeting))
    assert answered.headers["Location"] == url("meeting_notice", meeting)
    assert (notice.approved_by, notice.prepared_by) == (client.user, meeting.prepared_by)
    assert NoticeDelivery.objects.filter(sent_at__isnull=False).count() == 2
    job = page.context["job"]
    assert (page.context["deliveries"].queued, job.done, job.is_finished) == (2, 2, True)
    assert job.title == "Sending the notice of a meeting to every member"
    pdf = client.get(url("notice_pdf", meeting, "en")).content
    assert hashlib.sha256(pdf).hexdigest() == notice.pdf_sha256


def test_approval_asks_for_a_factor_of_this_moment() -> None:
    meeting = ready()
    client = staff_client("director", fresh=False)

    answered = client.get(url("meeting_approve", meeting))

    assert answered.headers["Location"].startswith(reverse("account_confirm"))


def test_who_prepared_the_meeting_has_no_button_and_is_refused() -> None:
    meeting = ready()
    with atomic():
        both = make_staff("secretary", "director")
        item = meeting.items.get()
        meetings.move_item(item=item, up=True, by=both, at=clock.now())
        meetings.add_item(meeting=meeting, draft=_heard(), by=both, at=clock.now())
    client = sign_in_staff(both)

    page = client.get(url("meeting_approve", meeting)).content.decode()
    answered = approve(client, meeting)

    assert "You prepared this meeting yourself" in page
    assert 'name="sha256"' not in page
    assert answered.status_code == 422
    assert not Notice.objects.exists()


def _heard() -> meetings.ItemDraft:
    return meetings.ItemDraft(ItemKind.INFORMATION, "The year", "Một năm")


def test_meeting_changed_after_it_was_read_is_not_approved() -> None:
    meeting = ready()
    client = staff_client("director")
    sha256 = client.get(url("meeting_approve", meeting)).context["check"].content_sha256
    with atomic():
        meetings.add_item(meeting=meeting, draft=_heard(), by=meeting.prepared_by, at=clock.now())

    answered = client.post(url("meeting_approve", meeting), {"sha256": sha256})

    assert answered.status_code == 422
    assert "The meeting was changed since you looked at it." in answered.content.decode()
    assert not Notice.objects.exists()


def test_notice_that_would_be_late_has_no_button_and_says_by_when() -> None:
    ready()
    meeting = make_draft_meeting(days_ahead=10, by=make_staff("secretary"))

    page = staff_client("director").get(url("meeting_approve", meeting))

    assert 'name="sha256"' not in page.content.decode()
    assert "For a meeting on" in page.context["check"].refusals[0]


def test_second_press_of_the_approval_changes_nothing() -> None:
    meeting = ready()
    client = staff_client("director")
    approve(client, meeting)
    sha256 = Notice.objects.get().content_sha256

    again = client.post(url("meeting_approve", meeting), {"sha256": sha256})

    assert again.headers["Location"] == url("meeting_notice", meeting)
    assert (Notice.objects.count(), NoticeDelivery.objects.count()) == (1, 2)


@pytest.fixture
def sent() -> Meeting:
    meeting = ready(members=1)
    paper = make_holder(name="Nguyễn Thị Ánh Tuyết", language="vi")
    register_shares([(paper.party, 7)], at=clock.now())
    type(paper).objects.filter(pk=paper.pk).update(is_active=False)
    PrivateContact.objects.filter(party=paper.party).update(email="")
    approve(staff_client("director"), meeting)
    run()
    return meeting


def test_deliveries_are_found_by_name_way_and_state_and_taken_away(sent: Meeting) -> None:
    client = staff_client("finance")
    address = url("deliveries", sent)

    def names(**asked: str) -> list[str]:
        return [row.party.display_name for row, _at, _state in client.get(address, asked).context["lines"]]

    assert names() == ["Member Number A", "Nguyễn Thị Ánh Tuyết"]
    assert names(sort="-name") == ["Nguyễn Thị Ánh Tuyết", "Member Number A"]
    assert names(q="anh tuyet") == ["Nguyễn Thị Ánh Tuyết"]
    assert names(channel="email") == ["Member Number A"]
    assert names(state="left") == []
    assert names(state="under_way", channel="paper") == ["Nguyễn Thị Ánh Tuyết"]
    for typed in ("\x00", "%", "9" * 200):
        assert client.get(address, {"q": typed, "sort": typed, "page": typed, "state": typed}).status_code == 200
    answered = client.get(url("deliveries_csv", sent), {"channel": "email"})
    [row] = csv.DictReader(io.StringIO(b"".join(answered.streaming_content).decode("utf-8-sig")))
    assert (row["member"], row["channel"], row["state"]) == ("Member Number A", "email", "under_way")


def test_mail_that_could_not_leave_is_told_from_the_others(sent: Meeting) -> None:
    OutgoingMail.objects.filter(kind="meeting_notice").update(attempts=ATTEMPTS_MAX, last_error="no such box")

    page = staff_client("secretary").get(url("deliveries", sent), {"state": "stuck"})

    assert [state for _row, _at, state in page.context["lines"]] == ["stuck"]
    assert "could not be sent: no such box" in page.content.decode()


def test_deliveries_ask_as_many_questions_for_three_rows_as_for_one(sent: Meeting) -> None:
    client = staff_client("secretary")
    for_two = queries(client, url("deliveries", sent))
    notice = Notice.objects.get()
    for number in range(2):
        party = make_holder(name=f"Further Member {number}").party
        NoticeDelivery.objects.create(notice=notice, party=party, channel="paper", address="x", language="en")

    assert queries(client, url("deliveries", sent)) == for_two


def test_printer_gets_the_addresses_and_the_posting_is_recorded_once(sent: Meeting) -> None:
    client = staff_client("secretary")

    [row] = csv.DictReader(io.StringIO(client.get(url("notice_print_csv", sent)).content.decode("utf-8-sig")))
    early = client.post(url("notice_posted", sent), {"posted_at": "2020-01-01 12:00"})
    now = london(clock.now()).strftime("%Y-%m-%d %H:%M")
    client.post(url("notice_posted", sent), {"posted_at": now})
    client.post(url("notice_posted", sent), {"posted_at": now})

    assert (row["names"], row["language"]) == ("Nguyễn Thị Ánh Tuyết", "vi")
    assert early.context["form"].errors == {"posted_at": ["Enter a moment between the approval of the notice and now."]}
    assert client.get(url("meeting_notice", sent)).context["deliveries"].posted == 1


def test_roll_says_how_many_vote_and_its_file_has_the_published_hash() -> None:
    world = make_world(step="frozen", kinds=[ItemKind.RESOLUTION])
    client = staff_client("chair")

    page = client.get(url("roll", world.meeting))
    data = client.get(url("roll_csv", world.meeting)).content

    assert "3 members with 2,104 votes." in page.content.decode()
    assert hashlib.sha256(data).hexdigest() == world.meeting.roll.sha256
    assert sorted(line.split(",")[1] for line in data.decode().splitlines()[1:]) == ["100", "2000", "4"]
    assert b"Member" not in data


def test_roll_that_is_due_is_fixed_by_hand_and_says_why_it_cannot_be() -> None:
    world = make_world(step="draft", kinds=[ItemKind.RESOLUTION])
    client = sign_in_staff(world.secretary)
    early = client.post(url("roll_freeze", world.meeting), follow=True)
    give_notice(world)

    due = client.get(url("roll", world.meeting))
    client.post(url("roll_freeze", world.meeting))

    assert "It is not time for this yet." in early.content.decode()
    assert due.context["is_due"] is True
    assert client.get(url("roll", world.meeting)).context["roll"].votes_total == 2104


def closed() -> tuple[World, Contest]:
    world = make_world(kinds=[ItemKind.RECIPES], holdings=(4, 9))
    contest = open_vote(world, ItemKind.RECIPES)
    for member in world.members:
        cast(contest, member, "Weir Stout", "Basin Bitter")
    close_vote(world, ItemKind.RECIPES)
    return world, world.contest(ItemKind.RECIPES)


def test_envelopes_go_out_only_after_the_close() -> None:
    world = make_world(kinds=[ItemKind.RECIPES])
    contest = open_vote(world, ItemKind.RECIPES)
    client = sign_in_staff(world.secretary)
    address = url("handover_file", world.meeting, contest.public_id)

    before = client.get(address).status_code
    close_vote(world, ItemKind.RECIPES)
    after = client.get(address)

    assert before == 404
    assert hashlib.sha256(after.content).hexdigest() == Handover.objects.get().file_sha256


def test_scrutineers_file_is_taken_in_once_and_its_papers_counted_on_the_page() -> None:
    world, contest = closed()
    client = sign_in_staff(world.secretary)
    returned = open_handover(read_bytes(contest.handover.file_sha256), world.key)
    address = url("return_upload", world.meeting, contest.public_id)

    answers = [client.post(address, {"file": SimpleUploadedFile("back.txt", returned)}) for _press in range(2)]

    [line] = client.get(url("meeting_votes", world.meeting)).context["lines"]
    assert [answered.headers["Location"] for answered in answers] == [url("meeting_votes", world.meeting)] * 2
    assert (line.opening.papers_count, line.opening.spoiled_count, line.waits_for_scrutineer) == (2, 0, False)
    assert Contest.objects.get().state == ContestState.OPENED


def test_file_of_somebody_else_is_refused_with_a_sentence_and_nothing_is_taken_in() -> None:
    world, contest = closed()
    client = sign_in_staff(world.secretary)
    address = url("return_upload", world.meeting, contest.public_id)
    returned = open_handover(read_bytes(contest.handover.file_sha256), world.key)

    answers = [
        client.post(address, {"file": SimpleUploadedFile("back.txt", data)})
        for data in (b"not it", returned[:-10], returned.replace(b'"papers"', b'"ppapers"'))
    ]
    empty = client.post(address, {})

    assert [str(ReturnRefused.sentence) in answered.content.decode() for answered in answers] == [True] * 3
    assert empty.context["form"].errors == {"file": ["Fill in: The scrutineer's file"]}
    assert not Opening.objects.exists()


def test_votes_page_shows_each_state_with_the_hash_of_its_rules_and_constant_questions() -> None:
    world = make_world(kinds=[ItemKind.RECIPES], step="draft")
    client = staff_client("director")
    address = url("meeting_votes", world.meeting)
    for_one = queries(client, address)
    with atomic():
        for number in range(2):
            draft = _resolution(number)
            meetings.add_item(meeting=world.meeting, draft=draft, by=world.secretary, at=clock.now())
    for_three = queries(client, address)
    give_notice(world)
    freeze(world)

    lines = client.get(address).context["lines"]

    assert for_three == for_one
    assert [line.contest.state for line in lines] == ["frozen"] * 3
    page = client.get(address).content.decode()
    assert [line.contest.rules_sha256[:8] in page for line in lines] == [True] * 3


def _resolution(number: int) -> meetings.ItemDraft:
    contest = ContestDraft(Method.RESOLUTION, f"R{number}", "N", "THAT.", "Rằng.")
    return meetings.ItemDraft(ItemKind.RESOLUTION, f"R{number}", "N", "THAT.", "Rằng.", contest=contest)


def test_challenge_is_answered_by_name_once() -> None:
    world, challenge = make_challenged_world()
    client = staff_client("director")
    address = url("challenge_answer", world.meeting, challenge.public_id)

    silent = client.post(address, {"answer": " "})
    client.post(address, {"answer": "We counted again: the same."})
    client.post(address, {"answer": "Something else."})

    challenge = Challenge.objects.get()
    assert silent.status_code == 422
    assert (challenge.answer, challenge.answered_by) == ("We counted again: the same.", client.user)


def test_promise_is_told_in_both_languages_until_it_is_kept() -> None:
    world = make_world(kinds=[ItemKind.RECIPES], holdings=(4,))
    cast(open_vote(world, ItemKind.RECIPES), world.members[0], "Weir Stout")
    contest = declare_vote(world, ItemKind.RECIPES)
    client = sign_in_staff(world.secretary)
    address = url("promise_news", world.meeting, contest.public_id)
    votes = url("meeting_votes", world.meeting)

    half = client.post(address, {"state": "under_way", "text": "The malt is ordered.", "text_vi": ""})
    client.post(address, {"state": "under_way", "text": "The malt is ordered.", "text_vi": "Đã đặt malt."})
    may_tell = client.get(votes).context["lines"][0].may_tell
    client.post(address, {"state": "kept", "text": "It is on tap.", "text_vi": "Đã có bia."})

    assert half.context["form"].errors == {"text_vi": ["Fill in: In Vietnamese"]}
    assert list(PromiseNews.objects.order_by("pk").values_list("state", "text_vi")) == [
        ("under_way", "Đã đặt malt."),
        ("kept", "Đã có bia."),
    ]
    assert (may_tell, client.get(votes).context["lines"][0].may_tell) == (True, False)


def test_promise_of_an_open_vote_is_not_told_about() -> None:
    world, contest = closed()

    answered = sign_in_staff(world.secretary).post(
        url("promise_news", world.meeting, contest.public_id), {"state": "kept", "text": "a", "text_vi": "b"}
    )

    assert answered.status_code == 422
    assert not PromiseNews.objects.exists()


def today(client: Client) -> tuple[list[str], list[tuple[str, bool]]]:
    context = client.get(reverse("office:home")).context
    return [item.title for item in context["waiting"]], [(item.title, item.is_late) for item in context["due"]]


def test_first_page_says_what_a_draft_waits_for() -> None:
    make_company()
    make_draft_meeting(days_ahead=90)

    waiting, due = today(staff_client("secretary"))

    assert waiting == [
        "Finish the meeting: Meeting to come, 2 things keep its notice back",
        "Appoint a scrutineer: Meeting to come",
    ]
    assert due == [("Send the notice: Meeting to come", False)]


def test_first_page_says_that_a_complete_notice_waits_for_a_director() -> None:
    ready()

    assert today(staff_client("director"))[0] == ["Approve the notice: Meeting to come"]


def test_first_page_shows_letters_to_post_and_the_record_date_to_come(sent: Meeting) -> None:
    waiting, due = today(staff_client("secretary"))

    assert waiting == ["Print and post 1 notice: Meeting to come"]
    assert due == [("Record date: Meeting to come", False)]


def test_first_page_shows_a_roll_that_is_due() -> None:
    world = make_world(step="noticed")

    waiting, due = today(staff_client("chair"))

    assert waiting == ["The roll is due and not fixed: Annual General Meeting 2026"]
    assert due == [("Record date: Annual General Meeting 2026", True)]
    assert world.meeting.roll is None


def test_first_page_shows_envelopes_challenges_and_nothing_of_an_answered_one() -> None:
    _world, contest = closed()
    waiting, _due = today(staff_client("secretary"))

    assert waiting == [f"Open the envelopes: {contest.title}"]


def test_first_page_shows_unanswered_challenges_until_they_are_answered() -> None:
    world, challenge = make_challenged_world()
    client = staff_client("secretary")
    before = today(client)[0]

    client.post(url("challenge_answer", world.meeting, challenge.public_id), {"answer": "It was right."})

    assert before == ["Answer 1 challenge of a result: Annual General Meeting 2026"]
    assert today(client)[0] == []


def test_first_page_shows_a_promise_past_its_day_until_its_story_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    world, challenge = make_challenged_world()
    client = staff_client("secretary", "director")
    later = clock.now() + timedelta(days=2000)
    monkeypatch.setattr("portal.views.office.today.clock.now", lambda: later)
    before = today(client)[1]

    monkeypatch.undo()
    address = url("promise_news", world.meeting, challenge.contest.public_id)
    client.post(address, {"state": "kept", "text": "On tap.", "text_vi": "Đã có."})
    monkeypatch.setattr("portal.views.office.today.clock.now", lambda: later)

    assert before == [("Promise: The beer for next year", True)]
    assert today(client)[1] == []


def test_first_page_asks_as_many_questions_for_three_meetings_as_for_one() -> None:
    make_company()
    client = staff_client("secretary")
    make_draft_meeting()
    for_one = queries(client, reverse("office:home"))

    for _meeting in range(2):
        make_draft_meeting()

    assert queries(client, reverse("office:home")) == for_one
