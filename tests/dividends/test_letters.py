"""Mails about dividends: each tells amount, when, what next and who we are, as plain text and as the same HTML."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils.html import strip_tags

from accounts.models import Party, PrivateContact, User
from accounts.services.people import make_joint_party, make_organisation, register_person
from ballots.models import Contest
from core import clock
from core.jobs import engine
from core.mail import Letter
from core.models import OutgoingMail
from core.transactions import atomic
from dividends.models import Declaration, Entitlement, Recommendation, Statement
from dividends.queries.details_wanted import NEWS_FOR, declarations_to_ask_about
from dividends.queries.receivers import Receiver, receiver_of
from dividends.queries.statement_news import MoneyNow
from dividends.services import letters, payout_letters
from dividends.services.sweeping import sweep
from equity.models import Company, Member
from payments.models import BankMandate, Payout, PayoutRun
from payments.services import payouts
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.equity import COMPANY
from tests.factories.payouts import drive
from tests.factories.people import make_holder
from tests.factories.statements import issue, pay
from tests.pdf_reader import squeezed

AT = datetime(2026, 6, 12, 9, 0, tzinfo=UTC)
CODE, REFERENCE = "pW3xQ0n8Tz6vR1bYp5uLdB", "kW3xQ0n8Tz6vR1bYp5uLdA"
COMPANY_ROW = Company(**COMPANY)
LANGUAGES = ["en", "vi"]
WAYS = ["bank", "waiting", "next", "jar", "nothing"]
ENDS = ["settled", "failed", "returned", "held", "cancelled"]
KINDS = [
    *(f"statement {way}" for way in [*WAYS, *ENDS]),
    "returned account_closed",
    "returned refused_by_bank",
    "returned other",
    "failed no_such_account",
    "held details_changed",
    "held details_wait",
    "held none",
    "royalty_returned account_closed",
    "royalty_returned other",
    "royalty_failed no_such_account",
    "royalty_held details_changed",
    "royalty_held details_wait",
    "royalty_held none",
    "details_wanted",
]
every_letter = pytest.mark.parametrize(("kind", "language"), [(kind, way) for kind in KINDS for way in LANGUAGES])


def receiver(language: str = "en", **changed: Any) -> Receiver:
    known = {"address": "t@example.org", "given_name": "Tuyết", "language": language, "member_name": ""}
    return Receiver(**{**known, **changed})


def entitlement(**fields: Any) -> Entitlement:
    """Return 2,000 shares at 2.5p, declared in May 2026; nothing is saved."""
    declaration = Declaration(
        recommendation=Recommendation(contest=Contest()),
        title="Final dividend 2025",
        title_vi="Cổ tức cuối năm 2025",
        currency="GBP",
        rate_minor=Decimal("2.5"),
        rounding="floor",
        record_at=datetime(2026, 5, 29, 17, 0, tzinfo=UTC),
        pay_on=date(2026, 6, 19),
        minimum_minor=100,
    )
    known = {"public_id": REFERENCE, "declaration": declaration, "member": Member(number=42), "shares": 2000}
    return Entitlement(**{**known, "gross_minor": 5000, "withheld_minor": 0, "net_minor": 5000, **fields})


def payout(state: str = "returned", reason: str = "account_closed", purpose: str = "dividend") -> Payout:
    run = PayoutRun(
        purpose=purpose,
        title="Final dividend 2025",
        title_vi="Cổ tức cuối năm 2025",
        route="sandbox",
        not_before=AT + timedelta(days=7),
    )
    mandate = BankMandate(ending="4471")
    known = {"amount_minor": 5000, "currency": "GBP", "reference": "DIVIDEND 42", "ended_at": AT}
    return Payout(run=run, mandate=mandate, state=state, reason=reason, **known)


def statement(way: str, language: str) -> Statement:
    owed = entitlement() if way != "nothing" else entitlement(gross_minor=0, net_minor=0, shares=2)
    sums = {"bank": (5000, 0), "nothing": (0, 0)}.get(way, (0, 5000))
    return Statement(
        entitlement=owed,
        check_code=CODE,
        payout=payout("ready", "") if way == "bank" else None,
        number=123,
        language=language,
        issued_on=date(2026, 6, 12),
        issued_at=AT,
        way=way,
        ending="4471" if way == "bank" else "",
        earlier_minor=0,
        paid_minor=sums[0],
        kept_minor=sums[1],
    )


def money(way: str) -> MoneyNow:
    """Return where the money of the statement stands when its mail is written; nothing is saved."""
    mandate = BankMandate(ending="4471", given_at=AT - timedelta(days=90), usable_from=AT - timedelta(days=83))
    paid = {
        "failed": "account_closed",
        "returned": "name_mismatch",
        "held": "details_changed",
        "cancelled": "cancelled",
    }
    if way in paid:
        return MoneyNow(payout(way, paid[way]), mandate, AT)
    if way == "settled":
        row = payout("settled", "")
        row.settled_at = AT
        return MoneyNow(row, mandate, AT)
    if way == "bank":
        return MoneyNow(payout("ready", ""), mandate, AT)
    return MoneyNow(None, mandate if way == "next" else None, AT)


def letter(kind: str, language: str = "en", **changed: Any) -> Letter:
    """Write the mail of that kind to Tuyết."""
    what, _space, more = kind.partition(" ")
    reader: dict[str, Any] = {"receiver": receiver(language, **changed), "company": COMPANY_ROW}
    if what == "statement":
        way = more if more in WAYS else "bank"
        return letters.write_statement_letter(statement(way, language), now=money(more), **reader)
    if what == "details_wanted":
        return letters.write_wanted_letter(entitlement(), **reader)
    purpose, _line, what = what.rpartition("_")
    row = payout(what, "details_changed" if more == "none" else more, purpose or "dividend")
    if what != "held":
        return payout_letters.write_returned_letter(row, **reader)
    usable = AT + timedelta(days=7) if more == "details_wait" else AT - timedelta(days=1)
    mandate = None if more == "none" else BankMandate(ending="9900", usable_from=usable)
    return payout_letters.write_held_letter(row, mandate=mandate, **reader)


def links_of(text: str) -> set[str]:
    return {link.rstrip(".,);") for link in re.findall(r"https?://\S+", text)}


@every_letter
def test_letter_is_one_subject_line_and_clean_paragraphs(kind: str, language: str) -> None:
    written = letter(kind, language)

    assert 0 < len(written.subject) <= 100
    assert written.subject.splitlines() == [written.subject.strip()]
    assert [part for part in written.text.rstrip("\n").split("\n\n") if part != part.strip() or not part] == []
    assert re.findall(r"\{\{|\{%|%\}|%\(|None|&#?\w+;|\n{3,}", written.subject + written.text) == []


@every_letter
def test_letter_says_amount_and_whose_it_is(kind: str, language: str) -> None:
    written = letter(kind, language)

    amount = "£0" if kind == "statement nothing" else "£50"
    closing = written.text.split("\n\n")[-1]
    assert f"{amount}{'.' if language == 'en' else ','}00" in f"{written.subject}\n{written.text}"
    assert [
        COMPANY[name] for name in ("name", "number", "registered_office") if str(COMPANY[name]) not in closing
    ] == []
    assert closing.endswith("Europe/London.\n")


@every_letter
def test_html_says_the_same_words_with_the_same_links(kind: str, language: str) -> None:
    written = letter(kind, language)

    body = written.html.partition("<body>")[2]
    links = {link for link in re.findall(r'href="([^"]+)"', body) if not link.startswith("mailto:")}
    assert squeezed(html.unescape(strip_tags(body))) == squeezed(COMPANY["name"] + written.subject + written.text)
    assert f'<html lang="{language}">' in written.html
    assert links == links_of(written.text)
    assert re.findall(r"style=|<style|<img|<script|<table", written.html) == []


@every_letter
def test_links_lead_to_our_own_pages(kind: str, language: str) -> None:
    links = links_of(letter(kind, language).text)

    assert links != set()
    assert [link for link in links if not link.startswith(f"{settings.SITE_ORIGIN}/")] == []
    for link in links:
        resolve(link.removeprefix(settings.SITE_ORIGIN))


@every_letter
def test_typed_name_stays_text_and_never_becomes_a_link(kind: str, language: str) -> None:
    name = 'Eve <img src=x> & "{{ 7|add:7 }}" https://evil.example/x'

    written = letter(kind, language, given_name=name, member_name=f"{name} & Bob")

    first, rest = written.text.split("\n\n", 1)
    assert first.count(name) == 2
    assert "evil" not in written.subject + rest
    assert "<img" not in written.html
    assert re.findall(r'href="[^"]*evil', written.html) == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            "statement bank",
            "£50.00 is ordered to the account ending 4471 for 19 June 2026. On your bank statement it reads DIVIDEND "
            "42. If the bank cannot pay it, we write to you.",
        ),
        (
            "statement settled",
            "£50.00 was paid to the account ending 4471 on 12 June 2026. On your bank statement it reads DIVIDEND 42.",
        ),
        (
            "statement failed",
            "£50.00 could not be paid to the account ending 4471 on 12 June 2026. The account is closed. Give us the "
            "details of an account that is open.",
        ),
        (
            "statement returned",
            "£50.00 came back from the account ending 4471 on 12 June 2026. The name you gave is not the name on the "
            "account. Write the name as your bank has it, or give us an account in your name.",
        ),
        (
            "statement held",
            "£50.00 was held back on 12 June 2026, before it left. The bank details were changed or taken back after "
            "the payment was approved. If that was not you, tell us at once. If it was, you need not do anything more. "
            "£50.00 goes to your account with the next payment.",
        ),
        ("statement cancelled", "The payment run was stopped before this payment was sent."),
        ("statement failed", "It shows how things stood on that day."),
        ("statement waiting", "£50.00 waits for your bank details."),
        ("statement jar", "£50.00 stays in your penny jar."),
        ("returned account_closed", "and the bank sent it back on 12 June 2026, 10:00. The account is closed."),
        ("failed no_such_account", "We could not pay £50.00 (Final dividend 2025) to your account ending 4471"),
        ("held details_wait", "What happens next: from 19 June 2026 the account ending 9900 may be paid to"),
        ("held none", "We have no bank details of you at the moment."),
        ("royalty_failed no_such_account", "We could not pay £50.00 to your account ending 4471 on 12 June 2026"),
        (
            "royalty_held details_wait",
            "from 19 June 2026 the account ending 9900 may be paid to, and your share leaves",
        ),
        ("royalty_held details_changed", "your share leaves with the next payment, to the account ending 9900."),
        ("details_wanted", "on the 2,000 shares that were yours on 29 May 2026. We do not know where to pay it."),
    ],
)
def test_letter_says_what_happened_and_what_next(kind: str, sentence: str) -> None:
    assert sentence in " ".join(letter(kind).text.split())


@pytest.mark.parametrize(("kind", "leads"), [("returned account_closed", True), ("returned other", False)])
def test_letter_asks_for_other_details_only_where_they_mend_it(kind: str, leads: bool) -> None:
    written = letter(kind)

    assert (f"{settings.SITE_ORIGIN}/me/bank/" in links_of(written.text)) == leads
    assert ("New bank details wait seven days" in written.text) == leads


def mails(kind: str) -> list[tuple[str, str]]:
    """Return to whom mails of the kind went, in which language."""
    return list(OutgoingMail.objects.filter(kind=f"dividend.{kind}").order_by("pk").values_list("to", "language"))


def due_today(*holdings: int) -> Dividend:
    return make_dividend(holdings=holdings, pay_on=clock.today())


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.SANDBOX_SETTLE_SECONDS = 0


@pytest.mark.django_db
def test_statement_goes_out_once_with_the_file_as_it_is_kept() -> None:
    made = due_today(2000, 100)
    make_mandate(made.members[0].party)
    Party.objects.filter(pk=made.members[1].party_id).update(language="vi")
    pay(made)

    issue(made)
    engine.run()
    engine.run()

    assert mails("statement") == [(made.members[0].email, "en"), (made.members[1].email, "vi")]
    mail = OutgoingMail.objects.get(to=made.members[0].email)
    file = Statement.objects.get(entitlement__party=made.members[0].party).file
    assert mail.attachments == [["D-000001.pdf", file.sha256, "application/pdf"]]


@pytest.mark.django_db
def test_holder_is_told_once_when_a_payment_fails_and_when_it_comes_back() -> None:
    made = due_today(2000, 3000)
    make_mandate(made.members[0].party, ending="0020")
    make_mandate(made.members[1].party, ending="4471")
    pay(made)
    drive()

    settled = Payout.objects.get(state="settled")
    for _turn in range(2):
        with atomic():
            payouts.return_payout(payout_id=settled.pk, reason="name_mismatch", at=clock.now())

    assert mails("returned") == [(made.members[0].email, "en"), (made.members[1].email, "en")]
    subjects = OutgoingMail.objects.filter(kind="dividend.returned").order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == ["Your dividend could not be paid: £50.00", "Your dividend came back to us: £75.00"]


@pytest.mark.django_db
def test_holder_is_told_when_a_payment_is_held_and_others_are_not() -> None:
    made = due_today(2000, 3000)
    for user in made.members:
        make_mandate(user.party)
    pay(made)
    make_mandate(made.members[0].party, ending="9900", usable_from=clock.now() + timedelta(days=7))

    drive()

    assert mails("held") == [(made.members[0].email, "en")]


@pytest.mark.django_db
def test_sweep_asks_those_whose_dividend_waits_for_bank_details_and_nobody_else() -> None:
    made = make_dividend(holdings=(2000, 3, 100, 3000), minimum_minor=100)
    make_mandate(made.members[2].party)

    for _turn in range(2):
        sweep()
        engine.run()

    assert mails("details_wanted") == [(made.members[0].email, "en"), (made.members[3].email, "en")]


@pytest.mark.django_db
def test_sweep_asks_nothing_about_a_dividend_of_long_ago() -> None:
    made = make_dividend(holdings=(2000,))
    assert made.declaration is not None

    found = declarations_to_ask_about(at=made.declaration.computed_at + NEWS_FOR)

    assert found == []


@pytest.mark.django_db
def test_holder_who_gave_details_meanwhile_is_not_asked() -> None:
    made = due_today(2000)
    sweep()
    make_mandate(made.members[0].party)

    engine.run()

    assert mails("details_wanted") == []


@pytest.mark.django_db
def test_bank_details_are_asked_for_once_for_each_dividend() -> None:
    made = due_today(2000)
    owed = made.entitlement(0)
    with atomic():
        first = letters.send_details_wanted_letter(entitlement=owed, at=clock.now())
        second = letters.send_details_wanted_letter(entitlement=owed, at=clock.now())

    assert (first is None, second) == (False, None)
    assert mails("details_wanted") == [(made.members[0].email, "en")]


def person(name: str, email: str = "", language: str = "en") -> Party:
    with atomic():
        return register_person(name=name, language=language, email=email, country="GB", by=None, at=clock.now())


@pytest.mark.django_db
def test_first_named_of_joint_holders_is_written_to() -> None:
    first, second = person("Nguyễn Thị Tuyết", "tuyet@example.org", "vi"), person("José Almeida", "jose@example.org")
    with atomic():
        joint = make_joint_party(holders=[first, second], by=None, at=clock.now())

    assert receiver_of(joint) == Receiver(
        "tuyet@example.org", first.given_name, "vi", "Nguyễn Thị Tuyết & José Almeida"
    )


@pytest.mark.django_db
def test_organisation_is_written_to_at_its_own_address_else_at_its_representatives() -> None:
    someone = person("Siobhán Byrne", "siobhan@example.org")
    terms: dict[str, Any] = {"number": "07654321", "representatives": [someone], "language": "en", "by": None}
    with atomic():
        silent = make_organisation(name="Calder Nominees Ltd", at=clock.now(), **terms)
        known = make_organisation(name="Aire Trust Ltd", email="office@example.org", at=clock.now(), **terms)

    assert receiver_of(silent) == Receiver("siobhan@example.org", "Siobhán", "en", "Calder Nominees Ltd")
    assert receiver_of(known) == Receiver("office@example.org", "Siobhán", "en", "Aire Trust Ltd")


@pytest.mark.django_db
def test_user_without_contact_data_is_written_to_where_they_sign_in() -> None:
    user = make_holder(email="signs-in@example.org")
    PrivateContact.objects.filter(party=user.party).update(email="")

    found = receiver_of(Party.objects.get(pk=user.party_id))

    assert found is not None
    assert found.address == "signs-in@example.org"


@pytest.mark.django_db
def test_holder_without_an_address_gets_no_mail_and_nothing_fails() -> None:
    made = due_today(2000)
    make_mandate(made.members[0].party, ending="0020")
    PrivateContact.objects.filter(party=made.members[0].party).update(email="")
    User.objects.filter(pk=made.members[0].pk).update(is_active=False)
    pay(made)
    issue(made)
    engine.run()
    drive()

    assert Payout.objects.get().state == "failed"
    assert Statement.objects.get().file.size_bytes > 0
    assert OutgoingMail.objects.filter(kind__startswith="dividend.").count() == 0
