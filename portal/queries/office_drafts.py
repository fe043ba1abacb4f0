"""Payment runs that wait for a director and keep others of their kind from being prepared."""

from dataclasses import dataclass

from payments.enums import RunState
from payments.models import PayoutRun
from portal.queries.office_people import name_of


@dataclass(frozen=True)
class Draft:
    """A run that waits, and who prepared it; one of a purpose and currency at a time (database)."""

    run: PayoutRun
    prepared_by: str

    def keeps_back(self, run: PayoutRun) -> bool:
        """Tell whether nothing of that run can be prepared again before this one is decided."""
        return (self.run.purpose, self.run.currency) == (run.purpose, run.currency)


def waiting_drafts(**of_a_kind: str) -> list[Draft]:
    """Return the drafts of a ``purpose`` or ``currency``, or all of them, oldest first. One query."""
    rows = PayoutRun.objects.filter(state=RunState.DRAFT, **of_a_kind).select_related("prepared_by__party")
    return [Draft(run, name_of(run.prepared_by)) for run in rows.order_by("pk")]
