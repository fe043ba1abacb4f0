"""What the database refuses about people, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import EmailTaken, HolderTwice, NotAPerson, TooManyHolders
from accounts.models import Party, PartyMember, PrivateContact, StaffRole, User
from accounts.services.people import make_joint_party, make_organisation, make_user, register_person
from accounts.services.staff import give_role
from core import clock
from core.errors import constraint_name
from core.transactions import NoTransaction, atomic
from tests.accounts.conftest import new_holder, new_staff


def person(at, name="Agnes Whitlock"):
    with atomic():
        return register_person(name=name, language="en", by=None, at=at)


def refused_by(action):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        action()
    return constraint_name(refused.value)


def party(at, **changed):
    fields = {"kind": "person", "display_name": "A", "given_name": "A", "name_search": "a", "name_sort": "a"}
    return Party(**{**fields, "created_at": at, **changed})


@pytest.mark.parametrize(
    ("law", "changed"),
    [
        ("party_kind_known", {"kind": "robot"}),
        ("party_language_known", {"language": "xx"}),
        ("party_has_a_name", {"display_name": ""}),
        ("party_can_be_found", {"name_search": ""}),
        ("party_can_be_found", {"name_sort": ""}),
        ("party_person_can_be_greeted", {"given_name": ""}),
        ("party_number_is_of_an_organisation", {"organisation_number": "123"}),
        ("party_forename_is_of_a_person", {"kind": "organisation", "forename": "A"}),
    ],
)
def test_party_that_breaks_a_law_is_refused_by_its_name(at, law, changed):
    assert refused_by(party(at, **changed).save) == law


def test_party_kind_never_changes(at):
    agnes = person(at)

    assert refused_by(lambda: Party.objects.filter(pk=agnes.pk).update(kind="joint")) == "party_kind_never_changes"


@pytest.mark.parametrize(
    ("law", "changed"),
    [("contact_country_is_iso_3166", {"country": "gb"}), ("contact_born_after_1900", {"date_of_birth": "1899-12-31"})],
)
def test_contact_that_breaks_a_law_is_refused_by_its_name(at, law, changed):
    contact = PrivateContact.objects.filter(party=person(at))

    assert refused_by(lambda: contact.update(**changed)) == law


def test_members_of_joint_parties_keep_their_laws(at):
    agnes, tom, joint = person(at), person(at, "Tom Brewster"), party(at, kind="joint", given_name="")
    joint.save()
    PartyMember.objects.create(joint=joint, person=agnes, position=1)

    def refused(**changed):
        fields = {"joint": joint, "person": tom, "position": 2, **changed}
        return refused_by(lambda: PartyMember.objects.create(**fields))

    assert refused(position=1) == "member_position_taken_once"
    assert refused(person=agnes) == "member_stands_once"
    assert refused(position=5) == "member_position_within_four"
    assert refused(position=0) == "member_position_within_four"
    assert refused(person=joint) == "member_is_a_person"
    assert refused(joint=agnes) == "member_role_fits_the_party"
    assert refused(role="representative") == "member_role_fits_the_party"


def test_make_joint_party_writes_the_holders_in_order(at):
    agnes, tom = person(at), person(at, "Tom Brewster")

    with atomic():
        joint = make_joint_party(holders=[tom, agnes], by=None, at=at)

    assert joint.display_name == "Tom Brewster & Agnes Whitlock"
    assert [member.person for member in joint.members.order_by("position")] == [tom, agnes]
    assert joint.name_sort == tom.name_sort


def test_make_joint_party_refuses_in_words(at):
    agnes, tom = person(at), person(at, "Tom Brewster")
    with atomic():
        joint = make_joint_party(holders=[agnes, tom], by=None, at=at)

    for holders, error in [([agnes], TooManyHolders), ([agnes] * 5, TooManyHolders), ([tom, tom], HolderTwice)]:
        with pytest.raises(error), atomic():
            make_joint_party(holders=holders, by=None, at=at)
    with pytest.raises(NotAPerson), atomic():
        make_joint_party(holders=[agnes, joint], by=None, at=at)


def test_make_organisation_writes_number_and_representatives(at):
    agnes = person(at)

    with atomic():
        firm = make_organisation(
            name="Hop & Grain Ltd", number="01234567", representatives=[agnes], language="en", by=None, at=at
        )

    assert (firm.kind, firm.organisation_number, firm.given_name) == ("organisation", "01234567", "")
    assert [(row.person, row.role) for row in firm.members.all()] == [(agnes, "representative")]


def test_register_person_keeps_names_of_300_letters(at):
    long = ("Ẩ" * 99 + " ") * 2 + "Ẩ" * 100

    assert person(at, long).display_name == long


def test_services_refuse_to_run_outside_a_transaction(committed_db):
    with pytest.raises(NoTransaction):
        register_person(name="Agnes Whitlock", language="en", by=None, at=clock.now())


def test_email_belongs_to_one_user_in_any_letter_case(at):
    new_holder("Agnes@Example.com", "Agnes Whitlock", at)

    with pytest.raises(EmailTaken), atomic():
        make_user(email="AGNES@example.COM", party=None, by=None, at=at)
    assert refused_by(User(email="Tom@example.com").save) == "user_email_is_lower_case"


def test_nobody_gives_a_role_to_themselves(at):
    agnes = new_staff("agnes@example.com", at)

    row = StaffRole(user=agnes, role="director", given_by=agnes, given_at=at)
    assert refused_by(row.save) == "staff_role_not_given_to_oneself"
    assert refused_by(StaffRole(user=agnes, role="king", given_at=at).save) == "staff_role_known"


def test_give_role_twice_gives_it_once(at):
    agnes = new_staff("agnes@example.com", at)

    with atomic():
        give_role(user=agnes, role="secretary", by=None, at=at)

    assert StaffRole.objects.filter(user=agnes).count() == 1


def test_tests_run_as_the_role_of_the_web(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("kilderkin_app",)
