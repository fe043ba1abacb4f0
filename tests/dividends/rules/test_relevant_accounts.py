"""Sections 836 to 839: by which accounts, and what each kind must have gone through."""

from dataclasses import replace
from datetime import date

import pytest

from dividends.rules.refusals import Code
from dividends.rules.relevant_accounts import Accounts, AccountsKind, accounts_refusals

MADE_UP_TO, ON = date(2026, 3, 31), date(2026, 9, 1)
ANNUAL = Accounts(AccountsKind.ANNUAL, MADE_UP_TO, is_circulated=True, is_audited=True)
INTERIM = Accounts(AccountsKind.INTERIM, MADE_UP_TO, is_signed=True, is_delivered=True)
INITIAL = Accounts(AccountsKind.INITIAL, MADE_UP_TO, is_signed=True, is_delivered=True, is_audited=True)


def refusals(accounts: Accounts, *, is_public: bool = True, on: date = ON) -> tuple[Code, ...]:
    has_annual = accounts.kind != AccountsKind.INITIAL
    return accounts_refusals(accounts, is_public=is_public, has_annual_accounts=has_annual, on=on)


@pytest.mark.parametrize("is_public", [True, False])
@pytest.mark.parametrize("accounts", [ANNUAL, INTERIM, INITIAL])
def test_accounts_that_went_through_everything_can_be_relied_on(accounts: Accounts, is_public: bool) -> None:
    assert refusals(accounts, is_public=is_public) == ()


@pytest.mark.parametrize(
    ("accounts", "public", "private"),
    [
        (replace(ANNUAL, is_circulated=False), Code.ACCOUNTS_NOT_CIRCULATED, Code.ACCOUNTS_NOT_CIRCULATED),
        (replace(ANNUAL, is_audited=False), Code.ACCOUNTS_NOT_AUDITED, Code.ACCOUNTS_NOT_AUDITED),
        (
            replace(ANNUAL, is_properly_prepared=False),
            Code.ACCOUNTS_NOT_PROPERLY_PREPARED,
            Code.ACCOUNTS_NOT_PROPERLY_PREPARED,
        ),
        (
            replace(ANNUAL, is_report_qualified=True),
            Code.ACCOUNTS_QUALIFIED_WITHOUT_STATEMENT,
            Code.ACCOUNTS_QUALIFIED_WITHOUT_STATEMENT,
        ),
        (
            replace(ANNUAL, is_report_qualified=True, has_statement=True),
            Code.ACCOUNTS_STATEMENT_NOT_SHOWN,
            Code.ACCOUNTS_STATEMENT_NOT_SHOWN,
        ),
        (replace(ANNUAL, is_report_qualified=True, has_statement=True, is_statement_shown=True), None, None),
        (replace(INTERIM, is_properly_prepared=False), Code.ACCOUNTS_NOT_PROPERLY_PREPARED, None),
        (replace(INTERIM, is_signed=False), Code.ACCOUNTS_NOT_SIGNED, None),
        (replace(INTERIM, is_delivered=False), Code.ACCOUNTS_NOT_DELIVERED, None),
        (replace(INITIAL, is_audited=False), Code.ACCOUNTS_NOT_AUDITED, None),
        (replace(INITIAL, is_delivered=False), Code.ACCOUNTS_NOT_DELIVERED, None),
        (replace(INITIAL, is_report_qualified=True), Code.ACCOUNTS_QUALIFIED_WITHOUT_STATEMENT, None),
    ],
)
def test_accounts_that_lack_one_thing_say_so(accounts: Accounts, public: Code | None, private: Code | None) -> None:
    assert refusals(accounts, is_public=True) == ((public,) if public else ())
    assert refusals(accounts, is_public=False) == ((private,) if private else ())


def test_interim_accounts_need_annual_ones_that_do_not_suffice() -> None:
    assert accounts_refusals(INTERIM, is_public=True, has_annual_accounts=False, on=ON) == (
        Code.INTERIM_WITHOUT_ANNUAL,
    )


def test_initial_accounts_are_for_the_time_before_annual_ones() -> None:
    assert accounts_refusals(INITIAL, is_public=True, has_annual_accounts=True, on=ON) == (Code.INITIAL_DESPITE_ANNUAL,)


def test_accounts_of_a_day_to_come_are_refused() -> None:
    assert refusals(ANNUAL, on=date(2026, 3, 30)) == (Code.ACCOUNTS_NOT_YET_MADE_UP,)
    assert refusals(ANNUAL, on=MADE_UP_TO) == ()
