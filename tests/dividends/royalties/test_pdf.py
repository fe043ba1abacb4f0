"""The printed statement of a creator's share: every fact on one tagged page, in either language and any colour."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation

from accounts.models import Party, PrivateContact
from core import clock
from dividends.models import RoyaltyStatement
from dividends.queries.receivers import Receiver
from dividends.queries.royalties import whole_royalty_statements
from dividends.queries.statement_news import royalty_money_now
from dividends.royalty_documents import royalty_context, royalty_pdf
from dividends.services.royalties_letters import write_royalty_letter
from equity.queries.company import get_company
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.royalties import make_adopted, make_agreement, make_beer, make_round, make_sales
from tests.pdf_reader import open_pdf, squeezed, tags_of, text_of, unmarked_paintings

pytestmark = pytest.mark.django_db
HALF = Fraction(1, 2)


def stated(person: Party, *, ebc: int = 22, name: str = "Mossy Gate", **sales: int) -> RoyaltyStatement:
    """Return the newest statement of a beer that the person made with a friend."""
    adoption = make_adopted(text="Towpath Amber", author=person, ebc=ebc)
    agreement = make_agreement(
        adoption=adoption,
        beer=make_beer(name, recipe=adoption.proposal.recipe),
        creators=[(person, HALF), (make_person(), HALF)],
        minimum_minor=500,
    )
    make_sales(agreement.beer, **{"gross_minor": 1_500_000, "returns_minor": 9_000, "tax_minor": 250_000, **sales})
    make_round()
    return whole_royalty_statements().filter(party=person).latest("number")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_statement_prints_everything_it_knows(language: str) -> None:
    person = make_person("Nguyễn Thị Ánh Tuyết", language=language)
    PrivateContact.objects.filter(party=person).update(country="VN")
    make_mandate(person)
    statement = stated(person)

    data = royalty_pdf(statement)

    printed, sheet = text_of(data), royalty_context(statement)
    facts = [
        *(sheet[name] for name in ("number", "sentence", "next", "creator", "company_number", "check_code")),
        *sheet["names"],
        *(line.label for line in sheet["lines"]),
        *(line.figures for line in sheet["lines"]),
        *(fact for _word, fact in [*sheet["what"], *sheet["how"]]),
    ]
    assert [fact for fact in facts if squeezed(fact) not in printed] == []
    assert (len(open_pdf(data).pages), open_pdf(data).trailer["/Root"]["/Lang"]) == (1, language)


def test_sum_follows_from_top_to_bottom() -> None:
    with translation.override("en"):
        lines = royalty_context(stated(make_person()))["lines"]

    assert [(line.sign, line.figures) for line in lines] == [
        ("", "£15,000.00"),
        ("−", "£90.00"),
        ("−", "£2,500.00"),
        ("=", "£12,410.00"),
        ("×", "1 %"),
        ("=", "£124.10"),
        ("×", "1/2"),
        ("=", "£62.05"),
        ("−", "£0.00"),
        ("=", "£62.05"),
    ]


@pytest.mark.parametrize("ebc", [5, 12, 22, 30, 80])
def test_statement_is_tagged_in_every_colour(ebc: int) -> None:
    data = royalty_pdf(stated(make_person(), ebc=ebc))

    assert unmarked_paintings(data) == []
    assert {tag.kind for tag in tags_of(data)} >= {"H1", "H2", "Table", "TH", "TD", "Figure"}
    assert [tag.alternative for tag in tags_of(data) if tag.kind == "Figure"] == [
        "QR code that leads to the page where this statement can be checked"
    ]


def test_same_row_prints_the_same_bytes() -> None:
    statement = stated(make_person())

    assert royalty_pdf(statement) == royalty_pdf(statement)


def test_longest_names_fit_the_page() -> None:
    person = make_person("Nguyễn Thị " + "Ánh Tuyết " * 20)

    data = royalty_pdf(stated(person, name="Ễậộỹ Đồng " * 6, gross_minor=900_000_000_000_000))

    assert len(open_pdf(data).pages) == 1


def test_account_below_nil_says_that_nobody_asks_for_it() -> None:
    person = make_person()
    first = stated(person)
    make_sales(first.agreement.beer, kind="returns", net_minor=-500_000)
    make_round(period_to=date(2199, 1, 1))

    sheet = royalty_context(whole_royalty_statements().filter(party=person).latest("number"))

    assert sheet["sentence"] == "“Mossy Gate”: more came back than was sold, so your account stands £25.00 below nil."
    assert sheet["next"].startswith("Nobody asks you to pay it back")
    assert sheet["lines"][-1].figures == "−£25.00"


def test_mail_says_what_the_statement_says() -> None:
    statement = stated(make_person())
    reader = Receiver("a@example.org", "Agnes", "en", "")

    now = royalty_money_now(statement, at=clock.now())
    letter = write_royalty_letter(statement, now=now, receiver=reader, company=get_company())

    assert letter.subject == "“Mossy Gate” pays you £62.05"
    assert "400 units sold, £12,410.00 net sales: your share is £62.05, and £0.00 was kept back as tax." in letter.text
    assert "this is a royalty, not a dividend" in letter.text
    assert "<p>Hello Agnes,</p>" in letter.html
