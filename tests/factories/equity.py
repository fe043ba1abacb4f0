"""The issuer, an offer that passes the gate, and a paid application, made by the house's own services."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import User
from accounts.rules.names import is_family_first
from core import clock
from core.transactions import atomic
from equity.enums import HolderKind
from equity.models import (
    AllotmentAuthority,
    AllotmentBatch,
    Application,
    Company,
    JurisdictionProfile,
    Offer,
    ProfileText,
    ShareClass,
)
from equity.queries.offers import latest_documents, ranking_sha256, version_sha256
from equity.services import allotments, applications, offers
from payments.enums import AttemptOutcome
from payments.gateways.port import CheckoutFacts
from payments.models import Payment
from payments.rules.outcomes import State, Terms
from payments.services.attempts import begin_attempt, end_attempt
from payments.services.checkouts import prepare_checkout
from payments.services.settling import settle_checkout
from tests.factories.people import make_holder, make_staff

_numbers = count(1)
PDF = b"%PDF-1.7\n% an offer document made for a test\n%%EOF\n"
COMPANY = {
    "name": "Three Sluices Brewery plc",
    "short_name": "Three Sluices",
    "number": "01234567",
    "kind": "plc",
    "registered_office": "1 Lock Lane, Wakefield, WF1 1AA",
    "registered_in": "England and Wales",
    "founded_on": date(2011, 5, 3),
    "currency": "GBP",
    "email": "shares@example.org",
    "certificate_signatory": "Agnes Whitlock",
    "certificate_signatory_office": "Secretary",
    "certificate_cosignatory": "José Almeida",
    "certificate_cosignatory_office": "Director",
}
PROFILE = {
    "name": "United Kingdom, public offer",
    "valid_from": date(2026, 1, 19),
    "source": "invented for tests",
    "currency": "GBP",
    "offer_cap_minor": 500_000_000,
    "offer_cap_months": 12,
    "cooling_off_hours": 24,
    "keep_hours": 72,
    "category_valid_months": 12,
    "quiz_fails_max": 2,
    "quiz_pause_hours": 24,
    "ranking_age_days_max": 31,
    "refund_after_days": 40,
    "interest_from_day": 48,
    "register_months_max": 2,
    "return_months_max": 1,
    "certificate_months_max": 2,
    "age_years_min": 18,
    "incentives_allowed": True,
}
NO = {"code": "no", "text": "No", "text_vi": "Không"}
TEXTS = ("risk_warning", "risk_summary", "restricted", "high_net_worth", "self_certified")


def make_company(**fields: Any) -> Company:
    """Return the issuer, a plc in normal state; one installation has one."""
    company, _made = Company.objects.get_or_create(defaults={**COMPANY, **fields})
    return company


def make_share_class(*, code: str = "B", **fields: Any) -> ShareClass:
    """Return an ordinary class of 0.1p nominal that ranks first among the classes, writing it when it is new."""
    defaults = {
        "name": f"{code} ordinary",
        "name_vi": f"phổ thông {code}",
        "nominal_minor": Decimal("0.1"),
        "currency": "GBP",
        "rank": 1,
    }
    share_class, _made = ShareClass.objects.get_or_create(code=code, defaults={**defaults, **fields})
    return share_class


def make_profile(*, code: str = "test-uk", **fields: Any) -> JurisdictionProfile:
    """Return a profile of law with a warning, three statements and one question (its right answer is "yes")."""
    profile, made = JurisdictionProfile.objects.get_or_create(code=code, defaults={**PROFILE, **fields})
    if made:
        for kind in TEXTS:
            _text(profile, kind, "1")
        _text(profile, "quiz", "lose", options=[{"code": "yes", "text": "Yes", "text_vi": "Có"}, NO])
    return profile


def _text(profile: JurisdictionProfile, kind: str, version: str, **fields: Any) -> None:
    words = {"title": kind, "title_vi": kind, "body": f"Words of {kind}.", "body_vi": f"Lời của {kind}."}
    ProfileText.objects.create(profile=profile, kind=kind, version=version, **words, **fields)


def make_authority(share_class: ShareClass, **fields: Any) -> AllotmentAuthority:
    """Write a directors' authority for 100,000 shares, four years from a month ago."""
    today = clock.today()
    defaults = {
        "resolution_reference": "AGM 2026, resolution 7",
        "resolved_on": today - timedelta(days=30),
        "expires_on": today + timedelta(days=4 * 365),
        "max_shares": 100_000,
    }
    return AllotmentAuthority.objects.create(share_class=share_class, **{**defaults, **fields})


def make_bare_offer(*, by: User | None = None, **terms: Any) -> Offer:
    """Write a draft with terms only: price 23.75, blocks of 2, at most 40 each, cap 1,000, minimum 2."""
    make_company()
    now = clock.now()
    share_class = terms.pop("share_class", None) or make_share_class()
    number = next(_numbers)
    defaults = {
        "slug": f"round-{number}",
        "title": f"Round {number}",
        "title_vi": f"Đợt {number}",
        "share_class": share_class,
        "profile": make_profile(),
        "price_minor": 2375,
        "currency": "GBP",
        "block_size": 2,
        "person_min_shares": 2,
        "person_max_shares": 40,
        "minimum_shares": 2,
        "cap_shares": 1000,
        "opens_at": now - timedelta(days=10),
        "closes_at": now + timedelta(days=30),
        "countries": ["GB", "VN"],
    }
    with atomic():
        return offers.create_offer(terms={**defaults, **terms}, by=by or make_staff("secretary"), at=now)


def make_draft_offer(*, by: User | None = None, **terms: Any) -> Offer:
    """Write a draft that tells everything; only the two signatures and the approval are missing."""
    by = by or make_staff("secretary")
    offer = make_bare_offer(by=by, **terms)
    now, today = clock.now(), clock.today()
    authority = make_authority(offer.share_class)
    uses = [{"label": "New tanks", "label_vi": "Bồn mới", "amount_minor": offer.cap_shares * offer.price_minor}]
    with atomic():
        offers.change_terms(offer=offer, terms={"authority": authority}, by=by, at=now)
        offers.change_disclosure(offer=offer, facts=disclosure_facts(today), by=by, at=now)
        offers.replace_ranking(offer=offer, lines=ranking_lines(today), by=by, at=now)
        offers.replace_uses(offer=offer, lines=uses, by=by, at=now)
        offers.add_document(
            offer=offer,
            kind="offer-document",
            title="Offer document",
            title_vi="Tài liệu chào bán",
            data=PDF,
            by=by,
            at=now,
        )
    offer.refresh_from_db()
    return offer


def disclosure_facts(today: date) -> dict[str, Any]:
    """Return what an honest offer tells besides its terms."""
    return {
        "promotion_basis": "approved",
        "promotion_firm": "Candid Capital LLP",
        "promotion_firm_number": "123456",
        "promotion_approved_on": today,
        "promotion_expires_on": today + timedelta(days=90),
        "preemption": "disapplied",
        "preemption_reference": "AGM 2026, resolution 8",
        "accounts_year_end_on": today - timedelta(days=120),
        "accounts_profit_minor": -41_200_000,
        "accounts_cash_minor": 12_000_000,
        "accounts_net_debt_minor": 210_000_000,
        "price_basis": "Eight times the sales of the last year.",
        "price_basis_vi": "Tám lần doanh thu năm trước.",
        "never_traded": True,
        "last_dividend": "none yet",
        "last_dividend_vi": "chưa có",
        "money_held": "separate",
        "money_held_where": "Calder Bank, application account",
    }


def ranking_lines(today: date) -> list[dict[str, Any]]:
    """Return a ranking with creditors, a preferred class that grows, and the buyer's own class."""
    return [
        {"kind": "creditor", "label": "Bank and suppliers", "label_vi": "Ngân hàng và nhà cung cấp",
         "amount_minor": 310_000_000, "as_of_on": today},
        {"kind": "preferred", "label": "C shares", "label_vi": "Cổ phần C",
         "amount_minor": 250_000_000, "as_of_on": today, "growth_bps": 1800},
        {"kind": "equal", "label": "A and B shares", "label_vi": "Cổ phần A và B",
         "amount_minor": 0, "as_of_on": today},
    ]  # fmt: skip


def sign_and_approve(offer: Offer, *, signers: tuple[User, User] | None = None, director: User | None = None) -> Offer:
    """Sign the ranking as it stands by two people and let a director approve the version as it stands."""
    now = clock.now()
    with atomic():
        for signer in signers or (make_staff("secretary"), make_staff("finance")):
            offers.sign_ranking(offer=offer, sha256=ranking_sha256(offer), by=signer, at=now)
        offers.approve_version(offer=offer, sha256=version_sha256(offer), by=director or make_staff("director"), at=now)
    return offer


def make_open_offer(*, by: User | None = None, **terms: Any) -> Offer:
    """Open an offer that passed the gate: `make_draft_offer`, signed, approved, opened."""
    by = by or make_staff("secretary")
    offer = sign_and_approve(make_draft_offer(by=by, **terms))
    with atomic():
        offer = offers.open_offer(offer=offer, by=by, at=clock.now())
    return Offer.objects.select_related("share_class", "profile", "authority", "capacity").get(pk=offer.pk)


def make_payable_application(
    offer: Offer,
    quantity: int = 2,
    *,
    user: User | None = None,
    details: dict[str, Any] | None = None,
    kind: HolderKind = HolderKind.SELF,
    others: dict[str, Any] | None = None,
) -> Application:
    """Take a first-time buyer through every step up to the till; they started 25 hours ago.

    ``details`` replace some of `details_of`; ``kind`` and ``others`` say who will hold, as `choose_holder` takes them.
    """
    user = user or make_holder()
    began = clock.now() - timedelta(hours=25)
    with atomic():
        application = applications.start_application(offer=offer, by=user, at=began)
        step: dict[str, Any] = {"application": application, "by": user, "at": began}
        applications.acknowledge_risk(**step)
        applications.give_details(details=details_of(user) | (details or {}), **step)
        applications.choose_holder(kind=kind, others=others or {}, **step)
        applications.give_statement(category="restricted", answers={"net_assets": "10"}, **step)
        applications.answer_questions(answers={"lose": "yes"}, **step)
        applications.choose_quantity(quantity=quantity, **step)
        documents = [document.public_id for document in latest_documents(offer)]
        return applications.confirm_answers(
            application=application, accepted_documents=documents, by=user, at=clock.now()
        )


def details_of(user: User) -> dict[str, Any]:
    """Return an adult's details with a service address."""
    words = user.party.display_name.split()
    family_first = is_family_first(user.party.display_name, user.party.language)
    surname, others = (words[0], words[1:]) if family_first else (words[-1], words[:-1])
    return {
        "forename": " ".join(others),
        "surname": surname,
        "date_of_birth": date(1984, 2, 29),
        "phone": "",
        "address": "12 Cooper Street",
        "postcode": "LS1 4AP",
        "city": "Leeds",
        "country": "GB",
    }


def make_paid_application(offer: Offer, quantity: int = 2, **journey: Any) -> Application:
    """Let a buyer's money arrive, as the provider would tell it; ``journey`` is `make_payable_application`'s."""
    application = make_payable_application(offer, quantity, **journey)
    pay(application)
    application.refresh_from_db()
    return application


def pay(application: Application, *, at: datetime | None = None, state: State = State.SUCCEEDED) -> Payment:
    """Write a payment for the application and settle it as paid, or as ``state``; no provider is called."""
    at = at or clock.now()
    number = next(_numbers)
    with atomic():
        payment = prepare_checkout(
            purpose="share_application",
            reference=application.public_id,
            amount_minor=allotments.amount_of(application),
            currency=application.currency,
            payer_email=application.applicant_user.email,
            description="Shares",
            success_url="http://localhost:8000/ok",
            cancel_url="http://localhost:8000/back",
            expires_at=at + timedelta(minutes=35),
            by=application.applicant_user,
            at=at,
        )
        attempt = begin_attempt(payment=payment, at=at)
        end_attempt(attempt=attempt, outcome=AttemptOutcome.ACCEPTED, at=at)
        facts = CheckoutFacts(
            session_id=f"cs_test_factory_{number}",
            intent_id=f"pi_factory_{number}",
            state=state,
            terms=Terms(payment.public_id, payment.amount_minor, payment.currency, payment.livemode),
            url="http://127.0.0.1:8000/pay",
            failure="",
        )
        return settle_checkout(payment_id=payment.pk, facts=facts, at=at)


def make_batch(offer: Offer, *, by: User | None = None, minute_reference: str = "Board 14, item 3") -> AllotmentBatch:
    """Prepare an allotment of everything that is paid, decided by the board today."""
    with atomic():
        return allotments.prepare_batch(
            offer=offer,
            minute_reference=minute_reference,
            resolved_on=clock.today(),
            by=by or make_staff("secretary"),
            at=clock.now(),
        )


def make_approved_batch(offer: Offer, *, director: User | None = None) -> AllotmentBatch:
    """Prepare and approve an allotment: register, lots, books, certificates' facts and the job for their files."""
    batch = make_batch(offer)
    with atomic():
        return allotments.approve_batch(
            batch=batch, sha256=batch.rows_sha256, by=director or make_staff("director"), at=clock.now()
        )
