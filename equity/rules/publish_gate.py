"""What an offer must tell before it may open: honesty as a gate.

Law: FSMA 2000 s.21 (promotion), CA 2006 s.551 (authority), s.561 and s.570-571 (pre-emption), s.578 (issue not fully
subscribed), s.580 (not below nominal), s.755 (who may offer to the public); the ranking with creditors, the last
result and where the money lies are the house's own law.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Missing(StrEnum):
    """What keeps an offer closed; the order is the order of the offer page."""

    COMPANY_MAY_OFFER = "company_may_offer"
    COMPANY_STATE = "company_state"
    PROMOTION = "promotion"
    PROMOTION_EXPIRED = "promotion_expired"
    AUTHORITY = "authority"
    AUTHORITY_EXPIRES = "authority_expires"
    AUTHORITY_TOO_SMALL = "authority_too_small"
    PREEMPTION = "preemption"
    UNDERSUBSCRIPTION = "undersubscription"
    RANKING = "ranking"
    RANKING_CREDITORS = "ranking_creditors"
    RANKING_OLD = "ranking_old"
    RANKING_SIGNATURES = "ranking_signatures"
    CLASS_AHEAD_HIDDEN = "class_ahead_hidden"
    ACCOUNTS = "accounts"
    PRICE_BASIS = "price_basis"
    PRICE_BELOW_NOMINAL = "price_below_nominal"
    LAST_TRADE = "last_trade"
    LAST_DIVIDEND = "last_dividend"
    USE_OF_MONEY = "use_of_money"
    USE_OF_MONEY_SUM = "use_of_money_sum"
    MONEY_HELD = "money_held"
    DOCUMENT = "document"
    LEGAL_CAP = "legal_cap"
    RISK_TEXTS = "risk_texts"
    VIETNAMESE = "vietnamese"
    CLOSING_PAST = "closing_past"
    APPROVAL = "approval"


@dataclass(frozen=True)
class GateFacts:
    """Everything the gate looks at. Money in minor units, shares as integers, None where nothing is told."""

    may_offer_to_public: bool
    company_normal: bool
    promotion_approved: bool
    promotion_exempt: bool
    promotion_expires_on: date | None
    authority_headroom_shares: int | None
    authority_expires_on: date | None
    preemption_told: bool
    refund_after_days: int
    interest_from_day: int
    ranking_kinds: tuple[str, ...]
    ranking_oldest_on: date | None
    ranking_age_days_max: int
    ranking_signatures: int
    classes_ahead: int
    classes_ahead_told: int
    accounts_complete: bool
    price_minor: int
    nominal_minor: int
    price_basis_told: bool
    last_trade_told: bool
    last_dividend_told: bool
    uses_sum_minor: int | None
    money_held_told: bool
    documents: int
    cap_shares: int
    raised_in_window_minor: int
    legal_cap_minor: int
    risk_texts_complete: bool
    vietnamese_complete: bool
    closes_on: date
    version_approved: bool


def missing(facts: GateFacts, *, on: date) -> list[Missing]:
    """Return everything that keeps the offer closed on the day, in the order of its page; empty means it may open."""
    return [*_of_the_issuer(facts, on), *_of_the_ranking(facts, on), *_of_the_price(facts), *_of_the_terms(facts, on)]


def _of_the_issuer(facts: GateFacts, on: date) -> list[Missing]:
    found = []
    if not facts.may_offer_to_public:
        found.append(Missing.COMPANY_MAY_OFFER)
    if not facts.company_normal:
        found.append(Missing.COMPANY_STATE)
    if not (facts.promotion_approved or facts.promotion_exempt):
        found.append(Missing.PROMOTION)
    elif facts.promotion_approved and (facts.promotion_expires_on is None or facts.promotion_expires_on < on):
        found.append(Missing.PROMOTION_EXPIRED)
    if facts.authority_headroom_shares is None or facts.authority_expires_on is None:
        found.append(Missing.AUTHORITY)
    else:
        if facts.authority_expires_on < facts.closes_on:
            found.append(Missing.AUTHORITY_EXPIRES)
        if facts.authority_headroom_shares < facts.cap_shares:
            found.append(Missing.AUTHORITY_TOO_SMALL)
    if not facts.preemption_told:
        found.append(Missing.PREEMPTION)
    if facts.refund_after_days <= 0 or facts.interest_from_day <= facts.refund_after_days:
        found.append(Missing.UNDERSUBSCRIPTION)
    return found


def _of_the_ranking(facts: GateFacts, on: date) -> list[Missing]:
    if not facts.ranking_kinds or facts.ranking_oldest_on is None:
        return [Missing.RANKING]
    found = []
    if "creditor" not in facts.ranking_kinds:
        found.append(Missing.RANKING_CREDITORS)
    if (on - facts.ranking_oldest_on).days > facts.ranking_age_days_max or facts.ranking_oldest_on > on:
        found.append(Missing.RANKING_OLD)
    if facts.ranking_signatures < 2:
        found.append(Missing.RANKING_SIGNATURES)
    if facts.classes_ahead_told < facts.classes_ahead:
        found.append(Missing.CLASS_AHEAD_HIDDEN)
    return found


def _of_the_price(facts: GateFacts) -> list[Missing]:
    found = []
    if not facts.accounts_complete:
        found.append(Missing.ACCOUNTS)
    if not facts.price_basis_told:
        found.append(Missing.PRICE_BASIS)
    if facts.price_minor < facts.nominal_minor:
        found.append(Missing.PRICE_BELOW_NOMINAL)
    if not facts.last_trade_told:
        found.append(Missing.LAST_TRADE)
    if not facts.last_dividend_told:
        found.append(Missing.LAST_DIVIDEND)
    return found


def _of_the_terms(facts: GateFacts, on: date) -> list[Missing]:
    found = []
    if facts.uses_sum_minor is None:
        found.append(Missing.USE_OF_MONEY)
    elif facts.uses_sum_minor != facts.cap_shares * facts.price_minor:
        found.append(Missing.USE_OF_MONEY_SUM)
    if not facts.money_held_told:
        found.append(Missing.MONEY_HELD)
    if facts.documents == 0:
        found.append(Missing.DOCUMENT)
    if facts.raised_in_window_minor + facts.cap_shares * facts.price_minor > facts.legal_cap_minor:
        found.append(Missing.LEGAL_CAP)
    if not facts.risk_texts_complete:
        found.append(Missing.RISK_TEXTS)
    if not facts.vietnamese_complete:
        found.append(Missing.VIETNAMESE)
    if facts.closes_on <= on:
        found.append(Missing.CLOSING_PAST)
    if not facts.version_approved:
        found.append(Missing.APPROVAL)
    return found
