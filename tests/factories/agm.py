"""A general meeting on any step of its way, with members on the register, made by the house's own services."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Party, User
from agm.enums import ItemKind, MeetingKind
from agm.models import AgendaItem, Meeting, Notice
from agm.queries.notices import content_sha256
from agm.queries.paper import seats_of
from agm.rules.company_profile import CompanyProfile
from agm.rules.working_days import UkPart
from agm.services import chair, meetings
from agm.services.rolls import freeze_meeting_roll
from ballots.enums import Method
from ballots.models import Contest, Scrutineer
from ballots.queries.contests import Voter
from ballots.rules.proofs.opening import open_handover
from ballots.rules.proofs.papers import Choice, Split
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from ballots.services import handovers, voting
from ballots.services.contests import ContestDraft, OptionDraft, PromiseDraft
from ballots.services.scrutineers import appoint_scrutineer
from ballots.services.voting import Receipt
from core import clock
from core.ids import new_public_id
from core.storage import read_bytes, store_bytes
from core.transactions import atomic
from equity.models import ShareClass
from equity.services.register import Issue, write_issues
from tests.factories.equity import make_company, make_share_class
from tests.factories.people import make_holder, make_staff

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PDF = b"%PDF-1.7\n% a notice made for a test\n%%EOF\n"
STEPS = ("draft", "noticed", "frozen", "in_session")
KINDS = (ItemKind.RESOLUTION, ItemKind.RECIPES, ItemKind.NAMES)
BEERS = ("Lockside Mild", "Towpath Pale", "Weir Stout", "Basin Bitter")
NAMES = ("Mossy Gate", "Heron's Wait", "Low Water")
RESOLVED = ("THAT the annual accounts for 2025 be received.", "Thông qua báo cáo tài chính năm 2025.")
PROMISE = PromiseDraft("binding", "The winner will be brewed.", "Bia thắng sẽ được nấu.", date(2027, 9, 1))


@dataclass
class World:
    """A meeting, its people, and the scrutineer's key, which no page can reach."""

    meeting: Meeting
    members: list[User]
    secretary: User
    director: User
    chair: User
    key: ScrutineerKey
    items: dict[str, AgendaItem] = field(default_factory=dict)

    def contest(self, kind: str) -> Contest:
        """Return the contest of the item of that kind (resolution, recipes, names), freshly read."""
        return Contest.objects.get(item=self.items[kind])

    def item(self, kind: str) -> AgendaItem:
        """Return the item of that kind, freshly read."""
        return AgendaItem.objects.select_related("contest", "meeting").get(pk=self.items[kind].pk)


def make_world(*, step: str = "in_session", holdings: tuple[int, ...] = (4, 100, 2000), **options: Any) -> World:
    """Write a company, members with these holdings, and a meeting on the step of ``STEPS``, with one item of each kind.

    ``options``: ``kinds`` of items (default all three), ``recipes`` and ``names`` as ``OptionDraft`` lists, of the
    resolution its ``majority`` and ``text`` (English, Vietnamese); ``members``, of the register already, take the
    place of holdings.
    """
    now = clock.now()
    make_company()
    began = now - timedelta(days=60)
    members = options.get("members") or _members(holdings, at=began)
    secretary, director, presiding = make_staff("secretary"), make_staff("director"), make_staff("chair")
    key = ScrutineerKey("Quillon & Marsh LLP", "2026-01-01", new_seed())
    world = World(_prepare(now, began, secretary), members, secretary, director, presiding, key)
    with atomic():
        for kind in options.get("kinds", KINDS):
            draft = item_draft(kind, **options)
            world.items[str(kind)] = meetings.add_item(meeting=world.meeting, draft=draft, by=secretary, at=began)
        meetings.appoint_for(meeting=world.meeting, scrutineer=appoint(key), by=secretary, at=began)
    for act in (give_notice, freeze, open_session)[: STEPS.index(step)]:
        act(world)
    world.meeting.refresh_from_db()
    return world


def _members(holdings: tuple[int, ...], *, at: datetime) -> list[User]:
    members = [make_holder(name=f"Member {LETTERS[n // 26]}{LETTERS[n % 26].lower()}ton") for n in range(len(holdings))]
    register_shares([(user.party, shares) for user, shares in zip(members, holdings, strict=True) if user.party], at=at)
    return members


def register_shares(holdings: list[tuple[Party, int]], *, at: datetime, share_class: ShareClass | None = None) -> None:
    """Enter fully paid shares for these holders, effective and known since ``at``."""
    issues = [
        Issue(party, (party.display_name,), "1 Lock Lane, Wakefield, WF1 1AA", "GB", shares, shares * 100)
        for party, shares in holdings
    ]
    with atomic():
        write_issues(
            share_class=share_class or make_share_class(),
            issues=issues,
            effective_on=at.date(),
            reference="Board 1, item 1",
            by=None,
            at=at,
            entered_at=at,
        )


def _prepare(now: datetime, began: datetime, secretary: User) -> Meeting:
    draft = meetings.MeetingDraft(
        kind=MeetingKind.ANNUAL,
        title="Annual General Meeting 2026",
        title_vi="Đại hội đồng cổ đông thường niên 2026",
        profile=CompanyProfile.UNLISTED_PLC,
        part=UkPart.ENGLAND_WALES,
        place="The Old Maltings",
        address="2 Wharf Street, Wakefield, WF1 1AB",
        starts_at=now - timedelta(minutes=30),
        proxies_to="The Secretary, 1 Lock Lane, Wakefield, WF1 1AA",
    )
    with atomic():
        return meetings.prepare_meeting(draft=draft, by=secretary, at=began)


def item_draft(kind: str, **options: Any) -> meetings.ItemDraft:
    """Return a complete item of the kind."""
    if kind == ItemKind.INFORMATION:
        return meetings.ItemDraft(kind=ItemKind.INFORMATION, title="The year in beer", title_vi="Một năm của bia")
    if kind == ItemKind.RESOLUTION:
        text, text_vi = options.get("text", RESOLVED)
        contest = ContestDraft(
            method=Method.RESOLUTION,
            title="To receive the accounts",
            title_vi="Thông qua báo cáo tài chính",
            question=text,
            question_vi=text_vi,
            majority=options.get("majority", "ordinary"),
        )
        return meetings.ItemDraft(ItemKind.RESOLUTION, contest.title, contest.title_vi, text, text_vi, contest=contest)
    is_recipes = kind == ItemKind.RECIPES
    plain = [OptionDraft(title) for title in (BEERS if is_recipes else NAMES)]
    contest = ContestDraft(
        method=Method.IRV if is_recipes else Method.APPROVAL,
        title="The beer for next year" if is_recipes else "Its name",
        title_vi="Bia cho năm sau" if is_recipes else "Tên của bia",
        question="Which beer shall we brew next year?" if is_recipes else "What shall it be called?",
        question_vi="Năm sau nấu bia nào?" if is_recipes else "Đặt tên là gì?",
        options=options.get(str(kind)) or plain,
        promise=PROMISE,
    )
    return meetings.ItemDraft(ItemKind(kind), contest.title, contest.title_vi, contest=contest)


def appoint(key: ScrutineerKey) -> Scrutineer:
    """Write the scrutineer who holds the key."""
    with atomic():
        return appoint_scrutineer(
            name=key.name,
            public_key=key.public_key,
            paid_by="the company",
            is_independent=True,
            by=None,
            at=clock.now(),
        )


def give_notice(world: World) -> None:
    """Write that notice was given five weeks ago, without sending anything."""
    at = clock.now() - timedelta(days=35)
    Notice.objects.create(
        meeting=world.meeting,
        content_sha256=content_sha256(Meeting.objects.get(pk=world.meeting.pk)),
        pdf_sha256=store_bytes(PDF),
        pdf_vi_sha256=store_bytes(PDF),
        prepared_by=world.secretary,
        approved_by=world.director,
        approved_at=at,
        given_on=(at + timedelta(days=2)).date(),
    )
    Meeting.objects.filter(pk=world.meeting.pk).update(state="noticed", noticed_at=at)


def freeze(world: World) -> None:
    """Freeze the roll and the contests."""
    with atomic():
        freeze_meeting_roll(meeting=world.meeting, by=None, at=clock.now())


def open_session(world: World) -> None:
    """Let the chair open the meeting."""
    with atomic():
        chair.open_meeting(meeting=world.meeting, qualifying_persons=12, by=world.chair, at=clock.now())


def open_vote(world: World, kind: str) -> Contest:
    """Let the chair open the vote of the item of that kind."""
    with atomic():
        return chair.open_poll(item=world.item(kind), by=world.chair, at=clock.now())


def voter_of(user: User, contest: Contest) -> Voter:
    """Return the person's first right to vote in the contest."""
    assert contest.roll_id is not None
    return seats_of(user, roll_id=contest.roll_id)[0].voter


def cast(contest: Contest, user: User, *picks: str, votes: tuple[int, int, int] | None = None) -> Receipt:
    """Cast options by title in this order, or ``votes`` (for, against, withheld) on a resolution."""
    voter = voter_of(user, contest)
    choice: Choice
    if votes is not None:
        choice = Split(voter.entry.public_id, *votes)
    else:
        ids = dict(contest.options.values_list("title", "public_id"))
        choice = voting.ranking(contest, [ids[pick] for pick in picks])
    with atomic():
        return voting.cast_ballot(contest=contest, voter=voter, choice=choice, cast_id=_cast_id(), by=user)


def _cast_id() -> bytes:
    return (new_public_id() + new_public_id()).encode()[:16]


def close_vote(world: World, kind: str) -> Contest:
    """Let the chair close the vote; the envelopes are handed over."""
    with atomic():
        return chair.close_poll(item=world.item(kind), by=world.chair, at=clock.now())


def open_envelopes(world: World, kind: str) -> Contest:
    """Let the scrutineer open the handover, and the office take the papers in."""
    contest = world.contest(kind)
    returned = open_handover(read_bytes(contest.handover.file_sha256), world.key)
    with atomic():
        handovers.take_in(contest=contest, data=returned, by=world.secretary, at=clock.now())
    contest.refresh_from_db()
    return contest


def count_vote(world: World, kind: str, *, beacon: str = "") -> Contest:
    """Close, open and count the vote."""
    close_vote(world, kind)
    open_envelopes(world, kind)
    with atomic():
        return chair.count_poll(item=world.item(kind), by=world.chair, at=clock.now(), beacon=beacon)


def declare_vote(world: World, kind: str, *, beacon: str = "") -> Contest:
    """Close, open, count and declare the vote."""
    count_vote(world, kind, beacon=beacon)
    with atomic():
        return chair.declare_result(item=world.item(kind), by=world.chair, at=clock.now())
