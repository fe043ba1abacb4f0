"""Allotments as the office prepares and decides them, and the return of allotment they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from core.models import AuditRecord
from equity.enums import ApplicationState, BatchState, OfferState
from equity.models import (
    AllotmentAuthority,
    AllotmentBatch,
    AllotmentLine,
    Application,
    Certificate,
    Offer,
    ShareClass,
)
from equity.queries.applications import allottable_on
from equity.queries.company import issued_shares
from equity.queries.holders import typed_name
from equity.rules.capital import nominal_parts
from equity.rules.register_rows import names_line

RETURN_VERB = "return_delivered"
BATCH_KIND = "equity.allotmentbatch"


@dataclass(frozen=True)
class Row:
    """One application of a batch; money in minor units. ``is_over`` when it was withdrawn meanwhile."""

    reference: str
    applicant: str
    holder: str
    address: str
    paid_at: datetime | None
    is_over: bool
    quantity: int
    amount_minor: int
    capital_minor: int


@dataclass(frozen=True)
class Preview:
    """Exactly what an allotment writes. ``headroom`` is what the authority covers before it."""

    rows: list[Row]
    shares: int
    amount_minor: int
    capital_minor: int
    issued_before: int
    headroom: int | None
    authority_reference: str
    authority_ends_on: date | None

    @property
    def premium_minor(self) -> int:
        """What is paid above the nominal value."""
        return self.amount_minor - self.capital_minor

    @property
    def has_changed(self) -> bool:
        """Tell whether a row is over, so that the batch can only be sent back."""
        return any(row.is_over for row in self.rows)

    @property
    def issued_after(self) -> int:
        """Issued shares of the class once it is approved."""
        return self.issued_before + self.shares

    @property
    def headroom_after(self) -> int | None:
        """What the authority covers afterwards; negative when it does not cover this."""
        return None if self.headroom is None else self.headroom - self.shares


def batches_for_office() -> QuerySet[AllotmentBatch]:
    """Return batches, drafts first, then the latest, with who prepared and decided them."""
    rows = AllotmentBatch.objects.select_related(
        "offer__share_class", "offer__profile", "authority", "prepared_by__party", "decided_by__party"
    )
    return rows.order_by(F("decided_at").desc(nulls_first=True), "-prepared_at").annotate(
        certificates=Count("lines__application__register_entry__lot__certificate"),
        files=Count("lines__application__register_entry__lot__certificate__file"),
    )


def offers_to_allot() -> QuerySet[Offer]:
    """Return offers in which paid applications wait, with how many applications and shares."""
    waiting = Q(applications__state="paid")
    rows = Offer.objects.exclude(state=OfferState.DRAFT).annotate(
        waiting=Count("applications", filter=waiting), waiting_shares=Sum("applications__quantity", filter=waiting)
    )
    return rows.filter(waiting__gt=0).order_by("closes_at")


def preview_of_offer(offer: Offer, *, on: date) -> Preview:
    """Return what a batch of a resolution of the day would hold."""
    waiting = allottable_on(offer, on)
    rows = [(row, row.quantity or 0, (row.quantity or 0) * (row.price_minor or 0)) for row in waiting]
    return _preview(offer, rows, offer.authority, issued_before=issued_shares().get(offer.share_class_id, 0))


def preview_of_batch(batch: AllotmentBatch) -> Preview:
    """Return what the batch writes when it is approved, or what it wrote."""
    lines = AllotmentLine.objects.filter(batch=batch).select_related("application__applicant", "application__holder")
    rows = [
        (line.application, line.quantity, line.amount_minor)
        for line in lines.order_by("application__paid_at", "application_id")
    ]
    share_class = batch.offer.share_class
    before = _issued_before(batch, share_class)
    return _preview(batch.offer, rows, batch.authority, issued_before=before)


def _issued_before(batch: AllotmentBatch, share_class: ShareClass) -> int:
    issued = issued_shares().get(share_class.pk, 0)
    if batch.state != BatchState.APPROVED:
        return issued
    later = AllotmentBatch.objects.filter(
        offer__share_class=share_class, state=BatchState.APPROVED, decided_at__gte=batch.decided_at
    )
    return issued - int(later.aggregate(total=Sum("shares", default=0))["total"])


def _preview(
    offer: Offer,
    rows: Sequence[tuple[Application, int, int]],
    authority: AllotmentAuthority | None,
    *,
    issued_before: int,
) -> Preview:
    quantities = [quantity for _application, quantity, _amount in rows]
    parts = nominal_parts(offer.share_class.nominal_minor, issued_before=issued_before, quantities=quantities)
    return Preview(
        rows=[_row(row, quantity, amount, part) for (row, quantity, amount), part in zip(rows, parts, strict=True)],
        shares=sum(quantities),
        amount_minor=sum(amount for _application, _quantity, amount in rows),
        capital_minor=sum(parts),
        issued_before=issued_before,
        headroom=authority.max_shares - authority.used_shares if authority else None,
        authority_reference=authority.resolution_reference if authority else "",
        authority_ends_on=authority.expires_on if authority else None,
    )


def _row(application: Application, quantity: int, amount_minor: int, capital_minor: int) -> Row:
    return Row(
        reference=application.public_id,
        applicant=typed_name(application),
        address=f"{application.register_address}, {application.register_country}",
        holder=" & ".join(names_line(application.register_names, application.register_designation)),
        paid_at=application.paid_at,
        is_over=application.state not in (ApplicationState.PAID, ApplicationState.ALLOTTED),
        quantity=quantity,
        amount_minor=amount_minor,
        capital_minor=capital_minor,
    )


@dataclass(frozen=True)
class CapitalLine:
    """A class in the statement of capital: shares, their nominal value in all, and what is unpaid on them."""

    share_class: ShareClass
    shares: int
    nominal_total_minor: Decimal


def statement_of_capital(*, on: date) -> list[CapitalLine]:
    """Return the issued capital at the end of the day, by class (CA 2006 s.555(4)); all shares are fully paid."""
    issued = issued_shares(on=on)
    classes = ShareClass.objects.order_by("rank", "code")
    return [CapitalLine(row, issued[row.pk], row.nominal_minor * issued[row.pk]) for row in classes]


def find_return(batch: AllotmentBatch) -> AuditRecord | None:
    """Return the record that the batch's return of allotment was delivered, if it was."""
    rows = AuditRecord.objects.filter(verb=RETURN_VERB, subject_kind=BATCH_KIND, subject_id=str(batch.pk))
    return rows.select_related("by__party").first()


def certificates_of(batch: AllotmentBatch) -> QuerySet[Certificate]:
    """Return the batch's certificates by number, with their files where they are made."""
    rows = Certificate.objects.filter(lot__entry__application__allotment_lines__batch=batch)
    return rows.select_related("file", "lot__account__member").order_by("serial")
