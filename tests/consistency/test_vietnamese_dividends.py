"""A dividend, its payment and a creator's share in Vietnamese: no page, mail or paper holds a word of English."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.freshness import SESSION_KEY as FRESH
from accounts.models import Party, User
from accounts.queries.people import MAILED_CODE, real_now
from core import clock
from core.jobs import engine
from core.models import OutgoingMail
from core.storage import read_bytes
from core.transactions import atomic
from dividends.models import RoyaltyAgreement, RoyaltyStatementFile, StatementFile
from dividends.services.paying import prepare_dividend_run
from payments.models import Payout, PayoutRun
from payments.sandbox.faults import Fault
from portal.queries import office_holders
from tests.consistency.test_vietnamese_pages import in_vietnamese, leftovers
from tests.consistency.visible_text import english_in, known_english
from tests.factories import dividends, statements
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive
from tests.factories.people import make_holder, sign_in, staff_client
from tests.factories.royalties import make_adopted, make_agreement, make_round, make_rules, make_sales
from tests.payments import fake_purpose
from tests.payments.actions import hear, open_payment, pay_with
from tests.payments.bank_stories import account, give, latest_token
from tests.pdf_reader import open_pdf

pytestmark = pytest.mark.django_db
# Names and references that people typed, in the text of mails and papers.
TYPED = re.compile(
    r"Copper & Kiln[^.,]*|The Old Maltings[^.]*|Board 15, item 2|12 Tannery Row[^,]*|invented for tests|"
    r"Agreement of 2 January 2025|ITA 2007 s\.906|\S+@\S+|https?://\S+"
)
ACCOUNTS = {
    "kind": "annual",
    "made_up_to": "2025-12-31",
    "realised_profits_minor": "900,000.00",
    "realised_losses_minor": "100,000.00",
    "net_assets_minor": "2,000,000.00",
    "called_up_capital_minor": "500,000.00",
    "undistributable_minor": "300,000.00",
}


@pytest.fixture(autouse=True)
def quick_bank(settings: Any, tmp_path: Any) -> None:
    """Documents of a test lie in its own folder; the sandbox bank settles at once."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.SANDBOX_SETTLE_SECONDS = 0


@dataclass
class Walk:
    """Readers of Vietnamese, and the English they found, by address."""

    clients: dict[str, Client] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)

    def client(self, who: str | User) -> Client:
        """Return the client of a role, of a user, or of a stranger."""
        key = who if isinstance(who, str) else f"user {who.pk}"
        if key not in self.clients:
            made = fresh(who) if isinstance(who, User) else Client() if who == "anyone" else staff_client(who)
            self.clients[key] = in_vietnamese(made)
        return self.clients[key]

    def see(self, who: str | User, *addresses: str, status: int = 200) -> None:
        """Open each page; it has to be there."""
        for address in addresses:
            self._note(f"{address} for {who}", self.client(who).get(address), status)

    def refuse(self, who: str | User, address: str, **typed: Any) -> None:
        """Send what the page refuses, and read why."""
        self._note(f"{address} refuses {typed}", self.client(who).post(address, typed), 422)

    def show(self, who: str | User, address: str, **typed: Any) -> None:
        """Send what the page shows once more before it is kept."""
        self._note(f"{address} shows {typed}", self.client(who).post(address, typed), 200)

    def act(self, who: str | User, address: str, **typed: Any) -> str:
        """Do what the page is there for, and read the next page; return its address."""
        answer = self.client(who).post(address, typed, follow=True)
        assert answer.redirect_chain, (address, answer.context["form"].errors if "form" in answer.context else answer)
        self._note(f"{address} leads on", answer, 200)
        return str(answer.redirect_chain[-1][0])

    def _note(self, where: str, answer: Any, status: int) -> None:
        assert answer.status_code == status, (where, answer.status_code)
        if english := leftovers(answer):
            self.left[where] = english


def fresh(user: User) -> Client:
    """Return the client of a holder who proved a moment ago who they are."""
    client = sign_in(user)
    session = client.session
    session[FRESH] = {"user": user.pk, "way": MAILED_CODE, "at": real_now().isoformat()}
    session.save()
    return client


@pytest.fixture
def walk() -> Walk:
    return Walk()


def office(page: str, *args: Any, query: str = "") -> str:
    return reverse(f"office:{page}", args=args) + (f"?{query}" if query else "")


def in_their_language(made: Dividend) -> None:
    Party.objects.filter(pk__in=[user.party_id for user in made.members]).update(language="vi")


def english_of_text(text: str) -> list[str]:
    """Return the English of a mail or a printed page, its lines joined; what people typed is taken out first."""
    line = " ".join(TYPED.sub(" ", " ".join(text.split())).split())
    return [sentence for sentence in known_english() if sentence in line] or english_in(f"<p>{line}</p>")


def english_in_mails() -> dict[str, list[str]]:
    """Return the English of each mail that was written to readers of Vietnamese, by its kind."""
    rows = OutgoingMail.objects.filter(language="vi")
    return {row.kind: found for row in rows if (found := english_of_text(f"{row.subject}. {row.text}"))}


def printed(data: bytes) -> str:
    return " ".join(page.extract_text() for page in open_pdf(data).pages)


def test_no_page_up_to_the_vote_is_left_in_english(walk: Walk) -> None:
    made = make_dividend(step="recommended")

    walk.see("finance", office("dividends"), office("dividend_accounts"), office("payouts"), office("payouts_back"))
    walk.see("finance", office("dividend_accounts_new"), office("dividend_accounts_sum"))
    walk.see("finance", f"{office('dividend_accounts_sum')}?{'&'.join(f'{k}={v}' for k, v in ACCOUNTS.items())}")
    walk.refuse("finance", office("dividend_accounts_new"))
    walk.refuse("finance", office("dividend_accounts_new"), **{**ACCOUNTS, "made_up_to": "2199-01-01"})
    walk.refuse("finance", office("dividend_accounts_new"), **{**ACCOUNTS, "kind": "initial", "net_assets_minor": "x"})
    walk.see("director", office("dividends"), office("dividend_recommend"))
    walk.refuse("director", office("dividend_recommend"), form_of="pot")
    walk.refuse(
        "director", office("dividend_recommend"), contest=made.recommendation.contest_id, form_of="rate",
        share_class=made.share_class.pk, rate_minor="1.1234567890123", minute_reference="Board 15",
    )  # fmt: skip

    assert walk.left == {}


def terms(made: Dividend, **changed: str) -> dict[str, str]:
    today = clock.today()
    return {
        "title": "Final dividend 2025",
        "title_vi": "Cổ tức cuối kỳ năm 2025",
        "rate_minor": "2.5",
        "rounding": "floor",
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "record_at": f"{today - timedelta(days=1)} 18:00",
        "pay_on": str(today + timedelta(days=14)),
        "minimum_minor": "0.50",
        "accounts": str(made.accounts.pk),
        **changed,
    }


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        (200, {}),
        (200, {"rounding": "carry", "record_at": "2030-01-01 18:00", "pay_on": "2030-02-01"}),
        (422, {"rate_minor": "0.0000000001"}),
        (422, {"rate_minor": "9"}),
        (422, {"rate_minor": "one", "record_at": "yesterday", "pay_on": "", "minimum_minor": "-1"}),
        (422, {"period_to": "2024-01-01", "record_at": "2020-01-01 18:00"}),
    ],
)
def test_no_dry_run_is_left_in_english(walk: Walk, status: int, changed: dict[str, str]) -> None:
    made = make_dividend(step="carried", holdings=(4, 100, 2000), countries=("VN", "GB", "DE"))
    dividends.make_rule(holder_country="DE", rate_ppm=150_000)
    make_mandate(made.members[1].party)
    key, typed = made.recommendation.public_id, terms(made, **changed)
    query = "&".join(f"{name}={value}" for name, value in typed.items())

    walk.see("finance", office("dividends"), office("dividend_new", key))
    walk.see("finance", office("dividend_dry_run", key, query=query), status=status)
    walk.see("secretary", office("dividend_dry_run", key, query=query), status=status)
    walk.refuse("finance", office("dividend_new", key), **{**typed, "title": ""})

    assert walk.left == {}


def test_no_page_of_a_proposal_is_left_in_english(walk: Walk) -> None:
    made = make_dividend(step="proposed", record_at=clock.now() + timedelta(days=3))
    key = made.declaration.public_id

    walk.see("finance", office("home"), office("dividends"), office("dividend", key), office("dividend_drop", key))
    walk.see("finance", office("dividend_compute", key), office("dividend_pay", key), office("dividend_issue", key))
    walk.see("finance", office("dividend_holders", key))
    walk.refuse("finance", office("dividend_compute", key))
    walk.refuse("finance", office("dividend_drop", key))
    walk.see(made.members[0], "/me/", "/me/dividends/")
    walk.act("finance", office("dividend_drop", key), reason="Sai ngày.")

    assert walk.left == {}


def test_entitlements_are_fixed_in_vietnamese(walk: Walk) -> None:
    made = make_dividend(step="proposed")
    key = made.declaration.public_id

    walk.see("finance", office("dividend_compute", key))
    walk.act("finance", office("dividend_compute", key))
    walk.see("finance", office("dividend_compute", key), office("dividend_drop", key), office("dividend_holders", key))
    walk.see("finance", office("dividend_pay", key), office("dividend_issue", key))
    walk.see("director", office("home"), office("dividend", key))

    assert walk.left == {}


def holder_pages(made: Dividend, place: int) -> list[str]:
    owed = made.entitlement(place)
    return ["/me/", "/me/dividends/", f"/me/dividends/{owed.public_id}/", "/me/bank/"]


def office_pages(made: Dividend) -> list[str]:
    key = made.declaration.public_id
    lists = [office("dividend_holders", key, query=f"state={state}") for state in office_holders.FILTERS]
    each = [office("dividend_holder", key, made.entitlement(place).public_id) for place in range(len(made.members))]
    mine = ["home", "dividends", "payouts", "payouts_back", "jobs"]
    return [*(office(page) for page in mine), office("dividend", key), office("dividend_issue", key), *lists, *each]


def run_pages(run: PayoutRun) -> list[str]:
    key = run.public_id
    return [*(office(page, key) for page in ("payout", "payout_list", "payout_cancel"))]


def look_at_everything(walk: Walk, made: Dividend) -> None:
    for place, user in enumerate(made.members):
        walk.see(user, *holder_pages(made, place))
    walk.see("finance", *office_pages(made), office("dividend_pay", made.declaration.public_id))
    for run in PayoutRun.objects.all():
        walk.see("finance", *run_pages(run))
        walk.see("director", *run_pages(run), office("payout_approve", run.public_id))


def test_no_page_of_a_payment_is_left_in_english(walk: Walk) -> None:
    """Each holder lives another story: paid, refused, failed, returned, no details, new ones, the jar, nothing."""
    made = make_dividend(
        holdings=(2000, 1000, 900, 800, 700, 600, 20, 1), rate_minor=Decimal("0.35"), minimum_minor=100,
        pay_on=clock.today(), countries=("GB", "GB", "GB", "DE"),
    )  # fmt: skip
    in_their_language(made)
    for place, ending in enumerate(("4471", "0010", "0020", "0030")):
        make_mandate(made.members[place].party, ending=ending)
    make_mandate(made.members[5].party, usable_from=clock.now() + timedelta(days=5))
    key = made.declaration.public_id

    look_at_everything(walk, made)
    walk.refuse("finance", office("dividend_pay", key))
    run_url = walk.act("finance", office("dividend_pay", key), route="sandbox")
    look_at_everything(walk, made)
    walk.refuse("finance", office("dividend_pay", key), route="sandbox")
    walk.refuse("finance", f"{run_url}pause/", reason="x")
    walk.refuse("director", f"{run_url}approve/", sha256="0" * 64)
    walk.act("director", f"{run_url}approve/", sha256=PayoutRun.objects.get().rows_sha256)
    walk.refuse("director", f"{run_url}approve/", sha256="0" * 64)
    look_at_everything(walk, made)
    walk.act("finance", office("dividend_issue", key))
    drive()
    look_at_everything(walk, made)
    clock.move_forward(by=timedelta(days=4))
    drive()
    look_at_everything(walk, made)
    walk.refuse("finance", f"{run_url}cancel/")

    assert walk.left == {}
    assert english_in_mails() == {}


def upload(walk: Walk, address: str, text: str, **typed: Any) -> str:
    """Send a file and read what it means; return the address of that page."""
    file = SimpleUploadedFile("answers.csv", text.encode())
    return walk.act("finance", address, file=file, **typed)


def test_no_page_of_the_way_by_file_is_left_in_english(walk: Walk) -> None:
    made = make_dividend(holdings=(2000, 1000, 900, 800), pay_on=clock.today())
    for user in made.members:
        make_mandate(user.party)
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="csv", by=made.finance, at=clock.now())
    bank, answers = office("payout_bank", run.public_id), office("payout_answers", run.public_id)
    first, second, third, *_ = Payout.objects.values_list("reference", flat=True)
    day = str(clock.today())
    lines = (
        f"{first},failed,AC04,{day}", f"{second},returned,,{day}", f"{first},paid,,{day}", f"{third},perhaps,,{day}",
        f"{third},paid,,2199-01-01", f"{third},paid,,2001-01-01", f"{third},paid,,gone", f"X 1,paid,,{day}",
        f",paid,,{day}", "a",
    )  # fmt: skip

    walk.see("finance", bank, answers)
    walk.refuse("finance", bank)
    approve(run, by=made.director)
    walk.see("finance", bank, *run_pages(run))
    walk.act("finance", bank)
    make_mandate(made.members[3].party, ending="9900")
    walk.see("finance", bank, *run_pages(run), office("home"))
    walk.act("finance", bank, act="hand_over")
    drive()
    walk.see("finance", bank, answers, *run_pages(run))
    walk.refuse("finance", answers)
    walk.refuse("finance", answers, file=SimpleUploadedFile("a.csv", b"name\nx"))
    walk.refuse("finance", answers, file=SimpleUploadedFile("a.csv", b"\xff\xfe\x00"))
    walk.refuse("finance", answers, act="all_paid", **{"all-paid_on": "2001-01-01"})
    checked = upload(walk, answers, "\n".join(("reference,outcome,reason,date", *lines)))
    walk.act("finance", checked)
    drive()
    walk.see("finance", checked, answers, *office_pages(made))
    for place, user in enumerate(made.members):
        walk.see(user, *holder_pages(made, place))

    assert walk.left == {}


def typed_details(**changed: str) -> dict[str, str]:
    given = {"scheme": "uk", "sort_code": "20 45 77", "account_number": "31926819", "holder_name": "Agnes Whitlock"}
    return {**given, "iban": "", **changed}


@pytest.mark.parametrize(
    "changed",
    [
        {"scheme": "", "holder_name": ""},
        {"sort_code": "60-16-1", "account_number": "GB29", "holder_name": "x" * 80},
        {"sort_code": "", "account_number": "", "holder_name": "Ánh Tuyết ♥"},
        {"sort_code": "abcdef", "account_number": "0000000000"},
        {"account_number": "00000000", "holder_name": "123"},
        *({"scheme": "iban", "iban": iban} for iban in ("", "DE", "ZZ12345678", "DE89 3704", "DE89370400440532013001")),
    ],
)
def test_no_refused_bank_details_are_left_in_english(walk: Walk, changed: dict[str, str]) -> None:
    holder = make_holder(language="vi")

    walk.refuse(holder, "/me/bank/change/", **typed_details(**changed))

    assert walk.left == {}


def test_no_page_of_bank_details_is_left_in_english(walk: Walk) -> None:
    holder, officer = make_holder(name="Phạm Thị Ngọc Lan", language="vi"), "secretary"
    change, check = "/me/bank/change/", f"/me/bank/change/check/?for={holder.party.public_id}"

    walk.see(holder, "/me/bank/", change)
    walk.act(holder, change, **typed_details())
    walk.refuse(holder, check, shown="of a page that is stale")
    walk.act(holder, check, shown=walk.client(holder).get(check).context["shown"])
    give(holder, account("6666"))
    walk.see(holder, "/me/bank/", change, "/me/bank/withdraw/")
    stop = f"/bank/stop/{latest_token()}/"
    walk.see("anyone", stop)
    walk.act("anyone", stop)
    walk.see("anyone", stop)
    walk.see("anyone", "/bank/stop/wrong/", status=404)
    walk.clients.pop(f"user {holder.pk}")
    walk.see(holder, "/me/bank/")
    walk.act(holder, "/me/bank/withdraw/")
    walk.see(officer, office("home"), office("trail"))

    assert walk.left == {}
    assert english_in_mails() == {}
    assert OutgoingMail.objects.filter(language="vi").count() == 4


def test_no_statement_is_left_in_english(walk: Walk) -> None:
    """Every way of a statement, on paper, in the mail, and on the page where anybody checks it."""
    issued = statements.make_ways(language="vi", rounding="carry")
    engine.run()
    files = StatementFile.objects.in_bulk(field_name="statement_id")

    papers = {way: printed(read_bytes(files[statement.pk].sha256)) for way, statement in issued.items()}
    walk.see("anyone", "/check/", *(f"/check/{statement.check_code}/" for statement in issued.values()))
    walk.see("anyone", "/check/pW3xQ0n8Tz6vR1bYp5uLdB/", status=404)
    walk.see("anyone", "/check/?code=x")

    assert {way: found for way, text in papers.items() if (found := english_of_text(text))} == {}
    assert all("Giấy báo cổ tức" in text for text in papers.values())
    assert walk.left == {}
    assert english_in_mails() == {}


def new_terms(**changed: str) -> dict[str, str]:
    return {
        "name": "Mossy Gate",
        "sku": "MOS-330",
        "rate_ppm": "1",
        "base": "Net sales.",
        "base_vi": "Doanh thu thuần.",
        "valid_from": "2025-01-01",
        "minimum_minor": "5.00",
        "reference": "HD 12",
        "part_0": "1",
        **changed,
    }


@pytest.mark.parametrize("kind", ["recipe", "name"])
def test_no_page_of_an_agreement_is_left_in_english(walk: Walk, kind: str) -> None:
    make_company()
    adoption = make_adopted(kind, author=make_holder(language="vi").party)
    new = office("royalty_agreement_new", adoption.proposal.public_id)
    wrong: tuple[dict[str, str], ...] = (
        {"rate_ppm": "0"}, {"rate_ppm": "one"}, {"part_0": "1/2"}, {"part_0": "x"}, {"name": "", "sku": ""},
        {"part_0": "", "who_0": "nobody@example.org", "other_0": "1"}, {"part_0": "1/2", "other_0": "1/2"},
        {"last_day": "2024-12-31"}, {"valid_from": "x"}, {"minimum_minor": "-1"}, {"reference": "", "base": ""},
    )  # fmt: skip

    walk.see("finance", office("royalties"), new)
    for changed in wrong:
        walk.refuse("finance", new, **new_terms(**changed))
    shown = walk.act("finance", new, **new_terms())
    walk.refuse("finance", new, **new_terms(name="Other", sku="O-1"))
    walk.see("director", office("royalties"), office("home"), shown, f"{shown}decide/")
    walk.refuse("director", f"{shown}decide/", act="drop")
    walk.refuse("director", f"{shown}decide/", act="approve", sha256="0" * 64)
    walk.act("director", f"{shown}decide/", act="approve", sha256=RoyaltyAgreement.objects.get().terms_sha256)
    walk.see("director", shown, f"{shown}decide/", office("royalties"))

    assert walk.left == {}


def typed_sales(beer: Any, /, **changed: str) -> dict[str, str]:
    given = {"kind": "sales", "first_day": "2025-01-01", "last_day": "2025-03-31", "units": "4,100"}
    return {"beer": beer.public_id, **given, "gross": "1,845.00", "returns": "", "discounts": "", "tax": "", **changed}


def test_no_page_of_sales_is_left_in_english(walk: Walk) -> None:
    make_company()
    beer = make_agreement().beer
    new, wrong = office("royalty_sales_new"), (
        {"beer": "x", "units": "many", "gross": "12.345"}, {"units": "-1", "gross": "-1"}, {"gross": "9" * 30},
        {"last_day": "2024-12-31"}, {"last_day": "2199-01-01"}, {"kind": "returns"}, {"kind": "correction"},
        {"kind": "correction", "note": "Quá cao"}, {"first_day": "2024-12-01"}, {"returns": "1845.01"},
    )  # fmt: skip

    walk.see("finance", office("royalties"), office("royalty_sales"), new, office("royalty_upload"))
    for changed in wrong:
        walk.refuse("finance", new, **typed_sales(beer, **changed))
    walk.show("finance", new, **typed_sales(beer))
    shown = walk.act("finance", new, **typed_sales(beer), act="save")
    walk.refuse("finance", new, **typed_sales(beer), act="save")
    walk.see("finance", shown, f"{shown}decide/")
    walk.refuse("director", f"{shown}decide/", act="drop")
    walk.refuse("director", f"{shown}decide/", act="approve", sha256="0" * 64)
    walk.act("director", f"{shown}decide/", act="drop", reason="Sai kỳ.")
    walk.see("director", shown, f"{shown}decide/", office("royalty_sales"), office("royalty_sales", query="q=zzz"))

    assert walk.left == {}


SALES_HEAD = "beer,kind,first_day,last_day,units,units_returned,gross,returns,discounts,tax,note"


def test_no_uploaded_sales_are_left_in_english(walk: Walk) -> None:
    make_company()
    beer = make_agreement().beer
    page, good = office("royalty_upload"), f"{beer.sku},sales,2025-01-01,2025-03-31,10,0,100.00,,,,"
    wrong = (
        "", "a,b\n1,2", SALES_HEAD, f"{SALES_HEAD}\n{beer.sku},sales", f"{SALES_HEAD}\nX,gift,x,x,x,x,x,x,x,x,x",
        f"{SALES_HEAD}\n{beer.sku},returns,2025-01-01,2025-03-31,5,0,100.00,,,,", f"{SALES_HEAD}\n{good}\n{good}",
    )  # fmt: skip

    for text in wrong:
        walk.refuse("finance", page, file=SimpleUploadedFile("sales.csv", text.encode()))
    walk.refuse("finance", page, file=SimpleUploadedFile("sales.csv", b"\xff\xfe"))
    walk.show("finance", page, file=SimpleUploadedFile("sales.csv", f"{SALES_HEAD}\n{good}".encode()))

    assert walk.left == {}


def creator_pages(agreement: RoyaltyAgreement, party: Party) -> list[str]:
    mine = [f"/me/royalties/statements/{row.public_id}/" for row in agreement.statements.filter(party=party)]
    return ["/me/", "/me/royalties/", reverse("me_royalty", args=[agreement.public_id, party.public_id]), *mine]


def test_no_page_paper_or_mail_of_a_creator_is_left_in_english(walk: Walk) -> None:
    """One is paid, one abroad pays tax and gives no details, one earns too little."""
    make_company()
    make_rules()
    rich, abroad, poor = (make_holder(name=name, language="vi") for name in ("Lê An", "Võ Bình", "Hồ Chi"))
    dividends.move_to([rich, abroad, poor], ["GB", "VN", "GB"])
    parts = [(rich.party, Fraction(2, 3)), (abroad.party, Fraction(33, 100)), (poor.party, Fraction(1, 300))]
    agreement = make_agreement(creators=parts, minimum_minor=100, reference="HD 12")
    make_mandate(rich.party, ending="0030")

    walk.see("anyone", "/creators/")
    walk.see("finance", office("royalty_round_new"))
    make_sales(agreement.beer, net_minor=100_000)
    for user in (rich, abroad, poor):
        walk.see(user, *creator_pages(agreement, user.party))
    typed = {"period_to": str(clock.today() - timedelta(days=1)), "pay_on": str(clock.today())}
    walk.see("finance", office("royalty_round_new", query=urlencode(typed)))
    walk.refuse("finance", office("royalty_round_new"), period_to="x", pay_on="2001-01-01")
    key = make_round(period_to=clock.today(), pay_on=clock.today()).public_id
    engine.run()
    pay = office("royalty_pay", key)
    walk.see("finance", office("royalty_statements"), office("royalty_round", key), pay)
    walk.refuse("finance", pay)
    run_url = walk.act("finance", pay, route="sandbox")
    walk.act("director", f"{run_url}approve/", sha256=PayoutRun.objects.get().rows_sha256)
    drive()
    clock.move_forward(by=timedelta(days=4))
    drive()
    make_sales(agreement.beer, kind="returns", net_minor=-400, units_returned=2, note="Vỡ")
    for user in (rich, abroad, poor):
        walk.see(user, *creator_pages(agreement, user.party))
    walk.see("finance", office("royalties"), office("royalty_round", key), pay, office("royalty_sales"), office("home"))
    walk.see("finance", office("royalty_agreement", agreement.public_id), office("payouts_back"), run_url)
    walk.see("anyone", "/creators/", "/")

    papers = [printed(read_bytes(file.sha256)) for file in RoyaltyStatementFile.objects.all()]
    assert [english_of_text(text) for text in papers] == [[]] * 3
    assert walk.left == {}
    assert english_in_mails() == {}


@pytest.fixture
def drawer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of the bank go into the test client, and no worker of anybody is really killed."""
    settings.PAYMENT_HANDLERS = {fake_purpose.PURPOSE: fake_purpose.HANDLERS}
    settings.SANDBOX_POST = "tests.payments.actions.post_to_test_client"
    settings.CELERY_BROKER_URL = "memory://"
    killed = iter([[], [101]])
    monkeypatch.setattr("portal.services.demo_faults.kill_sibling", lambda _name: next(killed, [101, 102]))


def pull(walk: Walk, fault: Fault) -> None:
    walk.act("anyone", "/demo/faults/pull/", fault=fault.value)
    walk.see("anyone", "/demo/", "/demo/faults/")


@pytest.mark.usefixtures("drawer")
def test_no_fault_of_payments_is_left_in_english(walk: Walk) -> None:
    """Each fault pulled with nothing under way, then met by a payment."""
    make_company()

    walk.see("anyone", "/demo/", "/demo/mail/")
    for fault in Fault:
        pull(walk, fault)
    walk.act("anyone", "/demo/faults/back/", fault=Fault.REORDER_WEBHOOKS.value)
    for fault in (Fault.DECLINE_CARD, Fault.FORGE_WEBHOOK, Fault.DELAY_WEBHOOK, Fault.DUPLICATE_WEBHOOK):
        payment = open_payment()
        pull(walk, fault)
        for _try in range(2):
            pay_with(payment)
            hear()
            walk.see("anyone", "/demo/", "/demo/faults/")

    assert walk.left == {}


@pytest.mark.usefixtures("drawer")
def test_no_fault_of_payouts_is_left_in_english(walk: Walk) -> None:
    made = make_dividend(holdings=(2000, 1000), pay_on=clock.today())
    for user in made.members:
        make_mandate(user.party)
    statements.pay(made)

    pull(walk, Fault.LOSE_BANK_ANSWER)
    for _turn in range(3):
        pull(walk, Fault.STOP_WORKER)
        drive(1)
        walk.see("anyone", "/demo/faults/")
    pull(walk, Fault.RETURN_PAYOUT)
    drive()
    walk.see("anyone", "/demo/", "/demo/faults/", "/demo/mail/")

    assert walk.left == {}
