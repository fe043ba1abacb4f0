"""What goes wrong with royalties, each with a sentence for whoever it happened to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class MakerCannotAgree(DomainError):
    """Two people stand behind an agreement."""

    sentence = _("You made this yourself. Somebody else must approve it.")
    code = "maker_cannot_agree"


class DecidedAlready(DomainError):
    """Somebody was faster."""

    sentence = _("This was decided a moment ago by somebody else. Nothing was done twice.")
    code = "decided_already"

    def __init__(self, who: str = "") -> None:
        words = _("This was decided a moment ago by %(who)s. Nothing was done twice.")
        super().__init__(words % {"who": who} if who else None)


class DuesChanged(DomainError):
    """What the statements would say is no longer what was read."""

    sentence = _("The sums have changed since you read them. Please look at them again; nothing was issued.")
    code = "dues_changed"


class ChangedSinceRead(DomainError):
    """The hash that was read is not that of what stands there now."""

    sentence = _("The sums have changed since you read them. Please look at them again; nothing was approved.")
    code = "changed_since_read"


class HouseIdea(DomainError):
    """Nobody but the company made it."""

    sentence = _("This idea is the house's own. It has no creator to pay.")
    code = "house_idea"


class SharesNotWhole(DomainError):
    """Fractions must make exactly one."""

    sentence = _("The creators' parts must add up to exactly 1, for example 1/2 and 1/2.")
    code = "shares_not_whole"


class CreatorTwice(DomainError):
    """A creator has one part."""

    sentence = _("A creator can have one part only.")
    code = "creator_twice"


class ProposalWaits(DomainError):
    """One proposal at a time for a winning idea."""

    sentence = _("An agreement for this idea waits for approval already. Decide that one first.")
    code = "proposal_waits"


class AnotherInForce(DomainError):
    """Two agreements for one idea would pay twice."""

    sentence = _(
        "Another agreement for this idea is in force in these days. Only one without an end gives way to a new one, on "
        "the day the new one begins."
    )
    code = "another_in_force"


class EarnedLater(DomainError):
    """What was earned at the old rate stays earned."""

    sentence = _("The agreement before has earned of later sales already. Begin the new one after them.")
    code = "earned_later"


class BeerNameTaken(DomainError):
    """Two beers cannot be told apart."""

    sentence = _("Another beer has this name or this number already.")
    code = "beer_name_taken"


class OtherCurrency(DomainError):
    """A beer is sold, and its creators are paid, in one currency."""

    sentence = _("This beer is sold in another currency.")
    code = "other_currency"


class TermsImpossible(DomainError):
    """A rate, a day or an amount cannot be."""

    sentence = _("These terms cannot be: look at the rate, the days and the smallest payment.")
    code = "terms_impossible"


class MakerCannotApproveSales(DomainError):
    """Two people stand behind a figure."""

    sentence = _("You entered this figure yourself. Somebody else must approve it.")
    code = "maker_cannot_approve_sales"


class SalesSaidAlready(DomainError):
    """What was sold in a period is said once."""

    sentence = _(
        "Sales of this beer in these days were entered already. What came back later, or was wrong, is entered as a "
        "line of its own about that period."
    )
    code = "sales_said_already"


class EnteredTwice(DomainError):
    """The same figures with the same note."""

    sentence = _("Exactly this was entered already. If it happened twice, say so in the note.")
    code = "entered_twice"


class NothingToCorrect(DomainError):
    """Returns and corrections are about sales that were approved."""

    sentence = _(
        "There are no approved sales of this beer for exactly these days. Returns and corrections name the period "
        "in which the beer was sold."
    )
    code = "nothing_to_correct"


class FiguresDoNotFit(DomainError):
    """The signs or the fields do not fit what the line says it is."""

    sentence = _("These figures do not fit: look at their signs, and say in the note what a correction is about.")
    code = "figures_do_not_fit"


class PeriodCrosses(DomainError):
    """A figure belongs wholly to one agreement, or wholly to none."""

    sentence = _("These days lie partly outside an agreement. Enter a figure for each part.")
    code = "period_crosses"

    def __init__(self, first_day: date | None = None, end: date | None = None) -> None:
        if first_day is None:
            super().__init__()
            return
        begins = date_format(first_day, "DATE_FORMAT")
        if end is None:
            words = _(
                "An agreement begins on %(first)s, inside these days. Enter a figure for before and one from then on."
            )
            super().__init__(words % {"first": begins})
            return
        words = _(
            "An agreement runs from %(first)s to %(last)s. These days lie partly outside: enter a figure for each part."
        )
        super().__init__(words % {"first": begins, "last": date_format(end - timedelta(days=1), "DATE_FORMAT")})


class ReturnedAboveSold(DomainError):
    """More came back than was ever sold at the rate."""

    sentence = _("More would come back than was ever sold under the agreement. Look at the amounts, or at the period.")
    code = "returned_above_sold"


class RowsRefused(DomainError):
    """Rows of a file cannot be entered; ``refusals`` are (row, sentence). Then none is: half a file helps nobody."""

    sentence = _("Nothing was entered: look at the rows that are named.")
    code = "rows_refused"

    def __init__(self, refusals: Sequence[tuple[int, str]] = ()) -> None:
        self.refusals = tuple(refusals)
        super().__init__()


class NothingToState(DomainError):
    """No creator has anything new."""

    sentence = _("Nothing new was earned since the last statements, so there is nothing to say.")
    code = "nothing_to_state"


class LaterSalesApproved(DomainError):
    """Statements cover everything that was approved."""

    sentence = _("Sales of later days are approved already. Choose their last day or a later one.")
    code = "later_sales_approved"


class RoyaltyPaidElsewhere(DomainError):
    """A statement is in one payment at most."""

    sentence = _("Some of this is in another payment already. Nothing was changed; please look again.")
    code = "royalty_paid_elsewhere"


class RoyaltyFiguresDisagree(DomainError):
    """Figures that must follow from each other do not: a defect, refused by the database."""

    sentence = _("The figures do not agree with each other. Nothing was written. Please tell us.")
    code = "royalty_figures_disagree"


# Every law of royalties by the name the database gives it (models, migrations/0003_royalties.py): see core.errors.
LAWS: Mapping[str, Callable[[], DomainError]] = {
    "sold_beer_named_once": BeerNameTaken,
    "sold_beer_sku_once": BeerNameTaken,
    "agreement_approved_by_another": MakerCannotAgree,
    "agreement_is_about_somebodys_idea": HouseIdea,
    "agreement_currency_of_its_beer": OtherCurrency,
    "agreement_one_proposal_waits": ProposalWaits,
    "agreement_one_at_a_time": AnotherInForce,
    "agreement_ends_after_its_sales": EarnedLater,
    "agreement_rate_within_all": TermsImpossible,
    "agreement_runs_forward": TermsImpossible,
    "agreement_minimum_not_negative": TermsImpossible,
    "agreement_says_its_base_and_reference": TermsImpossible,
    "agreement_terms_never_change": DecidedAlready,
    "royalty_shares_make_a_whole": SharesNotWhole,
    "royalty_share_once_per_creator": CreatorTwice,
    "royalty_share_is_a_fraction": SharesNotWhole,
    "report_approved_by_another": MakerCannotApproveSales,
    "report_sales_said_once": SalesSaidAlready,
    "report_not_entered_twice": EnteredTwice,
    "report_corrects_its_period": NothingToCorrect,
    "report_figures_fit_its_kind": FiguresDoNotFit,
    "report_period_runs_forward": FiguresDoNotFit,
    "report_currency_of_its_beer": OtherCurrency,
    "report_stands": DecidedAlready,
    "royalty_line_never_below_nil": ReturnedAboveSold,
    "royalty_payout_pays_once": RoyaltyPaidElsewhere,
    **dict.fromkeys(
        [
            "royalty_line_earns_its_rate",
            "royalty_line_follows",
            "royalty_line_under_its_agreement",
            "royalty_line_once_per_report",
            "royalty_parts_add_up",
            "royalty_statement_adds_up",
            "royalty_statement_covers_sales_once",
            "royalty_statement_follows",
            "royalty_statement_is_true",
            "royalty_statement_pays_all_or_nothing",
            "royalty_statement_withholds_by_rule",
            "royalty_payout_adds_up",
        ],
        RoyaltyFiguresDisagree,
    ),
}
