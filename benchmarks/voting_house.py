"""The company, its members and their ballot papers, for the benchmark of voting; and what must be true afterwards.

Imported after ``django.setup()``. Nobody signs in during the run: the sessions lie in rows, as they would after a
meeting's door.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.middleware.csrf import CSRF_SECRET_LENGTH, _mask_cipher_secret
from django.utils.crypto import get_random_string

from accounts.models import User
from agm.enums import ItemKind
from agm.forms.paper import seal_of
from agm.models import AgendaItem
from agm.queries.paper import find_ballot, seats_of
from agm.services import chair, meetings
from ballots.integrity import findings
from ballots.models import Contest, Envelope, LogLeaf
from ballots.rules.proofs.receipts import verify
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from ballots.services.contests import OptionDraft
from ballots.services.log_key import log_key
from core import clock
from core.transactions import atomic
from tests.factories import agm as factory
from tests.factories.equity import make_company
from tests.factories.people import BACKEND, make_holder, make_staff

OPTIONS = 12
RECEIPT = re.compile(rb"<code>(KV1\.[^<]+)</code>")
BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile\r\n"
    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-GB,en;q=0.9,vi;q=0.8\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)


@dataclass(frozen=True)
class Member:
    """A member with a session and the secret of their forms."""

    user: User
    session: str
    secret: str


@dataclass(frozen=True)
class Finding:
    """What the database says after a round."""

    envelopes: int
    leaves: int
    receipts: int


def prepare_world(members: int, rounds: int) -> factory.World:
    """Write members of four shares each and a meeting in session with as many ranked ballots of twelve as rounds."""
    now = clock.now()
    began = now - timedelta(days=60)
    make_company()
    holders = [make_holder(name=f"Member Number {number}") for number in range(members)]
    factory.register_shares([(user.party, 4) for user in holders if user.party], at=began)
    staff = [make_staff(role) for role in ("secretary", "director", "chair")]
    key = ScrutineerKey("Quillon & Marsh LLP", "2026-01-01", new_seed())
    world = factory.World(factory._prepare(now, began, staff[0]), holders, *staff, key)
    with atomic():
        for number in range(rounds):
            draft = factory.item_draft(ItemKind.RECIPES, recipes=[OptionDraft(f"Beer {n}") for n in range(OPTIONS)])
            world.items[str(number)] = meetings.add_item(meeting=world.meeting, draft=draft, by=staff[0], at=began)
        meetings.appoint_for(meeting=world.meeting, scrutineer=factory.appoint(key), by=staff[0], at=began)
    for act in (factory.give_notice, factory.freeze, factory.open_session):
        act(world)
    world.meeting.refresh_from_db()
    return world


def sign_in_all(users: Sequence[User]) -> list[Member]:
    """Write a session for everybody."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows, members = [], []
    for user in users:
        proofs = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        rows.append(store().create_model_instance(proofs))
        members.append(Member(user, rows[-1].session_key, get_random_string(CSRF_SECRET_LENGTH)))
    store.get_model_class().objects.bulk_create(rows)
    return members


def tidy_database() -> None:
    """Gather statistics, as autovacuum would have done long before a meeting."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def open_vote(world: factory.World, number: int) -> Contest:
    """Let the chair open the ballot of the round."""
    return factory.open_vote(world, str(number))


def close_vote(world: factory.World, number: int) -> Contest:
    """Let the chair close it."""
    item = AgendaItem.objects.select_related("contest", "meeting").get(pk=world.items[str(number)].pk)
    with atomic():
        return chair.close_poll(item=item, by=world.chair, at=clock.now())


def votes(world: factory.World, contest: Contest, members: Sequence[Member], host: str) -> list[bytes]:
    """Return everybody's vote as their browser would send it: a whole ranking of the twelve."""
    ballot = find_ballot(world.meeting.slug, contest.public_id)
    if ballot is None:
        raise LookupError(contest.public_id)
    address = f"/meeting/{world.meeting.slug}/vote/{contest.public_id}/"
    options = [option.public_id for option in ballot.options]
    chance = secrets.SystemRandom()
    requests = []
    for member in members:
        (seat,) = seats_of(member.user, roll_id=contest.roll_id)
        fields = [
            ("csrfmiddlewaretoken", _mask_cipher_secret(member.secret)),
            ("cast_id", secrets.token_hex(16)),
            ("entry", seat.entry.public_id),
            ("seal", seal_of(ballot, seat, member.user)),
            *(("choice", option) for option in chance.sample(options, len(options))),
            ("cast", "yes"),
        ]
        requests.append(request(address, host, member, urlencode(fields)))
    return requests


def request(address: str, host: str, member: Member, body: str) -> bytes:
    """Return a POST with the member's cookies."""
    cookies = f"{settings.SESSION_COOKIE_NAME}={member.session}; {settings.CSRF_COOKIE_NAME}={member.secret}"
    head = f"POST {address} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{BROWSER}Cookie: {cookies}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def found(contest: Contest, answers: Sequence[bytes]) -> Finding:
    """Return what lies in box and log, and how many answers hold a receipt that verifies and whose leaf is there."""
    leaves = set(LogLeaf.objects.filter(contest=contest).values_list("sha256", flat=True))
    promised = set()
    for answer in answers:
        for token in RECEIPT.findall(answer):
            promise = verify(token.decode(), log_key().verifier)
            if promise.contest == contest.public_id and promise.leaf_sha256 in leaves:
                promised.add(promise.leaf_sha256)
    return Finding(Envelope.objects.filter(contest=contest).count(), len(leaves), len(promised))


def broken_laws() -> list[str]:
    """Return what the room of ballots finds wrong with itself."""
    return [str(finding) for finding in findings()]
