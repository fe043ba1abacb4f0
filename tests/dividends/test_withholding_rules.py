"""Rules of withholding: samples loaded once, rules that only end, documents that only lower."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from core import clock
from core.transactions import atomic
from dividends.enums import Basis, HolderKind
from dividends.errors import StandsForGood
from dividends.integrity import findings
from dividends.models import TaxDocument, WithholdingRule
from dividends.queries.withholding import rule_of
from dividends.rules.withholding import NoRule
from dividends.services.tax_documents import enter_tax_document, refuse_tax_document
from dividends.services.withholding_rules import (
    RuleDraft,
    RulesChanged,
    end_withholding_rule,
    enter_withholding_rule,
    load_withholding_rules,
)
from dividends.tax_errors import (
    CountryUnknown,
    DocumentStands,
    EvidenceMissing,
    RateImpossible,
    RuleEnteredTwice,
    RuleInUse,
    SourceMissing,
    ValidityBackward,
)
from tests.factories.dividends import make_dividend
from tests.factories.people import make_holder, make_staff

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)


def load() -> list[WithholdingRule]:
    with atomic():
        return load_withholding_rules(at=clock.now())


def enter(**fields: object) -> WithholdingRule:
    draft = {"issuer_country": "GB", "rate_ppm": 0, "valid_from": DAY, "source": "invented for tests", **fields}
    with atomic():
        return enter_withholding_rule(draft=RuleDraft(**draft), by=None, at=clock.now())  # type: ignore[arg-type]


def test_load_samples_twice_writes_them_once() -> None:
    first = load()

    assert load() == []
    assert WithholdingRule.objects.count() == len(first) == 12


def test_samples_say_that_they_are_samples_and_where_they_are_from() -> None:
    load()

    assert {source.split(":")[0] for source in WithholdingRule.objects.values_list("source", flat=True)} == {
        "Sample to be checked"
    }


def test_load_samples_over_another_rate_refuses() -> None:
    enter(valid_from=date(2016, 4, 6), rate_ppm=1)

    with pytest.raises(RulesChanged):
        load()


def test_command_says_what_is_new() -> None:
    said = StringIO()

    call_command("load_withholding_rules", stdout=said)

    assert said.getvalue().splitlines()[-1].startswith("12 new.")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"issuer_country": "UK1"}, CountryUnknown),
        ({"issuer_country": ""}, CountryUnknown),
        ({"holder_country": "gb"}, CountryUnknown),
        ({"rate_ppm": 1_000_001}, RateImpossible),
        ({"valid_to": DAY}, ValidityBackward),
        ({"basis": Basis.TREATY}, EvidenceMissing),
        ({"source": ""}, SourceMissing),
    ],
)
def test_rule_that_says_nonsense_is_refused(fields: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        enter(**fields)


def test_same_rule_twice_is_refused() -> None:
    enter()

    with pytest.raises(RuleEnteredTwice):
        enter(rate_ppm=5)


def test_rule_ends_once() -> None:
    rule = enter()
    with atomic():
        end_withholding_rule(rule=rule, valid_to=date(2027, 1, 1), by=None, at=clock.now())
        end_withholding_rule(rule=rule, valid_to=date(2027, 1, 1), by=None, at=clock.now())

    with pytest.raises(StandsForGood), atomic():
        end_withholding_rule(rule=rule, valid_to=date(2028, 1, 1), by=None, at=clock.now())


def test_rule_of_royalties_of_a_creator_abroad_is_twenty_per_cent_and_of_one_at_home_nothing() -> None:
    load()

    abroad = rule_of(income="royalty", country="VN", kind=HolderKind.PERSON, party_id=0, on=DAY)
    at_home = rule_of(income="royalty", country="GB", kind=HolderKind.PERSON, party_id=0, on=DAY)

    assert (abroad.rate_ppm, at_home.rate_ppm) == (200_000, 0)


def test_rule_of_a_day_before_any_rule_is_refused() -> None:
    load()

    with pytest.raises(NoRule):
        rule_of(income="royalty", country="GB", kind=HolderKind.PERSON, party_id=0, on=date(2016, 6, 27))


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "rate_ppm"),
    [
        (date(2026, 1, 1), date(2026, 6, 30), 300_000),
        (date(2026, 1, 1), DAY, 150_000),
        (DAY, date(2026, 12, 31), 150_000),
        (date(2026, 7, 2), date(2026, 12, 31), 300_000),
    ],
)
def test_document_lowers_the_rate_on_each_of_its_days(
    valid_from: date, valid_until: date, rate_ppm: int, settings
) -> None:
    settings.ISSUER_COUNTRY = "US"
    load()
    party = make_holder().party
    _document(party, valid_from, valid_until)

    rule = rule_of(income="dividend", country="GB", kind=HolderKind.PERSON, party_id=party.pk, on=DAY)

    assert rule.rate_ppm == rate_ppm


def test_refused_document_lowers_nothing(settings) -> None:
    settings.ISSUER_COUNTRY = "US"
    load()
    party = make_holder().party
    document = _document(party, DAY, DAY)
    with atomic():
        refuse_tax_document(document=document, by=make_staff("finance"), at=clock.now())
        refuse_tax_document(document=document, by=make_staff("finance"), at=clock.now())

    rule = rule_of(income="dividend", country="GB", kind=HolderKind.PERSON, party_id=party.pk, on=DAY)

    assert rule.rate_ppm == 300_000


def test_document_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidityBackward):
        _document(make_holder().party, DAY, date(2026, 6, 30))


def _document(party, valid_from: date, valid_until: date):
    with atomic():
        return enter_tax_document(
            party=party,
            kind="W-8BEN",
            valid_from=valid_from,
            valid_until=valid_until,
            document=b"%PDF-1.7",
            document_name="w8ben.pdf",
            by=make_staff("finance"),
            at=clock.now(),
        )


def test_document_given_twice_is_kept_once_and_another_for_the_same_days_is_refused() -> None:
    made = make_dividend(step="proposed", holdings=(4000,))
    given = {
        "party": made.members[0].party,
        "kind": "W-8BEN",
        "valid_from": DAY,
        "valid_until": DAY + timedelta(days=365),
    }

    def give(document: bytes) -> TaxDocument:
        with atomic():
            return enter_tax_document(
                **given, document=document, document_name="w.pdf", by=made.finance, at=clock.now()
            )

    assert give(b"%PDF one") == give(b"%PDF one")
    with pytest.raises(DocumentStands):
        give(b"%PDF two")
    with atomic():
        refuse_tax_document(document=TaxDocument.objects.get(), by=made.finance, at=clock.now())
    assert give(b"%PDF two") == TaxDocument.objects.get(refused_at=None)


def test_rule_does_not_end_before_a_payment_whose_tax_it_made() -> None:
    made = make_dividend(holdings=(4000,))
    assert made.declaration is not None
    rule, pay_on = made.entitlement(0).withholding_rule, made.declaration.pay_on

    with pytest.raises(RuleInUse), atomic():
        end_withholding_rule(rule=rule, valid_to=pay_on, by=None, at=clock.now())
    with atomic():
        end_withholding_rule(rule=rule, valid_to=pay_on + timedelta(days=1), by=None, at=clock.now())

    assert list(findings()) == []
