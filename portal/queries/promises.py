"""Every promise that a declared vote carries, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from agm.models import Meeting
from ballots.enums import ContestState, PromiseKind
from ballots.models import Contest, Option, PromiseNews
from beers.queries import Card, cards_of
from core.languages import localised
from portal.rules.promises import Standing, days_late, standing

PLAIN_GROUND = "gold"


@dataclass(frozen=True)
class NewsLine:
    """A line of a promise's story, in the reader's language where it was told in it."""

    news: PromiseNews
    text: str


@dataclass(frozen=True)
class Kept:
    """A promise with its winners, its day and its story, the newest first."""

    contest: Contest
    meeting: Meeting
    title: str
    winners: str
    ground: str
    text: str
    standing: Standing
    days_late: int
    is_advice: bool
    news: Sequence[NewsLine]


def promises(*, today: date) -> list[Kept]:
    """Return the promises of all declared votes that chose somebody, the next day due first. Four queries at most."""
    news = PromiseNews.objects.order_by("-at", "-pk")
    rows = (
        Contest.objects.filter(state=ContestState.DECLARED, item__isnull=False)
        .exclude(promise_kind="")
        .select_related("count", "item__meeting")
        .prefetch_related(Prefetch("promise_news", queryset=news), "options")
    )
    chosen = {contest: winners for contest in rows if (winners := _elected(contest))}
    cards = cards_of(one.reference for winners in chosen.values() for one in winners if one.reference)
    found = [_kept(contest, winners, cards, today) for contest, winners in chosen.items()]
    return sorted(found, key=lambda one: (one.contest.promise_due_on or date.max, one.contest.pk))


def _elected(contest: Contest) -> list[Option]:
    options = {option.title: option for option in contest.options.all()}
    return [options[title] for title in contest.count.result["elected"] if title in options]


def _kept(contest: Contest, winners: Sequence[Option], cards: Mapping[str, Card], today: date) -> Kept:
    story = [NewsLine(news, localised(news, "text") or news.text) for news in contest.promise_news.all()]
    card = cards.get(winners[0].reference)
    return Kept(
        contest=contest,
        meeting=contest.item.meeting,
        title=localised(contest, "title"),
        winners=", ".join(localised(option, "title") or option.title for option in winners),
        ground=card.ground if card and card.is_recipe else PLAIN_GROUND,
        text=localised(contest, "promise"),
        standing=standing(story[0].news.state if story else "", due_on=contest.promise_due_on, today=today),
        days_late=days_late(contest.promise_due_on, today),
        is_advice=contest.promise_kind == PromiseKind.ADVICE,
        news=story,
    )
