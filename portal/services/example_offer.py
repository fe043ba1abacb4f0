"""The invented company's open offer, made and opened through the services that the office uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from core.transactions import needs_transaction
from equity.enums import MoneyHeld, Preemption, PromotionBasis, RankKind
from equity.models import AllotmentAuthority, JurisdictionProfile, Offer, ShareClass
from equity.queries.offers import ranking_sha256, version_sha256
from equity.rules.ranking import accrued_minor
from equity.services import offers
from equity.services.bookings import day_of
from portal.services.offer_document import DOCUMENT_KIND, offer_document_pdf

SLUG = "lock-keepers-round"
PRICE_MINOR = 23_75
CAP_SHARES = 120_000
MINIMUM_SHARES = 1_000
PERSON_MAX_SHARES = 420
OPENED_DAYS_AGO = 12
# The United Kingdom and the islands that its rules reach: elsewhere other law would apply.
COUNTRIES = ["GB", "GG", "IM", "JE"]
INVESTOR_SINCE = date(2019, 6, 28)
INVESTOR_SHARES, INVESTOR_PRICE_MINOR, GROWTH_BPS = 250_000, 32_00, 18_00
BANK_MINOR, SUPPLIERS_MINOR, CASH_MINOR, LOSS_MINOR = 960_000_000, 280_000_000, 131_000_000, 214_000_000


@dataclass(frozen=True)
class Staff:
    """Who prepares, signs and approves."""

    secretary: User
    finance: User
    director: User


def staff_of(people: Mapping[str, User]) -> Staff:
    """Return the demo's staff by their roles."""
    return Staff(*(people[f"{role}@demo.example"] for role in ("secretary", "finance", "director")))


def opened_at(at: datetime) -> datetime:
    """Return when the example's offer opened, seen from now."""
    return at - timedelta(days=OPENED_DAYS_AGO)


@needs_transaction
def make_open_offer(*, share_class: ShareClass, profile: JurisdictionProfile, staff: Staff, at: datetime) -> Offer:
    """Prepare the offer, have its ranking signed by two and its version approved, and open it twelve days ago."""
    opening = opened_at(at)
    prepared = opening - timedelta(days=3)
    offer = offers.create_offer(terms=_terms(share_class, profile, opening), by=staff.secretary, at=prepared)
    offers.change_disclosure(offer=offer, facts=_disclosure(offer, opening), by=staff.secretary, at=prepared)
    offers.replace_ranking(offer=offer, lines=_ranking(opening), by=staff.secretary, at=prepared)
    offers.replace_uses(offer=offer, lines=USES, by=staff.secretary, at=prepared)
    offers.add_document(
        offer=offer,
        kind=DOCUMENT_KIND,
        title="Offer document",
        title_vi="Bản chào bán",
        data=offer_document_pdf(offer),
        by=staff.secretary,
        at=prepared + timedelta(hours=2),
    )
    for signer in (staff.secretary, staff.finance):
        sha256 = ranking_sha256(offer)
        offers.sign_ranking(offer=offer, sha256=sha256, by=signer, at=opening - timedelta(days=2))
    offer = Offer.objects.select_related("profile", "share_class", "authority").get(pk=offer.pk)
    offers.approve_version(offer=offer, sha256=version_sha256(offer), by=staff.director, at=opening - timedelta(days=1))
    return offers.open_offer(offer=offer, by=staff.secretary, at=opening)


def _terms(share_class: ShareClass, profile: JurisdictionProfile, opening: datetime) -> dict[str, Any]:
    return {
        "slug": SLUG,
        "title": "The Lock-Keeper’s Round",
        "title_vi": "Đợt Người Gác Cống",
        "share_class": share_class,
        "profile": profile,
        "authority": _authority(share_class, opening),
        "price_minor": PRICE_MINOR,
        "currency": share_class.currency,
        "block_size": 2,
        "person_min_shares": 2,
        "person_max_shares": PERSON_MAX_SHARES,
        "minimum_shares": MINIMUM_SHARES,
        "cap_shares": CAP_SHARES,
        "opens_at": opening,
        "closes_at": (opening + timedelta(days=72)).replace(hour=17, minute=0, second=0, microsecond=0),
        "countries": COUNTRIES,
    }


def year_end_before(day: date) -> date:
    """Return the last 31 March that lies at least five months back: its accounts are there."""
    latest = day - timedelta(days=150)
    year = latest.year if (latest.month, latest.day) >= (3, 31) else latest.year - 1
    return date(year, 3, 31)


def _authority(share_class: ShareClass, opening: datetime) -> AllotmentAuthority:
    meeting = year_end_before(day_of(opening)) + timedelta(days=86)
    return AllotmentAuthority.objects.create(
        share_class=share_class,
        resolution_reference=f"Annual general meeting {meeting.year}, resolution 9 (Companies Act 2006, section 551)",
        resolved_on=meeting,
        expires_on=meeting.replace(year=meeting.year + 5) - timedelta(days=1),
        max_shares=300_000,
    )


def _disclosure(offer: Offer, opening: datetime) -> dict[str, Any]:
    day = day_of(opening)
    year_end = year_end_before(day)
    meeting = year_end + timedelta(days=86)
    return {
        "promotion_basis": PromotionBasis.APPROVED,
        "promotion_firm": "Harrow & Finch Approvals Ltd (an invented firm)",
        "promotion_firm_number": "000000",
        "promotion_approved_on": day - timedelta(days=3),
        "promotion_expires_on": day_of(offer.closes_at) + timedelta(days=5),
        "preemption": Preemption.DISAPPLIED,
        "preemption_reference": f"Annual general meeting {meeting.year}, special resolution 11 (sections 570 and 571)",
        "accounts_year_end_on": year_end,
        "accounts_profit_minor": -LOSS_MINOR,
        "accounts_cash_minor": CASH_MINOR,
        "accounts_net_debt_minor": BANK_MINOR - CASH_MINOR,
        "price_basis": PRICE_BASIS,
        "price_basis_vi": PRICE_BASIS_VI,
        "last_traded_price_minor": 11_40,
        "last_traded_on": day - timedelta(days=250),
        "last_dividend": f"0.4p a share, for the year to 31 March {year_end.year - 3}",
        "last_dividend_vi": f"0,4 xu Anh mỗi cổ phần, cho năm tài chính kết thúc ngày 31/3/{year_end.year - 3}",
        "money_held": MoneyHeld.SEPARATE,
        "money_held_where": "Wharfside Bank plc, Wenlow: account “Three Sluices, application money”",
    }


def _ranking(opening: datetime) -> list[dict[str, Any]]:
    as_of = day_of(opening) - timedelta(days=3)
    grown = accrued_minor(INVESTOR_SHARES * INVESTOR_PRICE_MINOR, GROWTH_BPS, since=INVESTOR_SINCE, on=as_of)
    rows = (
        (RankKind.CREDITOR, "Wharfside Bank, loan secured on the brewery",
         "Ngân hàng Wharfside, khoản vay thế chấp bằng nhà máy bia", BANK_MINOR, 0),
        (RankKind.CREDITOR, "Suppliers, wages, beer duty and other taxes",
         "Nhà cung cấp, tiền lương, thuế bia và các thuế khác", SUPPLIERS_MINOR, 0),
        (RankKind.PREFERRED, "Class C: Saltmarsh Growth Partners",
         "Loại C: Saltmarsh Growth Partners", grown, GROWTH_BPS),
        (RankKind.EQUAL, "Class B (you) and class A (the founders) share what is left",
         "Loại B (bạn) và loại A (người sáng lập) chia phần còn lại", 0, 0),
    )  # fmt: skip
    return [
        {"kind": kind, "label": label, "label_vi": label_vi, "amount_minor": amount, "as_of_on": as_of,
         "growth_bps": growth}
        for kind, label, label_vi, amount, growth in rows
    ]  # fmt: skip


PRICE_BASIS = (
    "A quarter more than the price of the round of 2021, because the brewery now sells a third more beer, although it "
    "makes a loss. The last real sale between holders was at less than half this price."
)
PRICE_BASIS_VI = (
    "Cao hơn giá đợt năm 2021 một phần tư, vì nhà máy nay bán được nhiều bia hơn một phần ba, tuy vẫn lỗ. Lần mua bán "
    "thật gần nhất giữa các cổ đông có giá chưa bằng một nửa giá này."
)
USES = [
    {"label": "A canning line that needs half the water for each can",
     "label_vi": "Dây chuyền đóng lon dùng một nửa lượng nước cho mỗi lon", "amount_minor": 148_000_000},
    {"label": "Two bars by the canal, at Marlby Wharf and Cutterstone",
     "label_vi": "Hai quán bia bên kênh, ở Marlby Wharf và Cutterstone", "amount_minor": 79_000_000},
    {"label": "Paying back a part of the bank loan",
     "label_vi": "Trả một phần khoản vay ngân hàng", "amount_minor": 40_000_000},
    {"label": "Cost of this offer: lawyers, approval, card fees, printing",
     "label_vi": "Chi phí của đợt chào bán: luật sư, phê duyệt, phí thẻ, in ấn", "amount_minor": 18_000_000},
]  # fmt: skip
