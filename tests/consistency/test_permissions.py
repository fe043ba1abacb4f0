"""The permission matrix: every address of the house against everybody. An address without a row fails.

The rows are generated from the URLconf, so that a new page cannot be forgotten; the table says what is right.
"""

import pytest
from django.test import Client

from accounts.enums import Role
from payments.sandbox.faults import Fault
from portal.permissions import PERMISSIONS as OFFICE
from tests.consistency.world import NAMES, World, address

PUBLIC, SIGNED_IN, HOLDER, OWNER = "public", "signed in", "holder", "owner"
ACCOUNT_DOORS = """
    account_login account_request_login_code account_confirm_login_code mfa_authenticate mfa_login_webauthn
    account_staff_login account_signup account_email_verification_sent account_logout account_inactive
    account_reset_password account_reset_password_done account_reset_password_from_key
    account_reset_password_from_key_done
"""
ACCOUNT_ROOMS = """
    mfa_index account_confirm account_name account_change_password mfa_activate_totp mfa_deactivate_totp
    mfa_add_webauthn mfa_remove_webauthn account_recovery_codes usersessions_list account_end_session
"""
APPLICATION = """
    apply details holder category questions quantity wait check pay reopen returned confirmation receipt withdraw
    tracker
"""
BEERS_TO_READ = "ideas call proposal beers recipe beerjson"
BEERS_OF_MEMBERS = "propose similar beer ingredients words named check support"
RESULTS = "results resolutions_csv result result_find papers_csv papers_blt bundle"
DEMO = "people clock stop votes faults pull put_back mails mail attachment"
RIGHTS = {
    "home": PUBLIC,
    "risk": PUBLIC,
    "set_language": PUBLIC,
    "check": PUBLIC,
    "check_code": PUBLIC,
    "equity:offer": PUBLIC,
    "equity:risk": PUBLIC,
    "equity:document": PUBLIC,
    "equity:warning": HOLDER,
    **dict.fromkeys([f"beers:{name}" for name in BEERS_TO_READ.split()], PUBLIC),
    **dict.fromkeys([f"beers:{name}" for name in BEERS_OF_MEMBERS.split()], HOLDER),
    **dict.fromkeys(
        [
            f"agm:{name}"
            for name in ("vote_now", "receipt_qr", "meeting", "live", "hall", "hall_stage", "notice_pdf", "calendar")
        ],
        PUBLIC,
    ),
    "agm:vote": HOLDER,
    **dict.fromkeys([f"agm:{name}" for name in RESULTS.split()], PUBLIC),
    "agm:result_challenge": HOLDER,
    **dict.fromkeys(["check_vote", "check_vote_proof", "promises", "about_voting"], PUBLIC),
    "me": HOLDER,
    "me_certificate": OWNER,
    "me_dividends": HOLDER,
    "me_dividends_csv": HOLDER,
    "me_dividend": OWNER,
    "me_statement": OWNER,
    "me_royalties": HOLDER,
    **dict.fromkeys(["me_royalty", "me_royalty_statement", "me_royalty_file"], OWNER),
    "creators": PUBLIC,
    **dict.fromkeys(["me_bank", "me_bank_change", "me_bank_check", "me_bank_withdraw"], HOLDER),
    "bank_stop": PUBLIC,
    "payments:webhook_stripe": PUBLIC,
    **dict.fromkeys([f"equity:{name}" for name in APPLICATION.split()], OWNER),
    **dict.fromkeys([f"demo:{name}" for name in DEMO.split()], PUBLIC),
    **dict.fromkeys(ACCOUNT_DOORS.split(), PUBLIC),
    **dict.fromkeys(ACCOUNT_ROOMS.split(), SIGNED_IN),
}
POSTED = {"step": "hour", "fault": Fault.DECLINE_CARD}
OPEN = {200, 302, 303, 400, 405, 422}


def test_every_address_has_a_row() -> None:
    office = {name for name in NAMES if name.startswith("office:")}

    assert {name for name in NAMES if name not in office} == set(RIGHTS)
    assert office == set(OFFICE)


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_address_opens_for_whom_it_should(name: str, world: World) -> None:
    url = address(name, NAMES[name], world)
    expected = {who: _expected(RIGHTS[name], who) for who in world.clients}

    found = {who: _found(client, url) for who, client in world.clients.items()}

    assert found == expected


@pytest.mark.parametrize("name", sorted(OFFICE))
def test_office_address_opens_for_its_roles(name: str, world: World) -> None:
    url = address(name, NAMES[name], world)
    roles = OFFICE[name] or tuple(role.value for role in Role)
    expected = {
        who: "sign in" if who == "anonymous" else "open" if who in roles else "refused" for who in world.clients
    }

    found = {who: _found(client, url) for who, client in world.clients.items()}

    assert found == expected


def _expected(right: str, who: str) -> str:
    if right == PUBLIC:
        return "open"
    if who == "anonymous":
        return "sign in"
    is_staff = who in {role.value for role in Role}
    if right == SIGNED_IN:
        return "open"
    if is_staff:
        return "refused"
    return "not found" if right == OWNER and who == "other holder" else "open"


def _found(client: Client, url: str) -> str:
    response = client.get(url)
    if response.status_code == 302 and "/accounts/" in response["Location"] and "next=" in response["Location"]:
        return "sign in" if "login" in response["Location"] or "staff" in response["Location"] else "open"
    if response.status_code == 405 and "_auth_user_id" not in client.session:
        response = client.post(url, POSTED)
        if response.status_code == 302 and "next=" in response["Location"]:
            return "sign in"
    if response.status_code == 405:
        response = client.post(url, POSTED)
    if response.status_code == 403:
        return "refused"
    if response.status_code == 404:
        return "not found"
    return "open" if response.status_code in OPEN else f"broken {response.status_code}"
