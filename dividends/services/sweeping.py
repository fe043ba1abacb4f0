"""What time does to dividends by itself: who must say where to be paid is asked."""

from core import clock
from core.sweeping import each
from core.transactions import atomic
from dividends.models import Declaration
from dividends.queries.details_wanted import declarations_to_ask_about
from dividends.services.details_wanted import ask_for_details


def sweep() -> None:
    """Ask about every dividend that was computed lately; safe to run twice."""
    each(declarations_to_ask_about(at=clock.now()), _ask)


def _ask(declaration: Declaration) -> None:
    with atomic():
        ask_for_details(declaration=declaration, by=None, at=clock.now())
