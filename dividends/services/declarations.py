"""A final dividend on its way: accounts, the directors' recommendation, the proposal, the fixed entitlements.

Note [Who declares]: directors recommend at most so much before the meeting, the members declare it by ordinary
resolution and never more (SI 2008/3229 Sch. 3 para. 70). The database refuses a declaration without the carried
resolution; here every refusal gets its sentence. Interim dividends, which the directors decide alone, are not here.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from ballots.models import Contest
from core import audit, clock
from core.errors import constraints_as
from core.locks import lock
from core.storage import store_bytes
from core.transactions import atomic, needs_transaction
from dividends.enums import AccountsKind, DeclarationState, Rounding
from dividends.errors import (
    LAWS,
    AccountsOutOfDate,
    AmountNotNamed,
    DeclarationOver,
    PaymentBeforeRecord,
    RecordBeforeRecommendation,
    RuleRefuses,
    TooEarly,
)
from dividends.models import Declaration, Recommendation, RelevantAccounts
from dividends.queries.allocation import refuse_amount
from dividends.queries.reserves import is_out_of_date, refusals_of
from dividends.queries.resolutions import amounts_read
from dividends.rules.named_amount import names_only
from dividends.rules.reserves import Figures
from dividends.services.entitlements import fix_entitlements
from dividends.services.turns import take_turn
from equity.models import Company, RegisterHead, ShareClass
from equity.queries.company import get_company
from equity.queries.record_date import record_day

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def enter_accounts(
    *,
    kind: AccountsKind,
    made_up_to: date,
    figures: Figures,
    document: bytes,
    document_name: str,
    by: "User",
    at: datetime,
) -> RelevantAccounts:
    """Write the figures of accounts in the company's currency, and keep the document they are read from.

    Written once: a correction is entered again and replaces them from then on; the latest, given again by a second
    click, are returned as they stand. Raises `RuleRefuses` for accounts made up to a day that has not come, or of a
    kind that the Companies Act does not know at this point (s.836).
    """
    company = lock(Company.objects.all(), pk=get_company().pk)
    facts = {
        "kind": kind,
        "made_up_to": made_up_to,
        "currency": company.currency,
        "realised_profits_minor": figures.realised_profits_minor,
        "realised_losses_minor": figures.realised_losses_minor,
        "net_assets_minor": figures.net_assets_minor,
        "called_up_capital_minor": figures.called_up_capital_minor,
        "undistributable_minor": figures.undistributable_minor,
        "document_sha256": store_bytes(document),
    }
    latest = RelevantAccounts.objects.order_by("-pk").first()
    if latest is not None and facts == {name: getattr(latest, name) for name in facts}:
        return latest
    with constraints_as(LAWS), atomic():
        accounts = RelevantAccounts.objects.create(**facts, document_name=document_name, entered_at=at, entered_by=by)
        _refuse_accounts(accounts, at=at)
    audit.record(by=by, at=at, verb="accounts_entered", subject=accounts, sha256=accounts.document_sha256)
    return accounts


@needs_transaction
def recommend_dividend(
    *,
    contest: Contest,
    share_class: ShareClass,
    rate_minor: Decimal | None = None,
    pot_minor: int | None = None,
    minute_reference: str,
    by: "User",
    at: datetime,
) -> Recommendation:
    """Write what the directors recommend at most, in the currency of the class, for a resolution that names it.

    Exactly one of the rate per share and the pot, in minor units. Raises `RecommendationTooLate` once notice of the
    meeting was given, `AmountNotNamed`, `RecommendedAlready`, `MinuteMissing`, `RuleRefuses`.
    """
    refuse_amount(rate_minor=rate_minor, pot_minor=pot_minor)
    with constraints_as(LAWS), atomic():
        recommendation = Recommendation.objects.create(
            contest=contest,
            share_class=share_class,
            currency=share_class.currency,
            rate_minor=rate_minor,
            pot_minor=pot_minor,
            minute_reference=minute_reference.strip(),
            recommended_at=at,
            recommended_by=by,
        )
        _refuse_unnamed(recommendation)
    audit.record(by=by, at=at, verb="dividend_recommended", subject=recommendation, contest=contest.public_id)
    return recommendation


def _refuse_unnamed(recommendation: Recommendation) -> None:
    """What members decide is what they read. Asked again of the text they voted on: a draft's may still change."""
    amount = recommendation.pot_minor if recommendation.rate_minor is None else recommendation.rate_minor
    texts = amounts_read(recommendation.contest_id, recommendation.currency)
    if amount is None or not texts or not all(names_only(named, amount) for named in texts):
        raise AmountNotNamed(dict.fromkeys(one.words for named in texts for one in named))


@needs_transaction
def propose_dividend(
    *,
    recommendation: Recommendation,
    accounts: RelevantAccounts,
    title: str,
    title_vi: str,
    period_from: date,
    period_to: date,
    rate_minor: Decimal | None = None,
    pot_minor: int | None = None,
    rounding: Rounding,
    record_at: datetime,
    pay_on: date,
    minimum_minor: int,
    by: "User",
    at: datetime,
) -> Declaration:
    """Write the terms of a final dividend on a carried resolution; they never change, a wrong one is dropped.

    Exactly what was resolved, which is what was recommended: a rate with `Rounding.FLOOR` or ``CARRY``, a pot with
    ``LARGEST_REMAINDER``. Raises `NotCarried`, `AmountNotNamed` (the text changed after the recommendation),
    `AboveRecommendation`, `NotAsResolved`, `AlreadyDeclared`, `RecordBeforeRecommendation`, `PaymentBeforeRecord`,
    `AccountsOutOfDate`, `AccountsOtherCurrency`, `RuleRefuses`, `PeriodBackward`, `MinimumNegative`.
    """
    refuse_amount(rate_minor=rate_minor, pot_minor=pot_minor, rounding=rounding)
    _refuse_days(recommendation, record_at=record_at, pay_on=pay_on)
    _refuse_accounts(accounts, at=at)
    with constraints_as(LAWS), atomic():
        declaration = Declaration.objects.create(
            recommendation=recommendation,
            share_class=recommendation.share_class,
            accounts=accounts,
            title=title,
            title_vi=title_vi,
            period_from=period_from,
            period_to=period_to,
            currency=recommendation.currency,
            rate_minor=rate_minor,
            pot_minor=pot_minor,
            rounding=rounding,
            record_at=record_at,
            pay_on=pay_on,
            minimum_minor=minimum_minor,
            proposed_at=at,
            proposed_by=by,
        )
        _refuse_unnamed(recommendation)
    audit.record(by=by, at=at, verb="dividend_proposed", subject=declaration, title=title)
    return declaration


@needs_transaction
def drop_declaration(*, declaration: Declaration, reason: str, by: "User", at: datetime) -> Declaration:
    """Drop a proposal before its entitlements are fixed; dropped already: returned as it is.

    Raises `DeclarationOver` once computed, `ReasonMissing`.
    """
    declaration = lock(Declaration.objects.all(), pk=declaration.pk)
    if declaration.state == DeclarationState.DROPPED:
        return declaration
    if declaration.state != DeclarationState.PROPOSED:
        raise DeclarationOver()
    declaration.state, declaration.drop_reason = DeclarationState.DROPPED, reason.strip()
    declaration.dropped_at, declaration.dropped_by = at, by
    with constraints_as(LAWS), atomic():
        declaration.save(update_fields=["state", "drop_reason", "dropped_at", "dropped_by"])
    audit.record(by=by, at=at, verb="dividend_dropped", subject=declaration, reason=declaration.drop_reason)
    return declaration


@needs_transaction
def compute_entitlements(*, declaration: Declaration, by: "User", at: datetime) -> Declaration:
    """Fix who is owed what from the register at the record moment, and book it; computed already: returned as it is.

    From now on it is a debt to each holder. Nothing is written when it refuses: `TooEarly`, `DeclarationOver` (it was
    dropped), `AccountsOutOfDate` (later ones were entered since: propose it anew on those), `NoWithholdingRule`,
    `WithholdingRulesClash`, `ReservesTooSmall`, `NobodyEntitled`, `NothingToDeclare`, `AmountTooLarge`, `PeriodClosed`.
    """
    take_turn("compute_entitlements")  # they may draw on the same reserves, and on the same fractions
    declaration = lock(Declaration.objects.select_related("accounts", "share_class"), pk=declaration.pk)
    if declaration.state == DeclarationState.COMPUTED:
        return declaration
    if declaration.state != DeclarationState.PROPOSED:
        raise DeclarationOver()
    if min(at, clock.now()) < declaration.record_at:
        raise TooEarly(declaration.record_at)
    _refuse_accounts(declaration.accounts, at=at)
    _await_register()
    with constraints_as(LAWS), atomic():
        fix_entitlements(declaration=declaration, by=by, at=at)
    audit.record(
        by=by,
        at=at,
        verb="entitlements_fixed",
        subject=declaration,
        holders=declaration.holders_count,
        gross_minor=declaration.gross_total_minor,
        sha256=declaration.snapshot_sha256,
    )
    return declaration


def _await_register() -> None:
    """Let whoever is writing in the register finish: its entry may bear a moment before the record moment already."""
    lock(RegisterHead.objects.all(), one=True)


def _refuse_days(recommendation: Recommendation, *, record_at: datetime, pay_on: date) -> None:
    if record_at < recommendation.recommended_at:
        raise RecordBeforeRecommendation()
    if pay_on < record_day(record_at):
        raise PaymentBeforeRecord()


def _refuse_accounts(accounts: RelevantAccounts, *, at: datetime) -> None:
    for code in refusals_of(accounts, at=at):
        raise RuleRefuses(code)
    if is_out_of_date(accounts):
        raise AccountsOutOfDate()
