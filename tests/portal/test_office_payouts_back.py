"""What did not arrive: one row for each debt, asking for other bank details, and the same account all the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core import clock
from core.models import AuditRecord, OutgoingMail
from core.transactions import atomic
from dividends.again_errors import AskedLately, NobodyToWriteTo, NothingToAskFor
from dividends.services.details_again import ask_for_other_details
from payments.errors import SameAccountAgain
from payments.models import Payout, PayoutRun
from payments.services.payout_runs import cancel_run
from portal.queries.office_payouts_back import backs_of, owed_again, payments_back, tally_of, tally_of_dividend
from portal.services.pay_again import pay_again
from tests.dividends.royalties.test_paying import FAILS_LATER, announced, draft
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend
from tests.factories.payouts import approve, drive
from tests.factories.people import make_staff, sign_in_staff
from tests.portal.test_office_payouts_bank import references, returned, text, today, uploaded, url, with_the_bank

pytestmark = pytest.mark.django_db
LIST = "office:payouts_back"


def again(payout: Payout, *, same_account: bool = True) -> PayoutRun:
    """The payment prepared once more."""
    with atomic():
        return pay_again(payout=payout, by=make_staff("finance"), at=clock.now(), same_account=same_account)


def bank_refuses(run: PayoutRun, made: Dividend, reason: str = "AC04") -> Payout:
    """Approved, given to the bank, and come back."""
    with_the_bank(approve(run))
    client = sign_in_staff(made.finance)
    uploaded(client, run, *(f"{reference},returned,{reason},{today()}" for reference in references(run)))
    file = run.answer_files.latest("pk")
    client.post(url("payout_answers_check", run, file.public_id))
    drive()
    return run.payouts.get()


def returned_twice() -> tuple[Dividend, Payout, Payout]:
    """Of two holders' payments that came back one was sent again, and came back again."""
    made = returned(40, 30)
    first = Payout.objects.get(party=made.members[0].party)
    return made, first, bank_refuses(again(first), made)


def lines_of(client: Client, query: str = "") -> list[Any]:
    return client.get(f"{reverse(LIST)}{query}").context["lines"]


def test_debt_sent_twice_is_one_row_with_its_history() -> None:
    made, first, second = returned_twice()
    client = sign_in_staff(made.finance)

    page = client.get(reverse(LIST))

    other = Payout.objects.get(party=made.members[1].party)
    assert [(line.payout, line.earlier) for line in page.context["lines"]] == [(second, [first]), (other, [])]
    assert text(page).count("Tried once before") == 1


def test_every_page_counts_the_same_debts() -> None:
    made, _first, _second = returned_twice()
    client = sign_in_staff(made.finance)

    home = client.get(reverse("office:home"))
    page = client.get(reverse(LIST))
    money = client.get(reverse("office:dividend_money", args=[made.declaration.public_id]))

    words = "2 payments did not arrive and are owed again"
    assert words in [item.title for item in home.context["waiting"]]
    assert len(home.context["troubles"]) == 2
    assert (f"{words}." in text(page), f"{words}." in text(money)) == (True, True)
    assert sum(row.count for row, _url in money.context["counts"] if row.needs_somebody) == 2


def test_debt_in_a_run_says_how_far_that_is_and_offers_nothing() -> None:
    made = returned(40)
    client = sign_in_staff(made.finance)
    back = Payout.objects.get()
    seen = []

    run = again(back)
    seen.append(lines_of(client)[0])
    page = text(client.get(reverse(LIST)))
    approve(run)
    seen.append(lines_of(client)[0])
    with_the_bank(PayoutRun.objects.get(pk=run.pk))
    seen.append(lines_of(client)[0])

    assert [str(line.under_way) for line in seen] == [
        "Prepared again, waits for approval",
        "Approved again, not sent yet",
        "Sent again, not confirmed yet",
    ]
    assert [(line.payout, line.is_owed, line.next_run) for line in seen] == [(back, False, run)] * 3
    assert ("Send again" in page, "Ask for other details" in page) == (False, False)
    assert (owed_again().count(), tally_of(payments_back()).under_way) == (0, 1)


def test_debt_whose_run_was_cancelled_is_owed_again_in_one_row() -> None:
    made = returned(40)
    back = Payout.objects.get()
    run = again(back)
    with atomic():
        cancel_run(run=run, reason="Wrong day.", by=run.prepared_by, at=clock.now())

    (line,) = lines_of(sign_in_staff(made.finance))

    assert (line.payout, line.is_owed, line.under_way) == (back, True, None)


def test_debt_that_was_paid_since_stands_only_in_the_list_of_all() -> None:
    made, _first, second = returned_twice()
    make_mandate(second.party, ending="9090")
    run = again(second, same_account=False)
    with_the_bank(approve(run))
    client = sign_in_staff(made.finance)
    uploaded(client, run, *(f"{reference},paid,,{today()}" for reference in references(run)))
    client.post(url("payout_answers_check", run, run.answer_files.latest("pk").public_id))
    drive()

    rows = [line.payout for line in lines_of(client)]
    of_all = [(line.payout, line.under_way, line.next_run) for line in lines_of(client, "?all=on")]

    other = Payout.objects.get(party=made.members[1].party)
    assert rows == [other]
    assert of_all == [(second, None, run), (other, None, None)]


def test_new_details_are_counted_among_what_is_owed_again() -> None:
    made = returned(40, 30)
    make_mandate(made.members[0].party, ending="9090")

    tally = tally_of_dividend(made.declaration)

    assert (tally.owed, tally.renewed, tally.under_way) == (2, 1, 0)
    assert tally == tally_of(payments_back())


def test_rows_take_as_many_queries_for_five_as_for_one() -> None:
    made = returned(40, 30, 20, 10, 5)
    client = sign_in_staff(made.finance)
    counts = []

    for rows in (list(payments_back()[:1]), list(payments_back())):
        with CaptureQueriesContext(connection) as queries:
            backs_of(rows)
        counts.append(len(queries))
    page = client.get(reverse(LIST))

    assert counts == [6, 6]
    assert len(page.context["lines"]) == 5


def test_closed_account_is_not_paid_again_without_a_word() -> None:
    made = returned(40)
    client = sign_in_staff(made.finance)
    back = Payout.objects.get()

    answer = client.post(reverse("office:payout_again", args=[back.public_id]))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [str(SameAccountAgain(back.ended_at))]
    assert PayoutRun.objects.count() == 1
    assert "The account is closed. Send to it all the same." in text(answer)
    assert text(answer).index("Ask for other details") < text(answer).index("Send to the same account")


def test_closed_account_is_paid_again_by_who_says_so_and_the_trail_keeps_it() -> None:
    made = returned(40)
    client = sign_in_staff(made.finance)
    back = Payout.objects.get()

    client.post(reverse("office:payout_again", args=[back.public_id]), {"same_account": "on"})

    run = PayoutRun.objects.latest("pk")
    assert run.payouts.get().mandate == back.mandate
    trail = AuditRecord.objects.get(verb="payout_again")
    assert trail.detail == {"run": run.public_id, "same_account": True}


def test_run_of_everything_says_how_much_goes_where_the_bank_refused_it() -> None:
    made = returned(40, 30)
    make_mandate(made.members[0].party, ending="9090")

    page = sign_in_staff(made.finance).get(reverse("office:dividend_pay", args=[made.declaration.public_id]))

    assert page.context["refused"] == 1
    assert "1 of these payments would go to an account that the bank refused" in text(page)


def test_an_older_try_does_not_hide_that_the_account_was_refused() -> None:
    made = returned(40, reason="TM01")
    first = Payout.objects.get()
    second = bank_refuses(again(first, same_account=False), made)

    with pytest.raises(SameAccountAgain):
        again(first, same_account=False)

    assert PayoutRun.objects.latest("pk") == second.run


def test_other_details_are_asked_for_by_the_try_that_the_bank_refused_for_good() -> None:
    made = returned(40)
    refused = Payout.objects.get()
    last = bank_refuses(again(refused), made, reason="TM01")

    (line,) = lines_of(sign_in_staff(made.finance))

    assert (line.payout, line.refusal, line.ask_about) == (last, refused, refused)
    assert ask(refused).kind == "dividend.returned"


def test_reason_that_passes_by_itself_stays_one_click() -> None:
    made = returned(40, reason="TM01")
    back = Payout.objects.get()
    client = sign_in_staff(made.finance)

    page = text(client.get(reverse(LIST)))
    run = again(back, same_account=False)

    assert ("Send to the same account" in page, "Ask for other details" in page) == (False, False)
    assert run.payouts.get().mandate == back.mandate


def test_holder_is_asked_for_other_details_and_the_list_says_who_and_when() -> None:
    made = returned(40)
    client = sign_in_staff(made.finance)
    back = Payout.objects.get()
    (before,) = lines_of(client)

    client.post(reverse("office:payout_ask", args=[back.public_id]))

    (line,) = lines_of(client)
    mails = OutgoingMail.objects.filter(kind="dividend.returned").order_by("pk")
    first, asked = mails
    assert (first.to, first.text) == (asked.to, asked.text)
    assert (before.told.address, before.told.by_hand, before.ask_about) == (first.to, False, back)
    assert (line.told.address, line.told.at, line.told.by_hand, line.ask_about) == (
        asked.to, asked.queued_at, True, None,
    )  # fmt: skip
    assert f"{asked.to} was written to on" in text(client.get(reverse(LIST)))


def ask(payout: Payout, *, later: timedelta = timedelta(0)) -> OutgoingMail:
    with atomic():
        return ask_for_other_details(payout=payout, by=make_staff("finance"), at=clock.now() + later)


def test_holder_is_asked_once_a_day_at_most() -> None:
    returned(40)
    back = Payout.objects.get()
    ask(back)

    with pytest.raises(AskedLately):
        ask(back, later=timedelta(hours=23))

    ask(back, later=timedelta(hours=25))
    assert OutgoingMail.objects.filter(kind="dividend.returned").count() == 3


def test_nobody_is_asked_who_gave_other_details_or_whose_money_is_in_a_run() -> None:
    made = returned(40, 30)
    renewed, prepared = (Payout.objects.get(party=member.party) for member in made.members)
    again(prepared)
    make_mandate(renewed.party, ending="9090")

    for payout in (renewed, prepared):
        with pytest.raises(NothingToAskFor):
            ask(payout)


def test_holder_without_an_address_is_asked_on_paper() -> None:
    made = returned(40)
    party = made.members[0].party
    User.objects.filter(party=party).update(is_active=False)
    party.contact.email = ""
    party.contact.save()

    with pytest.raises(NobodyToWriteTo):
        ask(Payout.objects.get())


def test_creators_share_sent_twice_is_one_row_and_asks_for_other_details() -> None:
    first = approve(draft(announced(FAILS_LATER))).payouts.get()
    drive()
    first.refresh_from_db()
    with pytest.raises(SameAccountAgain):
        again(first, same_account=False)
    run = approve(again(first))
    drive()

    (line,) = backs_of(list(payments_back()))

    assert (line.payout, line.earlier, line.refusal) == (run.payouts.get(), [first], run.payouts.get())
    assert (line.ask_about, line.is_owed, owed_again().count()) == (line.payout, True, 1)
    assert ask(line.payout).kind == "royalty.returned"
