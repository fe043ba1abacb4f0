"""What an address of a meeting can name: a meeting held to its end with a challenged ballot, and a draft beside it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from agm.enums import ItemKind
from agm.models import Meeting
from agm.rules.company_profile import CompanyProfile
from agm.rules.working_days import UkPart
from agm.services import meetings
from ballots.models import Challenge
from ballots.services.promises import raise_challenge
from core import clock
from core.transactions import atomic
from tests.factories.agm import World, cast, declare_vote, item_draft, make_world, open_vote

# Pages that say something of a draft; all others are about what notice was given of.
OF_A_DRAFT = frozenset({"meeting", "meeting_change", "item_new", "item_change", "item_remove", "item_move",
                        "scrutineer_new", "notice_pdf", "meeting_approve"})  # fmt: skip


def make_challenged_world() -> tuple[World, Challenge]:
    """Write a meeting in session whose recipe ballot is declared and challenged by a member."""
    world = make_world(kinds=[ItemKind.RECIPES], holdings=(4,))
    cast(open_vote(world, ItemKind.RECIPES), world.members[0], "Weir Stout")
    contest = declare_vote(world, ItemKind.RECIPES)
    with atomic():
        challenge = raise_challenge(contest=contest, text="Count it again.", by=world.members[0], at=clock.now())
    return world, challenge


def make_draft_meeting(*, days_ahead: int = 90, **changes: Any) -> Meeting:
    """Write a meeting with a resolution that lies so many days ahead; nobody gave notice of it."""
    now = clock.now()
    plain = meetings.MeetingDraft(
        kind="annual",  # type: ignore[arg-type]
        title="Meeting to come",
        title_vi="Đại hội sắp tới",
        profile=CompanyProfile.UNLISTED_PLC,
        part=UkPart.ENGLAND_WALES,
        place="The Old Maltings",
        address="2 Wharf Street, Wakefield, WF1 1AB",
        starts_at=now + timedelta(days=days_ahead),
        proxies_to="The Secretary, 1 Lock Lane, Wakefield, WF1 1AA",
    )
    by = changes.pop("by", None)
    with atomic():
        meeting = meetings.prepare_meeting(draft=replace(plain, **changes), by=by, at=now)
        meetings.add_item(meeting=meeting, draft=item_draft(ItemKind.RESOLUTION), by=by, at=now)
    return meeting


def meeting_arguments() -> dict[str, dict[str, str]]:
    """Return the arguments of each kind of address: ``draft`` and ``held``."""
    world, challenge = make_challenged_world()
    draft = make_draft_meeting()
    item = draft.items.get()
    return {
        "draft": {"public_id": draft.public_id, "item_id": item.public_id, "kind": "resolution", "language": "en"},
        "held": {
            "public_id": world.meeting.public_id,
            "contest_id": challenge.contest.public_id,
            "challenge_id": challenge.public_id,
            "item_id": world.items["recipes"].public_id,
            "act": "open",
        },
    }
