"""One class per broken rule, each with a sentence for the person it happened to."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from equity.rules.publish_gate import Missing
from equity.rules.quantity import Refusal


class OfferNotOpen(DomainError):
    """The offer takes no applications now."""

    sentence = _("This offer is not open at the moment. No money was taken.")
    code = "offer_not_open"


class PaymentUnderWay(DomainError):
    """A bank works on a payment of the application, whose answers it was asked for."""

    sentence = _("Your bank is still working on the payment. Until it has answered, nothing can be changed.")
    code = "payment_under_way"


class CountryNotOffered(DomainError):
    """The offer is not made to people who live there."""

    sentence = _("This offer cannot be made to people who live in this country.")
    code = "country_not_offered"


class TooYoung(DomainError):
    """The applicant is a child."""

    sentence = _("You must be 18 or over to apply. An adult can hold shares on behalf of a child.")
    code = "too_young"


class QuantityRefused(DomainError):
    """The number of shares cannot be asked for; the sentence says why."""

    code = "quantity_refused"
    sentences: dict[Refusal, Promise] = {
        Refusal.NOT_POSITIVE: _("Enter a number of shares, for example 2."),
        Refusal.NOT_WHOLE_BLOCKS: _("Shares are sold in blocks. Please choose a whole number of blocks."),
        Refusal.BELOW_MINIMUM: _("That is fewer shares than the smallest purchase of this offer."),
        Refusal.ABOVE_MAXIMUM: _("That is more than one person may buy in this offer, all applications counted."),
        Refusal.MORE_THAN_LEFT: _("Not that many shares are left. Please choose fewer."),
    }

    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        super().__init__(self.sentences[reason])


class NoSharesLeft(QuantityRefused):
    """Somebody else took the last shares first."""

    def __init__(self) -> None:
        super().__init__(Refusal.MORE_THAN_LEFT)


class PersonLimitReached(QuantityRefused):
    """The person's other applications already use the limit."""

    def __init__(self) -> None:
        super().__init__(Refusal.ABOVE_MAXIMUM)


class StepNotReached(DomainError):
    """An earlier step of the application is still open."""

    sentence = _("Please finish the earlier steps first. What you entered is kept.")
    code = "step_not_reached"


class StillCoolingOff(DomainError):
    """The 24 hours to think it over are not over."""

    sentence = _("You can go on when the time to think it over has passed.")
    code = "still_cooling_off"


class QuizPaused(DomainError):
    """Too many wrong tries; a pause must pass first."""

    sentence = _("You can answer the questions again after a pause. Take the time to read the risk summary.")
    code = "quiz_paused"


class KeptNoLonger(DomainError):
    """The time for which the shares were kept is over."""

    sentence = _("The time for which we kept your shares is over. No money was taken. You are welcome to start again.")
    code = "kept_no_longer"


class CannotWithdraw(DomainError):
    """The shares are allotted, or the application is over."""

    sentence = _("This application cannot be withdrawn any more.")
    code = "cannot_withdraw"


class GateClosed(DomainError):
    """The offer hides something; ``missing`` says what."""

    code = "gate_closed"

    def __init__(self, missing: list[Missing]) -> None:
        self.missing = missing
        super().__init__(_("The offer cannot open yet. The list says what is missing."))


class VersionChanged(DomainError):
    """What is to be approved is not what was looked at."""

    sentence = _("This has changed since you opened the page. Please look at it again.")
    code = "version_changed"


class MakerCannotApprove(DomainError):
    """The person who made it cannot approve it."""

    sentence = _("Whoever prepared this cannot approve it too. Another person must do that.")
    code = "maker_cannot_approve"


class AlreadyDecided(DomainError):
    """Somebody else decided first."""

    sentence = _("This was decided a moment ago by somebody else. Nothing was done twice.")
    code = "already_decided"


class NothingToAllot(DomainError):
    """No paid application waits."""

    sentence = _("No paid application is waiting for allotment.")
    code = "nothing_to_allot"


class MinimumNotReached(DomainError):
    """Shares may not be allotted below the minimum of the offer."""

    sentence = _("The minimum of this offer is not reached yet, so nothing may be allotted.")
    code = "minimum_not_reached"


class AuthorityExceeded(DomainError):
    """The allotment goes beyond the directors' authority."""

    sentence = _("The directors' authority does not cover this many shares, or has ended.")
    code = "authority_exceeded"


class DraftWaits(DomainError):
    """A batch of this offer waits for a decision already."""

    sentence = _("A batch for this offer already waits for a decision. Decide that one first.")
    code = "draft_waits"


class NotDraft(DomainError):
    """Only a draft can be changed."""

    sentence = _("This offer was opened and can no longer be changed.")
    code = "not_draft"


GATE_SENTENCES: dict[Missing, Promise] = {
    Missing.COMPANY_MAY_OFFER: _("Only a public company or a co-operative may offer shares to everybody."),
    Missing.COMPANY_STATE: _("The company's state does not allow an offer."),
    Missing.PROMOTION: _("Name the authorised firm that approved this promotion, or the exemption."),
    Missing.PROMOTION_EXPIRED: _("The approval of the promotion has expired, or its end is not given."),
    Missing.AUTHORITY: _("Name the directors' authority to allot these shares."),
    Missing.AUTHORITY_EXPIRES: _("The directors' authority ends before the offer closes."),
    Missing.AUTHORITY_TOO_SMALL: _("The directors' authority covers fewer shares than the offer."),
    Missing.PREEMPTION: _("Say whether existing holders were offered these shares first, with the resolution."),
    Missing.UNDERSUBSCRIPTION: _("Say what happens to the money if the offer is not filled."),
    Missing.RANKING: _("Say who is paid before the buyer if the company is sold or fails."),
    Missing.RANKING_CREDITORS: _("Lenders and suppliers are missing from the ranking."),
    Missing.RANKING_OLD: _("The figures of the ranking are too old."),
    Missing.RANKING_SIGNATURES: _("The ranking must be signed by two people as it stands now."),
    Missing.CLASS_AHEAD_HIDDEN: _("A class of shares that ranks ahead is missing from the ranking."),
    Missing.ACCOUNTS: _("Enter last year's profit or loss, the cash and the net debt."),
    Missing.PRICE_BASIS: _("Say how the price was found."),
    Missing.PRICE_BELOW_NOMINAL: _("The price is below the nominal value."),
    Missing.LAST_TRADE: _("Enter the last traded price with its date, or that the share was never traded."),
    Missing.LAST_DIVIDEND: _("Say what the last dividend was, or that there was none."),
    Missing.USE_OF_MONEY: _("Say what the money is for."),
    Missing.USE_OF_MONEY_SUM: _("The uses of the money do not add up to the whole offer."),
    Missing.MONEY_HELD: _("Say where the money lies until the shares are allotted."),
    Missing.DOCUMENT: _("Add the offer document."),
    Missing.LEGAL_CAP: _("With this offer the company would raise more than the law allows in the period."),
    Missing.RISK_TEXTS: _("The risk warning and the statements of the profile are not complete."),
    Missing.VIETNAMESE: _("A text of the offer is missing in Vietnamese."),
    Missing.CLOSING_PAST: _("The closing day has passed."),
    Missing.APPROVAL: _("A director must approve exactly this version."),
}
