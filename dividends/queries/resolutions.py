"""Resolutions of general meetings as dividends hang on them: what may be recommended on, what was carried."""

from django.db.models import Exists, OuterRef, QuerySet

from agm.enums import MeetingState
from agm.models import AgendaItem
from ballots.enums import ContestState, Method
from ballots.models import Contest
from core.money import SYMBOLS, minor_units
from dividends.enums import DeclarationState
from dividends.models import Declaration, Recommendation
from dividends.rules.named_amount import Named, Units, amounts_named

SHOWN = ("contest", "share_class", "recommended_by")
CENTS = ("c", "cent", "cents", "xu", "xu Mỹ")
LARGE = {
    "GBP": ("£", "pound", "pounds", "bảng", "bảng Anh"),
    "EUR": ("€", "euro", "euros"),
    "USD": ("$", "US$", "dollar", "dollars", "đô la", "đô-la"),
    "VND": ("₫", "đ", "VNĐ", "đồng", "dong", "dongs"),
    "JPY": ("¥", "yen", "yên"),
    "KWD": ("KD", "dinar", "dinars"),
}
SMALL = {"GBP": ("p", "penny", "pence", "xu"), "EUR": CENTS, "USD": CENTS, "KWD": ("fils",)}


def votes_to_come() -> QuerySet[Contest]:
    """Return the resolutions directors may still recommend on, oldest first: no notice given, none recommended on."""
    drafts = Contest.objects.filter(item__meeting__state=MeetingState.DRAFT)
    waiting = drafts.filter(method=Method.RESOLUTION, opened_at=None, recommendation=None)
    return waiting.order_by("prepared_at", "pk")


def amounts_read(contest_id: int, currency: str) -> list[list[Named]]:
    """Return the amounts that each text of the resolution names which members read, in both languages.

    Members see the agenda's text in the notice and the contest's question on the paper; a text that is empty in
    Vietnamese is not shown. No texts for a contest on no agenda.
    """
    item = AgendaItem.objects.filter(contest=contest_id).select_related("contest").first()
    if item is None or item.contest is None:
        return []
    units = units_of(currency)
    english = [item.text, item.contest.question]
    vietnamese = [text for text in (item.text_vi, item.contest.question_vi) if text]
    return [amounts_named(text, units) for text in english] + [
        amounts_named(text, units, points=",.") for text in vietnamese
    ]


def units_of(currency: str) -> Units:
    """Return how the currency is written in English and Vietnamese, and what would be another one."""
    own = (currency, SYMBOLS.get(currency, currency), *LARGE.get(currency, ()))
    others = [code for code in LARGE if code != currency]
    foreign = [word for code in others for word in (code, *LARGE[code], *SMALL.get(code, ()))]
    return Units(own, SMALL.get(currency, ()), minor_units(currency), tuple(foreign))


def recommendations_waiting() -> QuerySet[Recommendation]:
    """Return the recommendations the members have not decided on, oldest first."""
    waiting = Recommendation.objects.exclude(contest__state=ContestState.DECLARED)
    return waiting.select_related(*SHOWN).order_by("recommended_at")


def carried_resolutions() -> QuerySet[Recommendation]:
    """Return the recommendations that were carried and have no dividend yet (a dropped one is none), oldest first."""
    standing = Declaration.objects.filter(recommendation=OuterRef("pk")).exclude(state=DeclarationState.DROPPED)
    carried = Recommendation.objects.filter(contest__state=ContestState.DECLARED, contest__count__result__passed=True)
    return carried.exclude(Exists(standing)).select_related(*SHOWN).order_by("contest__declared_at", "pk")
