"""A director's press of the button: ``python -m tests.faults.approving_payouts ID_OF_DIRECTOR``."""

import sys

import django


def main(director_id: int) -> None:
    """Approve the only payment run there is."""
    django.setup()
    from accounts.models import User
    from core import clock
    from core.transactions import atomic
    from payments.models import PayoutRun
    from payments.services.payout_runs import approve_run

    run, director = PayoutRun.objects.get(), User.objects.get(pk=director_id)
    with atomic():
        approve_run(run=run, sha256=run.rows_sha256, by=director, at=clock.now())


if __name__ == "__main__":
    main(int(sys.argv[1]))
