"""Dividends as the office works on them: what can be declared, what is declared, and how far each is."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ballots.models import Contest
from core.languages import localised
from core.templatetags.faces import grouped
from dividends.enums import DeclarationState, Rounding
from dividends.models import Declaration, Recommendation
from dividends.queries.issuing import why_not_yet
from dividends.queries.owed import Owed, begins_on, owed
from dividends.queries.resolutions import carried_resolutions, recommendations_waiting
from dividends.queries.statements import Counts, counts_of
from dividends.services.paying import PURPOSE
from ledger.models import Movement
from payments.enums import RunState
from payments.models import PayoutRun
from portal.permissions import may_open
from portal.queries.office_jobs import JobLine
from portal.queries.office_payouts import Step
from portal.queries.office_people import name_of

PEOPLE = ("proposed_by__party", "computed_by__party", "dropped_by__party", "statements_issued_by__party")
RUN_PEOPLE = ("prepared_by__party", "approved_by__party")


@dataclass(frozen=True)
class Resolution:
    """A recommendation with the resolution it hangs on, and the meeting that votes on it."""

    recommendation: Recommendation
    title: str
    meeting: str
    declared_at: datetime | None


@dataclass(frozen=True)
class BookLine:
    """A line of the dividend's entry in the money book, in minor units."""

    account: str
    words: str
    amount_minor: int


@dataclass(frozen=True)
class Acts:
    """What whoever looks may do with the dividend now. ``pay_again``: a run was made, so it is not the next act."""

    compute: bool
    drop: bool
    pay: bool
    pay_again: bool
    issue: bool
    bundle: bool


def declarations_for_office() -> QuerySet[Declaration]:
    """Return dividends with what their pages show: proposals first, then the latest."""
    rows = Declaration.objects.select_related(*PEOPLE, "share_class", "accounts", "recommendation__contest", "entry")
    return rows.order_by("-proposed_at", "-pk")


def can_be_declared() -> list[Resolution]:
    """Return carried resolutions with a recommendation that no dividend was proposed on."""
    return [_resolution(row) for row in carried_resolutions().select_related("contest__item__meeting")]


def still_voted_on() -> list[Resolution]:
    """Return recommendations the members have not decided on."""
    return [_resolution(row) for row in recommendations_waiting().select_related("contest__item__meeting")]


def resolution_of(recommendation: Recommendation) -> Resolution:
    """Return one of them."""
    return _resolution(recommendation)


def _resolution(row: Recommendation) -> Resolution:
    contest: Contest = row.contest
    item = getattr(contest, "item", None)
    meeting = localised(item.meeting, "title") if item else ""
    return Resolution(row, localised(contest, "title"), meeting, contest.declared_at)


def runs_of(declaration: Declaration) -> list[PayoutRun]:
    """Return the payment runs that were prepared for the dividend, the first of them first."""
    rows = PayoutRun.objects.filter(purpose=PURPOSE, reference=declaration.public_id)
    return list(rows.select_related(*RUN_PEOPLE, "job").order_by("pk"))


def open_sums(declaration: Declaration, *, at: datetime) -> Owed:
    """Return what a run prepared now would find, as `dividends.services.paying` asks for it."""
    usable_at = max(begins_on(declaration.pay_on), at)
    return owed(declaration.currency, minimum_minor=declaration.minimum_minor, usable_at=usable_at)


def sentence_of(declaration: Declaration, *, at: datetime) -> str:
    """Return where the dividend stands, in one sentence."""
    if declaration.state == DeclarationState.DROPPED:
        return _("Dropped. Nobody is owed anything on it.")
    if declaration.state == DeclarationState.COMPUTED:
        return _("The entitlements are fixed: it is a debt of the company to each holder.")
    if declaration.record_at > at:
        return _("Proposed. Until the record moment shares can change hands; then the entitlements are fixed.")
    return _("Proposed. The record moment has passed: the entitlements can be fixed.")


def steps_of(declaration: Declaration, runs: list[PayoutRun], files: Counts | None = None) -> list[Step]:
    """Return the stations of the dividend, each with who and when; ``files`` of its statements once they are issued.

    Who of the holders was paid is another question.
    """
    approved = next((run for run in runs if run.approved_at), None)
    steps = [Step(_("Proposed"), "done", name_of(declaration.proposed_by), declaration.proposed_at)]
    if declaration.state == DeclarationState.DROPPED:
        why = f"{name_of(declaration.dropped_by)}: {declaration.drop_reason}"
        return [*steps, Step(_("Dropped"), "stopped", why, declaration.dropped_at)]
    by = name_of(declaration.computed_by) if declaration.computed_by_id else ""
    steps.append(_step(_("Entitlements fixed"), by, declaration.computed_at))
    by = name_of(approved.approved_by) if approved else ""
    steps.append(_step(_("Payments approved"), by, approved.approved_at if approved else None))
    steps.append(_statements_step(declaration, files))
    carried_out = next((run for run in runs if run.finished_at), None)
    words = _("What could be paid was given to the bank.") if carried_out else ""
    steps.append(_step(_("Paid"), words, carried_out.finished_at if carried_out else None))
    here = next((place for place, step in enumerate(steps) if step.state != "done"), None)
    if here is None:
        return steps
    return [*steps[:here], _now(steps[here]), *steps[here + 1 :]]


def _statements_step(declaration: Declaration, files: Counts | None) -> Step:
    """Issued is not done: a holder has a statement once its file is made."""
    title = _("Statements issued")
    by = name_of(declaration.statements_issued_by) if declaration.statements_issued_by_id else ""
    if files is None or not files.missing:
        return _step(title, by, declaration.statements_issued_at)
    counts = {"made": grouped(files.made), "issued": grouped(files.issued)}
    words = _("They are issued; %(made)s of %(issued)s files are made.") % counts
    return Step(title, "now", f"{by}. {words}" if by else words, declaration.statements_issued_at)


def _step(title: str, sentence: str, at: datetime | None) -> Step:
    return Step(title, "done" if at else "next", sentence, at)


def _now(step: Step) -> Step:
    return Step(step.title, "now", step.sentence, step.at)


def book_of(declaration: Declaration) -> list[BookLine]:
    """Return the dividend's entry in the money book, line by line, the debit first; empty before it is computed.

    What each holder is owed is one line here; the book has a movement for each.
    """
    if declaration.entry_id is None:
        return []
    currency, fractions = declaration.currency, _fractions_of(declaration)
    net, withheld = declaration.net_total_minor or 0, declaration.withheld_total_minor or 0
    residue = declaration.residue_minor or 0
    charged = net + withheld + residue + fractions
    lines = [
        BookLine(f"retained_earnings:{currency}", _("charged to retained earnings"), charged),
        BookLine(f"dividend_payable:{currency}:…", _("owed to the holders, each an account of their own"), -net),
        BookLine(f"withholding_payable:{currency}:{settings.ISSUER_COUNTRY}", _("tax withheld, owed to the tax office"),
                 -withheld),
        BookLine(f"dividend_rounding:{currency}", _("left by rounding, stays with the company"), -residue),
        BookLine(f"dividend_fractions:{currency}", _("fractions carried to the next dividend"), -fractions),
    ]  # fmt: skip
    return [line for line in lines if line.amount_minor]


def _fractions_of(declaration: Declaration) -> int:
    """What the entry moved into the account of carried fractions; negative where more of them was paid out."""
    if declaration.rounding != Rounding.CARRY:
        return 0
    moves = Movement.objects.filter(entry=declaration.entry)
    code = f"dividend_fractions:{declaration.currency}"
    came = moves.filter(credit__code=code).values_list("amount_minor", flat=True).first() or 0
    went = moves.filter(debit__code=code).values_list("amount_minor", flat=True).first() or 0
    return came - went


def files_of(declaration: Declaration, job: JobLine) -> Counts:
    """Return how many statements have their file: by the job while it goes well, by counting once something failed."""
    return counts_of(declaration) if job.failed else Counts(issued=job.total, made=job.done)


def acts_of(declaration: Declaration, runs: list[PayoutRun], roles: frozenset[str], *, at: datetime) -> Acts:
    """Return what somebody with these roles may do with the dividend, now.

    Whether anybody can be paid would take a look at every holder: it is asked only until a first run stands, because
    without a run statements can be issued just where nobody can be paid.
    """
    is_proposed = declaration.state == DeclarationState.PROPOSED
    is_computed = declaration.state == DeclarationState.COMPUTED
    has_draft = any(run.state == RunState.DRAFT for run in runs)
    is_issued = declaration.statements_issued_at is not None
    return Acts(
        compute=is_proposed and declaration.record_at <= at and may_open(roles, "office:dividend_compute"),
        drop=is_proposed and may_open(roles, "office:dividend_drop"),
        pay=is_computed and not has_draft and may_open(roles, "office:dividend_pay"),
        pay_again=any(run.state != RunState.CANCELLED for run in runs),
        issue=not is_issued and may_open(roles, "office:dividend_issue") and why_not_yet(declaration, at=at) is None,
        bundle=is_issued and may_open(roles, "office:dividend_bundle"),
    )


def holders_url(declaration: Declaration, what: str = "") -> str:
    """Return the address of the list of holders, of one state when named."""
    url = reverse("office:dividend_holders", args=[declaration.public_id])
    return f"{url}?state={what}" if what else url
