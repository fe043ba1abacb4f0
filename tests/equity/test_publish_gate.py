"""An offer that hides anything cannot open: by the rule, by the service, and by the database itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.transactions import atomic
from equity.enums import OfferState
from equity.errors import GATE_SENTENCES, GateClosed, MakerCannotApprove, NotDraft, VersionChanged
from equity.models import Offer, OfferDisclosure, RankingLine
from equity.queries.offers import gate, ranking_sha256, version_sha256
from equity.rules.publish_gate import GateFacts, Missing, missing
from equity.services import offers
from tests.factories.equity import make_draft_offer, make_open_offer, sign_and_approve
from tests.factories.people import make_staff

TODAY = date(2026, 6, 1)
HONEST = GateFacts(
    may_offer_to_public=True,
    company_normal=True,
    promotion_approved=True,
    promotion_exempt=False,
    promotion_expires_on=date(2026, 12, 31),
    authority_headroom_shares=10_000,
    authority_expires_on=date(2027, 6, 1),
    preemption_told=True,
    refund_after_days=40,
    interest_from_day=48,
    ranking_kinds=("creditor", "preferred", "equal"),
    ranking_oldest_on=date(2026, 5, 31),
    ranking_age_days_max=31,
    ranking_signatures=2,
    classes_ahead=1,
    classes_ahead_told=1,
    accounts_complete=True,
    price_minor=2375,
    nominal_minor=1,
    price_basis_told=True,
    last_trade_told=True,
    last_dividend_told=True,
    uses_sum_minor=2375 * 1000,
    money_held_told=True,
    documents=1,
    cap_shares=1000,
    raised_in_window_minor=0,
    legal_cap_minor=500_000_000,
    risk_texts_complete=True,
    vietnamese_complete=True,
    closes_on=date(2026, 8, 1),
    version_approved=True,
)
HIDINGS = [
    ({"may_offer_to_public": False}, Missing.COMPANY_MAY_OFFER),
    ({"company_normal": False}, Missing.COMPANY_STATE),
    ({"promotion_approved": False}, Missing.PROMOTION),
    ({"promotion_expires_on": date(2026, 5, 31)}, Missing.PROMOTION_EXPIRED),
    ({"promotion_expires_on": None}, Missing.PROMOTION_EXPIRED),
    ({"authority_headroom_shares": None}, Missing.AUTHORITY),
    ({"authority_expires_on": date(2026, 7, 31)}, Missing.AUTHORITY_EXPIRES),
    ({"authority_headroom_shares": 999}, Missing.AUTHORITY_TOO_SMALL),
    ({"preemption_told": False}, Missing.PREEMPTION),
    ({"interest_from_day": 40}, Missing.UNDERSUBSCRIPTION),
    ({"ranking_kinds": ()}, Missing.RANKING),
    ({"ranking_kinds": ("preferred", "equal")}, Missing.RANKING_CREDITORS),
    ({"ranking_oldest_on": TODAY - timedelta(days=32)}, Missing.RANKING_OLD),
    ({"ranking_oldest_on": TODAY + timedelta(days=1)}, Missing.RANKING_OLD),
    ({"ranking_signatures": 1}, Missing.RANKING_SIGNATURES),
    ({"classes_ahead_told": 0}, Missing.CLASS_AHEAD_HIDDEN),
    ({"accounts_complete": False}, Missing.ACCOUNTS),
    ({"price_basis_told": False}, Missing.PRICE_BASIS),
    ({"nominal_minor": 2376}, Missing.PRICE_BELOW_NOMINAL),
    ({"last_trade_told": False}, Missing.LAST_TRADE),
    ({"last_dividend_told": False}, Missing.LAST_DIVIDEND),
    ({"uses_sum_minor": None}, Missing.USE_OF_MONEY),
    ({"uses_sum_minor": 2375 * 1000 - 1}, Missing.USE_OF_MONEY_SUM),
    ({"money_held_told": False}, Missing.MONEY_HELD),
    ({"documents": 0}, Missing.DOCUMENT),
    ({"raised_in_window_minor": 500_000_000 - 2375 * 1000 + 1}, Missing.LEGAL_CAP),
    ({"risk_texts_complete": False}, Missing.RISK_TEXTS),
    ({"vietnamese_complete": False}, Missing.VIETNAMESE),
    ({"closes_on": TODAY}, Missing.CLOSING_PAST),
    ({"version_approved": False}, Missing.APPROVAL),
]


def test_gate_for_an_honest_offer_is_open() -> None:
    assert missing(HONEST, on=TODAY) == []


@pytest.mark.parametrize(("hidden", "expected"), HIDINGS)
def test_gate_for_one_thing_hidden_names_exactly_that(hidden, expected: Missing) -> None:
    assert missing(replace(HONEST, **hidden), on=TODAY) == [expected]


def test_gate_ranking_31_days_old_is_still_fresh() -> None:
    facts = replace(HONEST, ranking_oldest_on=TODAY - timedelta(days=31))

    assert missing(facts, on=TODAY) == []


@given(st.sets(st.sampled_from(range(len(HIDINGS))), min_size=1))
def test_gate_never_opens_when_anything_is_hidden(positions: set[int]) -> None:
    facts = HONEST
    for position in positions:
        facts = replace(facts, **HIDINGS[position][0])

    assert missing(facts, on=TODAY) != []


def test_every_missing_thing_has_a_sentence_and_a_test() -> None:
    assert set(GATE_SENTENCES) == set(Missing)
    assert {expected for _hidden, expected in HIDINGS} == set(Missing)


@pytest.mark.django_db
class TestOpening:
    def test_draft_with_everything_opens(self) -> None:
        assert make_open_offer().state == OfferState.OPEN

    def test_draft_without_approval_stays_closed(self) -> None:
        offer = make_draft_offer()

        with pytest.raises(GateClosed) as refused, atomic():
            offers.open_offer(offer=offer, by=make_staff("secretary"), at=clock.now())

        assert refused.value.missing == [Missing.RANKING_SIGNATURES, Missing.APPROVAL]

    def test_change_after_approval_voids_it(self) -> None:
        offer = sign_and_approve(make_draft_offer())
        with atomic():
            offers.change_disclosure(
                offer=offer, facts={"accounts_profit_minor": 1}, by=make_staff("secretary"), at=clock.now()
            )

        assert gate(offer, on=clock.today()) == [Missing.APPROVAL]

    def test_change_of_the_ranking_voids_signatures_and_approval(self) -> None:
        offer = sign_and_approve(make_draft_offer())
        line = offer.ranking.order_by("position").first()
        RankingLine.objects.filter(pk=line.pk).update(amount_minor=1)

        assert gate(offer, on=clock.today()) == [Missing.RANKING_SIGNATURES, Missing.APPROVAL]

    def test_preparer_cannot_approve(self) -> None:
        secretary = make_staff("secretary", "director")
        offer = make_draft_offer(by=secretary)

        with pytest.raises(MakerCannotApprove), atomic():
            offers.approve_version(offer=offer, sha256=version_sha256(offer), by=secretary, at=clock.now())

    def test_approval_of_another_version_is_refused(self) -> None:
        offer = make_draft_offer()

        with pytest.raises(VersionChanged), atomic():
            offers.approve_version(offer=offer, sha256="0" * 64, by=make_staff("director"), at=clock.now())

    def test_signature_of_another_ranking_is_refused(self) -> None:
        offer = make_draft_offer()
        seen = ranking_sha256(offer)
        line = offer.ranking.order_by("position").first()
        RankingLine.objects.filter(pk=line.pk).update(amount_minor=1)

        with pytest.raises(VersionChanged), atomic():
            offers.sign_ranking(offer=offer, sha256=seen, by=make_staff("finance"), at=clock.now())

    def test_open_offer_cannot_be_changed(self) -> None:
        offer = make_open_offer()

        with pytest.raises(NotDraft), atomic():
            offers.change_terms(offer=offer, terms={"price_minor": 1}, by=make_staff("secretary"), at=clock.now())

    @pytest.mark.parametrize(
        ("change", "law"),
        [
            (lambda offer: Offer.objects.filter(pk=offer.pk).update(price_minor=1), "offer_terms_frozen_once_open"),
            (lambda offer: OfferDisclosure.objects.update(money_held=""), "offer_page_frozen_once_open"),
            (lambda offer: RankingLine.objects.all().delete(), "offer_page_frozen_once_open"),
        ],
    )
    def test_open_offer_changed_by_sql_is_refused_by_the_database(self, change, law: str) -> None:
        offer = make_open_offer()

        with pytest.raises(IntegrityError) as refused, atomic():
            change(offer)

        assert refused.value.__cause__.diag.constraint_name == law

    def test_draft_opened_by_sql_is_refused_by_the_database(self) -> None:
        offer = make_draft_offer()

        with pytest.raises(IntegrityError, match="offer_open_has_ranking_signed_by_two"), atomic():
            Offer.objects.filter(pk=offer.pk).update(
                state="open", opened_at=clock.now(), opened_by=make_staff("secretary")
            )
