"""Applications to the invented company's open offer: some allotted already, a few paid and waiting for the secretary.

What people would have typed is written as rows; counters, payments, books and allotment go through the services, at
moments in the past. These applicants have no user, as if their forms had come on paper: nobody gets mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings

from accounts.enums import PartyKind
from accounts.models import Party
from core.transactions import needs_transaction
from equity.enums import ApplicationState, HolderKind, InvestorCategory
from equity.models import Application, DocumentAcceptance, Offer, QuizAttempt, StatementGiven
from equity.queries.holders import names_in_register
from equity.queries.offers import latest_documents
from equity.queries.profiles import questions_of
from equity.services import allotments
from equity.services.bookings import day_of
from equity.services.keeping import change_kept
from payments.enums import AttemptOutcome
from payments.gateways.port import CheckoutFacts, CheckoutOrder
from payments.gateways.stripe import checkout_params
from payments.models import Payment, SandboxIntent, SandboxSession
from payments.rules.outcomes import State, Terms
from payments.sandbox.happenings import new_id
from payments.services.attempts import begin_attempt, end_attempt
from payments.services.checkouts import order_of, prepare_checkout
from payments.services.settling import settle_checkout
from portal.services.example_history import shares_of
from portal.services.example_offer import Staff
from portal.services.example_people import ExampleHolder

PURPOSE = "share_application"
ENOUGH_SHARES = 1_200
WAITING_SHARES = (2, 4, 4, 10, 42, 210)
THINKING = timedelta(hours=25)
AT_THE_TILL = timedelta(minutes=9)


@dataclass(frozen=True)
class Buyer:
    """Who applies, for how many shares, and when they began."""

    holder: ExampleHolder
    shares: int
    started_at: datetime


def early_buyers(holders: Sequence[ExampleHolder], offer: Offer, random: Random) -> list[Buyer]:
    """Return buyers of the first days, in the order of the holders, enough of them to reach the minimum."""
    shares = [shares_of(random) for _holder in holders]
    position = 0
    while sum(shares) < ENOUGH_SHARES:
        shares[position] = max(shares[position], 126)
        position += 1
    step = timedelta(days=4) / len(holders)
    return [
        Buyer(holder, quantity, offer.opens_at + timedelta(hours=1) + number * step)
        for number, (holder, quantity) in enumerate(zip(holders, shares, strict=True))
    ]


def waiting_buyers(holders: Sequence[ExampleHolder], at: datetime) -> list[Buyer]:
    """Return buyers whose payment came in the last two days."""
    return [
        Buyer(holder, shares, at - timedelta(days=3) + number * timedelta(hours=5))
        for number, (holder, shares) in enumerate(zip(holders, WAITING_SHARES, strict=True))
    ]


@needs_transaction
def write_paid(*, offer: Offer, buyers: Sequence[Buyer]) -> list[Application]:
    """Write applications of the buyers with everything before the till, and their payments through the sandbox."""
    applications = Application.objects.bulk_create([_application(offer, buyer) for buyer in buyers])
    _write_answers(offer, applications)
    for application in applications:
        change_kept(application=application, by_shares=application.quantity or 0)
        _pay(application)
    return applications


def _application(offer: Offer, buyer: Buyer) -> Application:
    thought_until = buyer.started_at + timedelta(hours=offer.profile.cooling_off_hours)
    person, address = buyer.holder.people[0], buyer.holder.plan.address
    return Application(
        offer=offer,
        applicant=person,
        state=ApplicationState.PAYABLE,
        language=person.language,
        started_at=buyer.started_at,
        not_before_at=thought_until,
        risk_acknowledged_at=buyer.started_at,
        details={
            "forename": person.forename,
            "surname": person.surname,
            "address": address.line,
            "city": address.city,
            "postcode": address.postcode,
            "country": address.country,
            "holder": _others(buyer.holder),
        },
        holder_kind=_holder_kind(buyer.holder.party),
        holder=buyer.holder.party,
        register_names=names_in_register(buyer.holder.party),
        register_address=str(address),
        register_country=address.country,
        category=InvestorCategory.RESTRICTED,
        quantity=buyer.shares,
        price_minor=offer.price_minor,
        currency=offer.currency,
        kept_until_at=thought_until + timedelta(hours=offer.profile.keep_hours - offer.profile.cooling_off_hours),
        confirmed_at=buyer.started_at + THINKING,
    )


def _holder_kind(party: Party) -> HolderKind:
    kinds = {PartyKind.JOINT: HolderKind.JOINT, PartyKind.ORGANISATION: HolderKind.ORGANISATION}
    return kinds.get(PartyKind(party.kind), HolderKind.SELF)


def _others(holder: ExampleHolder) -> dict[str, object]:
    if holder.plan.organisation:
        return {
            "organisation_name": holder.plan.organisation,
            "organisation_number": holder.plan.organisation_number,
        }
    return {"joint_names": [person.display_name for person in holder.people[1:]]} if holder.plan.is_joint else {}


def _write_answers(offer: Offer, applications: Sequence[Application]) -> None:
    """Statement, questions and accepted documents of each application."""
    statement = offer.profile.texts.get(kind=InvestorCategory.RESTRICTED)
    questions = questions_of(offer.profile)
    answers = {question.version: question.options[0]["code"] for question in questions}
    version = ",".join(question.version for question in questions)[:20]
    StatementGiven.objects.bulk_create(
        StatementGiven(
            application=application,
            category=application.category,
            text_version=statement.version,
            answers={"limbs": [statement.options[0]["code"]]},
            given_at=application.started_at,
            lapses_at=application.started_at + timedelta(days=round(offer.profile.category_valid_months * 30.44)),
        )
        for application in applications
    )
    QuizAttempt.objects.bulk_create(
        QuizAttempt(
            party=application.applicant,
            application=application,
            profile=offer.profile,
            version=version,
            answers=answers,
            passed=True,
            attempted_at=application.started_at + timedelta(minutes=6),
        )
        for application in applications
    )
    DocumentAcceptance.objects.bulk_create(
        DocumentAcceptance(application=application, document=document, accepted_at=_confirmed_at(application))
        for application in applications
        for document in latest_documents(offer)
    )


def _confirmed_at(application: Application) -> datetime:
    return application.started_at + THINKING


def _pay(application: Application) -> Payment:
    """Pay at the sandbox: its own rows first, as if its page had been used, then our record of what it says.

    The page itself is not called: it would post its messages to a web server that may not run yet.
    """
    confirmed_at = _confirmed_at(application)
    back = f"{settings.SITE_ORIGIN}/buy/{application.public_id}/"
    payment = prepare_checkout(
        purpose=PURPOSE,
        reference=application.public_id,
        amount_minor=allotments.amount_of(application),
        currency=application.currency,
        payer_email=application.applicant.contact.email,
        description=f"{application.quantity} × {application.offer.title}",
        success_url=back,
        cancel_url=back,
        expires_at=confirmed_at + timedelta(hours=1),
        by=None,
        at=confirmed_at,
    )
    attempt = begin_attempt(payment=payment, at=confirmed_at)
    facts = _paid_at_sandbox(order_of(payment), at=confirmed_at)
    end_attempt(attempt=attempt, outcome=AttemptOutcome.ACCEPTED, at=confirmed_at, detail=facts.session_id)
    return settle_checkout(payment_id=payment.pk, facts=facts, at=confirmed_at + AT_THE_TILL)


def _paid_at_sandbox(order: CheckoutOrder, *, at: datetime) -> CheckoutFacts:
    """Write a complete session and its succeeded intent at the sandbox, and return what it would answer."""
    params = checkout_params(order)
    price = params["line_items"][0]["price_data"]
    session = SandboxSession.objects.create(
        session_id=new_id("cs"),
        params=params,
        amount=price["unit_amount"],
        currency=price["currency"],
        status="complete",
        payment_status="paid",
        created_at=at,
        expires_at=order.expires_at,
    )
    intent = SandboxIntent.objects.create(intent_id=new_id("pi"), session=session, status="succeeded", created_at=at)
    return CheckoutFacts(
        session_id=session.session_id,
        intent_id=intent.intent_id,
        state=State.SUCCEEDED,
        terms=Terms(order.payment_id, order.amount_minor, order.currency, livemode=False),
        url="",
        failure="",
    )


@needs_transaction
def allot_early(*, offer: Offer, staff: Staff, at: datetime) -> None:
    """Allot everything paid so far, as the board did it: prepared by the secretary, approved by the director."""
    batch = allotments.prepare_batch(
        offer=offer,
        minute_reference=f"Board minute {at:%Y/%m}, item 4",
        resolved_on=day_of(at),
        by=staff.secretary,
        at=at,
    )
    decided_at = at + timedelta(hours=2)
    allotments.approve_batch(
        batch=batch, sha256=batch.rows_sha256, by=staff.director, at=decided_at, entered_at=decided_at
    )
