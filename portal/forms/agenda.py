"""Forms of what stands on an agenda: to hear, a resolution, a ballot between recipes or names."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from agm.enums import ItemKind
from agm.models import AgendaItem
from agm.services.meetings import ItemDraft
from ballots.enums import Majority, Method, PromiseKind
from ballots.models import Contest
from ballots.services.contests import OPTIONS_MAX, ContestDraft, OptionDraft, PromiseDraft
from portal.forms.fields import DayField
from portal.forms.offers import Pairs, SectionForm
from portal.queries.office_agenda import Offered

CREDIT_MAX = 160
EMPTY_ROWS = 3
ROWS_MAX = OPTIONS_MAX + EMPTY_ROWS
ROW_FIELDS = (("option", _("Choice")), ("option_vi", _("In Vietnamese")), ("credit", _("Whose idea")))
ON_THE_PAPER = ("title", "question", "chosen")
METHOD_OF = {ItemKind.RECIPES: Method.IRV, ItemKind.NAMES: Method.APPROVAL}
TEXT_PAIRS = (("title", "title_vi"), ("text", "text_vi"), ("question", "question_vi"), ("promise", "promise_vi"),
              ("script", "script_vi"))  # fmt: skip


def _words(label: Any, *, rows: int = 4, most: int = 6000, required: bool = False, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(max_length=most, required=required, label=label, widget=widget, **kwargs)


def _script() -> dict[str, forms.CharField]:
    return {
        "script": _words(_("What the chair reads out, in English"), most=2000),
        "script_vi": _words(_("What the chair reads out, in Vietnamese"), most=2000),
    }


class ItemForm(SectionForm):
    """Something to hear: a title, words, lines for the chair."""

    pairs = TEXT_PAIRS
    title = forms.CharField(max_length=160)
    title_vi = forms.CharField(max_length=160)
    text = _words(_("Text in English"))
    text_vi = _words(_("Text in Vietnamese"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = ItemKind(kind)
        super().__init__(*args, **kwargs)
        self.fields.update(_script())  # behind everything else: the chair's lines come last

    def draft(self) -> ItemDraft:
        """Return what was typed as the service takes it."""
        names = ("title", "title_vi", "text", "text_vi", "script", "script_vi")
        return ItemDraft(
            self.kind, **{name: self.cleaned_data.get(name, "") for name in names}, contest=self.contest_draft()
        )

    def contest_draft(self) -> ContestDraft | None:
        """Return what members decide; nothing here."""
        return None


class ResolutionForm(ItemForm):
    """A resolution with its whole text, as the notice must carry it (Companies Act 2006 s.283(6))."""

    majority = forms.ChoiceField(choices=Majority.choices, widget=forms.RadioSelect, label=_("What it needs"))
    text = _words(_("Text of the resolution, in English"), required=True, most=4000)
    text_vi = _words(_("Text of the resolution, in Vietnamese"), required=True, most=4000)
    field_order = ("title", "title_vi", "majority", "text", "text_vi")

    def contest_draft(self) -> ContestDraft:
        """Return the poll on the text."""
        data = self.cleaned_data
        return ContestDraft(
            method=Method.RESOLUTION,
            majority=data["majority"],
            title=data["title"],
            title_vi=data["title_vi"],
            question=data["text"],
            question_vi=data["text_vi"],
        )


class BallotForm(ItemForm):
    """A secret ballot: a question, choices from a shortlist or typed, and what is promised."""

    question = _words(_("Question in English"), rows=2, most=4000, required=True)
    question_vi = _words(_("Question in Vietnamese"), rows=2, most=4000, required=True)
    text = _words(_("What members should know, in English"))
    text_vi = _words(_("What members should know, in Vietnamese"))
    promise_kind = forms.ChoiceField(
        choices=PromiseKind.choices, widget=forms.RadioSelect, label=_("What the company owes the outcome")
    )
    promise = _words(_("The promise in English"), rows=2, most=400, required=True)
    promise_vi = _words(_("The promise in Vietnamese"), rows=2, most=400, required=True)
    promise_due_on = DayField(
        required=False,
        label=_("Kept by"),
        help_text=_("For a promise that binds, its last day. For example 2027-09-01."),
    )
    chosen = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("From the shortlist of members' ideas"),
        error_messages={"invalid_choice": _("One of these is not on a shortlist any more. Look at the list again.")},
    )  # fmt: skip
    field_order = ("title", "title_vi", "question", "question_vi", "chosen", "text", "text_vi", "promise_kind",
                   "promise", "promise_vi", "promise_due_on")  # fmt: skip

    def __init__(
        self, *args: Any, offered: Sequence[Offered] = (), typed: Sequence[OptionDraft] = (),
        meeting_on: date, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.meeting_on = meeting_on
        self.cards = {row.card.reference: row.card for row in offered}
        self.fields["chosen"].choices = [(row.card.reference, _card_words(row)) for row in offered]  # type: ignore[attr-defined]
        if not offered:
            del self.fields["chosen"]
        self.row_count = self._typed_count() if self.is_bound else min(len(typed) + EMPTY_ROWS, ROWS_MAX)
        for number in range(self.row_count):
            self._add_row(number, typed[number] if number < len(typed) else OptionDraft(""))

    def _typed_count(self) -> int:
        return sum(1 for number in range(ROWS_MAX) if f"option_{number}" in self.data) or EMPTY_ROWS

    def _add_row(self, number: int, option: OptionDraft) -> None:
        values = (option.title, option.title_vi, option.credit)
        for (name, label), value in zip(ROW_FIELDS, values, strict=True):
            field = forms.CharField(max_length=CREDIT_MAX, required=False, label=label)
            self.fields[f"{name}_{number}"] = field
            self.initial[f"{name}_{number}"] = value

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the bound fields of each typed choice."""
        for number in range(self.row_count):
            for name, _label in ROW_FIELDS:
                self.fields[f"{name}_{number}"].required = True  # judged already; keeps "(optional)" out of each label
        return [[self[f"{name}_{number}"] for name, _label in ROW_FIELDS] for number in range(self.row_count)]

    def groups(self) -> Pairs:
        """Return the fields in order, without those of the typed choices."""
        names = {name for name, _label in ROW_FIELDS}
        return [group for group in super().groups() if group[0].name.rpartition("_")[0] not in names]

    def groups_of_paper(self) -> Pairs:
        """Return what stands before the typed choices."""
        return [group for group in self.groups() if group[0].name in ON_THE_PAPER]

    def groups_of_rest(self) -> Pairs:
        """Return what stands behind them."""
        return [group for group in self.groups() if group[0].name not in ON_THE_PAPER]

    def clean(self) -> dict[str, Any]:
        """Refuse a binding promise without a day to come, the same choice twice, and more than a paper can hold."""
        data = super().clean() or {}
        binds, day = data.get("promise_kind") == PromiseKind.BINDING, data.get("promise_due_on")
        if binds and not day and "promise_due_on" not in self.errors:
            self.add_error("promise_due_on", _("Say by which day the promise is kept."))
        if day and day <= self.meeting_on:
            self.add_error("promise_due_on", _("This day must lie after the meeting."))
        for number in range(self.row_count):
            if not data.get(f"option_{number}") and (data.get(f"option_vi_{number}") or data.get(f"credit_{number}")):
                self.add_error(f"option_{number}", _("This part of the row is missing."))
        self._refuse_same()
        return data

    def _refuse_same(self) -> None:
        options = self.options()
        if len(options) > OPTIONS_MAX:
            self.add_error(None, _("A ballot paper holds at most %(most)d choices.") % {"most": OPTIONS_MAX})
        seen: set[str] = set()
        for option in options:
            key = " ".join(option.title.casefold().split())
            if key in seen:
                self.add_error(None, _("“%(title)s” stands on the paper twice.") % {"title": option.title})
            seen.add(key)

    def options(self) -> list[OptionDraft]:
        """Return what stands on the paper: the shortlist's in its order, then what was typed."""
        data = self.cleaned_data
        picked = set(data.get("chosen") or ())
        found = [
            OptionDraft(card.name, credit=card.author_shown[:CREDIT_MAX], reference=card.reference)
            for card in self.cards.values()
            if card.reference in picked
        ]
        for number in range(self.row_count):
            values = [data.get(f"{name}_{number}", "") for name, _label in ROW_FIELDS]
            if values[0]:
                found.append(OptionDraft(*values))
        return found

    def contest_draft(self) -> ContestDraft:
        """Return the ballot; its method follows from its kind."""
        data = self.cleaned_data
        names = ("title", "title_vi", "question", "question_vi")
        promise = PromiseDraft(data["promise_kind"], data["promise"], data["promise_vi"], data["promise_due_on"])
        return ContestDraft(
            METHOD_OF[self.kind], **{name: data[name] for name in names}, options=self.options(), promise=promise
        )


def _card_words(row: Offered) -> str:
    card = row.card
    author = _("by %(author)s") % {"author": card.author_shown} if card.author_shown else ""
    strength = f"{number_format(Decimal(card.abv_hundredths) / 100, 1)} %" if card.is_recipe else ""
    gone = "" if row.call_title else _("not on the shortlist any more")
    return " · ".join(str(part) for part in (card.name, card.style, strength, author, row.call_title or gone) if part)


def initial_of(item: AgendaItem) -> dict[str, Any]:
    """Return a saved item as its form shows it."""
    names = ("title", "title_vi", "text", "text_vi", "script", "script_vi")
    values = {name: getattr(item, name) for name in names}
    contest = item.contest
    if contest is None:
        return values
    ruled = ("majority", "question", "question_vi", "promise_kind", "promise", "promise_vi", "promise_due_on")
    chosen = [option.reference for option in contest.options.all() if option.reference]
    return values | {name: getattr(contest, name) for name in ruled} | {"chosen": chosen}


def typed_of(contest: Contest | None) -> list[OptionDraft]:
    """Return the choices of a saved ballot that came from no shortlist, in the order of the paper."""
    options = sorted(contest.options.all(), key=lambda option: option.position) if contest else []
    return [OptionDraft(row.title, row.title_vi, row.credit) for row in options if not row.reference]
