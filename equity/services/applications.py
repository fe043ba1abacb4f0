"""A customer's way from a first look to the till; every step is saved and can be taken again."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from accounts.errors import HolderTwice
from accounts.models import Party, PrivateContact
from accounts.rules.names import search_key
from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.transactions import atomic, needs_transaction
from equity.enums import UNFINISHED, ApplicationState, HolderKind
from equity.errors import (
    CountryNotOffered,
    KeptNoLonger,
    OfferNotOpen,
    PaymentUnderWay,
    QuantityRefused,
    QuizPaused,
    StepNotReached,
    StillCoolingOff,
    TooYoung,
)
from equity.models import Application, DocumentAcceptance, Offer, QuizAttempt, StatementGiven
from equity.queries.applications import find_unfinished, is_first_time, other_kept_shares, quiz_paused_until
from equity.queries.holders import standing_by_answers
from equity.queries.offers import latest_documents, shares_left, takes_applications
from equity.queries.paying import paying_of
from equity.rules.quantity import refusal
from equity.rules.quiz import wrong_answers
from equity.services.holders import holder_for
from equity.services.keeping import change_kept, lock_counters

if TYPE_CHECKING:
    from accounts.models import User

ORDER = [*UNFINISHED]
PAY_MINUTES = 35  # Stripe's shortest Checkout Session lives 30 minutes


@needs_transaction
def start_application(*, offer: Offer, by: "User", at: datetime) -> Application:
    """Return the person's unfinished application to the offer, starting one when there is none.

    The time to think it over runs from this moment for whoever never bought before (COBS 4.12A). Raises `OfferNotOpen`.
    """
    party = by.party
    if party is None or not takes_applications(offer, at=at):
        raise OfferNotOpen()
    standing = find_unfinished(offer, party)
    if standing:
        return standing
    hours = offer.profile.cooling_off_hours if is_first_time(party) else 0
    with constraints_as({"application_one_unfinished": OfferNotOpen}), atomic():
        application = Application.objects.create(
            offer=offer,
            applicant=party,
            applicant_user=by,
            language=party.language,
            started_at=at,
            not_before_at=at + timedelta(hours=hours),
            currency=offer.currency,
        )
    audit.record(by=by, at=at, verb="application_started", subject=application)
    return application


@needs_transaction
def acknowledge_risk(*, application: Application, by: "User", at: datetime) -> Application:
    """The person read the warning that names them, and goes on."""
    application = _unfinished(application, at=at)
    application.risk_acknowledged_at = application.risk_acknowledged_at or at
    _reach(application, ApplicationState.RISK_ACKNOWLEDGED)
    application.save(update_fields=["risk_acknowledged_at", "state"])
    audit.record(by=by, at=at, verb="risk_acknowledged", subject=application)
    return application


@needs_transaction
def give_details(*, application: Application, details: dict[str, Any], by: "User", at: datetime) -> Application:
    """Save name, birth date and service address; the address goes to the register, the rest stays private.

    ``details`` holds forename, surname, date_of_birth (a date), phone, address, postcode, city, country (ISO 3166).
    Raises `TooYoung`, `CountryNotOffered`.
    """
    application = _unfinished(application, at=at, needs=ApplicationState.RISK_ACKNOWLEDGED)
    offer = application.offer
    if details["country"] not in offer.countries:
        raise CountryNotOffered()
    if _age_on(details["date_of_birth"], at.date()) < offer.profile.age_years_min:
        raise TooYoung()
    PrivateContact.objects.update_or_create(
        party=application.applicant,
        defaults={name: details[name] for name in ("phone", "date_of_birth", "country")},
    )
    Party.objects.filter(pk=application.applicant_id).update(forename=details["forename"], surname=details["surname"])
    kept = {name: str(details[name]) for name in ("forename", "surname", "address", "postcode", "city", "country")}
    application.details = {**application.details, **kept}
    application.save(update_fields=["details"])
    audit.record(by=by, at=at, verb="application_details_given", subject=application)
    return application


def _age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@needs_transaction
def choose_holder(
    *, application: Application, kind: HolderKind, others: dict[str, Any], by: "User", at: datetime
) -> Application:
    """Save who will stand in the register; ``others``: joint_names, organisation name and number, or designation."""
    application = _unfinished(application, at=at, needs=ApplicationState.RISK_ACKNOWLEDGED)
    if "address" not in application.details:
        raise StepNotReached()
    application.holder_kind = kind
    application.holder = None
    application.details = {**application.details, "holder": others}
    _reach(application, ApplicationState.DETAILED)
    application.save(update_fields=["holder_kind", "holder", "details", "state"])
    audit.record(by=by, at=at, verb="application_holder_chosen", subject=application, kind=kind)
    return application


@needs_transaction
def give_statement(
    *, application: Application, category: str, answers: dict[str, Any], by: "User", at: datetime
) -> Application:
    """Keep the category statement with the version of its words; it lapses after the profile's months."""
    application = _unfinished(application, at=at, needs=ApplicationState.DETAILED)
    if StatementGiven.objects.filter(application=application).exists():
        return application
    text = application.offer.profile.texts.filter(kind=category).order_by("-version").first()
    if text is None:
        raise StepNotReached()
    lapses_at = at + timedelta(days=round(application.offer.profile.category_valid_months * 30.44))
    StatementGiven.objects.create(
        application=application,
        category=category,
        text_version=text.version,
        answers=answers,
        given_at=at,
        lapses_at=lapses_at,
    )
    application.category = category
    _reach(application, ApplicationState.CATEGORISED)
    application.save(update_fields=["category", "state"])
    audit.record(by=by, at=at, verb="statement_given", subject=application, category=category)
    return application


@needs_transaction
def answer_questions(*, application: Application, answers: dict[str, str], by: "User", at: datetime) -> QuizAttempt:
    """Mark the answers; a pass leads on, repeated failing to a pause. Raises `QuizPaused` during one."""
    application = _unfinished(application, at=at, needs=ApplicationState.CATEGORISED)
    profile = application.offer.profile
    if quiz_paused_until(application.applicant, profile, now=at):
        raise QuizPaused()
    questions = profile.texts.filter(kind="quiz").order_by("position")
    wrong = wrong_answers(answers, {question.version: question.options[0]["code"] for question in questions})
    attempt = QuizAttempt.objects.create(
        party=application.applicant,
        application=application,
        profile=profile,
        version=",".join(question.version for question in questions)[:20],
        answers=answers,
        wrong=wrong,
        passed=not wrong,
        attempted_at=at,
    )
    if attempt.passed:
        _reach(application, ApplicationState.ASSESSED)
        application.save(update_fields=["state"])
    audit.record(by=by, at=at, verb="questions_answered", subject=application, passed=attempt.passed)
    return attempt


@needs_transaction
def choose_quantity(*, application: Application, quantity: int, by: "User", at: datetime) -> Application:
    """Keep that many shares for the person until a printed time; an earlier choice is given back in the same moment.

    Raises `QuantityRefused` (not whole blocks, below or above the limits, or not that many left).
    """
    lock_counters(application)
    application = _unfinished(application, at=at, needs=ApplicationState.ASSESSED)
    offer = application.offer
    held = application.quantity if application.state == ApplicationState.QUANTITY_CHOSEN else 0
    reason = refusal(
        quantity,
        block=offer.block_size,
        person_min=offer.person_min_shares,
        person_max=offer.person_max_shares,
        person_kept=other_kept_shares(application),
        left=shares_left(offer) + (held or 0),
    )
    if reason:
        raise QuantityRefused(reason)
    change_kept(application=application, by_shares=quantity - (held or 0))
    application.quantity = quantity
    application.price_minor = offer.price_minor
    application.kept_until_at = kept_until(application, at=at)
    _reach(application, ApplicationState.QUANTITY_CHOSEN)
    application.save(update_fields=["quantity", "price_minor", "kept_until_at", "state"])
    audit.record(by=by, at=at, verb="quantity_chosen", subject=application, quantity=quantity)
    return application


def kept_until(application: Application, *, at: datetime) -> datetime:
    """Return until when shares chosen now are kept: thinking time, then the profile's margin, at most the close."""
    profile = application.offer.profile
    margin = timedelta(hours=profile.keep_hours - profile.cooling_off_hours)
    return min(max(at, application.not_before_at) + margin, application.offer.closes_at)


@needs_transaction
def go_on_after_thinking(*, application: Application, by: "User", at: datetime) -> None:
    """Keep that the person chose expressly to go on after the time to think; raises `StillCoolingOff` before."""
    if at < application.not_before_at:
        raise StillCoolingOff()
    audit.record(by=by, at=at, verb="went_on_after_thinking", subject=application)


@needs_transaction
def confirm_answers(
    *, application: Application, accepted_documents: list[str], by: "User", at: datetime
) -> Application:
    """The answers are right: keep which documents were accepted, make the holder, and open the way to the till.

    Raises `StillCoolingOff`, `KeptNoLonger`, `StepNotReached` (also when a document was not accepted).
    """
    application = _unfinished(application, at=at, needs=ApplicationState.QUANTITY_CHOSEN)
    if at < application.not_before_at:
        raise StillCoolingOff()
    if application.kept_until_at is None or application.kept_until_at <= at:
        raise KeptNoLonger()
    documents = latest_documents(application.offer)
    if {document.public_id for document in documents} - set(accepted_documents):
        raise StepNotReached()
    for document in documents:
        DocumentAcceptance.objects.get_or_create(
            application=application, document=document, defaults={"accepted_at": at}
        )
    application.holder = application.holder or holder_for(application, by=by, at=at)
    frozen = _freeze_standing(application)
    application.confirmed_at = at
    # Whoever stands at the till keeps the shares until the till closes.
    application.kept_until_at = max(application.kept_until_at, at + timedelta(minutes=PAY_MINUTES + 10))
    application.state = ApplicationState.PAYABLE
    application.save(update_fields=["holder", "confirmed_at", "kept_until_at", "state", *frozen])
    audit.record(by=by, at=at, verb="application_confirmed", subject=application)
    return application


def _freeze_standing(application: Application) -> list[str]:
    """Set what the register will show by the answers as they were checked; return the fields that were set.

    Raises `HolderTwice` when the buyer typed the name of one of the joint holders.
    """
    standing = standing_by_answers(application)
    if len({search_key(name) for name in standing.names}) < len(standing.names):
        raise HolderTwice()
    application.register_names, application.register_address = standing.names, standing.address
    application.register_country, application.register_designation = standing.country, standing.designation
    return ["register_names", "register_address", "register_country", "register_designation"]


@needs_transaction
def go_back_to_answers(*, application: Application, by: "User", at: datetime) -> Application:
    """Leave the till to change an answer; a payment that still arrives from it is refunded by itself.

    Raises `PaymentUnderWay` while a bank works on one.
    """
    application = lock(_applications(), pk=application.pk)
    if application.state != ApplicationState.PAYABLE:
        return application
    if paying_of(application).is_under_way:
        raise PaymentUnderWay()
    application.state = ApplicationState.QUANTITY_CHOSEN
    application.payment_id = ""
    application.confirmed_at = None
    application.save(update_fields=["state", "payment_id", "confirmed_at"])
    audit.record(by=by, at=at, verb="application_reopened", subject=application)
    return application


def _reach(application: Application, state: ApplicationState) -> None:
    """Move the state forward; a step taken again does not move it back."""
    if ORDER.index(ApplicationState(application.state)) < ORDER.index(state):
        application.state = state


def _unfinished(
    application: Application, *, at: datetime, needs: ApplicationState = ApplicationState.STARTED
) -> Application:
    application = lock(_applications(), pk=application.pk)
    if not takes_applications(application.offer, at=at):
        raise OfferNotOpen()
    if application.state not in UNFINISHED or application.state == ApplicationState.PAYABLE:
        raise StepNotReached()
    if ORDER.index(ApplicationState(application.state)) < ORDER.index(needs):
        raise StepNotReached()
    return application


def _applications() -> Any:
    return Application.objects.select_related("offer__profile", "offer__share_class", "applicant")


@needs_transaction
def note_payment(*, application: Application, payment_id: str, closes_at: datetime, at: datetime) -> Application:
    """Remember which payment the person was sent to, and keep the shares until its page is surely closed."""
    application = lock(_applications(), pk=application.pk)
    if application.state != ApplicationState.PAYABLE:
        return application
    application.payment_id = payment_id
    latest = max(application.kept_until_at or at, closes_at + timedelta(minutes=10))
    application.kept_until_at = latest
    application.save(update_fields=["payment_id", "kept_until_at"])
    return application
