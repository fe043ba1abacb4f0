"""Who stands in the register: as typed and checked in the journey, kept in every version."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from accounts.errors import HolderTwice
from accounts.services.people import change_name
from core import clock
from core.transactions import atomic
from equity.enums import HolderKind
from equity.errors import VersionChanged
from equity.forms.apply import HolderForm
from equity.integrity import findings
from equity.models import Application, Certificate, Member, MemberParticulars, RegisterAccount
from equity.queries.holders import typed_name
from equity.queries.register import holding_of, known_now, register_on
from equity.services import applications
from equity.services.allotments import approve_batch
from tests.factories.equity import (
    make_approved_batch,
    make_batch,
    make_open_offer,
    make_paid_application,
    make_payable_application,
)
from tests.factories.people import make_holder, make_staff

pytestmark = pytest.mark.django_db


def standing() -> list[tuple[tuple[str, ...], str, str, int]]:
    rows = register_on(clock.today(), known_at=known_now())
    return [(row.names, row.designation, row.service_address, row.quantity) for row in rows]


def test_name_typed_in_the_journey_enters_the_register() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2, details={"forename": "Siobhán Mary", "surname": "O’Brien", "address": "1 Quay"})

    make_approved_batch(offer)

    assert standing() == [(("Siobhán Mary O’Brien",), "", "1 Quay, Leeds, LS1 4AP", 2)]
    assert Certificate.objects.get().holder_names == ["Siobhán Mary O’Brien"]
    assert list(findings()) == []


@pytest.mark.parametrize(
    ("shown", "language", "forename", "surname", "expected"),
    [
        ("Nguyễn Thị Ánh Tuyết", "vi", "Thị Ánh Tuyết", "Nguyễn", "Nguyễn Thị Ánh Tuyết"),
        ("Tuyết", "vi", "Ánh Tuyết", "Nguyễn", "Nguyễn Ánh Tuyết"),
        ("Lan Pham", "en", "Lan", "Phạm", "Lan Phạm"),
        ("John Smith", "vi", "John", "Smith", "John Smith"),
        ("Ada Lock", "en", "Ada Mary", "Winding", "Ada Mary Winding"),
    ],
)
def test_typed_name_stands_in_the_order_its_owner_writes(
    shown: str, language: str, forename: str, surname: str, expected: str
) -> None:
    application = make_payable_application(make_open_offer())
    application.applicant.display_name, application.applicant.language = shown, language
    application.details |= {"forename": forename, "surname": surname}

    assert typed_name(application) == expected


def test_joint_holders_stand_with_the_typed_name_first() -> None:
    offer = make_open_offer()
    details, others = {"forename": "Ada", "surname": "Lock"}, {"joint_names": ["Ben Weir", "Cy Quay"]}

    make_paid_application(offer, 2, details=details, kind=HolderKind.JOINT, others=others)
    make_approved_batch(offer)

    assert [row[0] for row in standing()] == [("Ada Lock", "Ben Weir", "Cy Quay")]


def test_account_renamed_between_approval_and_entry_does_not_change_the_register() -> None:
    offer = make_open_offer()
    application = make_paid_application(offer, 2, details={"forename": "Ada", "surname": "Lock"})
    batch = make_batch(offer)
    with atomic():
        user = application.applicant_user
        change_name(party=application.applicant, name="Eve Weir", given_name="Eve", by=user, at=clock.now())

    with atomic():
        approve_batch(batch=batch, sha256=batch.rows_sha256, by=make_staff("director"), at=clock.now())

    assert [row[0] for row in standing()] == [("Ada Lock",)]


@pytest.mark.parametrize(
    "change",
    [
        {"register_names": ["Eve Weir"]},
        {"register_address": "2 Weir"},
        {"register_country": "IE"},
        {"register_designation": "X.Y."},
    ],
)
def test_approve_when_who_will_stand_there_changed_is_refused(change: dict[str, Any]) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    batch = make_batch(offer)
    Application.objects.update(**change)

    with pytest.raises(VersionChanged), atomic():
        approve_batch(batch=batch, sha256=batch.rows_sha256, by=make_staff("director"), at=clock.now())


def test_confirmed_application_without_a_name_is_refused_by_the_database() -> None:
    make_payable_application(make_open_offer())

    with pytest.raises(IntegrityError, match="application_confirmed_stands_in_register"), atomic():
        Application.objects.update(register_names=[])


def test_childs_shares_stand_apart_with_their_designation() -> None:
    offer, user = make_open_offer(), make_holder()
    details = {"forename": "Siobhán", "surname": "O’Brien"}
    make_paid_application(offer, 2, user=user, details=details)
    make_approved_batch(offer)
    make_paid_application(offer, 4, user=user, details=details, kind=HolderKind.MINOR, others={"designation": "T.O'B."})

    make_approved_batch(offer)

    assert [(row[1], row[3]) for row in standing()] == [("", 2), ("T.O'B.", 4)]
    member = Member.objects.get()
    assert holding_of(member.pk, on=clock.today(), known_at=known_now()) == {offer.share_class.code: 6}
    names = Certificate.objects.order_by("id").values_list("holder_names", flat=True)
    assert list(names) == [["Siobhán O’Brien"], ["Siobhán O’Brien (T.O'B.)"]]
    assert list(findings()) == []


def test_register_csv_has_the_designation() -> None:
    offer, out = make_open_offer(), StringIO()
    make_paid_application(offer, 4, kind=HolderKind.MINOR, others={"designation": "T.B."})
    make_approved_batch(offer)

    call_command("register", "--csv", stdout=out)

    assert [row["designation"] for row in csv.DictReader(StringIO(out.getvalue()))] == ["T.B."]


def test_check_page_shows_name_and_designation_as_they_will_stand(client: Any) -> None:
    user = make_holder()
    application = make_payable_application(
        make_open_offer(),
        user=user,
        details={"forename": "Siobhán", "surname": "O’Brien"},
        kind=HolderKind.MINOR,
        others={"designation": "T.B."},
    )
    with atomic():
        applications.go_back_to_answers(application=application, by=user, at=clock.now())
    client.force_login(user)

    answer = client.get(reverse("equity:check", args=[application.public_id]))

    assert "Siobhán O’Brien (T.B.)" in [row["value"] for row in answer.context["rows"]]


def test_pool_with_a_designation_is_refused_by_the_database() -> None:
    offer = make_open_offer()

    with pytest.raises(IntegrityError, match="register_designation_is_of_a_member"), atomic():
        RegisterAccount.objects.create(share_class=offer.share_class, member=None, designation="X")


def test_second_purchase_from_another_address_keeps_both_versions() -> None:
    offer, user = make_open_offer(), make_holder()
    first = {"forename": "Ada", "surname": "Lock", "address": "1 Quay"}
    for details in (first, first, first | {"surname": "Weir", "address": "2 Weir"}):
        make_paid_application(offer, 2, user=user, details=details)
        make_approved_batch(offer)

    rows = list(MemberParticulars.objects.order_by("entered_at"))
    assert [(row.names, row.service_address, row.effective_on) for row in rows] == [
        (["Ada Lock"], "1 Quay, Leeds, LS1 4AP", clock.today()),
        (["Ada Weir"], "2 Weir, Leeds, LS1 4AP", clock.today()),
    ]
    assert standing() == [(("Ada Weir",), "", "2 Weir, Leeds, LS1 4AP", 6)]
    assert [row.names for row in register_on(clock.today(), known_at=rows[1].entered_at - timedelta(microseconds=1))] \
        == [("Ada Lock",)]  # fmt: skip
    assert list(findings()) == []


@pytest.mark.parametrize(
    ("names", "errors"),
    [
        (["Ben Weir", "Cy Quay", ""], set()),
        (["ada  LOCK", "", ""], {"joint_name_2"}),
        (["Ben Weir", "Bén Weir", ""], {"joint_name_3"}),
        (["Ben Weir", "Cy Quay", "Ada Lock"], {"joint_name_4"}),
    ],
)
def test_joint_holder_named_twice_is_refused(names: list[str], errors: set[str]) -> None:
    data = {f"joint_name_{position}": name for position, name in enumerate(names, 2)}

    form = HolderForm(data=data, kind=HolderKind.JOINT, own_name="Ada Lock")

    assert set(form.errors) == errors
    for sentences in form.errors.values():
        assert sentences == ["The same person stands in this list twice."]


def test_buyer_who_takes_a_joint_holders_name_afterwards_is_refused() -> None:
    with pytest.raises(HolderTwice):
        make_payable_application(
            make_open_offer(),
            details={"forename": "Ben", "surname": "Weir"},
            kind=HolderKind.JOINT,
            others={"joint_names": ["Ben WEIR"]},
        )


def test_two_organisations_of_one_name_are_told_apart_by_number() -> None:
    offer, user = make_open_offer(), make_holder()
    for number in ("111", "222", "111", ""):
        others = {"organisation_name": "The Weir Club", "organisation_number": number}
        make_paid_application(offer, 2, user=user, kind=HolderKind.ORGANISATION, others=others)
        make_approved_batch(offer)

    numbers = Member.objects.order_by("number").values_list("party__organisation_number", flat=True)
    assert list(numbers) == ["111", "222", ""]
    assert [row[3] for row in standing()] == [4, 2, 2]
