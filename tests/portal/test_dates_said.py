"""Days and moments as people read them: words in sentences, figures in tables, never a machine's."""

import re
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from core import clock
from portal.forms.dividends import TermsForm
from portal.queries.dividend_picture import pictures_of
from portal.queries.my_dividends import dividends_of
from tests.factories.dividends import make_dividend
from tests.factories.people import sign_in_staff

MACHINE_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["10 January 2027", "10 January 2027, 18:00", "10 Jan 2027", "10 Jan 2027, 18:00"]),
        ("vi", ["10 tháng 1 năm 2027", "18:00 ngày 10/1/2027", "10/1/2027", "18:00 10/1/2027"]),
    ],
)
def test_day_is_in_words_in_a_sentence_and_short_in_a_table(language: str, said: list[str]) -> None:
    forms = ["DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT"]

    with override(language):
        found = [date_format(datetime(2027, 1, 10, 18), form) for form in forms]

    assert found == said


@pytest.mark.django_db
def test_accounts_to_choose_from_are_named_by_a_day_in_words() -> None:
    made = make_dividend(step="carried", holdings=(4,))
    form = TermsForm(recommendation=made.recommendation)
    day = date_format(made.accounts.made_up_to, "DATE_FORMAT")

    names = re.findall(r"Annual accounts to [^<]+", str(form["accounts"]), re.IGNORECASE)

    assert [name.strip() for name in names] == [f"annual accounts to {day}"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "vi"])
def test_pages_of_a_dividend_show_no_day_as_machines_write_it(language: str) -> None:
    made = make_dividend(step="computed", holdings=(4, 30))
    declaration = made.entitlement(0).declaration
    client: Client = sign_in_staff(made.finance)
    client.cookies["django_language"] = language

    pages = [
        client.get(address).content.decode()
        for address in (
            reverse("office:dividends"),
            reverse("office:dividend", args=[declaration.public_id]),
            reverse("office:dividend_accounts"),
        )
    ]

    assert [MACHINE_DAY.findall(re.sub(r"<[^>]*>", " ", page)) for page in pages] == [[], [], []]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "form"), [("en", "M y"), ("vi", "m/Y")])
def test_month_below_a_glass_has_the_whole_year_where_it_is_in_figures(language: str, form: str) -> None:
    made = make_dividend(step="computed", holdings=(4,))
    paid_on: date = made.entitlement(0).declaration.pay_on

    with override(language):
        months = [
            glass.month for one in pictures_of(dividends_of(made.members[0], at=clock.now())) for glass in one.glasses
        ]
        expected = date_format(paid_on, form)

    assert months == [expected]
