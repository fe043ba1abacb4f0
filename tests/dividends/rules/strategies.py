"""Holdings, rates and pots for the properties of the rules."""

from decimal import Decimal

from hypothesis import strategies as st

from dividends.rules.allocation import Holding
from dividends.rules.scale import TRILLION, from_trillionths

FRACTIONS = st.integers(0, TRILLION - 1).map(from_trillionths)
RATES = st.one_of(
    st.integers(1, 1000 * TRILLION),  # up to ten pounds a share
    st.integers(1, 10**24 - 1),  # all that Numeric(24, 12) holds
    st.sampled_from([TRILLION // 2, TRILLION // 3, TRILLION, 1]),
).map(from_trillionths)
POTS = st.integers(1, 10**12)
KEYS = st.lists(st.integers(1, 10**9), unique=True, max_size=25)
SHARES = st.one_of(st.integers(0, 50), st.integers(0, 10**15))


@st.composite
def holdings(draw: st.DrawFn) -> list[Holding[int]]:
    """Draw holdings of different holders, some of them with a fraction from before."""
    return [Holding(key, draw(SHARES), draw(FRACTIONS | st.just(Decimal(0)))) for key in draw(KEYS)]


def with_shares(drawn: list[Holding[int]]) -> bool:
    """Return whether there is anybody to share a pot."""
    return any(holding.shares for holding in drawn)
