from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from core import clock, jobs
from core.jobs import engine
from core.transactions import atomic
from equity.enums import ApplicationState, BatchState
from equity.errors import (
    AlreadyDecided,
    AuthorityExceeded,
    DraftWaits,
    MakerCannotApprove,
    MinimumNotReached,
    NothingToAllot,
    VersionChanged,
)
from equity.integrity import findings
from equity.models import (
    AllotmentAuthority,
    AllotmentBatch,
    Application,
    CertificateFile,
    Lot,
    RegisterBatch,
    RegisterEntry,
)
from equity.queries.register import register_on
from equity.services.allotments import approve_batch, prepare_batch, reject_batch
from equity.services.endings import withdraw
from ledger.queries.balances import balance_of
from tests.factories.equity import make_open_offer, make_paid_application
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def prepare(offer, by="secretary") -> AllotmentBatch:
    with atomic():
        return prepare_batch(
            offer=offer,
            minute_reference="BM 2026/11, item 3",
            resolved_on=clock.today(),
            by=make_staff(by),
            at=clock.now(),
        )


def approve(batch, by="director", sha256="") -> AllotmentBatch:
    with atomic():
        return approve_batch(batch=batch, sha256=sha256 or batch.rows_sha256, by=make_staff(by), at=clock.now())


def test_approve_batch_enters_register_books_and_certificates() -> None:
    offer = make_open_offer()
    first, second = make_paid_application(offer, 4), make_paid_application(offer, 2)

    batch = approve(prepare(offer))

    assert batch.state == BatchState.APPROVED
    assert set(Application.objects.values_list("state", flat=True)) == {ApplicationState.ALLOTTED}
    rows = list(register_on(clock.today(), known_at=clock.now()))
    assert sorted(row.quantity for row in rows) == [2, 4]
    assert balance_of("application_money:GBP") == 0
    assert balance_of("share_capital:GBP") + balance_of("share_premium:GBP") == -6 * offer.price_minor
    assert AllotmentAuthority.objects.get(pk=offer.authority_id).used_shares == 6
    assert list(findings()) == []
    assert {first.pk, second.pk} == set(RegisterEntry.objects.values_list("application_id", flat=True))


def test_certificate_job_makes_each_file_once() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    approve(prepare(offer))

    engine.run()
    engine.run()

    assert CertificateFile.objects.count() == 1
    assert list(findings()) == []


def test_register_known_before_the_allotment_does_not_show_it() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    before = clock.now()

    approve(prepare(offer))

    assert list(register_on(clock.today(), known_at=before)) == []
    assert list(register_on(clock.today() - timedelta(days=1), known_at=clock.now())) == []
    assert [row.quantity for row in register_on(clock.today(), known_at=clock.now())] == [2]


def test_batches_form_a_chain() -> None:
    offer = make_open_offer()
    for _turn in range(2):
        make_paid_application(offer, 2)
        approve(prepare(offer))

    first, second = RegisterBatch.objects.order_by("sequence")

    assert second.previous_sha256 == first.sha256
    assert second.entered_at > first.entered_at
    assert list(findings()) == []


def test_prepare_without_paid_applications_is_refused() -> None:
    with pytest.raises(NothingToAllot):
        prepare(make_open_offer())


def test_prepare_below_the_minimum_is_refused() -> None:
    offer = make_open_offer(minimum_shares=100)
    make_paid_application(offer, 2)

    with pytest.raises(MinimumNotReached):
        prepare(offer)


def test_prepare_beyond_the_authority_is_refused() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 4)
    AllotmentAuthority.objects.filter(pk=offer.authority_id).update(max_shares=3)

    with pytest.raises(AuthorityExceeded):
        prepare(offer)


def test_prepare_while_a_draft_waits_is_refused() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    prepare(offer)

    with pytest.raises(DraftWaits):
        prepare(offer)


def test_approve_by_its_maker_is_refused() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = prepare(offer)

    with pytest.raises(MakerCannotApprove), atomic():
        approve_batch(batch=batch, sha256=batch.rows_sha256, by=batch.prepared_by, at=clock.now())


def test_approve_by_its_maker_is_refused_by_the_database() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = prepare(offer)

    with pytest.raises(IntegrityError, match="allotment_approved_by_another"), atomic():
        AllotmentBatch.objects.filter(pk=batch.pk).update(
            state="approved", decided_at=clock.now(), decided_by=batch.prepared_by
        )


def test_approve_twice_is_refused() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = prepare(offer)
    approve(batch)

    with pytest.raises(AlreadyDecided):
        approve(batch)

    assert Lot.objects.count() == 1


def test_approve_after_a_withdrawal_is_refused() -> None:
    offer = make_open_offer()
    application = make_paid_application(offer, 2)
    make_paid_application(offer, 2)
    batch = prepare(offer)
    with atomic():
        withdraw(application=application, by=application.applicant_user, at=clock.now())

    with pytest.raises(VersionChanged):
        approve(batch)

    assert RegisterEntry.objects.count() == 0


def test_reject_leaves_applications_waiting() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = prepare(offer)

    with atomic():
        reject_batch(batch=batch, reason="Minute number is wrong", by=make_staff("director"), at=clock.now())

    assert Application.objects.get().state == ApplicationState.PAID
    assert approve(prepare(offer)).state == BatchState.APPROVED


def test_prove_after_an_allotment_says_the_books_hold() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    approve(prepare(offer))
    out = StringIO()

    call_command("prove", stdout=out)

    assert "The books hold together." in out.getvalue()


def test_register_command_prints_a_csv_that_is_safe_to_open() -> None:
    offer = make_open_offer()
    application = make_paid_application(offer, 2)
    approve(prepare(offer))
    out = StringIO()

    call_command("register", "--csv", stdout=out)

    header, row = out.getvalue().splitlines()
    assert header.split(",")[:2] == ["member", "names"]
    assert application.applicant.display_name in row


def test_job_progress_counts_certificates() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    make_paid_application(offer, 2)
    approve(prepare(offer))
    from core.models import Job

    engine.run()

    progress = jobs.progress_of(Job.objects.get(kind="certificates"))
    assert (progress.total, progress.done, progress.failed, progress.percent) == (2, 2, 0, 100)
