"""A meeting prepared in the office: its dates by law, its agenda, its scrutineer."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agm.enums import ItemKind, MeetingState
from agm.errors import MeetingNotDraft
from agm.models import AgendaItem, Meeting
from agm.rules.working_days import LONDON
from agm.services import meetings
from ballots.enums import Method
from ballots.errors import ScrutineerKeyRefused
from ballots.models import Contest
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from core import clock
from core.transactions import atomic
from portal.queries.office_meeting_dates import Plan, dates_of, plan_of
from portal.queries.office_meetings import meetings_for_office
from tests.factories.agm import World, give_notice, item_draft, make_world
from tests.factories.beers import answer, make_call, make_name, make_recipe
from tests.factories.equity import make_company
from tests.factories.meetings import make_draft_meeting
from tests.factories.people import sign_in_staff, staff_client

pytestmark = pytest.mark.django_db
# T1, T7 of the law's vectors: an unlisted plc's AGM on a Friday in June of a year whose bank holidays are known.
FRIDAY = datetime(2026, 6, 26, 12, 0, tzinfo=LONDON)


def url(page: str, meeting: Meeting, *more: str) -> str:
    return reverse(f"office:{page}", args=[meeting.public_id, *more])


def facts(**changed: str) -> dict[str, str]:
    later = clock.now().astimezone(LONDON) + timedelta(days=90)
    return {
        "kind": "annual",
        "title": "Annual General Meeting",
        "title_vi": "Đại hội đồng cổ đông",
        "place": "The Old Maltings",
        "address": "2 Wharf Street, Wakefield",
        "proxies_to": "The Secretary, 1 Lock Lane",
        "profile": "unlisted_plc",
        "part": "england_wales",
        "starts_at": later.strftime("%Y-%m-%d 12:00"),
        **changed,
    }


def draft(*, days_ahead: int = 90, **options: Any) -> tuple[World, Client]:
    """Return a draft that lies ahead, and its secretary's client."""
    world = make_world(step="draft", **options)
    starts_at = clock.now() + timedelta(days=days_ahead)
    changed = {"starts_at": starts_at, "proxy_cutoff_at": starts_at, "record_at": starts_at}
    Meeting.objects.filter(pk=world.meeting.pk).update(**changed)
    world.meeting.refresh_from_db()
    return world, sign_in_staff(world.secretary)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200
    # A prepared statement (core.prepared) has no text to look at.
    assert not [query["sql"] for query in captured if str(query["sql"]).split()[0] in {"UPDATE", "DELETE", "INSERT"}]
    return len(captured)


def test_new_meeting_has_the_dates_that_follow_from_the_law() -> None:
    make_company()
    client = staff_client("secretary")

    answered = client.post(reverse("office:meeting_new"), facts())

    meeting = Meeting.objects.get()
    assert answered.headers["Location"] == url("meeting", meeting)
    assert (meeting.state, meeting.notice_clear_days, meeting.prepared_by) == ("draft", 21, client.user)
    assert meeting.record_at == meeting.proxy_cutoff_at < meeting.starts_at
    assert (plan_of(meeting).days, plan_of(meeting).cutoff_at, plan_of(meeting).record_at) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "profile", "given_by", "send_by"),
    [
        # 21 clear days and 14; two full working days before the end of the day (s.1147).
        ("annual", "unlisted_plc", "2026-06-04 00:00", "2026-06-02 23:59"),
        ("general", "unlisted_plc", "2026-06-11 00:00", "2026-06-09 23:59"),
        ("general", "traded", "2026-06-04 00:00", "2026-06-02 23:59"),
        ("annual", "private", "2026-06-11 00:00", "2026-06-09 23:59"),
    ],
)
def test_dates_of_a_meeting_are_those_of_the_statute(kind: str, profile: str, given_by: str, send_by: str) -> None:
    plan = Plan(FRIDAY, kind, profile, "england_wales")

    lines = {line.code: line for line in dates_of(plan, now=FRIDAY - timedelta(days=60))}

    shown = {code: f"{line.at:%Y-%m-%d %H:%M}" for code, line in lines.items()}
    assert shown == {
        "sent": send_by,
        "given": given_by,
        "proxies": "2026-06-24 12:00",
        "record": "2026-06-24 12:00",
        "meeting": "2026-06-26 12:00",
    }
    assert (lines["meeting"].days, lines["proxies"].days) == (60, 58)


def test_computed_date_says_which_days_were_left_out_and_by_which_law() -> None:
    meeting_at = datetime(2026, 5, 26, 15, 0, tzinfo=LONDON)  # the day after a bank holiday: vector T7

    lines = dates_of(Plan(meeting_at, "annual", "unlisted_plc", "england_wales"), now=meeting_at - timedelta(days=9))

    [proxies] = [line for line in lines if line.code == "proxies"]
    assert proxies.at == datetime(2026, 5, 21, 15, 0, tzinfo=LONDON)
    assert proxies.how == (
        "48 hours before the meeting; only hours of working days in England and Wales count. "
        "Left out: Sat 23 May, Sun 24 May, Mon 25 May."
    )
    assert proxies.law == "Companies Act 2006 s.327(2)-(3)"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("notice_clear_days", "14 +0", "14 clear days are too few: the law asks for 21."),
        ("proxy_cutoff_at", "{start:%Y-%m-%d 11:00} -7", "such a rule is void"),
        ("proxy_cutoff_at", "{start:%Y-%m-%d 13:00} +0", "Proxies cannot be taken after the meeting began."),
        ("record_at", "{start:%Y-%m-%d 13:00} +0", "The record date cannot lie after the meeting"),
        ("record_at", "1990-01-01 12:00 +0", "This lies more than a year before the meeting."),
        ("starts_at", "1990-01-01 12:00 +0", "The meeting must lie in the future."),
        ("starts_at", "2020-01-01 12:00 +0", "The meeting must lie in the future."),
        ("starts_at", "soon +0", "Write day and time like 2026-05-31 12:00."),
        ("title_vi", " +0", "Fill in: Title in Vietnamese"),
        ("welcome", "Come early +0", "Say it in both languages."),
    ],
)
def test_void_setting_is_refused_with_its_reason_and_everything_typed_kept(
    field: str, typed: str, sentence: str
) -> None:
    make_company()
    client = staff_client("secretary")
    words, days = typed.rsplit(" ", 1)
    start = clock.now().astimezone(LONDON) + timedelta(days=90 + int(days))

    answered = client.post(reverse("office:meeting_new"), facts(**{field: words.format(start=start)}))

    page = answered.content.decode()
    assert answered.status_code == 422
    assert sentence in page
    assert 'value="2 Wharf Street, Wakefield"' in page
    assert words.format(start=start) in page
    assert Meeting.objects.count() == 0


def test_traded_company_may_not_set_its_record_date_a_week_before() -> None:
    make_company()
    client = staff_client("secretary")
    start = clock.now().astimezone(LONDON) + timedelta(days=83)

    answered = client.post(reverse("office:meeting_new"), facts(profile="traded", record_at=f"{start:%Y-%m-%d} 12:00"))

    assert list(answered.context["form"].errors) == ["record_at"]
    assert "s.360B(2)-(3)" in answered.content.decode()


def test_dates_are_answered_while_somebody_types_and_say_what_is_void() -> None:
    make_company()
    client = staff_client("secretary")
    asked = {"kind": "annual", "profile": "unlisted_plc", "part": "england_wales", "starts_at": "2026-06-26 12:00"}
    address = reverse("office:meeting_dates")

    lawful = client.get(address, asked, headers={"hx-request": "true"})
    void = client.get(address, asked | {"notice_clear_days": "14"}, headers={"hx-request": "true"})
    nothing = client.get(address, {"starts_at": ""}, headers={"hx-request": "true"})

    assert "Tuesday, 2 June 2026, 23:59" in lawful.content.decode()
    assert "<html" not in lawful.content.decode()
    assert void.context["problems"] == [
        "14 clear days are too few: the law asks for 21. The articles may ask for more, not for less. "
        "(Companies Act 2006 s.307(3))"
    ]
    assert (nothing.context["problems"], nothing.context["dates"]) == ([], [])
    assert client.get(address).headers["Location"] == reverse("office:meeting_new")


def test_form_of_a_kept_meeting_shows_only_what_somebody_said() -> None:
    make_company()
    client = staff_client("secretary")
    client.post(reverse("office:meeting_new"), facts(notice_clear_days="28"))
    meeting = Meeting.objects.get()

    form = client.get(url("meeting_change", meeting)).context["form"]

    shown = {name: form[name].value() for name in ("notice_clear_days", "proxy_cutoff_at", "record_at")}
    assert shown == {"notice_clear_days": 28, "proxy_cutoff_at": None, "record_at": None}


def test_changed_meeting_has_its_dates_computed_again() -> None:
    world, client = draft()
    before = world.meeting.record_at

    client.post(url("meeting_change", world.meeting), facts(place="The Yard"))

    world.meeting.refresh_from_db()
    assert (world.meeting.place, world.meeting.slug) == ("The Yard", "annual-general-meeting-2026")
    assert world.meeting.record_at != before


def test_list_without_a_meeting_says_what_to_do() -> None:
    make_company()

    page = staff_client("secretary").get(reverse("office:meetings")).content.decode()

    assert "There is no meeting yet" in page
    assert f'href="{reverse("office:meeting_new")}"' in page


def test_list_shows_the_next_date_and_turns_red_when_it_is_late() -> None:
    make_company()
    make_draft_meeting(days_ahead=90)
    make_draft_meeting(days_ahead=7)

    late, line = staff_client("director").get(reverse("office:meetings")).context["lines"]

    assert (line.next.code, line.next.is_late) == ("sent", False)
    assert (late.next.code, late.next.is_late) == ("sent", True)


def test_notice_given_stops_its_clock_and_leaves_the_next_one() -> None:
    world, _client = draft()
    give_notice(world)

    [line] = staff_client("chair").get(reverse("office:meetings")).context["lines"]

    assert (line.next.code, line.next.is_late) == ("proxies", False)


def test_meeting_says_what_is_missing_and_asks_the_same_for_three_items_as_for_one() -> None:
    world, client = draft(kinds=[])
    address = url("meeting", world.meeting)
    empty = client.get(address)
    add(world, ItemKind.RECIPES)
    for_one = queries(client, address)

    for _item in range(2):
        add(world, ItemKind.NAMES)

    assert "The notice has no business: put something on the agenda." in " ".join(empty.context["check"].refusals)
    assert queries(client, address) == for_one


def add(world: World, kind: ItemKind) -> AgendaItem:
    with atomic():
        return meetings.add_item(meeting=world.meeting, draft=item_draft(kind), by=world.secretary, at=clock.now())


def test_list_of_meetings_asks_the_same_for_three_as_for_one() -> None:
    make_company()
    client = staff_client("secretary")
    client.post(reverse("office:meeting_new"), facts())
    for_one = queries(client, reverse("office:meetings"))

    for _meeting in range(2):
        client.post(reverse("office:meeting_new"), facts())

    assert queries(client, reverse("office:meetings")) == for_one
    assert [meeting.slug for meeting in meetings_for_office()] == [
        "annual-general-meeting", "annual-general-meeting-2", "annual-general-meeting-3"
    ]  # fmt: skip


def test_resolution_is_put_on_the_agenda_with_its_text_in_both_languages() -> None:
    world, client = draft(kinds=[])
    typed = {"title": "Accounts", "title_vi": "Báo cáo", "majority": "special", "text": "THAT they be received.",
             "text_vi": "Thông qua.", "script": "We come to the accounts.", "script_vi": ""}  # fmt: skip

    refused = client.post(url("item_new", world.meeting, "resolution"), typed | {"text_vi": ""})
    client.post(url("item_new", world.meeting, "resolution"), typed)

    item = AgendaItem.objects.get()
    assert refused.context["form"].errors == {"text_vi": ["Fill in: Text of the resolution, in Vietnamese"]}
    assert (item.kind, item.text, item.script) == ("resolution", "THAT they be received.", "We come to the accounts.")
    assert (item.contest.method, item.contest.majority, item.contest.question) == (
        "resolution", "special", "THAT they be received."
    )  # fmt: skip


def ballot(**changed: Any) -> dict[str, Any]:
    return {
        "title": "Next year's beer",
        "title_vi": "Bia năm sau",
        "question": "Which one?",
        "question_vi": "Loại nào?",
        "promise_kind": "binding",
        "promise": "It is brewed.",
        "promise_vi": "Sẽ được nấu.",
        "promise_due_on": "2099-09-01",
        **changed,
    }


def test_recipe_ballot_takes_its_choices_from_the_shortlists_and_from_what_is_typed() -> None:
    world, client = draft(kinds=[])
    call = make_call("recipe")
    stout = answer(make_recipe(call, "Weir Stout"))
    make_recipe(call, "Not shortlisted")
    address = url("item_new", world.meeting, "recipes")

    offered = [row[0] for row in client.get(address).context["form"].fields["chosen"].choices]
    typed = {"option_0": "Tap water", "option_vi_0": "Nước", "credit_0": "A"}
    client.post(address, ballot(chosen=[stout.recipe.public_id], **typed))

    options = list(Contest.objects.get().options.order_by("position").values_list("title", "title_vi", "credit"))
    assert offered == [stout.recipe.public_id]
    assert options == [("Weir Stout", "", ""), ("Tap water", "Nước", "A")]
    assert Contest.objects.get().options.get(title="Weir Stout").reference == stout.recipe.public_id
    assert Contest.objects.get().method == Method.IRV


def test_changed_ballot_shows_what_was_chosen_and_typed_and_keeps_what_left_the_shortlist() -> None:
    world, client = draft(kinds=[])
    call = make_call("name")
    name = answer(make_name(call, "Mossy Gate"))
    client.post(url("item_new", world.meeting, "names"), ballot(chosen=[name.public_id], option_0="Low Water"))
    type(name).objects.filter(pk=name.pk).update(state="declined")
    address = url("item_change", world.meeting, AgendaItem.objects.get().public_id)

    form = client.get(address).context["form"]
    client.post(address, ballot(chosen=[name.public_id], option_0="Low Water", option_1="High Water"))

    assert (form.initial["chosen"], form.initial["option_0"]) == ([name.public_id], "Low Water")
    titles = Contest.objects.get().options.order_by("position").values_list("title", flat=True)
    assert list(titles) == ["Mossy Gate", "Low Water", "High Water"]
    assert Contest.objects.get().method == Method.APPROVAL


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"promise_due_on": ""}, "Say by which day the promise is kept."),
        ({"promise_due_on": "2020-01-01"}, "This day must lie after the meeting."),
        ({"promise_vi": ""}, "Fill in: The promise in Vietnamese"),
        ({"option_0": "Mild", "option_1": " mild "}, "“mild” stands on the paper twice."),
        ({"option_vi_0": "Nhẹ", "option_0": ""}, "This part of the row is missing."),
        ({f"option_{n}": f"Beer {n}" for n in range(31)}, "A ballot paper holds at most 30 choices."),
        ({"question": ""}, "Fill in: Question in English"),
    ],
)
def test_ballot_that_cannot_be_comes_back_with_a_sentence(changed: dict[str, str], sentence: str) -> None:
    world, client = draft(kinds=[])

    answered = client.post(url("item_new", world.meeting, "recipes"), ballot(**changed))

    assert answered.status_code == 422
    assert sentence in answered.content.decode()
    assert not AgendaItem.objects.exists()


def test_item_moves_is_changed_and_removed_with_its_contest() -> None:
    world, client = draft()
    ids = {kind: item.public_id for kind, item in world.items.items()}

    client.post(url("item_move", world.meeting, ids["names"]), {"to": "up"})
    client.post(url("item_move", world.meeting, ids["resolution"]), {"to": "up"})
    order = [item.kind for item in world.meeting.items.order_by("position")]
    preview = client.get(url("item_remove", world.meeting, ids["recipes"])).content.decode()
    client.post(url("item_remove", world.meeting, ids["recipes"]))

    assert order == ["resolution", "names", "recipes"]
    assert "Its vote, its choices and its promise go with it." in preview
    assert [(item.position, item.kind) for item in world.meeting.items.order_by("position")] == [
        (1, "resolution"),
        (2, "names"),
    ]
    assert Contest.objects.count() == 2


def test_agenda_of_a_given_notice_cannot_be_changed_by_any_address() -> None:
    world, client = draft()
    item = world.items["recipes"].public_id
    give_notice(world)
    addresses = [url("meeting_change", world.meeting), url("item_change", world.meeting, item),
                 url("item_remove", world.meeting, item), url("item_new", world.meeting, "information")]  # fmt: skip

    answers = [client.post(address, ballot() | facts()).headers["Location"] for address in addresses]
    moved = client.post(url("item_move", world.meeting, item), {"to": "up"}, follow=True)

    assert answers == [url("meeting", world.meeting)] * 4
    assert str(MeetingNotDraft.sentence) in moved.content.decode()
    assert [row.kind for row in world.meeting.items.order_by("position")] == ["resolution", "recipes", "names"]


def test_item_of_another_meeting_and_kind_of_nothing_are_not_found() -> None:
    world, client = draft()
    client.post(reverse("office:meeting_new"), facts())
    other = Meeting.objects.exclude(pk=world.meeting.pk).get()

    answers = [
        client.get(url("item_change", other, world.items["names"].public_id)).status_code,
        client.get(url("item_new", other, "raffle")).status_code,
    ]

    assert answers == [404, 404]


def test_scrutineer_is_appointed_by_a_pasted_key_or_a_file() -> None:
    world, client = draft()
    address = url("scrutineer_new", world.meeting)
    typed = {"name": "Quay & Co", "paid_by": "the company", "independent": "no"}
    keys = [ScrutineerKey("x", "2026-01-01", new_seed()).public_key for _key in range(2)]

    client.post(address, typed | {"public_key": keys[0]})
    pasted = find(world)
    client.post(address, typed | {"key_file": SimpleUploadedFile("key.txt", f"{keys[1]}\n".encode())})

    assert (pasted.public_key, pasted.name, pasted.is_independent) == (keys[0], "Quay & Co", False)
    assert find(world).public_key == keys[1]
    assert "not independent" in client.get(url("meeting", world.meeting)).content.decode()


def test_scrutineer_of_a_given_notice_has_no_form_and_a_sentence_why() -> None:
    world, client = draft()
    address = url("scrutineer_new", world.meeting)
    before = client.get(url("meeting", world.meeting)).content.decode()
    give_notice(world)
    typed = {"name": "Eve", "paid_by": "Eve", "independent": "yes"}

    shown = client.get(address)
    sent = client.post(address, typed | {"public_key": ScrutineerKey("x", "2026-01-01", new_seed()).public_key})

    page = client.get(url("meeting", world.meeting)).content.decode()
    assert [answered.headers["Location"] for answered in (shown, sent)] == [url("meeting", world.meeting)] * 2
    assert find(world).name == "Quillon & Marsh LLP"
    assert [address in text for text in (before, page)] == [True, False]
    assert "The notice told members so: nobody else can be appointed any more." in page


def find(world: World) -> Any:
    return meetings_for_office().get(pk=world.meeting.pk).scrutineer


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", "Paste the public key, or choose the file that holds it."),
        ("ab" * 31, str(ScrutineerKeyRefused.sentence)),
        ("zz" * 32, str(ScrutineerKeyRefused.sentence)),
    ],
)
def test_text_that_is_no_key_appoints_nobody(key: str, sentence: str) -> None:
    world, client = draft()
    typed = {"name": "Quay & Co", "paid_by": "the company", "independent": "yes", "public_key": key}

    answered = client.post(url("scrutineer_new", world.meeting), typed)

    errors = [error for errors in answered.context["form"].errors.values() for error in errors]
    assert (answered.status_code, errors) == (422, [sentence])
    assert find(world).name == "Quillon & Marsh LLP"


def test_board_reads_a_draft_and_has_no_link_to_change_it() -> None:
    world, _client = draft()

    page = staff_client("finance").get(url("meeting", world.meeting)).content.decode()

    assert world.meeting.state == MeetingState.DRAFT
    assert url("meeting_change", world.meeting) not in page
    assert url("scrutineer_new", world.meeting) not in page
    assert "Move up" not in page
