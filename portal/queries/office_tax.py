"""What tax the company keeps back, and which documents lower it, as the office reads it: in words, no codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, Q, QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.rules.names import search_key
from dividends.models import TaxDocument, WithholdingRule
from dividends.queries.statement_words import country_name, percent
from dividends.queries.tax_documents import Effect, followers, with_followers
from dividends.services.withholding_rules import SAMPLE, UNCONFIRMED
from portal.queries.office_people import name_of

SOON_DAYS = 30
SORTS = {
    "name": ("party__name_sort", "pk"),
    "kind": ("kind", "valid_until", "pk"),
    "until": ("valid_until", "pk"),
    "entered": ("entered_at", "pk"),
}


class DocumentState(StrEnum):
    """How a document stands on a day."""

    COMING = "coming"
    COUNTS = "counts"
    SOON = "soon"
    EXPIRED = "expired"
    REFUSED = "refused"


STATES: dict[DocumentState, Promise] = {
    DocumentState.COUNTS: gettext_lazy("counts for longer"),
    DocumentState.SOON: gettext_lazy("runs out within 30 days"),
    DocumentState.EXPIRED: gettext_lazy("has run out"),
    DocumentState.COMING: gettext_lazy("does not count yet"),
    DocumentState.REFUSED: gettext_lazy("refused"),
}


@dataclass(frozen=True)
class RuleLine:
    """A rule in words. ``is_sample``: it came with the software; ``is_unchecked``: nobody compared its figure yet."""

    rule: WithholdingRule
    country: str
    rate: str
    days: str
    state: str
    source: str
    is_sample: bool
    is_unchecked: bool

    @property
    def can_end(self) -> bool:
        """Whether nobody ended it yet."""
        return self.rule.valid_to is None


@dataclass(frozen=True)
class DocumentLine:
    """A document in words; ``number`` is the member's, None for a creator without shares."""

    document: TaxDocument
    number: int | None
    entered_by: str
    refused_by: str
    state: DocumentState
    words: str

    @property
    def can_be_refused(self) -> bool:
        """Whether it was not refused yet."""
        return self.state != DocumentState.REFUSED


@dataclass(frozen=True)
class EffectLine:
    """What a document changes for a holder, in words; a rate is empty where no rule covers the holder."""

    income: str
    evidence: str
    without: str
    with_it: str


def rules_for_office(
    *, on: date, income: str = "", country: str | None = None, ended: bool = False
) -> QuerySet[WithholdingRule]:
    """Return the rules of the company's country, those ended by the day only when asked for.

    ``country`` is the holder's: None for all rules, empty for those about every country.
    """
    rows = WithholdingRule.objects.filter(issuer_country=settings.ISSUER_COUNTRY)
    if income:
        rows = rows.filter(income=income)
    if country is not None:
        rows = rows.filter(holder_country=country)
    if not ended:
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return rows.order_by("income", "holder_country", "holder_kind", "evidence", "-valid_from", "pk")


def countries_of_rules() -> list[tuple[str, str]]:
    """Return the countries that rules of the company's country name, with their names, by name."""
    rows = WithholdingRule.objects.filter(issuer_country=settings.ISSUER_COUNTRY).exclude(holder_country="")
    codes = rows.order_by("holder_country").values_list("holder_country", flat=True).distinct()
    return sorted(((code, country_name(code)) for code in codes), key=lambda choice: search_key(choice[1]))


def rule_line(rule: WithholdingRule, *, on: date) -> RuleLine:
    """Return the rule in words."""
    source = rule.source.removeprefix(f"{SAMPLE}: ")
    doubt = f" [{UNCONFIRMED}]"
    return RuleLine(
        rule=rule,
        country=country_name(rule.holder_country) if rule.holder_country else _("every country"),
        rate=percent(rule.rate_ppm),
        days=_days(rule, on),
        state=_rule_state(rule, on),
        source=source.removesuffix(doubt),
        is_sample=rule.source.startswith(SAMPLE),
        is_unchecked=source.endswith(doubt),
    )


def _rule_state(rule: WithholdingRule, on: date) -> str:
    if rule.valid_to is not None and rule.valid_to <= on:
        return _("ended")
    return _("coming") if rule.valid_from > on else _("in force")


def _days(rule: WithholdingRule, on: date) -> str:
    """Both days included, as people say it; ``valid_to`` is the first day without it."""
    first = date_format(rule.valid_from, "DATE_FORMAT")
    if rule.valid_to is None:
        return (_("from %(day)s") if rule.valid_from > on else _("since %(day)s")) % {"day": first}
    last = date_format(rule.valid_to - timedelta(days=1), "DATE_FORMAT")
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def documents_for_office(
    *, on: date, search: str = "", state: str = "", kind: str = "", sort: str = ""
) -> QuerySet[TaxDocument]:
    """Return documents by the holder's name or member number, in one state, of one kind; the latest entered first."""
    rows = with_followers(TaxDocument.objects.select_related("party__member", "entered_by__party", "refused_by__party"))
    words = search.strip()
    if words:
        rows = rows.filter(named(words, "party__"))
    if kind:
        rows = rows.filter(kind=kind)
    if state in set(DocumentState):
        rows = rows.filter(_in_state(DocumentState(state), on))
    keys = SORTS.get(sort.removeprefix("-"))
    if keys is None:
        return rows.order_by("-entered_at", "-pk")
    return rows.order_by(*(f"-{key}" for key in keys) if sort.startswith("-") else keys)


def document_kinds() -> list[str]:
    """Return the kinds of documents that were ever entered."""
    return list(TaxDocument.objects.order_by("kind").values_list("kind", flat=True).distinct())


def named(words: str, prefix: str = "") -> Q:
    """Return who is meant: a party whose name holds every word, in any accents and capitals, or its member number."""
    found = Q()
    for key in search_key(words).split():
        found &= Q(**{f"{prefix}name_search__contains": key})
    if words.isdecimal() and len(words) < 10:
        found |= Q(**{f"{prefix}member__number": int(words)})
    return found


def _in_state(state: DocumentState, on: date) -> Q:
    """Return the condition that `state_of` judges; a test holds the two against each other."""
    is_soon = Q(~Exists(followers()), valid_until__lte=on + timedelta(days=SOON_DAYS))
    conditions = {
        DocumentState.REFUSED: Q(refused_at__isnull=False),
        DocumentState.COMING: Q(refused_at=None, valid_from__gt=on),
        DocumentState.EXPIRED: Q(refused_at=None, valid_until__lt=on),
        DocumentState.SOON: Q(is_soon, refused_at=None, valid_from__lte=on, valid_until__gte=on),
        DocumentState.COUNTS: Q(~is_soon, refused_at=None, valid_from__lte=on, valid_until__gte=on),
    }
    return conditions[state]


def state_of(document: TaxDocument, *, on: date) -> DocumentState:
    """Return how a document stands on the day; ``followed_until`` is annotated by `with_followers`."""
    if document.refused_at is not None:
        return DocumentState.REFUSED
    if document.valid_from > on:
        return DocumentState.COMING
    if document.valid_until < on:
        return DocumentState.EXPIRED
    is_followed = document.followed_until is not None  # type: ignore[attr-defined]
    is_soon = document.valid_until <= on + timedelta(days=SOON_DAYS) and not is_followed
    return DocumentState.SOON if is_soon else DocumentState.COUNTS


def document_line(document: TaxDocument, *, on: date) -> DocumentLine:
    """Return the document in words; its party with the member, and who entered it, are selected already."""
    state = state_of(document, on=on)
    member = getattr(document.party, "member", None)
    return DocumentLine(
        document=document,
        number=member.number if member else None,
        entered_by=name_of(document.entered_by),
        refused_by=name_of(document.refused_by) if document.refused_by_id else "",
        state=state,
        words=_state_words(document, state, on),
    )


def _state_words(document: TaxDocument, state: DocumentState, on: date) -> str:
    day, next_day = document.valid_until, document.followed_until  # type: ignore[attr-defined]
    if state == DocumentState.REFUSED and document.refused_at is not None:
        return _("refused on %(day)s") % {"day": _day(localtime(document.refused_at).date())}
    if state == DocumentState.COMING:
        return _("counts from %(day)s") % {"day": _day(document.valid_from)}
    if state == DocumentState.EXPIRED:
        return _("ran out on %(day)s") % {"day": _day(day)}
    if state == DocumentState.SOON:
        return _soon_words(day, (day - on).days)
    if next_day:
        return _("counts until %(day)s, the next one until %(next)s") % {"day": _day(day), "next": _day(next_day)}
    return _("counts until %(day)s") % {"day": _day(day)}


def _soon_words(day: date, days: int) -> str:
    if not days:
        return _("counts today for the last time")
    words = ngettext("runs out tomorrow, on %(day)s", "runs out in %(days)d days, on %(day)s", days)
    return words % {"days": days, "day": _day(day)}


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def effect_lines(effects: Iterable[Effect]) -> list[EffectLine]:
    """Return what documents change, in words."""
    return [
        EffectLine(
            income=str(effect.income.label),
            evidence=effect.evidence,
            without=_rate(effect.without_ppm),
            with_it=_rate(effect.with_ppm),
        )
        for effect in effects
    ]


def _rate(ppm: int | None) -> str:
    return "" if ppm is None else percent(ppm)
