"""Allotment: a batch made by one person, approved by another, entered in the register and the books in one moment."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F

from core import audit, jobs
from core.errors import constraints_as
from core.locks import bounded_wait, lock
from core.transactions import atomic, needs_transaction
from equity.enums import ApplicationState, BatchState, HolderKind
from equity.errors import (
    AlreadyDecided,
    AuthorityExceeded,
    DraftWaits,
    MakerCannotApprove,
    MinimumNotReached,
    NothingToAllot,
    VersionChanged,
)
from equity.models import AllotmentAuthority, AllotmentBatch, AllotmentLine, Application, Offer, ShareClass
from equity.queries.applications import allottable_on
from equity.queries.company import issued_shares
from equity.rules.capital import nominal_parts
from equity.rules.digests import content_sha256
from equity.services.bookings import book_allotments
from equity.services.certificates import write_certificates
from equity.services.endings import allotted_shares
from equity.services.register import Issue, write_issues

if TYPE_CHECKING:
    from accounts.models import User

LETTERS = "allotment_letters"


@needs_transaction
def prepare_batch(
    *, offer: Offer, minute_reference: str, resolved_on: date, by: "User", at: datetime
) -> AllotmentBatch:
    """Write a draft with every paid application, in the order of payment, and freeze the hash of its rows.

    Whoever paid after the day of the resolution waits for the next batch. The minimum counts what was allotted before
    and what this batch allots. Raises `NothingToAllot`, `MinimumNotReached`, `AuthorityExceeded`, `DraftWaits`.
    """
    offer = lock(Offer.objects.all(), pk=offer.pk)
    waiting = allottable_on(offer, resolved_on)
    if not waiting:
        raise NothingToAllot()
    shares = sum(application.quantity or 0 for application in waiting)
    if allotted_shares(offer) + shares < offer.minimum_shares:
        raise MinimumNotReached()
    authority = _covering_authority(offer, shares, resolved_on)
    with constraints_as({"allotment_one_draft_per_offer": DraftWaits}), atomic():
        batch = AllotmentBatch.objects.create(
            offer=offer,
            authority=authority,
            minute_reference=minute_reference,
            resolved_on=resolved_on,
            rows_sha256=rows_sha256(_rows(waiting)),
            shares=shares,
            amount_minor=sum(amount_of(application) for application in waiting),
            prepared_at=at,
            prepared_by=by,
        )
    AllotmentLine.objects.bulk_create(
        [
            AllotmentLine(batch=batch, application=row, quantity=row.quantity or 0, amount_minor=amount_of(row))
            for row in waiting
        ]
    )
    audit.record(by=by, at=at, verb="allotment_prepared", subject=batch, shares=shares)
    return batch


def amount_of(application: Application) -> int:
    """Return what the application's shares cost, in minor units."""
    return (application.quantity or 0) * (application.price_minor or 0)


def rows_sha256(rows: list[Any]) -> str:
    """Return the hash that binds an approval to these rows."""
    return content_sha256({"rows": rows})


def _covering_authority(offer: Offer, shares: int, on: date) -> AllotmentAuthority:
    authority = offer.authority
    if authority is None or not authority.resolved_on <= on <= authority.expires_on:
        raise AuthorityExceeded()
    if authority.used_shares + shares > authority.max_shares:
        raise AuthorityExceeded()
    return authority


@needs_transaction
def approve_batch(
    *, batch: AllotmentBatch, sha256: str, by: "User", at: datetime, entered_at: datetime | None = None
) -> AllotmentBatch:
    """Approve exactly the rows that were read, and allot: register, lots, certificates' facts, books, mails, job.

    ``entered_at`` is only for the seed, whose past the register is told (`write_issues`).
    Raises `AlreadyDecided` (somebody else was first), `VersionChanged` (an applicant withdrew meanwhile),
    `MakerCannotApprove`, `AuthorityExceeded`.
    """
    offer = lock(Offer.objects.select_related("share_class"), batches=batch.pk)
    share_class = lock(ShareClass.objects.all(), pk=offer.share_class_id)
    batch = lock(AllotmentBatch.objects.all(), pk=batch.pk)
    if batch.state != BatchState.DRAFT:
        raise AlreadyDecided()
    if batch.prepared_by_id == by.pk:
        raise MakerCannotApprove()
    applications = _locked_applications(batch)
    if sha256 != batch.rows_sha256 or rows_sha256(_rows(applications)) != batch.rows_sha256:
        raise VersionChanged()
    _use_authority(batch)
    batch.state, batch.decided_at, batch.decided_by = BatchState.APPROVED, at, by
    with constraints_as({"allotment_approved_by_another": MakerCannotApprove}), atomic():
        batch.save(update_fields=["state", "decided_at", "decided_by"])
    _allot(batch, share_class, applications, by=by, at=at, entered_at=entered_at)
    audit.record(by=by, at=at, verb="allotment_approved", subject=batch, shares=batch.shares)
    return batch


def _locked_applications(batch: AllotmentBatch) -> list[Application]:
    """The batch's applications that are still paid, locked in order of id, returned in the order of payment."""
    rows = Application.objects.filter(allotment_lines__batch=batch, state=ApplicationState.PAID)
    rows = rows.select_related("applicant", "applicant_user", "holder", "offer").order_by("id")
    with bounded_wait():
        locked = list(rows.select_for_update(of=("self",), no_key=True))
    return sorted(locked, key=lambda row: (row.paid_at, row.pk))


def _rows(applications: list[Application]) -> list[Any]:
    """What a director approves: how many shares, for how much, and who will stand in the register for them."""
    return [
        (
            row.public_id,
            row.quantity,
            amount_of(row),
            row.register_names,
            row.register_address,
            row.register_country,
            row.register_designation,
        )
        for row in applications
    ]


def _use_authority(batch: AllotmentBatch) -> None:
    with constraints_as({"authority_used_within_maximum": AuthorityExceeded}), atomic():
        AllotmentAuthority.objects.filter(pk=batch.authority_id).update(used_shares=F("used_shares") + batch.shares)


def _allot(
    batch: AllotmentBatch,
    share_class: ShareClass,
    applications: list[Application],
    *,
    by: "User",
    at: datetime,
    entered_at: datetime | None,
) -> None:
    quantities = [application.quantity or 0 for application in applications]
    nominal = nominal_parts(
        share_class.nominal_minor, issued_before=issued_shares()[share_class.pk], quantities=quantities
    )
    written = write_issues(
        share_class=share_class,
        issues=[_issue(application) for application in applications],
        effective_on=batch.resolved_on,
        reference=batch.minute_reference,
        by=by,
        at=at,
        entered_at=entered_at,
    )
    book_allotments(
        allotted=[(row, amount_of(row), part) for row, part in zip(applications, nominal, strict=True)],
        currency=share_class.currency,
        by=by,
        at=at,
    )
    Application.objects.filter(pk__in=[row.pk for row in applications]).update(
        state=ApplicationState.ALLOTTED, allotted_at=at
    )
    jobs.start(kind=LETTERS, items=[row.pk for row in applications], by=by, at=at)
    write_certificates(
        share_class=share_class, lots=written.lots, minute_reference=batch.minute_reference, by=by, at=at
    )


def _issue(application: Application) -> Issue:
    return Issue(
        holder=application.holder or application.applicant,
        names=tuple(application.register_names),
        service_address=application.register_address,
        country=application.register_country,
        quantity=application.quantity or 0,
        paid_minor=amount_of(application),
        surname="" if application.holder_kind == HolderKind.ORGANISATION else application.details.get("surname", ""),
        designation=application.register_designation,
        application=application,
    )


@needs_transaction
def reject_batch(*, batch: AllotmentBatch, reason: str, by: "User", at: datetime) -> AllotmentBatch:
    """Send a draft back with a reason; its applications stay paid and wait. Raises `AlreadyDecided`."""
    batch = lock(AllotmentBatch.objects.all(), pk=batch.pk)
    if batch.state != BatchState.DRAFT:
        raise AlreadyDecided()
    batch.state, batch.decided_at, batch.decided_by = BatchState.REJECTED, at, by
    batch.rejection_reason = reason[:300]
    batch.save(update_fields=["state", "decided_at", "decided_by", "rejection_reason"])
    audit.record(by=by, at=at, verb="allotment_rejected", subject=batch, reason=reason[:300])
    return batch
