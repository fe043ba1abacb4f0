"""The example company's dividend before its meeting: accounts, the directors' recommendation, members' bank details.

Everything after that is for the stranger to do: the members vote, finance proposes, a director approves.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.enums import PartyKind
from agm.enums import ItemKind
from agm.models import AgendaItem, Meeting
from agm.services import meetings
from agm.services.meetings import ItemDraft
from ballots.enums import Majority, Method
from ballots.services.contests import ContestDraft
from core.pdf import render_pdf
from core.transactions import needs_transaction
from dividends.enums import AccountsKind
from dividends.models import RelevantAccounts
from dividends.rules.reserves import Figures
from dividends.services.declarations import enter_accounts, recommend_dividend
from dividends.services.withholding_rules import load_withholding_rules
from equity.models import Company, OfferDisclosure, ShareClass
from equity.services.bookings import day_of
from ledger.enums import AccountKind
from ledger.queries.balances import balances
from ledger.services.posting import Leg, open_account, post
from payments.rules.bank_details import uk_details
from payments.services.example_mandates import ExampleMandate, write_example_mandates
from portal.services.example_offer import LOSS_MINOR, Staff
from portal.services.example_people import ExampleHolder

RATE_MINOR = Decimal("17.55")
SORT_CODE = "200000"  # of no branch that pays anybody
WITH_DETAILS = 0.82
BALLOTS_BEHIND = 2  # money first, then beer
# The last four digits at which the sandbox bank refuses, fails or sends back: a few of each, so that finance has work.
TROUBLED = ("0010", "0020", "0030")
PROFITS_MINOR, LOSSES_MINOR = 1_148_000_000, 690_000_000
NET_ASSETS_MINOR = 3_120_000_000
OTHER_RESERVES_MINOR = 1_600_000_000  # that may not be distributed, besides the share premium


@needs_transaction
def make_example_dividend(
    *, meeting: Meeting, company: Company, share_class: ShareClass, staff: Staff, at: datetime
) -> AgendaItem:
    """Enter the accounts and the profits kept in the books, and put the recommended dividend on the agenda."""
    load_withholding_rules(at=at)
    accounts = _accounts(company, staff, at)
    _keep_profits(accounts, at)
    item = meetings.add_item(meeting=meeting, draft=_item(share_class, accounts), by=staff.secretary, at=at)
    for _beer_ballot in range(BALLOTS_BEHIND):
        meetings.move_item(item=item, up=True, by=staff.secretary, at=at)
        item.refresh_from_db()
    if item.contest is None:
        raise ValueError("a resolution has a contest")
    recommend_dividend(
        contest=item.contest,
        share_class=share_class,
        rate_minor=RATE_MINOR,
        minute_reference=f"Board minute {at.year}/31",
        by=staff.director,
        at=at,
    )
    return item


def _accounts(company: Company, staff: Staff, at: datetime) -> RelevantAccounts:
    year_end = OfferDisclosure.objects.order_by("pk").values_list("accounts_year_end_on", flat=True).first()
    year_end = year_end or date(day_of(at).year - 1, 3, 31)
    figures = _figures(company.currency, on=year_end)
    rows = [
        ("Profits ever realised", figures.realised_profits_minor),
        ("Losses ever realised", figures.realised_losses_minor),
        ("Net assets", figures.net_assets_minor),
        ("Called-up share capital", figures.called_up_capital_minor),
        ("Reserves that may not be distributed", figures.undistributable_minor),
    ]
    document: dict[str, Any] = {
        "company_name": company.name,
        "company_number": company.number,
        "year_end": year_end,
        "rows": rows,
        "loss_minor": LOSS_MINOR,
        "currency": company.currency,
    }
    return enter_accounts(
        kind=AccountsKind.ANNUAL,
        made_up_to=year_end,
        figures=figures,
        document=render_pdf(
            template="portal/pdf/example_accounts.html", context={"accounts": document}, language="en", pages_max=1
        ),
        document_name=f"annual-accounts-{year_end.year}.pdf",
        by=staff.finance,
        at=at,
    )


def _figures(currency: str, *, on: date) -> Figures:
    """Return the figures of the accounts; capital and premium are what the books say on that day."""
    book = {balance.code: -balance.balance_minor for balance in balances(on=on)}
    return Figures(
        realised_profits_minor=PROFITS_MINOR,
        realised_losses_minor=LOSSES_MINOR,
        net_assets_minor=NET_ASSETS_MINOR,
        called_up_capital_minor=book[f"share_capital:{currency}"],
        undistributable_minor=OTHER_RESERVES_MINOR + book[f"share_premium:{currency}"],
    )


def _keep_profits(accounts: RelevantAccounts, at: datetime) -> None:
    """Take the profits of earlier years into the books, which begin with the register's first issue."""
    bank, kept = f"bank:{accounts.currency}", f"retained_earnings:{accounts.currency}"
    open_account(code=kept, kind=AccountKind.EQUITY, currency=accounts.currency)
    post(
        key="opening:profits",
        kind="opening",
        legs=[Leg(bank, kept, PROFITS_MINOR - LOSSES_MINOR)],
        effective_on=accounts.made_up_to,
        reason="profits kept from earlier years",
        source=accounts.public_id,
        by=None,
        at=at,
    )


def _item(share_class: ShareClass, accounts: RelevantAccounts) -> ItemDraft:
    year, rate = accounts.made_up_to.year, RATE_MINOR.normalize()
    title, title_vi = "To declare a final dividend", "Công bố cổ tức cuối kỳ"
    text = (
        f"THAT, as the directors recommend, a final dividend of {rate}p for each share of {share_class.name} be "
        f"declared for the year to 31 March {year}, paid out of profits kept from earlier years: the year itself "
        "ended in a loss."
    )
    text_vi = (
        f"Theo đề nghị của hội đồng quản trị, công bố cổ tức cuối kỳ {str(rate).replace('.', ',')} xu Anh cho mỗi cổ "
        f"phần {share_class.name_vi} cho năm tài chính kết thúc ngày 31/3/{year}, chi từ lợi nhuận giữ lại của các năm "
        "trước: riêng năm này bị lỗ."
    )
    contest = ContestDraft(
        method=Method.RESOLUTION,
        majority=Majority.ORDINARY,
        title=title,
        title_vi=title_vi,
        question=text,
        question_vi=text_vi,
    )
    return ItemDraft(ItemKind.RESOLUTION, title, title_vi, text=text, text_vi=text_vi, contest=contest)


@needs_transaction
def write_bank_details(*, holders: Sequence[ExampleHolder], random: Random, at: datetime) -> int:
    """Write bank details of about four in five members; a few lead to accounts with trouble at the sandbox bank."""
    given_at = at - timedelta(days=60)
    return write_example_mandates(
        ExampleMandate(holder.party, _details(holder, number, random), given_at)
        for number, holder in enumerate(holders)
        if random.random() < WITH_DETAILS
    )


def _details(holder: ExampleHolder, number: int, random: Random) -> Any:
    is_troubled = number % 150 in {11, 53, 97}
    ending = TROUBLED[(11, 53, 97).index(number % 150)] if is_troubled else f"{random.randrange(100, 10_000):04d}"
    first = holder.people[0] if holder.party.kind == PartyKind.JOINT else holder.party
    return uk_details(
        sort_code=SORT_CODE,
        account_number=f"{random.randrange(1000, 9999)}{ending}",
        holder_name=first.display_name[:70],
    )
