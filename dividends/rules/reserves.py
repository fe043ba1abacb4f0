"""What a company may lawfully distribute, by its relevant accounts.

Law: Companies Act 2006 s.830 (only out of accumulated realised profits less accumulated realised losses), s.831 (a
public company must keep net assets of its called-up capital and undistributable reserves), ss.836 to 839 (by which
accounts), s.840 (what was distributed by the same accounts counts again). All amounts are minor units of the accounts'
currency. A director who pays more may have to make it good, and so may a member who knew (s.847).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dividends.rules.refusals import Code, RuleBroken


class Limit(StrEnum):
    """The two limits; the smaller binds."""

    PROFITS = "s830"
    NET_ASSETS = "s831"


class LineCode(StrEnum):
    """What a line of the sum says."""

    REALISED_PROFITS = "realised_profits"
    REALISED_LOSSES = "realised_losses"
    NET_ASSETS = "net_assets"
    CALLED_UP_CAPITAL = "called_up_capital"
    UNDISTRIBUTABLE = "undistributable"
    DISTRIBUTED_SINCE = "distributed_since"
    LIMIT = "limit"  # the sum of the lines before it


@dataclass(frozen=True, slots=True)
class Line:
    """One line to print: what is subtracted is negative."""

    limit: Limit
    code: LineCode
    amount_minor: int


@dataclass(frozen=True)
class Figures:
    """Balances of the relevant accounts; losses, capital and reserves as positive numbers, net assets as they are.

    Provisions are among the realised losses (s.841). Profits already capitalised and losses written off in a
    reduction of capital are left out (s.830(2)); uncalled capital is no asset (s.831(5)).
    """

    realised_profits_minor: int
    realised_losses_minor: int
    net_assets_minor: int
    called_up_capital_minor: int
    undistributable_minor: int

    def __post_init__(self) -> None:
        parts = (
            self.realised_profits_minor,
            self.realised_losses_minor,
            self.called_up_capital_minor,
            self.undistributable_minor,
        )
        if min(parts) < 0:
            raise RuleBroken(Code.AMOUNT_NEGATIVE)


@dataclass(frozen=True)
class Reserves:
    """What may be distributed, and the sum it comes from. The limits may be negative, what is available may not.

    ``by_831_minor`` is None for a private company, which that section does not bind.
    """

    available_minor: int
    by_830_minor: int
    by_831_minor: int | None
    binding: Limit
    lines: tuple[Line, ...]


def available(figures: Figures, *, is_public: bool, distributed_since: int) -> Reserves:
    """Return what the company may still distribute by these accounts.

    ``distributed_since``: distributions determined by the same accounts, and financial assistance and other relevant
    payments since they were prepared (s.840(1) and (2)); not negative. Where both limits are equal, s.830 binds.
    """
    if distributed_since < 0:
        raise RuleBroken(Code.AMOUNT_NEGATIVE)
    profits = _with_limit(
        Limit.PROFITS,
        (LineCode.REALISED_PROFITS, figures.realised_profits_minor),
        (LineCode.REALISED_LOSSES, -figures.realised_losses_minor),
        (LineCode.DISTRIBUTED_SINCE, -distributed_since),
    )
    by_830 = profits[-1].amount_minor
    if not is_public:
        return Reserves(max(0, by_830), by_830, None, Limit.PROFITS, profits)
    assets = _with_limit(
        Limit.NET_ASSETS,
        (LineCode.NET_ASSETS, figures.net_assets_minor),
        (LineCode.CALLED_UP_CAPITAL, -figures.called_up_capital_minor),
        (LineCode.UNDISTRIBUTABLE, -figures.undistributable_minor),
        (LineCode.DISTRIBUTED_SINCE, -distributed_since),
    )
    by_831 = assets[-1].amount_minor
    binding = Limit.NET_ASSETS if by_831 < by_830 else Limit.PROFITS
    return Reserves(max(0, min(by_830, by_831)), by_830, by_831, binding, profits + assets)


def undistributable(
    *,
    share_premium_minor: int,
    capital_redemption_minor: int,
    unrealised_profits_minor: int,
    unrealised_losses_minor: int,
    other_minor: int,
) -> int:
    """Return the undistributable reserves of s.831(4): premium, redemption, unrealised excess, what else is barred.

    Unrealised losses above unrealised profits take nothing off here: they have already lowered the net assets, which
    is how they bind a public company and not a private one.
    """
    unrealised_excess = max(0, unrealised_profits_minor - unrealised_losses_minor)
    return share_premium_minor + capital_redemption_minor + unrealised_excess + other_minor


def age_in_months(made_up_to: date, *, on: date) -> int:
    """Return the full months since the accounts' date, month-ends counting as month-ends; 0 before it.

    The Act sets no age at which accounts stop being relevant: the age is a fact to show.
    """
    months = (on.year - made_up_to.year) * 12 + on.month - made_up_to.month
    last_day = monthrange(on.year, on.month)[1]
    return max(0, months - (on.day < min(made_up_to.day, last_day)))


def _with_limit(limit: Limit, *parts: tuple[LineCode, int]) -> tuple[Line, ...]:
    """Return the lines and below them their sum."""
    total = sum(amount for _, amount in parts)
    return tuple(Line(limit, code, amount) for code, amount in (*parts, (LineCode.LIMIT, total)))
