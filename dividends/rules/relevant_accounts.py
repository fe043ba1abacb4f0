"""By which accounts a distribution may be justified, and what they must have gone through.

Law: Companies Act 2006 s.836(2) (the last annual accounts; interim accounts where those do not allow it; initial
accounts in the first period), s.837 (annual), s.838 (interim), s.839 (initial). Where one requirement is missing the
distribution counts as unlawful (s.836(4)).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dividends.rules.refusals import Code


class AccountsKind(StrEnum):
    """The three kinds of accounts s.836 knows."""

    ANNUAL = "annual"
    INTERIM = "interim"
    INITIAL = "initial"


@dataclass(frozen=True)
class Accounts:
    """What is known of the accounts; the directors vouch for each point.

    ``is_audited``: the auditor has reported, or the company is exempt and uses it. ``has_statement``: where the report
    was qualified, the auditor stated in writing whether that matters here; ``is_statement_shown``: that statement was
    circulated (private company), laid before a general meeting (public, annual) or delivered (public, initial).
    """

    kind: AccountsKind
    made_up_to: date
    is_properly_prepared: bool = True
    is_circulated: bool = False
    is_audited: bool = False
    is_report_qualified: bool = False
    has_statement: bool = False
    is_statement_shown: bool = False
    is_signed: bool = False
    is_delivered: bool = False


def accounts_refusals(accounts: Accounts, *, is_public: bool, has_annual_accounts: bool, on: date) -> tuple[Code, ...]:
    """Return why the accounts cannot be relied on for a distribution on that day; nothing means that they can.

    ``has_annual_accounts``: annual accounts have been circulated before. Interim and initial accounts of a private
    company need only allow a reasonable judgment, which nobody can compute (s.838(1), s.839(1)).
    """
    found = {
        Code.ACCOUNTS_NOT_YET_MADE_UP: accounts.made_up_to > on,
        Code.INTERIM_WITHOUT_ANNUAL: accounts.kind == AccountsKind.INTERIM and not has_annual_accounts,
        Code.INITIAL_DESPITE_ANNUAL: accounts.kind == AccountsKind.INITIAL and has_annual_accounts,
    }
    is_annual, is_initial = accounts.kind == AccountsKind.ANNUAL, accounts.kind == AccountsKind.INITIAL
    is_formal = is_annual or is_public
    needs_report = is_annual or (is_initial and is_public)
    is_qualified = needs_report and accounts.is_audited and accounts.is_report_qualified
    found |= {
        Code.ACCOUNTS_NOT_PROPERLY_PREPARED: is_formal and not accounts.is_properly_prepared,
        Code.ACCOUNTS_NOT_CIRCULATED: is_annual and not accounts.is_circulated,
        Code.ACCOUNTS_NOT_AUDITED: needs_report and not accounts.is_audited,
        Code.ACCOUNTS_QUALIFIED_WITHOUT_STATEMENT: is_qualified and not accounts.has_statement,
        Code.ACCOUNTS_STATEMENT_NOT_SHOWN: is_qualified and accounts.has_statement and not accounts.is_statement_shown,
        Code.ACCOUNTS_NOT_SIGNED: is_public and not is_annual and not accounts.is_signed,
        Code.ACCOUNTS_NOT_DELIVERED: is_public and not is_annual and not accounts.is_delivered,
    }
    return tuple(code for code, is_so in found.items() if is_so)
