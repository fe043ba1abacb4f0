"""What an address of dividends, payments and creators' shares can name: one of each, paid, returned and still open."""

from datetime import timedelta
from decimal import Decimal

from accounts.models import Party, User
from core import clock
from core.jobs import engine
from core.storage import store_bytes
from core.transactions import atomic
from dividends.models import RoyaltyStatement, SalesReport, SoldBeer
from dividends.services.paying import prepare_dividend_run
from dividends.services.royalties_files import enter_sales_rows
from dividends.services.royalties_sales import SalesFigures
from payments.models import Payout, PayoutRun
from payments.services.bank_answers import take_in_answers, upload_answers
from payments.services.bank_files import make_bank_file
from payments.services.payout_runs import hand_over
from tests.factories.agm import register_shares
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend, make_rule, next_dividend
from tests.factories.parked_news import make_parked
from tests.factories.payouts import approve, drive
from tests.factories.people import make_staff
from tests.factories.royalties import QUARTER, make_adopted, make_agreement, make_round, make_sales
from tests.factories.statements import issue, pay
from tests.factories.tax import make_tax_document

RATE = Decimal("17.55")
OF_A_DIVIDEND = ("dividend dividend_money dividend_drop dividend_compute dividend_pay dividend_issue dividend_bundle "
                 "dividend_holders dividend_holders_csv")  # fmt: skip
OF_A_RUN = "payout payout_approve payout_pause payout_resume payout_cancel payout_list payout_list_csv"
OF_A_FILE_RUN = "payout_bank payout_file payout_answers"
Pages = dict[str, tuple[str, ...]]


def money_pages(owner: User) -> Pages:
    """Write two dividends and a creator's share of the owner's, and a resolution carried after them.

    The first dividend is paid by the sandbox, the second by a bank file that came back in part. Returned are the
    arguments of each page's address in their order. Nobody else may have shares yet, and statements are files only
    after the next run of the jobs.
    """
    assert owner.party is not None
    register_shares([(owner.party, 2000)], at=clock.now() - timedelta(days=61))
    first = make_dividend(holdings=(100,), rate_minor=RATE, pay_on=clock.today())
    make_mandate(first.members[0].party)
    make_mandate(owner.party)
    paid = _paid(first, owner.party)  # before the second: a run pays whatever is open
    second = next_dividend(first, rate_minor=RATE, pay_on=clock.today())
    carried = next_dividend(first, step="carried", rate_minor=RATE)
    return {
        **paid,
        **_paid_by_file(second),
        **_creators_share(owner.party),
        **dict.fromkeys(["payout_news_message", "payout_news_close"], (make_parked().public_id,)),
        "dividend_accounts_file": (first.accounts.public_id,),
        "dividend_new": (carried.recommendation.public_id,),
        "dividend_dry_run": (carried.recommendation.public_id,),
        **_tax(owner.party),
    }


def _paid(dividend: Dividend, owner: Party) -> Pages:
    """Pay the dividend by the sandbox, and issue its statements."""
    pay(dividend)
    drive()
    statement = next(row for row in issue(dividend) if row.entitlement.party == owner)
    entitlement = statement.entitlement
    declared, run = entitlement.declaration.public_id, PayoutRun.objects.latest("pk")
    return {
        **dict.fromkeys(OF_A_DIVIDEND.split(), (declared,)),
        **dict.fromkeys(OF_A_RUN.split(), (run.public_id,)),
        "dividend_holder": (declared, entitlement.public_id),
        "dividend_statement": (declared, statement.public_id),
        "me_dividend": (entitlement.public_id,),
        "me_statement": (statement.public_id,),
    }


def _paid_by_file(dividend: Dividend) -> Pages:
    """Give the dividend to the bank as a file; it returns one payment and says of another what nobody can read."""
    assert dividend.declaration is not None
    by = dividend.finance
    with atomic():
        run = prepare_dividend_run(declaration=dividend.declaration, route="csv", by=by, at=clock.now())
    approve(run, by=dividend.director)
    with atomic():
        make_bank_file(run=run, by=by, at=clock.now())
    with atomic():
        hand_over(run=run, by=by, at=clock.now())
    drive()
    payout = Payout.objects.filter(run=run).earliest("pk")
    told = f"reference,outcome,reason,date\n{payout.reference},returned,BE01,{clock.today()}\nNOBODY,perhaps,,\n"
    with atomic():
        file = upload_answers(run=run, name="answers.csv", data=told.encode(), by=by, at=clock.now())
    with atomic():
        take_in_answers(file=file, by=by, at=clock.now())
    engine.run()
    return {
        **dict.fromkeys(OF_A_FILE_RUN.split(), (run.public_id,)),
        **dict.fromkeys(["payout_answers_check", "payout_bad_rows"], (run.public_id, file.public_id)),
        **dict.fromkeys(["payout_again", "payout_ask"], (payout.public_id,)),
    }


def _creators_share(owner: Party) -> Pages:
    """Agree the owner's share in a beer, enter sales, one of them from a file, and state what they earned."""
    adoption = make_adopted(author=owner)
    agreement = make_agreement(adoption=adoption)
    make_sales(agreement.beer)
    uploaded = _uploaded_sales(agreement.beer)
    round_ = make_round()
    statement = RoyaltyStatement.objects.get(round=round_)
    return {
        "royalty_agreement_new": (adoption.proposal.public_id,),
        **dict.fromkeys(["royalty_agreement", "royalty_agreement_decide"], (agreement.public_id,)),
        **dict.fromkeys(["royalty_report", "royalty_report_decide", "royalty_source"], (uploaded.public_id,)),
        **dict.fromkeys(["royalty_round", "royalty_pay"], (round_.public_id,)),
        "royalty_statement": (statement.public_id,),
        "me_royalty": (agreement.public_id, owner.public_id),
        **dict.fromkeys(["me_royalty_statement", "me_royalty_file"], (statement.public_id,)),
    }


def _tax(owner: Party) -> Pages:
    """Ask a document of those who live in the United States, and enter one of the owner's, who does not."""
    rule = make_rule(holder_country="US", evidence="W-8BEN")
    document = make_tax_document(owner, days=20)
    of_a_document = ("tax_document", "tax_document_file", "tax_document_refuse")
    return {
        "tax_rule_end": (rule.pk,),
        "tax_document_new": (owner.public_id,),
        **dict.fromkeys(of_a_document, (document.pk,)),
    }


def _uploaded_sales(beer: SoldBeer) -> SalesReport:
    figures = SalesFigures(
        beer=beer,
        kind="correction",
        period_from=QUARTER[0],
        period_to=QUARTER[1],
        units=0,
        units_returned=0,
        gross_minor=5_000,
        returns_minor=0,
        discounts_minor=0,
        tax_minor=0,
        note="One invoice was missing",
    )
    with atomic():
        sha256 = store_bytes(b"beer,kind\n")
        rows = [(1, figures)]
        return enter_sales_rows(rows=rows, source_sha256=sha256, by=make_staff("finance"), at=clock.now())[0]
