"""Notice of a meeting: when it may still be given, who must approve it, who gets it, and that nobody gets it twice."""

import csv
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Party, PrivateContact, User
from accounts.services.people import make_joint_party, make_organisation, register_person
from agm.enums import ItemKind, MeetingKind, MeetingState
from agm.errors import LawRefuses, MeetingNotDraft, NoticeByAnother, NoticeChanged, NoticeIncomplete
from agm.models import AgendaItem, Meeting, Notice, NoticeDelivery
from agm.queries.notice_checks import check_notice
from agm.queries.notice_deliveries import deliveries_of, print_bundle
from agm.queries.notices import NOT_OF_THE_MEETING, NoticeScrutineer, content_sha256, digest_of, notice_content
from agm.rules.working_days import UkPart
from agm.services.meetings import ItemDraft, change_item
from agm.services.notices import record_posted, send_notice
from ballots.services.contests import OptionDraft
from core import clock
from core.jobs import engine
from core.models import OutgoingMail
from core.transactions import atomic
from tests.agm.notice_facts import RECIPES, content
from tests.agm.notice_stories import (
    PREPARED_AT,
    SENT_AT,
    approve,
    enter,
    enter_as,
    make_draft,
    make_member,
    printed,
)
from tests.agm.rules.strategies import at
from tests.factories.agm import item_draft
from tests.factories.people import make_staff

ENGLAND, SCOTLAND = UkPart.ENGLAND_WALES, UkPart.SCOTLAND
# Meeting, clear days, last lawful minute and first refused one, by hand from the days of data/date_vectors.json. In the
# last, the 48 hours from 30 April 00:00 end at the midnight between Friday and a long weekend: in time on any reading.
LAST_MINUTES = [
    ("2026-06-26T11:00", 21, "2026-06-02T23:59", "2026-06-03T00:00", "4 June 2026"),
    ("2026-06-26T11:00", 14, "2026-06-09T23:59", "2026-06-10T00:00", "11 June 2026"),
    ("2026-06-20T12:00", 21, "2026-05-27T23:59", "2026-05-28T00:00", "29 May 2026"),
    ("2026-04-08T10:00", 21, "2026-03-13T23:59", "2026-03-14T00:00", "17 March 2026"),
    ("2026-05-26T15:00", 21, "2026-04-30T00:00", "2026-04-30T00:01", "4 May 2026"),
]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read English, whatever language a request before this test was answered in."""
    with translation.override("en"):
        yield


def kind_for(days: int) -> MeetingKind:
    return MeetingKind.ANNUAL if days == 21 else MeetingKind.GENERAL


def party_without_mail(name: str) -> Party:
    with atomic():
        return register_person(name=name, language="en", country="GB", by=None, at=PREPARED_AT)


def deliveries(notice: Notice) -> set[tuple[str, str, str, str]]:
    rows = notice.deliveries.values_list("party__display_name", "channel", "address", "language")
    return set(rows)


@pytest.mark.django_db
@pytest.mark.parametrize("part", [ENGLAND, SCOTLAND])
@pytest.mark.parametrize(("meeting_at", "days", "last", "_late", "_by"), LAST_MINUTES)
def test_notice_sent_in_the_last_lawful_minute_is_given(
    meeting_at: str, days: int, last: str, _late: str, _by: str, part: UkPart
) -> None:
    make_member()
    meeting = make_draft(starts_at=at(meeting_at), kind=kind_for(days), part=part)

    notice = approve(meeting, at=at(last))

    assert (notice.meeting.state, notice.meeting.noticed_at) == (MeetingState.NOTICED, at(last))


@pytest.mark.django_db
@pytest.mark.parametrize(("meeting_at", "days", "_last", "late", "given_by"), LAST_MINUTES)
def test_notice_sent_a_minute_later_is_refused_with_its_dates(
    meeting_at: str, days: int, _last: str, late: str, given_by: str
) -> None:
    make_member()
    meeting = make_draft(starts_at=at(meeting_at), kind=kind_for(days))

    with pytest.raises(LawRefuses) as refused:
        approve(meeting, at=at(late))

    assert f"with {days} clear days it must be given by {given_by}." in str(refused.value)
    assert str(refused.value).endswith("(Companies Act 2006 ss.307, 307A, 337(2), 360(2))")
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_refusal_of_late_notice_reads_as_one_sentence_with_all_days() -> None:
    make_member()

    check = check_notice(make_draft(), at("2026-06-03T00:00"))

    assert check.refusals == (
        "Notice sent now would be given on 5 June 2026. For a meeting on 26 June 2026 with 21 clear days it must be "
        "given by 4 June 2026. Choose a later day: only the members themselves can agree to less. "
        "(Companies Act 2006 ss.307, 307A, 337(2), 360(2))",
    )


@pytest.mark.django_db
def test_check_says_when_notice_counts_as_given_and_until_when_it_may_be_sent() -> None:
    make_member()

    check = check_notice(make_draft(), at("2026-05-22T16:00"))

    assert (check.refusals, check.warnings, check.may_go_out) == ((), (), True)
    assert check.deemed_at == at("2026-05-27T16:00")  # over a weekend and a bank holiday
    assert (check.given_on, check.given_by) == (date(2026, 5, 27), date(2026, 6, 4))
    assert (check.send_by, check.deemed_law) == (at("2026-06-02T23:59"), "Companies Act 2006 s.1147")


@pytest.mark.django_db
def test_given_day_of_notice_follows_the_working_days_of_its_part() -> None:
    make_member()
    over_easter = at("2026-04-02T12:00")

    given = [approve(make_draft(part=part), at=over_easter).given_on for part in (ENGLAND, SCOTLAND)]

    assert given == [date(2026, 4, 8), date(2026, 4, 7)]


@pytest.mark.django_db
def test_maker_of_meeting_cannot_approve_its_notice() -> None:
    make_member()
    meeting = make_draft()

    with pytest.raises(NoticeByAnother):
        approve(meeting, by=meeting.prepared_by)

    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_who_changed_the_agenda_last_cannot_approve_its_notice() -> None:
    make_member()
    meeting, director = make_draft(), make_staff("director")
    with atomic():
        change_item(item=meeting.items.get(position=1), draft=item_draft("resolution"), by=director, at=PREPARED_AT)

    with pytest.raises(NoticeByAnother):
        approve(meeting, by=director)


@pytest.mark.django_db
def test_notice_of_a_meeting_that_nobody_prepared_is_refused() -> None:
    make_member()
    meeting = make_draft()
    Meeting.objects.filter(pk=meeting.pk).update(prepared_by=None)

    with pytest.raises(NoticeIncomplete):
        approve(meeting)


@pytest.mark.django_db
def test_database_refuses_a_notice_approved_by_who_prepared_it() -> None:
    meeting = make_draft()
    person = meeting.prepared_by
    assert person is not None

    with pytest.raises(IntegrityError, match="notice_approved_by_another"), atomic():
        Notice.objects.create(
            meeting=meeting,
            content_sha256="0" * 64,
            pdf_sha256="0" * 64,
            pdf_vi_sha256="0" * 64,
            prepared_by=person,
            approved_by=person,
            approved_at=SENT_AT,
            given_on=SENT_AT.date(),
        )


@pytest.mark.django_db
def test_meeting_changed_after_reading_is_not_sent() -> None:
    make_member()
    meeting = make_draft()
    read, paper = content_sha256(meeting), printed(meeting)
    item = AgendaItem.objects.get(meeting=meeting, position=1)
    draft = replace(item_draft("resolution"), text_vi="Một câu khác.")
    with atomic():
        change_item(item=item, draft=draft, by=meeting.prepared_by, at=PREPARED_AT)

    with pytest.raises(NoticeChanged):
        approve(meeting, content_sha256=read, pdfs=paper)

    assert not OutgoingMail.objects.filter(kind="meeting_notice").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"content_sha256": "f" * 64}, {"dated_on": date(2026, 5, 31)}])
def test_paper_of_another_text_or_another_day_is_not_sent(changed: dict[str, Any]) -> None:
    make_member()
    meeting = make_draft()

    with pytest.raises(NoticeChanged):
        approve(meeting, pdfs=replace(printed(meeting), **changed))


OTHER = {
    str: "another",
    int: 99,
    date: date(2030, 1, 1),
    datetime: SENT_AT,
    type(None): date(2030, 1, 1),
    tuple: (),
    NoticeScrutineer: None,
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(content()) if field.name not in NOT_OF_THE_MEETING])
def test_hash_of_notice_binds_every_fact_of_the_meeting(name: str) -> None:
    known = content()

    changed = replace(known, **{name: OTHER[type(getattr(known, name))]})

    assert digest_of(changed) != digest_of(known)


def test_hash_of_notice_stays_when_the_company_moves_or_is_renamed() -> None:
    facts = ("company_name", "company_number", "registered_in", "registered_office", "email")

    assert digest_of(content(**dict.fromkeys(facts, "another"))) == digest_of(content())


@pytest.mark.parametrize("name", [field.name for field in fields(RECIPES)])
def test_hash_of_notice_binds_every_word_of_an_item(name: str) -> None:
    changed = replace(RECIPES, **{name: OTHER[type(getattr(RECIPES, name))]})

    assert digest_of(content(items=(changed,))) != digest_of(content(items=(RECIPES,)))


@pytest.mark.parametrize("name", ["title", "title_vi", "credit"])
def test_hash_of_notice_binds_every_option(name: str) -> None:
    first, *others = RECIPES.options
    changed = replace(RECIPES, options=(replace(first, **{name: "another"}), *others))

    assert digest_of(content(items=(changed,))) != digest_of(content(items=(RECIPES,)))


def test_hash_of_notice_is_the_same_in_every_time_zone() -> None:
    known = content()

    in_london = replace(known, starts_at=at("2026-06-26T11:00"))

    assert (in_london.starts_at, digest_of(in_london)) == (known.starts_at, digest_of(known))


@pytest.mark.django_db
def test_content_of_notice_is_read_in_four_queries_whatever_the_agenda() -> None:
    short, long = make_draft(kinds=("recipes",)), make_draft(kinds=("recipes", "names", "resolution", "information"))
    counts = []

    for meeting in (short, long):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            said = notice_content(meeting)
        counts.append((len(said.items), len(queries)))

    assert counts == [(1, 4), (4, 4)]


def ballot(**changed: Any) -> ItemDraft:
    draft = item_draft("recipes")
    assert draft.contest is not None
    return replace(draft, contest=replace(draft.contest, **changed))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (
            ballot(promise=type(ballot().contest.promise)()),
            "“The beer for next year” has no promise: say what becomes of the winner, or that it is advice.",
        ),
        (
            ballot(options=[OptionDraft("Only One")]),
            "“The beer for next year” needs 2 to 30 choices and has 1.",
        ),
        (ballot(question_vi=""), "“The beer for next year” has no question in both languages."),
    ],
)
def test_notice_of_an_incomplete_ballot_is_refused_with_what_is_missing(draft: ItemDraft, sentence: str) -> None:
    make_member()
    meeting = make_draft(kinds=(), items=(draft,))

    with pytest.raises(NoticeIncomplete) as refused:
        approve(meeting)

    assert str(refused.value) == sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kinds": ()}, "The notice has no business: put something on the agenda. (Companies Act 2006 s.311(2))"),
        (
            {"place": "", "address": " "},
            "The notice does not say where the meeting is. (Companies Act 2006 s.311(1)(b))",
        ),
    ],
)
def test_notice_that_lacks_what_the_law_asks_is_refused(facts: dict[str, Any], sentence: str) -> None:
    make_member()
    meeting = make_draft(**facts)

    with pytest.raises(NoticeIncomplete) as refused:
        approve(meeting)

    assert str(refused.value) == sentence


@pytest.mark.django_db
def test_notice_to_nobody_is_refused() -> None:
    assert check_notice(make_draft(), SENT_AT).refusals == (
        "Nobody stands in the register, so nobody would be given notice.",
    )


@pytest.mark.django_db
def test_missing_proxy_statement_warns_and_does_not_refuse() -> None:
    make_member()

    check = check_notice(make_draft(proxies_to=""), SENT_AT)

    assert (check.refusals, check.warnings) == (
        (),
        ("The notice does not tell members that they may appoint a proxy. (Companies Act 2006 s.325)",),
    )


@pytest.mark.django_db
def test_last_hours_paper_members_missing_words_and_coming_years_warn() -> None:
    enter(party_without_mail("Paper Person"))
    heard = replace(item_draft("information"), text="Only in English.")
    meeting = make_draft(starts_at=at("2027-06-25T11:00"), kinds=(), items=(heard,))

    check = check_notice(meeting, at("2027-06-01T20:00"))

    assert (check.refusals, check.warnings) == (
        (),
        (
            "“The year in beer” has no Vietnamese text: readers of Vietnamese get it in English.",
            "Bank holidays after 2026 can still be proclaimed: check the dates again before you send.",
            "The last lawful minute to send is 1 June 2027, 23:59, and thousands of mails take a while.",
            "Members without an e-mail address get paper: post it by 1 June 2027, 23:59.",
        ),
    )


@pytest.mark.django_db
def test_every_member_gets_notice_by_mail_if_they_have_an_address_else_on_paper() -> None:
    ngoc = make_member(name="Trần Thị Ngọc", email="ngoc@example.org", language="vi").party
    first, second = party_without_mail("First Named"), party_without_mail("Second Named")
    PrivateContact.objects.filter(party=first).update(email="first@example.org")
    paper = party_without_mail("Paper Person")
    closed = make_member(name="Closed Account", email="closed@example.org")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    PrivateContact.objects.filter(party=closed.party).update(email="")
    with atomic():
        joint = make_joint_party(holders=[first, second], by=None, at=PREPARED_AT)
        other_joint = make_joint_party(holders=[paper, first], by=None, at=PREPARED_AT)
        brewers = make_organisation(
            name="Brewers Ltd", number="1", representatives=[first], language="vi", by=None, at=PREPARED_AT
        )
        club = make_organisation(
            name="Club", number="2", representatives=[first], language="en", by=None, at=PREPARED_AT,
            email="club@example.org",
        )  # fmt: skip
    enter(joint, other_joint, brewers, club, paper)
    lane = "1 Lock Lane, Wakefield, WF1 1AA"

    notice = approve(make_draft())

    assert ngoc is not None
    assert deliveries(notice) == {
        ("Trần Thị Ngọc", "email", "ngoc@example.org", "vi"),
        ("First Named & Second Named", "email", "first@example.org", "en"),
        ("Paper Person & First Named", "paper", lane, "en"),
        ("Brewers Ltd", "email", "first@example.org", "vi"),
        ("Club", "email", "club@example.org", "en"),
        ("Paper Person", "paper", lane, "en"),
        ("Closed Account", "paper", lane, "en"),
    }


@pytest.mark.django_db
def test_notice_goes_to_members_of_the_day_and_to_nobody_else() -> None:
    make_member(name="Here Already", email="here@example.org")
    late = party_without_mail("Comes Later")
    enter(late, at=SENT_AT + timedelta(days=1))
    make_staff("finance")

    notice = approve(make_draft())

    assert deliveries(notice) == {("Here Already", "email", "here@example.org", "en")}


@pytest.mark.django_db
def test_job_mails_each_member_once_with_the_notice_in_their_language() -> None:
    make_member(name="Siobhán O’Brien", email="a@example.org")
    make_member(name="Trần Thị Ngọc", email="b@example.org", language="vi")
    enter(party_without_mail("Paper Person"))
    notice = approve(make_draft())

    engine.run(notice.job_id)
    engine.run(notice.job_id)

    mails = OutgoingMail.objects.filter(kind="meeting_notice").order_by("to")
    name = "notice-annual-general-meeting-2026.pdf"
    assert [(mail.to, mail.language, mail.attachments) for mail in mails] == [
        ("a@example.org", "en", [[name, "a" * 64, "application/pdf"]]),
        ("b@example.org", "vi", [[name, "b" * 64, "application/pdf"]]),
    ]
    sent = notice.deliveries.filter(sent_at__isnull=False).values_list("address", "mail__to")
    assert set(sent) == {("a@example.org", "a@example.org"), ("b@example.org", "b@example.org")}
    notice.job.refresh_from_db()
    assert (notice.job.state, deliveries_of(notice).queued) == ("done", 2)


@pytest.mark.django_db
def test_item_that_runs_again_after_a_lost_lease_leaves_one_mail() -> None:
    member = make_member()
    notice = approve(make_draft())

    sent = []
    for _run in range(3):
        with atomic():
            row = send_notice(meeting_id=notice.meeting_id, party_id=member.party_id or 0, at=clock.now())
        sent.append((row.mail_id, row.sent_at))

    assert len(set(sent)) == 1
    assert OutgoingMail.objects.filter(kind="meeting_notice").count() == 1


@pytest.mark.django_db
def test_second_press_by_the_same_director_returns_the_notice_and_another_is_told() -> None:
    make_member()
    meeting, director = make_draft(), make_staff("director")
    notice = approve(meeting, by=director)

    again = approve(meeting, by=director)

    assert (again.pk, NoticeDelivery.objects.count()) == (notice.pk, 1)
    with pytest.raises(MeetingNotDraft):
        approve(meeting)
    with pytest.raises(MeetingNotDraft):
        approve(meeting, by=director, content_sha256="f" * 64)


@pytest.mark.django_db
def test_print_list_names_paper_members_by_name_and_no_cell_is_a_formula() -> None:
    make_member()
    long_address = "@Home, " + "Very Long Lane, " * 24
    enter(party_without_mail("Zoë Young"))
    enter_as(party_without_mail("Anna Adams"), names=("=1+1", "Bo Adams"), address=long_address)
    notice = approve(make_draft())

    rows = list(csv.reader(StringIO(print_bundle(notice).removeprefix("\ufeff"))))

    assert rows[0] == ["member", "names", "service_address", "country", "language"]
    assert [row[1:] for row in rows[1:]] == [
        ["'=1+1 & Bo Adams", f"'{long_address}", "GB", "en"],
        ["Zoë Young", "1 Lock Lane, Wakefield, WF1 1AA", "GB", "en"],
    ]


@pytest.mark.django_db
def test_posting_is_recorded_once_and_shows_what_came_late() -> None:
    enter(party_without_mail("Paper Person"))
    secretary = make_staff("secretary")
    notice = approve(make_draft())
    too_late = at("2026-06-03T09:00")

    with atomic():
        counts = [record_posted(notice=notice, by=secretary, at=moment) for moment in (too_late, SENT_AT)]

    seen = deliveries_of(notice)
    assert (counts, seen.paper, seen.posted, seen.late, seen.send_by) == ([1, 0], 1, 1, 1, at("2026-06-02T23:59"))


def many_members(count: int, *, start: int = 0) -> None:
    parties = Party.objects.bulk_create(
        Party(kind="person", display_name=f"Member {number}", given_name="Member", name_search=f"member {number}",
              name_sort=f"member {number:05}", created_at=PREPARED_AT)
        for number in range(start, start + count)
    )  # fmt: skip
    PrivateContact.objects.bulk_create(
        PrivateContact(party=party, email=f"m{party.pk}@example.org" if party.pk % 10 else "") for party in parties
    )
    enter(*parties)


@pytest.mark.django_db
def test_giving_notice_to_a_thousand_asks_no_more_queries_than_to_three() -> None:
    director = make_staff("director")
    many_members(3)
    few, many = make_draft(), make_draft()

    with CaptureQueriesContext(connection) as queries_of_few:
        approve(few, by=director)
    many_members(997, start=3)
    with CaptureQueriesContext(connection) as queries_of_many:
        notice = approve(many, by=director)

    assert (len(queries_of_few), notice.deliveries.count()) == (len(queries_of_many), 1000)
    assert sum(chunk.size for chunk in notice.job.chunks.all()) == notice.deliveries.filter(channel="email").count()


@pytest.mark.django_db
def test_what_members_were_told_is_what_the_notice_keeps() -> None:
    make_member()
    meeting = make_draft()
    read = content_sha256(meeting)

    notice = approve(meeting)

    kept = {name: getattr(notice, name) for name in ("content_sha256", "pdf_sha256", "pdf_vi_sha256", "given_on")}
    assert kept == {"content_sha256": read, "pdf_sha256": "a" * 64, "pdf_vi_sha256": "b" * 64,
                    "given_on": date(2026, 6, 3)}  # fmt: skip
    assert asdict(notice_content(meeting))["items"][0]["kind"] == ItemKind.RESOLUTION
