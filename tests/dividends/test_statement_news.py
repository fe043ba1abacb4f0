"""A statement stands as issued, while its mail says what became of the money by the time it is written."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as house
from django.utils import timezone, translation
from django.utils.formats import date_format

from core import clock
from core.jobs import engine
from core.models import OutgoingMail
from core.transactions import atomic
from dividends.models import RoyaltyStatement, Statement
from dividends.queries.royalty_words import royalty_next, royalty_sentence
from dividends.queries.statement_news import News, money_now, news_of, royalty_money_now, royalty_news_of
from dividends.queries.statement_words import next_of, sentence_of
from dividends.queries.statements import whole_statements
from dividends.services.royalties_paying import prepare_royalty_run
from payments.models import BankMandate, Payout
from payments.services import payouts
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.payouts import approve
from tests.factories.people import make_staff
from tests.factories.royalties import make_agreement, make_round, make_sales
from tests.factories.statements import issue, pay

pytestmark = pytest.mark.django_db
IF_IT_FAILS = "If the bank cannot pay it, we write to you."


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.SANDBOX_SETTLE_SECONDS = 0


def due_today(*holdings: int) -> Dividend:
    return make_dividend(holdings=holdings, pay_on=clock.today())


def today() -> str:
    with translation.override("en"):
        return date_format(clock.today(), "DATE_FORMAT")


def fail(reason: str = "account_closed") -> None:
    """Let the bank refuse the first payout."""
    with atomic():
        row = Payout.objects.earliest("pk")
        payouts.begin_attempt(payout_id=row.pk)
        payouts.fail_payout(payout_id=row.pk, reason=reason, at=clock.now())


def settle(payout: Payout) -> None:
    with atomic():
        payouts.begin_attempt(payout_id=payout.pk)
        payouts.accept_payout(payout_id=payout.pk, provider_id="tr_1", at=clock.now())
        payouts.settle_payout(payout_id=payout.pk, at=clock.now())


def told(statement: Statement) -> News:
    with translation.override("en"):
        return news_of(statement, money_now(statement, at=clock.now()))


def paragraphs(mail: OutgoingMail) -> list[str]:
    return mail.text.split("\n\n")


def test_mail_written_after_the_payment_failed_says_so_and_the_statement_stands_as_issued() -> None:
    made = due_today(2000, 3000)
    for user, ending in zip(made.members, ("0020", "4471"), strict=True):
        make_mandate(user.party, ending=ending)
    pay(made)
    issue(made)

    fail()
    settle(Payout.objects.latest("pk"))
    engine.run()

    failed, paid = OutgoingMail.objects.filter(kind="dividend.statement").order_by("pk")
    assert paragraphs(failed)[1:3] == [
        f"£50.00 could not be paid to the account ending 0020 on {today()}. The account is closed. "
        "Give us the details of an account that is open.",
        f"Correct your bank details:\n{house.SITE_ORIGIN}/me/bank/",
    ]
    assert paragraphs(paid)[1] == (
        f"£75.00 was paid to the account ending 4471 on {today()}. On your bank statement it reads "
        f"{Payout.objects.latest('pk').reference}."
    )
    with translation.override("en"):
        said = [(sentence_of(row), next_of(row).endswith(IF_IT_FAILS)) for row in whole_statements().order_by("number")]
    assert said == [
        (f"£50.00 is ordered to the account ending 0020 for {today()}.", True),
        (f"£75.00 is ordered to the account ending 4471 for {today()}.", True),
    ]


def test_mail_after_details_were_given_anew_says_when_they_may_be_used_and_asks_for_none() -> None:
    made = due_today(2000)
    make_mandate(made.members[0].party, ending="0020")
    pay(made)
    (row,) = issue(made)
    fail()

    fresh = make_mandate(made.members[0].party, ending="9900", usable_from=clock.now() + timedelta(days=7))

    news = told(row)
    with translation.override("en"):
        usable = date_format(timezone.localtime(fresh.usable_from), "DATE_FORMAT")
    assert (news.did_not_arrive, news.wants_details) == (True, False)
    assert news.next.startswith(f"£50.00 waits for your new bank details, which may be used from {usable}.")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (0, "£50.00 goes to your account with the next payment."),
        (7, "£50.00 waits for your new bank details, which may be used from "),
        (None, "£50.00 waits for your bank details."),
    ],
)
def test_mail_to_who_waited_for_bank_details_follows_those_there_are_now(given: int | None, sentence: str) -> None:
    made = due_today(2000, 100)
    make_mandate(made.members[1].party)
    pay(made)
    row = issue(made)[0]

    if given is not None:
        make_mandate(made.members[0].party, usable_from=clock.now() + timedelta(days=given))

    assert row.way == "waiting"
    assert told(row).sentence.startswith(sentence)


def test_mail_never_promises_to_who_took_their_details_back() -> None:
    made = due_today(2000, 100)
    make_mandate(made.members[1].party)
    pay(made)
    make_mandate(made.members[0].party)
    row = issue(made)[0]

    BankMandate.objects.filter(party=made.members[0].party).update(ended_at=clock.now(), ended_how="withdrawn")

    assert row.way == "next"
    assert told(row).sentence == "£50.00 waits for your bank details."


def royalty(ending: str) -> RoyaltyStatement:
    agreement = make_agreement()
    author = agreement.adoption.proposal.author
    assert author is not None
    make_mandate(author, ending=ending)
    make_sales(agreement.beer)
    issued = make_round(pay_on=clock.today())
    with atomic():
        run = prepare_royalty_run(issue=issued, route="sandbox", by=make_staff("finance"), at=clock.now())
    approve(run)
    return RoyaltyStatement.objects.get()


def test_creators_mail_written_after_the_payment_failed_says_so_and_the_statement_stands_as_issued() -> None:
    statement = royalty("0020")

    fail("no_such_account")
    engine.run()

    (mail,) = OutgoingMail.objects.filter(kind="royalty.statement")
    beer = statement.beer_name
    assert mail.subject == f"Your statement {statement} about “{beer}”"
    assert paragraphs(mail)[1:3] == [
        f"“{beer}”: £10.00 could not be paid to the account ending 0020 on {today()}. The bank knows no account with "
        "this number. Compare your bank details with your card or a statement, and correct them.",
        f"Correct your bank details:\n{house.SITE_ORIGIN}/me/bank/",
    ]
    with translation.override("en"):
        said = royalty_sentence(statement), royalty_next(statement)
    assert said == (
        f"“{beer}”: £10.00 is due on {today()}, to the account ending 0020.",
        f"On your bank statement it reads ROYALTY {statement}. {IF_IT_FAILS}",
    )


def test_creators_mail_names_the_account_that_is_in_force_when_it_is_written() -> None:
    agreement = make_agreement()
    author = agreement.adoption.proposal.author
    assert author is not None
    make_mandate(author, ending="4471")
    make_sales(agreement.beer)
    make_round()
    make_mandate(author, ending="9900")
    statement = RoyaltyStatement.objects.get()

    with translation.override("en"):
        news = royalty_news_of(statement, royalty_money_now(statement, at=clock.now()))

    assert statement.ending == "4471"
    assert news.sentence.endswith(", to the account ending 9900.")


def test_creators_mail_tells_what_came_back_beside_what_was_sold() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer, gross_minor=110_000, units=400, units_returned=24, returns_minor=10_000)
    make_round()
    engine.run()

    (mail,) = OutgoingMail.objects.filter(kind="royalty.statement")

    assert "400 units sold, 24 came back, £1,000.00 net sales: your share is £10.00" in mail.text
