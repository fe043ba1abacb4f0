"""One of everything that an address of the house can name, and the address that names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from ballots.models import Contest
from ballots.rules.proofs.receipts import Promise, encode
from ballots.services import sweeping
from ballots.services.log_key import log_key
from core import clock
from core.jobs import engine
from core.mail import queue_mail
from core.models import Job, OutgoingMail
from core.storage import store_bytes
from core.transactions import atomic
from equity.models import Certificate, Member
from equity.queries.offers import latest_documents
from payments.models import ProviderEvent
from tests.factories.beers import make_call, make_recipe
from tests.factories.equity import (
    make_approved_batch,
    make_batch,
    make_draft_offer,
    make_open_offer,
    make_paid_application,
)
from tests.factories.meetings import OF_A_DRAFT, meeting_arguments
from tests.factories.money_out import money_pages
from tests.factories.people import make_holder, make_staff, sign_in, sign_in_staff
from tests.factories.refunds import make_failed_refund
from tests.payments.bank_stories import account, give, latest_token


@dataclass
class World:
    """One of everything that an address can name."""

    arguments: dict[str, Any]
    clients: dict[str, Client]


def addresses(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every named address of the URLconf with its pattern."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern.url_patterns, prefix + space)
        else:
            yield f"{prefix}{pattern.name}", pattern


NAMES = dict(addresses(get_resolver().url_patterns))


def write_mail() -> OutgoingMail:
    with atomic():
        attached = [("a.pdf", store_bytes(b"%PDF-1.7"), "application/pdf")]
        return queue_mail(
            to="a@example.org", subject="s", text="t", kind="k", language="en", at=clock.now(), attachments=attached
        )


def park_event() -> ProviderEvent:
    now = clock.now()
    return ProviderEvent.objects.create(
        event_id="evt_parked",
        type="checkout.session.completed",
        object_id="cs_unknown",
        livemode=False,
        payload={},
        created_at=now,
        received_at=now,
        parked_at=now,
        parked_reason="no such payment",
    )


def write_everything() -> World:
    owner = make_holder(email="owner@example.org")
    money = money_pages(owner)
    meetings = meeting_arguments()  # first: its register was written long ago
    sweeping.sweep()  # what was declared is published
    offer = make_open_offer()
    draft = make_draft_offer(slug="draft")
    application = make_paid_application(offer, 2, user=owner)
    batch = make_approved_batch(offer)
    engine.run()
    make_paid_application(offer, 2)
    waiting = make_batch(offer)
    certificate = Certificate.objects.get()
    give(owner, account("4471"))
    refused = make_failed_refund(make_paid_application(offer))
    clients = {"anonymous": Client(), "owner": sign_in(owner), "other holder": sign_in(make_holder())}
    clients |= {role.value: sign_in_staff(make_staff(role.value)) for role in Role}
    idea = make_recipe(make_call("recipe"), "Slow Water")
    arguments = {
        "call": idea.call.slug,
        "idea": idea.public_id,
        "recipe": idea.recipe.public_id,
        "slug": offer.slug,
        "draft": draft.slug,
        "application": application.public_id,
        "certificate": certificate.public_id,
        "code": certificate.check_code,
        "document": latest_documents(offer)[0].public_id,
        "mail": write_mail().public_id,
        "job": Job.objects.get(kind="certificates").public_id,
        "batch": batch.public_id,
        "waiting": waiting.public_id,
        "member": Member.objects.earliest("number").number,
        "meeting": meetings,
        "event": park_event().pk,
        "refund": refused.public_id,
        "stop": latest_token(),
        "money": money,
    }
    return World(arguments, clients)


def address(name: str, pattern: URLPattern, world: World) -> str:
    """Return the address with the world's things in its places."""
    known = world.arguments
    values: dict[str, Any] = {}
    if "meetings/<" in str(pattern.pattern):
        page = name.partition(":")[2]
        of_it = known["meeting"]["draft" if page in OF_A_DRAFT else "held"]
        return reverse(name, kwargs={argument: of_it[argument] for argument in pattern.pattern.regex.groupindex})
    page = name.removeprefix("office:")
    if page in known["money"]:
        return reverse(name, args=known["money"][page])
    for argument in pattern.pattern.regex.groupindex:
        values[argument] = _argument(name, argument, known)
    return reverse(name, kwargs=values)


def _argument(name: str, argument: str, known: dict[str, Any]) -> Any:
    if name == "bank_stop":
        return known["stop"]
    if name.startswith("beers:"):
        recipe = argument == "public_id" and name in ("beers:recipe", "beers:beerjson")
        return known["call" if argument == "slug" else "recipe" if recipe else "idea"]
    if name.startswith("agm:") or argument == "token":
        return _of_the_vote(argument, known["meeting"]["held"])
    if argument == "public_id":
        room = name.partition(":")[0]
        return {
            "equity": known["document"] if name == "equity:document" else known["application"],
            "demo": known["mail"],
            "me_certificate": known["certificate"],
        }.get(room) or _office_id(name, known)
    if argument == "slug" and name.startswith("office:"):
        return known["draft"]
    if argument == "code" and name.startswith("office:"):
        return "ranking"
    if argument == "number":
        return 0 if name.startswith("demo:") else known["member"]
    return {
        "slug": known["slug"],
        "code": known["code"],
        "pk": 1,
        "uidb36": "1",
        "key": "x",
        "event_id": known["event"],
        "refund_id": known["refund"],
    }[argument]


def _of_the_vote(argument: str, held: dict[str, str]) -> str:
    contest = Contest.objects.select_related("item__meeting").get(public_id=held["contest_id"])
    leaf = contest.leaves.order_by("position").first()
    promise = Promise(contest.public_id, leaf.sha256 if leaf else "0" * 64, clock.now().replace(microsecond=0))
    return {
        "slug": contest.item.meeting.slug,
        "public_id": contest.public_id,
        "token": encode(promise, log_key()),
    }[argument]


def _office_id(name: str, known: dict[str, Any]) -> str:
    for word, key in {
        "batch_return": "batch",
        "batch": "waiting",
        "application": "application",
        "certificate": "certificate",
        "job": "job",
        "mail": "mail",
        "idea": "idea",
    }.items():
        if word in name:
            return str(known[key])
    return str(known["application"])
