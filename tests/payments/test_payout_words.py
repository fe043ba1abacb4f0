"""Every reason for which money comes back is said in words."""

import pytest

from payments.queries.payout_words import NEVER_SENT, REASONS, payout_reason_words
from payments.rules.payout_states import PayoutReason
from payments.services.payouts import DETAILS_CHANGED, DETAILS_WAIT


def test_every_reason_has_its_own_words() -> None:
    said = [str(words.why) for words in [*REASONS.values(), *NEVER_SENT.values()]]

    assert set(REASONS) == set(PayoutReason)
    assert set(NEVER_SENT) == {DETAILS_CHANGED, DETAILS_WAIT, "cancelled"}
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("reason", ["", "AC99", "account_closed "])
def test_reason_nobody_knows_reads_as_other(reason: str) -> None:
    assert payout_reason_words(reason) == REASONS[PayoutReason.OTHER]


def test_closed_account_is_mended_by_new_details_and_our_own_mistake_is_not() -> None:
    assert payout_reason_words("account_closed").by_new_details is True
    assert payout_reason_words("bad_request").by_new_details is False
