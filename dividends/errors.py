"""One class per broken rule, each with a sentence for the person it happened to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.money import format_minor
from dividends.rules.refusals import Code
from dividends.tax_errors import (
    DocumentStands,
    EvidenceMissing,
    RateImpossible,
    RuleEnteredTwice,
    SourceMissing,
    ValidityBackward,
)

SENTENCES: Mapping[str, str | Promise] = {
    Code.FIGURE_NOT_EXACT: _(
        "A rate has at most twelve decimals of the smallest unit of money, and at most twelve digits before the point."
    ),
    Code.RATE_NOT_POSITIVE: _("The rate must be more than nothing."),
    Code.POT_NOT_POSITIVE: _("The sum to be shared out must be more than nothing."),
    Code.RATE_OR_POT: _("Give either a rate per share or a sum for the whole class, not both."),
    Code.ROUNDING_NEEDS_POT: _("A sum is shared out to the last unit only where a whole sum is declared."),
    Code.ROUNDING_NEEDS_RATE: _(
        "A whole sum is shared out to the last unit: this rounding goes with a rate per share."
    ),
    Code.AMOUNT_NEGATIVE: _(
        "An amount here cannot be negative: losses, capital and reserves are written without a sign."
    ),
    Code.ACCOUNTS_NOT_YET_MADE_UP: _("These accounts are made up to a day that has not come yet."),
    Code.INTERIM_WITHOUT_ANNUAL: _(
        "Interim accounts justify a dividend only after the first annual accounts. Until then the law asks for "
        "initial accounts (Companies Act 2006 s.836)."
    ),
    Code.INITIAL_DESPITE_ANNUAL: _(
        "Initial accounts justify a dividend only before the first annual accounts (Companies Act 2006 s.836)."
    ),
}


class RuleRefuses(DomainError):
    """A figure breaks a rule; the sentence says which."""

    code = "rule_refuses"

    def __init__(self, code: Code) -> None:
        self.rule = code
        super().__init__(SENTENCES.get(code))


class RecommendationTooLate(DomainError):
    """Directors recommend, then members read and vote: notice was given already, or this is no resolution of theirs."""

    sentence = _("Directors recommend a dividend before notice of the meeting is given. Notice was given already.")
    code = "recommendation_too_late"


class AmountNotNamed(DomainError):
    """Members vote on a text: what it does not say, or says in two ways, is not what they decided."""

    sentence = _(
        "The resolution's text must name the amount that is recommended, so that members know what they vote on."
    )
    code = "amount_not_named"

    def __init__(self, read: Iterable[str] = ()) -> None:
        """``read`` are the amounts as they stand in the text."""
        words = _(
            "The resolution's text must name the amount that is recommended and no other, besides the nominal value of "
            "a share. Amounts read in it: %(amounts)s."
        )
        amounts = ", ".join(read)
        super().__init__(words % {"amounts": amounts} if amounts else None)


class NotAsResolved(DomainError):
    """Directors may not pay less, or more, than what the members declared."""

    sentence = _(
        "A dividend must be exactly what the members resolved, neither less nor more. A smaller one needs another "
        "resolution."
    )
    code = "not_as_resolved"


class RecommendedAlready(DomainError):
    """A resolution carries one recommendation."""

    sentence = _("The directors have recommended a dividend for this resolution already, and that stands.")
    code = "recommended_already"


class MinuteMissing(DomainError):
    """A recommendation is found again by the minute of the board."""

    sentence = _("Say which minute of the board recommends this.")
    code = "minute_missing"


class NotCarried(DomainError):
    """A final dividend is declared by the members."""

    sentence = _(
        "Only the members can declare a final dividend, and the resolution has not been carried. Nothing can be paid "
        "on it."
    )
    code = "not_carried"


class AboveRecommendation(DomainError):
    """Members may declare less than was recommended, never more."""

    sentence = _(
        "A dividend can never be more than the directors recommended, and must be for the class and in the form they "
        "recommended."
    )
    code = "above_recommendation"

    def __init__(self, most: str = "") -> None:
        """``most`` is what was recommended, as the reader writes it: 17.55p."""
        words = _("The directors recommended %(most)s. A dividend can never be more than that.")
        super().__init__(words % {"most": most} if most else None)


class AlreadyDeclared(DomainError):
    """A resolution declares one dividend."""

    sentence = _("A dividend was proposed on this resolution already. Drop that one first if it is wrong.")
    code = "already_declared"


class AccountsOtherCurrency(DomainError):
    """Reserves are compared with a dividend in one currency."""

    sentence = _("These accounts are in another currency than the dividend.")
    code = "accounts_other_currency"


class AccountsOutOfDate(DomainError):
    """Later annual accounts are there (Companies Act 2006 s.836(2): the last annual accounts)."""

    sentence = _(
        "Later accounts have been entered. A dividend is justified by the last annual accounts, or by interim "
        "accounts made after them (Companies Act 2006 s.836)."
    )
    code = "accounts_out_of_date"


class RecordBeforeRecommendation(DomainError):
    """Whoever trades shares must be able to know what they carry."""

    sentence = _("The record moment cannot lie before the directors recommended the dividend.")
    code = "record_before_recommendation"


class PaymentBeforeRecord(DomainError):
    """Nobody can be paid before it is known who is owed."""

    sentence = _("The payment day cannot lie before the record day: only then is it known who is paid.")
    code = "payment_before_record"


class PeriodBackward(DomainError):
    """The financial period ends before it begins."""

    sentence = _("The period must end after it begins.")
    code = "period_backward"


class MinimumNegative(DomainError):
    """The least amount that is paid is nothing or more."""

    sentence = _("The smallest payment cannot be less than nothing.")
    code = "minimum_negative"


class ReasonMissing(DomainError):
    """What is dropped says why."""

    sentence = _("Say why this dividend is dropped. Whoever looks later will want to know.")
    code = "reason_missing"


class DeclarationOver(DomainError):
    """What was computed or dropped stays so."""

    sentence = _("This dividend is no longer a proposal: its entitlements are fixed, or it was dropped.")
    code = "declaration_over"


class TooEarly(DomainError):
    """The register of a moment to come cannot be read."""

    sentence = _("The record moment has not come yet. Until then shares can change hands.")
    code = "too_early"

    def __init__(self, record_at: datetime | None = None) -> None:
        if record_at is None:
            super().__init__()
            return
        words = _("The record moment is %(moment)s. Until then shares can change hands.")
        super().__init__(words % {"moment": date_format(localtime(record_at), "DATETIME_FORMAT")})


class NobodyEntitled(DomainError):
    """Nobody held a share of the class."""

    sentence = _("Nobody held shares of this class at the record moment.")
    code = "nobody_entitled"


class NothingToDeclare(DomainError):
    """The whole dividend is less than one minor unit."""

    sentence = _("The whole dividend is less than the smallest unit of money.")
    code = "nothing_to_declare"


class AmountTooLarge(DomainError):
    """An amount does not fit in what can be kept (64 bits of minor units)."""

    sentence = _("An entitlement would be larger than any amount of money that can be kept here. Look at the rate.")
    code = "amount_too_large"


class ReservesTooSmall(DomainError):
    """More would be distributed than the law allows (Companies Act 2006 ss.830, 831)."""

    sentence = _("The company may not distribute that much by these accounts (Companies Act 2006 ss.830 and 831).")
    code = "reserves_too_small"

    def __init__(self, *, needed_minor: int = 0, available_minor: int = 0, currency: str = "") -> None:
        if not needed_minor:
            super().__init__()
            return
        words = _(
            "This dividend takes %(needed)s, but by these accounts the company may distribute %(available)s "
            "(Companies Act 2006 ss.830 and 831)."
        )
        language = get_language() or "en"
        super().__init__(
            words
            % {
                "needed": format_minor(needed_minor, currency, language),
                "available": format_minor(available_minor, currency, language),
            }
        )


class WithholdingUnsettled(DomainError):
    """What is kept back from holders of some countries is not settled; ``words`` say it of a day and the countries."""

    words: str | Promise

    def __init__(self, countries: Iterable[str] = (), *, on: date | None = None) -> None:
        self.countries = tuple(countries)
        values = {"day": date_format(on, "DATE_FORMAT") if on else "", "countries": ", ".join(self.countries)}
        super().__init__(self.words % values if on else None)


class NoWithholdingRule(WithholdingUnsettled):
    """For some holders nobody said how much tax is kept back, so nothing is computed for anybody."""

    sentence = _("For some holders there is no rule that says how much tax is kept back.")
    code = "no_withholding_rule"
    words = _(
        "No rule says how much tax is kept back on %(day)s from holders who live in: %(countries)s. Enter the "
        "rules first; a missing rule is not a rate of nothing."
    )


class WithholdingRulesClash(WithholdingUnsettled):
    """Two rules that are equally close to a holder say different rates."""

    sentence = _("Two rules say different rates of tax for the same holders. End one of them.")
    code = "withholding_rules_clash"
    words = _(
        "On %(day)s two rules say different rates of tax for holders who live in: %(countries)s. End one of them."
    )


class FiguresDisagree(DomainError):
    """Figures that must follow from each other do not: a defect, refused by the database."""

    sentence = _("The figures do not agree with each other. Nothing was written. Please tell us.")
    code = "figures_disagree"


class StandsForGood(DomainError):
    """What was written here is never changed."""

    sentence = _("This was written down for good and cannot be changed. Correct it by something new.")
    code = "stands_for_good"


class PaidElsewhere(DomainError):
    """An entitlement is in one payment at most."""

    sentence = _("Some of this is in another payment already. Nothing was changed; please look again.")
    code = "paid_elsewhere"


class StillUnderWay(DomainError):
    """What the bank has, or may have, is not owed again."""

    sentence = _("This payment is still on its way, so it cannot be paid again.")
    code = "still_under_way"


class NotComputed(DomainError):
    """Nothing is owed before the entitlements are fixed."""

    sentence = _("The entitlements of this dividend are not fixed yet.")
    code = "not_computed"


class NotDueYet(DomainError):
    """A dividend is paid on its day, not before."""

    sentence = _("A dividend is never paid before its payment day.")
    code = "not_due_yet"


class NothingApproved(DomainError):
    """A statement says where the money goes."""

    sentence = _("Approve a payment run first, so that the statements can say where the money goes.")
    code = "nothing_approved"


# Laws that only a mistake of ours can break.
FIGURES = """
    accounts_kind_known accounts_document_is_kept declaration_state_known declaration_begins_proposed
    declaration_computed_whole declaration_totals_true declaration_pot_shared_out
    declaration_statements_of_a_computed_one entitlement_once_per_member entitlement_of_somebody_with_shares
    entitlement_adds_up entitlement_fractions_below_one entitlement_is_its_sum declaration_booked_as_computed
    declaration_reserves_by_accounts payout_line_adds_up payout_line_once_per_payout
    statement_way_known statement_announces_a_payment statement_number_positive
    tax_document_refused_by_somebody
"""
# Every law of the room by the name the database gives it (models, migrations/0002_laws.py): see core.errors.
LAWS: Mapping[str, Callable[[], DomainError]] = {
    "recommendation_before_the_vote": RecommendationTooLate,
    "recommendation_is_rate_or_pot": lambda: RuleRefuses(Code.RATE_OR_POT),
    "recommendation_names_its_minute": MinuteMissing,
    "dividends_recommendation_contest_id_key": RecommendedAlready,
    "declaration_by_carried_resolution": NotCarried,
    "declaration_within_recommendation": AboveRecommendation,
    "declaration_as_resolved": NotAsResolved,
    "declaration_once_per_recommendation": AlreadyDeclared,
    "declaration_accounts_same_currency": AccountsOtherCurrency,
    "declaration_is_rate_or_pot": lambda: RuleRefuses(Code.RATE_OR_POT),
    "declaration_pot_is_shared_out": lambda: RuleRefuses(Code.ROUNDING_NEEDS_RATE),
    "declaration_period_runs_forward": PeriodBackward,
    "declaration_minimum_not_negative": MinimumNegative,
    "declaration_dropped_says_why": ReasonMissing,
    "declaration_computed_after_record": TooEarly,
    "declaration_within_reserves": ReservesTooSmall,
    "declaration_goes_forward": DeclarationOver,
    "declaration_terms_never_change": StandsForGood,
    "declaration_figures_stand": StandsForGood,
    **dict.fromkeys(FIGURES.split(), FiguresDisagree),
    "accounts_parts_not_negative": lambda: RuleRefuses(Code.AMOUNT_NEGATIVE),
    "entitlement_before_the_totals": DeclarationOver,
    "payout_line_pays_once": PaidElsewhere,
    "payout_line_released_once": StandsForGood,
    "payout_line_when_due": NotDueYet,
    "payout_line_released_after_the_end": StillUnderWay,
    "withholding_rate_within_all": RateImpossible,
    "withholding_valid_forward": ValidityBackward,
    "withholding_treaty_asks_for_evidence": EvidenceMissing,
    "withholding_names_its_source": SourceMissing,
    "withholding_rule_once": RuleEnteredTwice,
    "withholding_rule_stands": StandsForGood,
    "tax_document_valid_forward": ValidityBackward,
    "tax_document_stands": StandsForGood,
    "tax_document_once": DocumentStands,
}
