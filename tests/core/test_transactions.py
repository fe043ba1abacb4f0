import pytest

from core.transactions import InsideTransaction, NoTransaction, atomic, needs_transaction, refuses_transaction


@needs_transaction
def service() -> str:
    return "done"


@refuses_transaction
def gateway() -> str:
    return "called"


def test_service_outside_a_transaction_is_refused(committed_db: str) -> None:
    with pytest.raises(NoTransaction):
        service()


def test_service_inside_a_transaction_runs(committed_db: str) -> None:
    with atomic():
        assert service() == "done"


def test_gateway_inside_a_transaction_is_refused(committed_db: str) -> None:
    with atomic(), pytest.raises(InsideTransaction):
        gateway()


def test_gateway_outside_a_transaction_runs(committed_db: str) -> None:
    assert gateway() == "called"
