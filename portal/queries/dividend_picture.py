"""A holder's dividends as a picture: a glass for each of the last, filled to scale, with the words around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import get_language

from core.languages import localised
from core.templatetags.faces import money_short
from portal.queries.dividend_words import shown
from portal.queries.my_dividends import Dividend
from portal.rules.dividend_bars import GLASSES_MAX, Glass, glasses, label_size
from portal.rules.dividend_states import Stand


@dataclass(frozen=True)
class DrawnGlass:
    """A glass with its words: the amount above, the month below, the whole of it for those who cannot see."""

    glass: Glass
    amount: str
    month: str
    words: str


@dataclass(frozen=True)
class Picture:
    """The last dividends in one currency, the oldest first; ``left_out`` older ones stand in the table only."""

    currency: str
    glasses: tuple[DrawnGlass, ...]
    label_size: int
    left_out: int

    @property
    def words(self) -> str:
        """Every glass in words."""
        return "; ".join(one.words for one in self.glasses)


def pictures_of(dividends: Sequence[Dividend]) -> list[Picture]:
    """Return a picture for each currency, in the order in which the currencies come; ``dividends`` the latest first."""
    currencies = dict.fromkeys(one.currency for one in dividends)
    return [_picture(currency, [one for one in dividends if one.currency == currency]) for currency in currencies]


def _picture(currency: str, rows: list[Dividend]) -> Picture:
    last = rows[:GLASSES_MAX][::-1]
    amounts = [money_short(one.entitlement.net_minor, currency) for one in last]
    drawn = glasses([one.entitlement.net_minor for one in last], paid=[one.stand == Stand.PAID for one in last])
    return Picture(
        currency=currency,
        glasses=tuple(
            DrawnGlass(glass, amount, _month(one), f"{localised(one.declaration, 'title')}: {_exactly(one)}")
            for glass, amount, one in zip(drawn, amounts, last, strict=True)
        ),
        label_size=label_size(amounts),
        left_out=len(rows) - len(last),
    )


def _month(one: Dividend) -> str:
    """The month of payment, short: 06/2026 or Jun 26. Two figures of a year would read like a day."""
    vietnamese = (get_language() or "en").startswith("vi")
    return date_format(one.declaration.pay_on, "m/Y" if vietnamese else "M y")


def _exactly(one: Dividend) -> str:
    return shown(one.entitlement.net_minor, one.currency)
