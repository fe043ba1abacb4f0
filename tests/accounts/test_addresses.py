"""Another address to sign in with, what the trail remembers of it, and for whom somebody acts."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.errors import EmailTaken
from accounts.models import PrivateContact
from accounts.queries.changes import former_addresses, has_reset_since
from accounts.queries.parties import decided_by_others, find_party_of, parties_of, users_deciding_for
from accounts.services.addresses import change_email
from accounts.services.people import make_joint_party, make_organisation
from core.models import AuditRecord
from core.transactions import atomic
from tests.accounts.conftest import new_holder, new_staff

DAY = timedelta(days=1)


def change(user, email: str, at):
    with atomic():
        return change_email(user=user, email=email, by=None, at=at)


def test_change_email_moves_sign_in_and_letters_to_the_new_address(holder, at) -> None:
    change(holder, " New@Example.com ", at)

    holder.refresh_from_db()
    assert holder.email == "new@example.com"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.com", True, True)]
    assert PrivateContact.objects.get(party=holder.party).email == "new@example.com"


def test_change_email_to_the_same_address_does_nothing(holder, at) -> None:
    change(holder, "tuyet@example.com", at)

    assert not AuditRecord.objects.filter(verb="change_email").exists()


def test_change_email_to_somebody_elses_is_refused(holder, at) -> None:
    new_holder("taken@example.com", "Agnes Whitlock", at)

    with pytest.raises(EmailTaken):
        change(holder, "taken@example.com", at)

    holder.refresh_from_db()
    assert holder.email == "tuyet@example.com"


def test_former_addresses_are_those_of_the_time_asked_for(holder, at) -> None:
    first = change(holder, "second@example.com", at - 3 * DAY)
    second = change(first, "third@example.com", at - DAY)

    assert former_addresses(second, at - 4 * DAY) == ["second@example.com", "tuyet@example.com"]
    assert former_addresses(second, at - 2 * DAY) == ["second@example.com"]
    assert former_addresses(second, at) == []


def test_change_of_address_counts_as_a_reset(holder, at) -> None:
    before = has_reset_since(holder, at - DAY)

    change(holder, "second@example.com", at)

    assert (before, has_reset_since(holder, at - DAY), has_reset_since(holder, at)) == (False, True, False)


def test_command_changes_the_address_and_refuses_in_words(holder, at) -> None:
    out = StringIO()

    call_command("change_email", "Tuyet@example.com", "new@example.com", stdout=out)

    holder.refresh_from_db()
    assert (holder.email, out.getvalue()) == ("new@example.com", "changed; their sessions were ended\n")
    for old, new in [("nobody@example.com", "x@example.com"), ("new@example.com", "no address")]:
        with pytest.raises(CommandError):
            call_command("change_email", old, new)


def test_user_decides_for_themselves_first_named_sets_and_organisations(holder, at) -> None:
    tom = new_holder("tom@example.com", "Tom Cooper", at)
    with atomic():
        first = make_joint_party(holders=[holder.party, tom.party], by=None, at=at)
        second = make_joint_party(holders=[tom.party, holder.party], by=None, at=at)
        house = make_organisation(
            name="Hop House",
            number="1",
            representatives=[tom.party, holder.party],
            language="en",
            by=None,
            at=at,
        )

    assert set(parties_of(holder)) == {holder.party, first, house}
    assert parties_of(holder)[0] == holder.party
    assert [place.joint for place in decided_by_others(holder)] == [second]
    assert find_party_of(holder, first.public_id) == first
    assert find_party_of(holder, second.public_id) is None
    assert [users_deciding_for(party) for party in (first, second, house, tom.party)] == [
        [holder],
        [tom],
        [tom, holder],
        [tom],
    ]


def test_staff_without_shares_decide_for_nobody(at) -> None:
    staff = new_staff("agnes@example.com", at)

    assert (parties_of(staff), decided_by_others(staff)) == ([], [])
