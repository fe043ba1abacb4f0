"""The permission matrix: every address of the house against everybody. An address without a row fails.

The rows are generated from the URLconf, so that a new page cannot be forgotten; the table says what is right.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.models import User
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
from portal.permissions import PERMISSIONS as OFFICE
from tests.factories.agm import register_shares
from tests.factories.banking import make_mandate
from tests.factories.beers import make_call, make_recipe
from tests.factories.dividends import make_dividend
from tests.factories.equity import (
    make_approved_batch,
    make_batch,
    make_draft_offer,
    make_open_offer,
    make_paid_application,
)
from tests.factories.meetings import OF_A_DRAFT, meeting_arguments
from tests.factories.people import make_holder, make_staff, sign_in, sign_in_staff
from tests.factories.refunds import make_failed_refund
from tests.factories.statements import issue, pay
from tests.payments.bank_stories import account, give, latest_token

PUBLIC, SIGNED_IN, HOLDER, OWNER = "public", "signed in", "holder", "owner"
ACCOUNT_DOORS = """
    account_login account_request_login_code account_confirm_login_code mfa_authenticate mfa_login_webauthn
    account_staff_login account_signup account_email_verification_sent account_logout account_inactive
    account_reset_password account_reset_password_done account_reset_password_from_key
    account_reset_password_from_key_done
"""
ACCOUNT_ROOMS = """
    mfa_index account_confirm account_name account_change_password mfa_activate_totp mfa_deactivate_totp
    mfa_add_webauthn mfa_remove_webauthn account_recovery_codes usersessions_list account_end_session
"""
APPLICATION = """
    apply details holder category questions quantity wait check pay reopen returned confirmation receipt withdraw
    tracker
"""
BEERS_TO_READ = "ideas call proposal beers recipe beerjson"
BEERS_OF_MEMBERS = "propose similar beer ingredients words named check support"
RESULTS = "results resolutions_csv result result_find papers_csv papers_blt bundle"
DEMO = "people clock stop votes faults pull put_back mails mail attachment"
RIGHTS = {
    "home": PUBLIC,
    "risk": PUBLIC,
    "set_language": PUBLIC,
    "check": PUBLIC,
    "check_code": PUBLIC,
    "equity:offer": PUBLIC,
    "equity:risk": PUBLIC,
    "equity:document": PUBLIC,
    "equity:warning": HOLDER,
    **dict.fromkeys([f"beers:{name}" for name in BEERS_TO_READ.split()], PUBLIC),
    **dict.fromkeys([f"beers:{name}" for name in BEERS_OF_MEMBERS.split()], HOLDER),
    **dict.fromkeys(
        [
            f"agm:{name}"
            for name in ("vote_now", "receipt_qr", "meeting", "live", "hall", "hall_stage", "notice_pdf", "calendar")
        ],
        PUBLIC,
    ),
    "agm:vote": HOLDER,
    **dict.fromkeys([f"agm:{name}" for name in RESULTS.split()], PUBLIC),
    "agm:result_challenge": HOLDER,
    **dict.fromkeys(["check_vote", "check_vote_proof", "promises", "about_voting"], PUBLIC),
    "me": HOLDER,
    "me_certificate": OWNER,
    "me_dividends": HOLDER,
    "me_dividends_csv": HOLDER,
    "me_dividend": OWNER,
    "me_statement": OWNER,
    **dict.fromkeys(["me_bank", "me_bank_change", "me_bank_check", "me_bank_withdraw"], HOLDER),
    "bank_stop": PUBLIC,
    "payments:webhook_stripe": PUBLIC,
    **dict.fromkeys([f"equity:{name}" for name in APPLICATION.split()], OWNER),
    **dict.fromkeys([f"demo:{name}" for name in DEMO.split()], PUBLIC),
    **dict.fromkeys(ACCOUNT_DOORS.split(), PUBLIC),
    **dict.fromkeys(ACCOUNT_ROOMS.split(), SIGNED_IN),
}
OPEN = {200, 302, 303, 400, 405, 422}


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


def owned_dividend(owner: User) -> dict[str, str]:
    """Write a dividend of the owner's, paid to others, with its statement; before anybody else gets shares."""
    assert owner.party is not None
    register_shares([(owner.party, 2000)], at=clock.now() - timedelta(days=61))
    made = make_dividend(holdings=(100,), pay_on=clock.today())
    make_mandate(made.members[0].party)
    pay(made)
    statement = next(row for row in issue(made) if row.entitlement.party == owner.party)
    return {"me_dividend": statement.entitlement.public_id, "me_statement": statement.public_id}


@pytest.fixture(scope="module")
def everything(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Write one of everything once for all addresses; each test runs in a savepoint, and at the end nothing is left."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # for refuses_transaction: this is the tests' own transaction
        with around:
            yield write_everything()
            transaction.set_rollback(True)


@pytest.fixture
def world(everything: World, db: None) -> World:
    """The same things, and clients that no test before has signed out."""
    return World(everything.arguments, {who: _again(client) for who, client in everything.clients.items()})


def _again(client: Client) -> Client:
    other = Client()
    other.cookies = deepcopy(client.cookies)
    return other


def write_everything() -> World:
    owner = make_holder(email="owner@example.org")
    dividend = owned_dividend(owner)
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
        **dividend,
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
    for argument in pattern.pattern.regex.groupindex:
        values[argument] = _argument(name, argument, known)
    return reverse(name, kwargs=values)


def _argument(name: str, argument: str, known: dict[str, Any]) -> Any:
    if name == "bank_stop":
        return known["stop"]
    if name in ("me_dividend", "me_statement"):
        return known[name]
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


def test_every_address_has_a_row() -> None:
    office = {name for name in NAMES if name.startswith("office:")}

    assert {name for name in NAMES if name not in office} == set(RIGHTS)
    assert office == set(OFFICE)


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_address_opens_for_whom_it_should(name: str, world: World) -> None:
    url = address(name, NAMES[name], world)
    expected = {who: _expected(RIGHTS[name], who) for who in world.clients}

    found = {who: _found(client, url) for who, client in world.clients.items()}

    assert found == expected


@pytest.mark.parametrize("name", sorted(OFFICE))
def test_office_address_opens_for_its_roles(name: str, world: World) -> None:
    url = address(name, NAMES[name], world)
    roles = OFFICE[name] or tuple(role.value for role in Role)
    expected = {
        who: "sign in" if who == "anonymous" else "open" if who in roles else "refused" for who in world.clients
    }

    found = {who: _found(client, url) for who, client in world.clients.items()}

    assert found == expected


def _expected(right: str, who: str) -> str:
    if right == PUBLIC:
        return "open"
    if who == "anonymous":
        return "sign in"
    is_staff = who in {role.value for role in Role}
    if right == SIGNED_IN:
        return "open"
    if is_staff:
        return "refused"
    return "not found" if right == OWNER and who == "other holder" else "open"


def _found(client: Client, url: str) -> str:
    response = client.get(url)
    if response.status_code == 302 and "/accounts/" in response["Location"] and "next=" in response["Location"]:
        return "sign in" if "login" in response["Location"] or "staff" in response["Location"] else "open"
    if response.status_code == 405 and "_auth_user_id" not in client.session:
        response = client.post(url, {"step": "hour"})
        if response.status_code == 302 and "next=" in response["Location"]:
            return "sign in"
    if response.status_code == 405:
        response = client.post(url, {"step": "hour"})
    if response.status_code == 403:
        return "refused"
    if response.status_code == 404:
        return "not found"
    return "open" if response.status_code in OPEN else f"broken {response.status_code}"
