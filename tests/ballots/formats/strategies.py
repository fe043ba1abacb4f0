"""Papers as files hold them: codes, weights, ranks with ties and gaps, and names that try to break a format."""

from hypothesis import strategies as st

from ballots.rules.formats.rows import Ranks
from tests.ballots.counting.strategies import rows

Written = tuple[str, int, Ranks]

NASTY = [
    "=1+1",
    "+cmd",
    "-2",
    "@sum",
    "'quoted",
    'say "hi"',
    '"',
    "a,b;c",
    "# no comment",
    "0",
    "tracking_code",
    "papers",
]
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff")
NAMES = st.one_of(st.sampled_from(NASTY), st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool))
CODES = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789-", min_size=1, max_size=8)


@st.composite
def files(draw: st.DrawFn) -> tuple[tuple[str, ...], list[Written]]:
    """Return names and papers, each with a code of its own."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    found = draw(rows(len(names), equal_ranks=True))
    codes = draw(st.lists(CODES, min_size=len(found), max_size=len(found), unique=True))
    ranked = [(weight + 1, tuple(tuple(sorted(rank)) for rank in ranks)) for weight, ranks in found]
    return tuple(names), [(code, weight, ranks) for code, (weight, ranks) in zip(codes, ranked, strict=True)]
