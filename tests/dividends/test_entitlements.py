"""Entitlements of a real register, computed by one statement."""

import pytest

from dividends.models import Entitlement
from ledger.queries.balances import balance_of
from tests.factories.dividends import make_dividend

pytestmark = pytest.mark.django_db


def test_computed_entitlements_are_shares_times_rate_rounded_down() -> None:
    made = make_dividend(holdings=(3, 100, 2000))

    figures = Entitlement.objects.order_by("member__number").values_list("shares", "gross_minor", "net_minor")
    assert list(figures) == [(3, 7, 7), (100, 250, 250), (2000, 5000, 5000)]
    assert balance_of(f"dividend_payable:GBP:{made.members[0].party.public_id}") == -7
