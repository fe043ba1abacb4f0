"""Holders' tax documents in the office: found, entered, looked at, refused, and what runs out is told in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Party
from core import clock
from core.models import AuditRecord
from core.storage import read_bytes
from dividends.errors import ValidityBackward
from dividends.models import TaxDocument, WithholdingRule
from dividends.queries.tax_documents import effects_of, expiries
from equity.models import Application
from payments.models import Payout
from portal.forms.offers import PDF_BYTES_MAX
from portal.queries import office_tax
from portal.queries.office_tax import DocumentState
from portal.queries.office_tax_holders import holders_found
from tests.factories.agm import register_shares
from tests.factories.beers import make_person
from tests.factories.dividends import make_rule, move_to
from tests.factories.equity import make_company, make_open_offer, make_paid_application
from tests.factories.payouts import make_payee, make_run
from tests.factories.people import make_holder, staff_client
from tests.factories.royalties import make_adopted, make_agreement, make_royalty_rule
from tests.factories.tax import PDF, make_member_of, make_tax_document, refuse
from tests.portal.tax_pages import day, text, url

pytestmark = pytest.mark.django_db
JPG, PNG = b"\xff\xd8\xff\xe0 a photo", b"\x89PNG\r\n\x1a\n a scan"


@pytest.fixture(autouse=True)
def our_house(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    make_company()


@pytest.fixture
def finance() -> Client:
    return staff_client("finance")


@pytest.fixture
def holder() -> Party:
    """A member in the United States, where a document lowers 30 % to 15 %."""
    make_rule(rate_ppm=300_000)
    make_rule(holder_country="US", holder_kind="person", evidence="W-8BEN", rate_ppm=150_000)
    return make_member_of("Agnes Hollis")


def given(**changes: Any) -> dict[str, Any]:
    today = clock.today()
    typed = {
        "kind": "W-8BEN",
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=400)).isoformat(),
        "file": SimpleUploadedFile("w-8ben.pdf", PDF, "application/pdf"),
    }
    return {name: value for name, value in (typed | changes).items() if value is not None}


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200
    assert not [q["sql"] for q in captured if str(q["sql"]).split()[0] in {"UPDATE", "DELETE", "INSERT"}]
    return len(captured)


@pytest.mark.parametrize("role", ["secretary", "director"])
def test_other_staff_read_and_enter_nothing(holder: Party, role: str) -> None:
    client, document = staff_client(role), make_tax_document(holder)
    rule = WithholdingRule.objects.latest("pk")
    typed = {"last_day": "2027-04-05"}

    rules, documents = client.get(url("tax")), client.get(url("tax_documents"))
    shown = client.get(url("tax_document", document.pk))

    assert url("tax_rule_new") not in text(rules)
    assert url("tax_rule_end", rule.pk) not in text(rules)
    assert url("tax_document_find") not in text(documents)
    for page in ("tax_document_file", "tax_document_refuse"):
        assert url(page, document.pk) not in text(shown)
        assert client.post(url(page, document.pk)).status_code == 403
    assert client.post(url("tax_rule_new"), typed).status_code == 403
    assert client.post(url("tax_rule_end", rule.pk), typed).status_code == 403
    assert client.post(url("tax_document_new", holder.public_id), given()).status_code == 403
    assert (WithholdingRule.objects.count(), TaxDocument.objects.count()) == (2, 1)


def test_holder_is_found_by_name_number_application_or_payment(holder: Party) -> None:
    joint = make_member_of("Ánh Tuyết", "VN")
    application = make_paid_application(make_open_offer(), user=make_holder(name="Tom Applied"))
    Application.objects.filter(pk=application.pk).update(holder=joint)
    payee = make_payee()
    register_shares([(payee, 1)], at=clock.now())
    make_run([payee])
    creator = make_person(name="Una Maker")
    make_agreement(adoption=make_adopted(author=creator))

    def found(search: str) -> list[Party]:
        return [line.party for line in holders_found(search)[0]]

    assert found("hollis AGNES") == [holder]
    assert found("anh tuyet") == [joint]
    assert found(str(holder.member.number)) == [holder]
    assert found(application.public_id) == [joint]
    assert found(Payout.objects.get().reference.lower()) == [payee]
    assert found("una maker") == [creator]
    assert found("Tom Applied") == []  # has applied and holds nothing
    assert found("  ") == []


def test_found_holders_are_told_apart_and_lead_to_the_form(finance: Client, holder: Party) -> None:
    page = finance.get(url("tax_document_find"), {"q": "agnes"})

    [line] = page.context["lines"]
    assert (line.number, line.country) == (holder.member.number, "United States")
    assert url("tax_document_new", holder.public_id) in text(page)
    assert "Nobody found" in text(finance.get(url("tax_document_find"), {"q": "nobody"}))


def test_without_a_rule_that_asks_for_one_no_document_can_be_entered(finance: Client) -> None:
    make_rule()
    party = make_member_of("Agnes Hollis")

    for page in (finance.get(url("tax_document_find")), finance.get(url("tax_document_new", party.public_id))):
        assert "No rule asks for a document" in text(page)
        assert url("tax_rule_new") in text(page)


def test_form_offers_what_rules_ask_for_and_says_what_it_changes(finance: Client, holder: Party) -> None:
    make_rule(holder_country="DE", evidence="Certificate of residence", rate_ppm=50_000)
    make_rule(evidence="Old form", valid_to=clock.today())

    page = finance.get(url("tax_document_new", holder.public_id))

    assert page.context["form"].fields["kind"].choices == [
        ("Certificate of residence", "Certificate of residence"),
        ("W-8BEN", "W-8BEN"),
    ]
    [effect] = page.context["effects"]
    assert (effect.income, effect.evidence, effect.without, effect.with_it) == ("dividend", "W-8BEN", "30 %", "15 %")


def test_effect_follows_income_country_and_documents_that_count_already(holder: Party) -> None:
    make_royalty_rule("", 200_000)
    make_royalty_rule("US", 0, evidence="W-8BEN", basis="treaty")
    make_rule(holder_country="US", evidence="Treaty form", rate_ppm=100_000)
    make_agreement(adoption=make_adopted(author=holder))
    make_tax_document(holder, kind="Treaty form")
    today = clock.today()

    effects = effects_of(holder, "US", ["W-8BEN"], on=today)

    assert [(effect.income, effect.without_ppm, effect.with_ppm) for effect in effects] == [
        ("dividend", 100_000, 100_000),
        ("royalty", 200_000, 0),
    ]
    assert effects_of(holder, "DE", ["W-8BEN"], on=today) == []


@pytest.mark.parametrize(("name", "data"), [("a.pdf", PDF), ("a.jpg", JPG), ("scan.of.it", PNG)])
def test_finance_enters_a_document(finance: Client, holder: Party, name: str, data: bytes) -> None:
    answer = finance.post(url("tax_document_new", holder.public_id), given(file=SimpleUploadedFile(name, data)))

    document = TaxDocument.objects.get()
    assert answer.headers["Location"] == url("tax_document", document.pk)
    assert (document.party, document.kind, document.document_name) == (holder, "W-8BEN", name)
    assert (document.valid_from, document.valid_until) == (clock.today(), clock.today() + timedelta(days=400))
    assert document.entered_by == finance.user  # type: ignore[attr-defined]
    assert read_bytes(document.document_sha256) == data
    assert f"Counts until {day(document.valid_until)}" in text(finance.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": None}, "kind"),
        ({"kind": "Something else"}, "kind"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"file": None}, "file"),
        ({"file": SimpleUploadedFile("w-8ben.pdf", b"MZ not what its name says")}, "file"),
        ({"file": SimpleUploadedFile("w-8ben.pdf", b"")}, "file"),
        ({"file": SimpleUploadedFile("w-8ben.pdf", PDF + b" " * PDF_BYTES_MAX)}, "file"),
    ],
)
def test_document_that_cannot_be_is_refused_by_its_field_and_what_was_typed_stays(
    finance: Client, holder: Party, typed: dict[str, Any], field: str
) -> None:
    sent = given(**typed)

    answer = finance.post(url("tax_document_new", holder.public_id), sent)

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, [field])
    assert form["valid_until"].value() == sent["valid_until"]
    assert form.wants_file_again == (field != "file")
    assert ("Choose the file again" in text(answer)) == (field != "file")
    assert not TaxDocument.objects.exists()


def test_end_before_the_beginning_says_so(finance: Client, holder: Party) -> None:
    answer = finance.post(url("tax_document_new", holder.public_id), given(valid_until="2020-01-01"))

    assert answer.context["form"].errors["valid_until"] == [str(ValidityBackward())]


def test_document_sent_twice_is_one_document(finance: Client, holder: Party) -> None:
    finance.post(url("tax_document_new", holder.public_id), given())

    again = finance.post(url("tax_document_new", holder.public_id), given())

    assert again.context["form"].non_field_errors() == ["This document is entered already, with the same days."]
    assert TaxDocument.objects.count() == 1


def test_only_members_and_creators_have_documents(finance: Client, holder: Party) -> None:
    stranger = make_holder().party
    assert stranger is not None

    assert finance.post(url("tax_document_new", stranger.public_id), given()).status_code == 404


def states() -> dict[DocumentState, tuple[dict[str, Any], str]]:
    """A document of each state, and what is said of it."""
    today = clock.today()

    def ahead(days: int) -> str:
        return day(today + timedelta(days=days))

    return {
        DocumentState.COUNTS: ({"days": 31}, f"counts until {ahead(31)}"),
        DocumentState.SOON: ({"days": 30}, f"runs out in 30 days, on {ahead(30)}"),
        DocumentState.EXPIRED: ({"days": -1}, f"ran out on {ahead(-1)}"),
        DocumentState.COMING: ({"days": 9, "valid_from": today + timedelta(days=1)}, f"counts from {ahead(1)}"),
        DocumentState.REFUSED: ({"days": 10}, f"refused on {day(today)}"),
    }


def test_documents_stand_by_state_in_words_as_the_filter_finds_them(finance: Client) -> None:
    made = {}
    for number, (state, (fields, _words)) in enumerate(states().items()):
        made[state] = make_tax_document(make_member_of(f"Holder {'abcde'[number]}"), **fields)
    refuse(made[DocumentState.REFUSED])

    for state, (_fields, words) in states().items():
        [line] = finance.get(url("tax_documents"), {"state": state}).context["lines"]
        assert (line.document, line.state, line.words) == (made[state], state, words)


@pytest.mark.parametrize(("days", "words"), [(0, "counts today for the last time"), (1, "runs out tomorrow, on {day}")])
def test_last_days_of_a_document_are_said_as_people_say_them(days: int, words: str) -> None:
    document = make_tax_document(make_member_of("Agnes Hollis"), days=days)
    today = clock.today()

    line = office_tax.document_line(office_tax.documents_for_office(on=today).get(pk=document.pk), on=today)

    assert line.words == words.format(day=day(today + timedelta(days=days)))


def test_document_with_a_follower_is_missed_by_nobody(finance: Client, holder: Party) -> None:
    today = clock.today()
    first = make_tax_document(holder, days=10)
    make_tax_document(holder, valid_from=today + timedelta(days=11), days=400)

    line = office_tax.document_line(office_tax.documents_for_office(on=today).get(pk=first.pk), on=today)

    assert line.state == DocumentState.COUNTS
    words = f"counts until {day(today + timedelta(days=10))}, the next one until {day(today + timedelta(days=400))}"
    assert line.words == words
    assert expiries(today, today + timedelta(days=30)) == []


def test_documents_are_found_by_name_number_and_kind_and_sorted(finance: Client, holder: Party) -> None:
    other = make_member_of("Ánh Tuyết", "VN")
    early, late = make_tax_document(other, days=5, kind="Other form"), make_tax_document(holder, days=90)

    def found(**query: str) -> list[TaxDocument]:
        return [line.document for line in finance.get(url("tax_documents"), query).context["lines"]]

    assert found(q="anh tuyet") == [early]
    assert found(q=str(holder.member.number)) == [late]
    assert found(kind="W-8BEN") == [late]
    assert found() == [late, early]
    assert found(sort="until") == [early, late]
    assert found(sort="-until") == [late, early]
    assert found(sort="nonsense", state="nonsense", kind="nonsense", page="99") == [late, early]
    assert "No document found" in text(finance.get(url("tax_documents"), {"q": "nobody"}))


def test_file_is_given_as_it_was_and_the_trail_keeps_who_took_it(finance: Client, holder: Party) -> None:
    document = make_tax_document(holder, document=PNG, document_name="../../evil.html")

    looked = finance.get(url("tax_document_file", document.pk))
    before = AuditRecord.objects.filter(verb="tax_document_taken").count()
    answer = finance.post(url("tax_document_file", document.pk))

    assert looked.headers["Location"] == url("tax_document", document.pk)
    assert before == 0
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="tax-document-{document.pk}.png"'
    assert "no-store" in answer.headers["Cache-Control"]
    taken = AuditRecord.objects.get(verb="tax_document_taken")
    assert (taken.by, taken.subject_id) == (finance.user, str(document.pk))  # type: ignore[attr-defined]
    assert taken.detail == {"sha256": document.document_sha256}


def test_file_asks_for_a_factor_of_this_moment(holder: Party) -> None:
    document = make_tax_document(holder)

    answer = staff_client("finance", fresh=False).post(url("tax_document_file", document.pk))

    assert answer.headers["Location"].startswith(reverse("account_confirm"))
    assert not AuditRecord.objects.filter(verb="tax_document_taken").exists()


def test_file_that_the_store_lost_is_said_on_the_page(finance: Client, holder: Party, settings: Any) -> None:
    document = make_tax_document(holder)
    settings.FILES_ROOT = settings.FILES_ROOT / "elsewhere"

    answer = finance.post(url("tax_document_file", document.pk))

    assert answer.status_code == 422
    assert "cannot be read at the moment" in text(answer)
    assert not AuditRecord.objects.filter(verb="tax_document_taken").exists()


def test_refusing_shows_what_changes_and_is_done_once(finance: Client, holder: Party) -> None:
    document = make_tax_document(holder)
    address = url("tax_document_refuse", document.pk)

    read = finance.get(address)
    answer, again = finance.post(address), finance.post(address)

    [effect] = read.context["effects"]
    assert (effect.without, effect.with_it) == ("30 %", "15 %")
    assert answer.headers["Location"] == again.headers["Location"] == url("tax_document", document.pk)
    document.refresh_from_db()
    assert document.refused_by == finance.user  # type: ignore[attr-defined]
    assert AuditRecord.objects.filter(verb="tax_document_refused").count() == 1
    shown = text(finance.get(answer.headers["Location"]))
    assert f"Refused on {day(clock.today())}" in shown
    assert address not in shown


def test_refused_document_can_be_entered_anew(finance: Client, holder: Party) -> None:
    finance.post(url("tax_document_new", holder.public_id), given())
    refuse(TaxDocument.objects.get())

    assert finance.post(url("tax_document_new", holder.public_id), given()).status_code == 302


def due(client: Client) -> list[tuple[str, str, bool]]:
    rows = client.get(url("home")).context["due"]
    return [(item.title, item.url, item.is_late) for item in rows if item.page == "office:tax_documents"]


def test_first_page_tells_what_runs_out_and_would_be_missed(holder: Party) -> None:
    make_tax_document(holder, days=20)
    client = staff_client("director")

    [(title, address, is_late)] = due(client)

    assert (title, is_late) == ("W-8BEN of Agnes Hollis runs out", False)
    assert address == f"{url('tax_documents')}?state=soon&kind=W-8BEN"
    assert [line.document.party for line in client.get(address).context["lines"]] == [holder]


def test_first_page_counts_holders_whose_documents_run_out_together(holder: Party) -> None:
    for party in (holder, make_member_of("Ben Hollis"), make_member_of("Cid Hollis")):
        make_tax_document(party, days=-2)

    [(title, address, is_late)] = due(staff_client("finance"))

    assert (title, is_late) == ("W-8BEN of 3 holders has run out", True)
    assert address == f"{url('tax_documents')}?state=expired&kind=W-8BEN"


def test_first_page_is_silent_where_no_rule_depends_on_the_document(holder: Party) -> None:
    make_tax_document(holder, days=31)  # not soon
    make_tax_document(make_member_of("Ben Hollis", "DE"), days=20)  # lives where no rule asks for it
    make_tax_document(make_member_of("Cid Hollis"), days=20, kind="Other form")
    refuse(make_tax_document(make_member_of("Dan Hollis"), days=20))
    make_tax_document(make_holder_without_shares(), days=20)

    assert due(staff_client("finance")) == []


def make_holder_without_shares() -> Party:
    user = make_holder(name="Eve Hollis")
    move_to([user], ["US"])
    assert user.party is not None
    return user.party


def test_first_page_tells_a_creators_document_by_the_rules_of_royalties(holder: Party) -> None:
    creator = make_holder_without_shares()
    make_agreement(adoption=make_adopted(author=creator))
    make_tax_document(creator, days=20)
    client = staff_client("finance")

    before = due(client)
    make_royalty_rule("US", 0, evidence="W-8BEN", basis="treaty")

    assert before == []
    assert [title for title, _url, _late in due(client)] == ["W-8BEN of Eve Hollis runs out"]


def test_pages_ask_as_many_questions_for_three_rows_as_for_one(finance: Client, holder: Party) -> None:
    document = make_tax_document(holder, days=20)
    pages = [
        url("tax"),
        url("tax_documents"),
        f"{url('tax_document_find')}?q=hollis",
        url("tax_document_new", holder.public_id),
        url("tax_document", document.pk),
        url("tax_document_refuse", document.pk),
        url("home"),
    ]
    for_one = {page: queries(finance, page) for page in pages}
    for name in ("Ben Hollis", "Cid Hollis"):
        make_tax_document(make_member_of(name), days=20)
        make_tax_document(holder, kind=f"Form of {name}", days=19)
        make_rule(holder_country="US", evidence=f"Form of {name}", rate_ppm=10)

    assert {page: queries(finance, page) for page in pages} == for_one
    assert len(finance.get(url("tax_documents")).context["lines"]) == 5


def test_lists_have_pages(finance: Client, holder: Party) -> None:
    for number in range(50):
        make_rule(holder_country="DE", evidence=f"Form {number}", rate_ppm=number)
    TaxDocument.objects.bulk_create(
        TaxDocument(
            party=holder,
            kind=f"Form {number}",
            valid_from=date(2020, 1, 1),
            valid_until=date(2030, 1, 1),
            document_sha256="0" * 64,
            document_name="a.pdf",
            entered_at=clock.now(),
        )
        for number in range(51)
    )

    for page, count in (("tax", 52), ("tax_documents", 51)):
        second = finance.get(url(page), {"page": "2"})
        assert second.context["page"].paginator.count == count
        assert len(second.context["lines"]) == count - 50
