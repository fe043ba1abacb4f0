"""Resolutions of general meetings as dividends hang on them: what may be recommended on, what was carried."""

from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from agm.enums import MeetingState
from agm.models import AgendaItem
from ballots.enums import ContestState, Method
from ballots.models import Contest
from core.money import SYMBOLS, minor_units
from dividends.enums import DeclarationState
from dividends.models import Declaration, Recommendation
from dividends.rules.named_amount import Units, names_amount

SHOWN = ("contest", "share_class", "recommended_by")
CENTS = ("c", "cent", "cents", "xu")
LARGE = {"GBP": ("pound", "pounds", "bảng", "bảng Anh"), "EUR": ("euro", "euros"), "USD": ("US$", "dollar", "dollars")}
SMALL = {"GBP": ("p", "penny", "pence", "xu"), "EUR": CENTS, "USD": CENTS}


def votes_to_come() -> QuerySet[Contest]:
    """Return the resolutions directors may still recommend on, oldest first: no notice given, none recommended on."""
    drafts = Contest.objects.filter(item__meeting__state=MeetingState.DRAFT)
    waiting = drafts.filter(method=Method.RESOLUTION, opened_at=None, recommendation=None)
    return waiting.order_by("prepared_at", "pk")


def is_named_in(contest_id: int, amount_minor: Decimal | int, currency: str) -> bool:
    """Return whether the resolution names exactly this amount wherever members read it, in both languages.

    Members see the agenda's text in the notice and the contest's question on the paper; a text that is empty in
    Vietnamese is not shown. False for a contest on no agenda.
    """
    item = AgendaItem.objects.filter(contest=contest_id).select_related("contest").first()
    if item is None or item.contest is None:
        return False
    large = (SYMBOLS.get(currency, currency), currency, *LARGE.get(currency, ()))
    units = Units(large, SMALL.get(currency, ()), minor_units(currency))
    english = [item.text, item.contest.question]
    vietnamese = [text for text in (item.text_vi, item.contest.question_vi) if text]
    return all(names_amount(text, amount_minor, units) for text in english) and all(
        names_amount(text, amount_minor, units, points=",.") for text in vietnamese
    )


def recommendations_waiting() -> QuerySet[Recommendation]:
    """Return the recommendations the members have not decided on, oldest first."""
    waiting = Recommendation.objects.exclude(contest__state=ContestState.DECLARED)
    return waiting.select_related(*SHOWN).order_by("recommended_at")


def carried_resolutions() -> QuerySet[Recommendation]:
    """Return the recommendations that were carried and have no dividend yet (a dropped one is none), oldest first."""
    standing = Declaration.objects.filter(recommendation=OuterRef("pk")).exclude(state=DeclarationState.DROPPED)
    carried = Recommendation.objects.filter(contest__state=ContestState.DECLARED, contest__count__result__passed=True)
    return carried.exclude(Exists(standing)).select_related(*SHOWN).order_by("contest__declared_at", "pk")
