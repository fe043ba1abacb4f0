"""Offers as the office works on them: what is missing, what they say, what changed since the last approval."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core import clock
from core.languages import localised
from core.models import AuditRecord
from core.money import format_minor
from core.templatetags.faces import grouped
from equity.enums import OfferState
from equity.errors import GATE_SENTENCES
from equity.models import Offer, RankingSignature, ShareClass
from equity.queries.offers import gate, latest_documents, ranked_claims, ranking_sha256, version_sha256
from equity.rules.publish_gate import Missing
from equity.services.offers import CHANGES
from portal.labels import FIELD_LABELS
from portal.queries.office_people import name_of

SECTION_TITLES: dict[str, Promise] = {
    "terms": gettext_lazy("Terms"),
    "promotion": gettext_lazy("Promotion"),
    "authority": gettext_lazy("Directors' authority"),
    "preemption": gettext_lazy("Existing holders"),
    "ranking": gettext_lazy("Who is paid first"),
    "accounts": gettext_lazy("Last accounts"),
    "price": gettext_lazy("Price"),
    "uses": gettext_lazy("Use of the money"),
    "money": gettext_lazy("Where the money lies"),
    "documents": gettext_lazy("Documents"),
}
SECTION_OF = {
    Missing.PROMOTION: "promotion",
    Missing.PROMOTION_EXPIRED: "promotion",
    Missing.AUTHORITY: "authority",
    Missing.AUTHORITY_EXPIRES: "authority",
    Missing.AUTHORITY_TOO_SMALL: "authority",
    Missing.PREEMPTION: "preemption",
    Missing.UNDERSUBSCRIPTION: "terms",
    Missing.RANKING: "ranking",
    Missing.RANKING_CREDITORS: "ranking",
    Missing.RANKING_OLD: "ranking",
    Missing.CLASS_AHEAD_HIDDEN: "ranking",
    Missing.ACCOUNTS: "accounts",
    Missing.PRICE_BASIS: "price",
    Missing.PRICE_BELOW_NOMINAL: "terms",
    Missing.LAST_TRADE: "price",
    Missing.LAST_DIVIDEND: "price",
    Missing.USE_OF_MONEY: "uses",
    Missing.USE_OF_MONEY_SUM: "uses",
    Missing.MONEY_HELD: "money",
    Missing.DOCUMENT: "documents",
    Missing.LEGAL_CAP: "terms",
    Missing.RISK_TEXTS: "terms",
    Missing.CLOSING_PAST: "terms",
}
PAGE_OF = {Missing.RANKING_SIGNATURES: "office:offer_sign", Missing.APPROVAL: "office:offer_approve"}
TERMS = ("title", "title_vi", "share_class", "profile", "price_minor", "block_size", "person_min_shares",
         "person_max_shares", "minimum_shares", "cap_shares", "opens_at", "closes_at", "countries")  # fmt: skip
DISCLOSED = {
    "promotion": ("promotion_basis", "promotion_firm", "promotion_firm_number", "promotion_approved_on",
                  "promotion_expires_on", "promotion_exemption"),
    "preemption": ("preemption", "preemption_reference"),
    "accounts": ("accounts_year_end_on", "accounts_profit_minor", "accounts_cash_minor", "accounts_net_debt_minor"),
    "price": ("price_basis", "price_basis_vi", "price_independent_check", "last_traded_price_minor", "last_traded_on",
              "never_traded", "last_dividend", "last_dividend_vi"),
    "money": ("money_held", "money_held_where", "cooling_off_kept"),
}  # fmt: skip


@dataclass(frozen=True)
class GateLine:
    """One thing that keeps the offer closed, and the page where it is mended; no url where the office cannot."""

    sentence: Promise
    url: str


@dataclass(frozen=True)
class Fact:
    """A line of components/summary_list.html."""

    label: Promise | str
    value: str
    change_url: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class SectionFacts:
    """A section with everything it says; ``incomplete`` when the gate misses something in it."""

    code: str
    title: Promise
    rows: list[Fact]
    url: str
    incomplete: bool


@dataclass(frozen=True)
class Change:
    """A change of the draft: when, by whom, and what in words."""

    at: datetime
    by: str
    sentence: str


def offers_for_office() -> QuerySet[Offer]:
    """Return all offers, drafts first, then by closing day, latest first."""
    rows = Offer.objects.select_related("share_class", "profile", "authority", "disclosure", "capacity")
    return rows.order_by(F("opened_at").desc(nulls_first=True), "-closes_at")


def gate_lines(offer: Offer, *, on: date) -> list[GateLine]:
    """Return what is missing in the order of the offer's page; nothing once the offer was opened."""
    if offer.state != OfferState.DRAFT:
        return []
    return [GateLine(GATE_SENTENCES[missing], _url_of(offer, missing)) for missing in gate(offer, on=on)]


def _url_of(offer: Offer, missing: Missing) -> str:
    if missing in PAGE_OF:
        return reverse(PAGE_OF[missing], args=[offer.slug])
    section = "terms" if missing == Missing.VIETNAMESE and not offer.title_vi else SECTION_OF.get(missing, "")
    if missing == Missing.VIETNAMESE and not section:
        section = "price"
    return reverse("office:offer_section", args=[offer.slug, section]) if section else ""


def section_facts(offer: Offer, *, missing: list[Missing], editable: bool) -> list[SectionFacts]:
    """Return all that the offer says, section by section, in the order of the publish gate."""
    incomplete = {SECTION_OF.get(item, "") for item in missing}
    return [
        SectionFacts(
            code=code,
            title=title,
            rows=list(_rows_of(offer, code)),
            url=reverse("office:offer_section", args=[offer.slug, code]) if editable else "",
            incomplete=code in incomplete,
        )
        for code, title in SECTION_TITLES.items()
    ]


def _rows_of(offer: Offer, code: str) -> Iterator[Fact]:
    if code == "terms":
        yield from (_fact(offer, offer, name) for name in TERMS)
    elif code == "authority":
        yield from _authority(offer)
    elif code == "ranking":
        yield from _ranking(offer)
    elif code == "uses":
        yield from (_money_fact(offer, use.label, use.label_vi, use.amount_minor,
                    _("to selling holders") if use.to_selling_holders else "")
                    for use in offer.uses.order_by("position"))  # fmt: skip
    elif code == "documents":
        for document in latest_documents(offer):
            words = _("version %(version)s, SHA-256 %(sha256)s") % {
                "version": document.version,
                "sha256": document.sha256,
            }
            yield Fact(f"{document.title} / {document.title_vi}", words)
    else:
        yield from (_fact(offer, offer.disclosure, name) for name in DISCLOSED[code])


def _authority(offer: Offer) -> Iterator[Fact]:
    authority = offer.authority
    if authority:
        yield Fact(_("Resolution"), authority.resolution_reference)
        yield Fact(_("Resolved on"), _words(authority.resolved_on))
        yield Fact(_("Ends on"), _words(authority.expires_on))
        yield Fact(_("Shares it covers"), grouped(authority.max_shares), is_number=True)
        yield Fact(_("Already used"), grouped(authority.used_shares), is_number=True)


def _ranking(offer: Offer) -> Iterator[Fact]:
    for claim in ranked_claims(offer, on=clock.today()):
        note = _("as of %(day)s") % {"day": _words(claim.as_of_on)}
        if claim.growth_bps:
            note += "; " + _("grows by %(rate)s%% a year, shown grown to today") % {
                "rate": f"{claim.growth_bps / 100:g}"
            }
        yield _money_fact(offer, claim.label, claim.label_vi, claim.amount_minor, note)


def _money_fact(offer: Offer, label: str, label_vi: str, amount_minor: int, note: str) -> Fact:
    amount = format_minor(amount_minor, offer.currency, get_language() or "en")
    return Fact(f"{label} / {label_vi}", f"{amount}\n{note}" if note else amount)


def _fact(offer: Offer, row: Any, name: str) -> Fact:
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    if name.endswith("_minor") and value is not None:
        value = format_minor(value, offer.currency, get_language() or "en")
        return Fact(FIELD_LABELS[name], value, is_number=True)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return Fact(FIELD_LABELS[name], grouped(value) if is_number else _words(value), is_number=is_number)


def _words(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, ShareClass):
        return localised(value, "name")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return ", ".join(value) if isinstance(value, list) else str(value)


def changes_since_approval(offer: Offer) -> tuple[datetime | None, list[Change]]:
    """Return when the draft was last approved, and every change since then, newest first (all when it never was)."""
    since = offer.approvals.order_by("-approved_at").values_list("approved_at", flat=True).first()
    rows = AuditRecord.objects.filter(subject_kind="equity.offer", subject_id=str(offer.pk), verb__in=CHANGES)
    if since is not None:
        rows = rows.filter(at__gt=since)
    changes = [
        Change(row.at, name_of(row.by), _change_words(row)) for row in rows.select_related("by__party").order_by("-id")
    ]
    return since, changes


def _change_words(row: AuditRecord) -> str:
    fields = [str(FIELD_LABELS.get(name, name)) for name in row.detail.get("fields", [])]
    if fields:
        return _("Changed: %(fields)s.") % {"fields": ", ".join(fields)}
    return {
        "offer_created": _("Made the draft."),
        "offer_ranking_changed": _("Changed who is paid first."),
        "offer_uses_changed": _("Changed the use of the money."),
        "offer_document_added": _("Added a document: %(kind)s, version %(version)s.")
        % {"kind": row.detail.get("document", ""), "version": row.detail.get("version", "")},
    }.get(row.verb, row.verb)


def signatures_of(offer: Offer) -> list[RankingSignature]:
    """Return the signatures under the ranking as it stands now."""
    rows = RankingSignature.objects.filter(offer=offer, ranking_sha256=ranking_sha256(offer))
    return list(rows.select_related("signed_by__party").order_by("signed_at"))


def approval_of_this_version(offer: Offer) -> Any:
    """Return the approval of exactly the version that stands, or None."""
    rows = offer.approvals.filter(version_sha256=version_sha256(offer))
    return rows.select_related("approved_by__party").first()
