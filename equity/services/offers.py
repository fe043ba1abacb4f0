"""Preparing, approving and opening an offer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings

from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.models import AuditRecord
from core.storage import store_bytes
from core.transactions import atomic, needs_transaction
from equity.enums import OfferState
from equity.errors import AlreadyDecided, GateClosed, MakerCannotApprove, NotDraft, VersionChanged
from equity.models import (
    Offer,
    OfferApproval,
    OfferCapacity,
    OfferDisclosure,
    OfferDocument,
    RankingLine,
    RankingSignature,
    UseOfMoney,
)
from equity.queries.offers import gate, ranking_sha256, version_sha256
from equity.rules.publish_gate import Missing
from equity.services.endings import has_batches, minimum_reached

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def create_offer(*, terms: dict[str, Any], by: "User", at: datetime) -> Offer:
    """Write a draft with an empty disclosure; ``terms`` are fields of `Offer`."""
    offer = Offer.objects.create(**terms, created_by=by, created_at=at)
    OfferDisclosure.objects.create(offer=offer)
    audit.record(by=by, at=at, verb="offer_created", subject=offer)
    return offer


@needs_transaction
def change_terms(*, offer: Offer, terms: dict[str, Any], by: "User", at: datetime) -> Offer:
    """Change a draft's terms; an approval of the earlier version counts no more. Raises `NotDraft` once opened."""
    offer = _draft(offer)
    for name, value in terms.items():
        setattr(offer, name, value)
    offer.save(update_fields=list(terms))
    audit.record(by=by, at=at, verb="offer_terms_changed", subject=offer, fields=sorted(terms))
    return offer


@needs_transaction
def change_disclosure(*, offer: Offer, facts: dict[str, Any], by: "User", at: datetime) -> OfferDisclosure:
    """Change what the draft tells; an approval of the earlier version counts no more."""
    offer = _draft(offer)
    disclosure = OfferDisclosure.objects.get(offer=offer)
    for name, value in facts.items():
        setattr(disclosure, name, value)
    disclosure.save(update_fields=list(facts))
    audit.record(by=by, at=at, verb="offer_disclosure_changed", subject=offer, fields=sorted(facts))
    return disclosure


@needs_transaction
def replace_ranking(*, offer: Offer, lines: list[dict[str, Any]], by: "User", at: datetime) -> None:
    """Replace the draft's ranking; the signatures under the old one stay as record but count no more."""
    offer = _draft(offer)
    RankingLine.objects.filter(offer=offer).delete()
    RankingLine.objects.bulk_create(
        [RankingLine(offer=offer, position=position, **line) for position, line in enumerate(lines, 1)]
    )
    audit.record(by=by, at=at, verb="offer_ranking_changed", subject=offer, lines=len(lines))


@needs_transaction
def replace_uses(*, offer: Offer, lines: list[dict[str, Any]], by: "User", at: datetime) -> None:
    """Replace what the money of the draft is for."""
    offer = _draft(offer)
    UseOfMoney.objects.filter(offer=offer).delete()
    UseOfMoney.objects.bulk_create(
        [UseOfMoney(offer=offer, position=position, **line) for position, line in enumerate(lines, 1)]
    )
    audit.record(by=by, at=at, verb="offer_uses_changed", subject=offer, lines=len(lines))


@needs_transaction
def sign_ranking(*, offer: Offer, sha256: str, by: "User", at: datetime) -> RankingSignature:
    """Sign the ranking as it was read (``sha256``); raises `VersionChanged` when it is another one now."""
    offer = _draft(offer)
    if ranking_sha256(offer) != sha256:
        raise VersionChanged()
    signature, created = RankingSignature.objects.get_or_create(
        offer=offer, ranking_sha256=sha256, signed_by=by, defaults={"signed_at": at}
    )
    if created:
        audit.record(by=by, at=at, verb="ranking_signed", subject=offer, sha256=sha256)
    return signature


@needs_transaction
def add_document(
    *, offer: Offer, kind: str, title: str, title_vi: str, data: bytes, by: "User | None", at: datetime
) -> OfferDocument:
    """Store a document's bytes and write its next version; the same bytes again return the version that stands."""
    offer = _draft(offer)
    sha256 = store_bytes(data)
    latest = OfferDocument.objects.filter(offer=offer, kind=kind).order_by("-version").first()
    if latest and latest.sha256 == sha256:
        return latest
    document = OfferDocument.objects.create(
        offer=offer,
        kind=kind,
        title=title,
        title_vi=title_vi,
        version=latest.version + 1 if latest else 1,
        sha256=sha256,
        size_bytes=len(data),
        added_at=at,
        added_by=by,
    )
    audit.record(by=by, at=at, verb="offer_document_added", subject=offer, document=kind, version=document.version)
    return document


@needs_transaction
def approve_version(*, offer: Offer, sha256: str, by: "User", at: datetime) -> OfferApproval:
    """Approve exactly the version that was read.

    Raises `VersionChanged` when the offer is another one now, `MakerCannotApprove` for anybody who changed it.
    """
    offer = _draft(offer)
    if version_sha256(offer) != sha256:
        raise VersionChanged()
    preparers = _preparers(offer)
    if by.pk in preparers:
        raise MakerCannotApprove()
    with constraints_as({"offer_approved_by_another": MakerCannotApprove}), atomic():
        approval, created = OfferApproval.objects.get_or_create(
            offer=offer,
            version_sha256=sha256,
            defaults={"prepared_by_id": preparers[0], "approved_by": by, "approved_at": at},
        )
    if created:
        audit.record(by=by, at=at, verb="offer_approved", subject=offer, sha256=sha256)
    return approval


@needs_transaction
def open_offer(*, offer: Offer, by: "User", at: datetime) -> Offer:
    """Open the offer to the public; raises `GateClosed` with everything that is missing.

    The database refuses by itself an offer without ranking, result, use of money, documents or approval.
    """
    offer = _draft(offer)
    missing = gate(offer, on=at.astimezone(ZoneInfo(settings.TIME_ZONE)).date())
    if missing:
        raise GateClosed(missing)
    OfferCapacity.objects.get_or_create(offer=offer, defaults={"cap_shares": offer.cap_shares})
    offer.state, offer.opened_at, offer.opened_by = OfferState.OPEN, at, by
    with constraints_as({"offer_open_is_approved": _gate_says(Missing.APPROVAL)}):
        offer.save(update_fields=["state", "opened_at", "opened_by"])
    audit.record(by=by, at=at, verb="offer_opened", subject=offer)
    return offer


def _gate_says(missing: Missing) -> Any:
    return lambda: GateClosed([missing])


def _draft(offer: Offer) -> Offer:
    offer = lock(Offer.objects.select_related("share_class", "profile", "authority"), pk=offer.pk)
    if offer.state != OfferState.DRAFT:
        raise NotDraft()
    return offer


CHANGES = (
    "offer_created",
    "offer_terms_changed",
    "offer_disclosure_changed",
    "offer_ranking_changed",
    "offer_uses_changed",
    "offer_document_added",
)


def _preparers(offer: Offer) -> list[int]:
    """Everybody who changed the draft since it was last approved, the latest first; its maker when nobody did."""
    since = offer.approvals.order_by("-approved_at").values_list("approved_at", flat=True).first()
    changes = AuditRecord.objects.filter(
        subject_kind="equity.offer", subject_id=str(offer.pk), verb__in=CHANGES, by__isnull=False
    )
    if since is not None:
        changes = changes.filter(at__gt=since)
    return list(changes.order_by("-id").values_list("by_id", flat=True)) or [offer.created_by_id]


@needs_transaction
def close_offer(*, offer: Offer, by: "User | None", at: datetime) -> Offer:
    """Close an open offer at its end; allotting what was paid goes on. Safe to call twice."""
    offer = lock(Offer.objects.all(), pk=offer.pk)
    if offer.state != OfferState.OPEN:
        raise AlreadyDecided()
    offer.state, offer.closed_at = OfferState.CLOSED, at
    offer.save(update_fields=["state", "closed_at"])
    audit.record(by=by, at=at, verb="offer_closed", subject=offer)
    return offer


@needs_transaction
def fail_offer(*, offer: Offer, by: "User | None", at: datetime) -> Offer:
    """Record that the minimum was not reached; the sweeper sends everybody's money back. Safe to call twice.

    An offer whose minimum is reached, or of which shares were allotted, does not fail: looked at under its lock.
    """
    offer = lock(Offer.objects.all(), pk=offer.pk)
    if offer.state != OfferState.CLOSED or minimum_reached(offer) or has_batches(offer):
        return offer
    offer.state = OfferState.FAILED
    offer.save(update_fields=["state"])
    audit.record(by=by, at=at, verb="offer_failed", subject=offer)
    return offer
