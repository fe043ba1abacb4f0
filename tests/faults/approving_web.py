"""A director's press of the button: ``python -m tests.faults.approving_web ID_OF_DIRECTOR``."""

import sys

import django


def main(director_id: int) -> None:
    """Approve the only batch there is."""
    django.setup()
    from accounts.models import User
    from core import clock
    from core.transactions import atomic
    from equity.models import AllotmentBatch
    from equity.services.allotments import approve_batch

    batch, director = AllotmentBatch.objects.get(), User.objects.get(pk=director_id)
    with atomic():
        approve_batch(batch=batch, sha256=batch.rows_sha256, by=director, at=clock.now())


if __name__ == "__main__":
    main(int(sys.argv[1]))
