"""Random registers with rules and documents of tax, written in the database and told again to the pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from hypothesis import strategies as st

from accounts.enums import PartyKind
from accounts.models import Party, PrivateContact, User
from accounts.services.people import make_joint_party, make_organisation
from core import clock
from core.transactions import atomic
from dividends.models import TaxDocument, WithholdingRule
from dividends.rules import withholding
from dividends.rules.measure import Holding
from dividends.rules.withholding import Evidence, HolderKind, Rule
from equity.models import Member, ShareClass
from equity.services.register import Issue, write_issues
from tests.factories.people import make_holder

COUNTRIES = ("GB", "VN", "US")
EVIDENCES = ("A", "B")
ISSUER = "XX"
PEOPLE = 6
SHARES_MAX = 1_000_000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class HolderDraft:
    """What one party has: shares in parts, each its own entry; shares entered after the record moment do not count."""

    parts: tuple[int, ...]
    late: int
    contact_country: str
    register_country: str
    documents: tuple[tuple[str, int, int, bool], ...]


@dataclass(frozen=True)
class RuleDraft:
    """A rule whose validity is told in days around the payment day."""

    holder_country: str
    holder_kind: str
    evidence: str
    rate_ppm: int
    begins: int
    lasts: int | None


@dataclass
class Pool:
    """Parties made once; which of them hold what is drawn anew each time."""

    share_class: ShareClass
    parties: list[Party]
    standing: list[tuple[Party, int, str]] = field(default_factory=list)


documents = st.lists(
    st.tuples(st.sampled_from(EVIDENCES), st.integers(-2, 1), st.integers(0, 3), st.booleans()), max_size=3
).map(tuple)
holders = st.lists(
    st.builds(
        HolderDraft,
        parts=st.lists(st.integers(1, SHARES_MAX), min_size=1, max_size=3).map(tuple),
        late=st.sampled_from([0, 0, 7]),
        contact_country=st.sampled_from(["", *COUNTRIES]),
        register_country=st.sampled_from(COUNTRIES),
        documents=documents,
    ),
    min_size=1,
    max_size=PEOPLE,
)
rules = st.lists(
    st.builds(
        RuleDraft,
        holder_country=st.sampled_from(["", "", *COUNTRIES]),
        holder_kind=st.sampled_from(["", "", "person", "organisation"]),
        evidence=st.sampled_from(["", "", *EVIDENCES]),
        rate_ppm=st.sampled_from([0, 1, 50_000, 150_000, 263_750, 333_333, 1_000_000]),
        begins=st.integers(-2, 1),
        lasts=st.none() | st.integers(1, 3),
    ),
    max_size=6,
    unique_by=lambda rule: (rule.holder_country, rule.holder_kind, rule.evidence, rule.begins),
)
base_rules = st.builds(
    RuleDraft,
    holder_country=st.just(""),
    holder_kind=st.just(""),
    evidence=st.just(""),
    rate_ppm=st.sampled_from([0, 200_000, 263_750]),
    begins=st.just(-9),
    lasts=st.none(),
)
# Rules that never clash, so many that several fit most holders; days so close that each end of them matters.
crowded_rules = st.lists(
    st.builds(
        RuleDraft,
        holder_country=st.sampled_from(["", "GB", "VN"]),
        holder_kind=st.sampled_from(["", "person", "organisation"]),
        evidence=st.sampled_from(["", *EVIDENCES]),
        rate_ppm=st.integers(0, 9).map(lambda tenths: tenths * 100_000),
        begins=st.integers(-1, 1),
        lasts=st.none() | st.integers(1, 2),
    ),
    min_size=8,
    max_size=20,
    unique_by=lambda rule: (rule.holder_country, rule.holder_kind, rule.evidence),
)
documented_holders = st.lists(
    st.builds(
        HolderDraft,
        parts=st.just((1,)),
        late=st.just(0),
        contact_country=st.sampled_from(["GB", "VN"]),
        register_country=st.just("GB"),
        documents=st.lists(
            st.tuples(st.sampled_from(EVIDENCES), st.integers(-1, 1), st.integers(0, 1), st.booleans()), max_size=3
        ).map(tuple),
    ),
    min_size=PEOPLE,
    max_size=PEOPLE,
)
rates = st.decimals(Decimal("0.000000000001"), Decimal("99999"), places=12) | st.sampled_from(
    [Decimal("0.0034"), Decimal("0.5"), Decimal("1.2345"), Decimal("2.7"), Decimal(1)]
)
pots = st.integers(1, 10**9)


def make_pool(share_class: ShareClass, standing: Sequence[tuple[User, int]]) -> Pool:
    """Write three persons, a joint set and two organisations; ``standing`` holds shares already, living in GB."""
    persons = [make_holder().party for _number in range(PEOPLE - 1)]
    now = clock.now()
    with atomic():
        joint = make_joint_party(holders=persons[3:], by=None, at=now)
        organisations = [
            make_organisation(name=f"Cask {name} Ltd", number="", representatives=[], language="en", by=None, at=now)
            for name in ("One", "Two")
        ]
    parties = [*persons[:3], joint, *organisations]
    return Pool(share_class, parties, [(user.party, shares, "GB") for user, shares in standing])


def write_register(pool: Pool, drafts: Sequence[HolderDraft], *, record_at: datetime) -> None:
    """Enter the holdings: each part in a batch of its own, before the record moment; what is late after it."""
    began = record_at - 10 * DAY
    for party, draft in zip(pool.parties, drafts, strict=False):
        PrivateContact.objects.update_or_create(party=party, defaults={"country": draft.contact_country})
    for parts in zip_longest(*(draft.parts for draft in drafts)):
        _issue(pool, drafts, parts, entered_at=began, effective_on=began.date())
    late_at = record_at + timedelta(microseconds=1)
    _issue(pool, drafts, [draft.late for draft in drafts], entered_at=late_at, effective_on=began.date())


def _issue(
    pool: Pool,
    drafts: Sequence[HolderDraft],
    parts: Sequence[int | None],
    *,
    entered_at: datetime,
    effective_on: date,
) -> None:
    issues = [
        Issue(party, (party.display_name,), "1 Lock Lane", draft.register_country, shares, shares)
        for party, draft, shares in zip(pool.parties, drafts, parts, strict=False)
        if shares
    ]
    if not issues:
        return
    with atomic():
        write_issues(
            share_class=pool.share_class,
            issues=issues,
            effective_on=effective_on,
            reference="Board 2, item 1",
            by=None,
            at=entered_at,
            entered_at=entered_at,
        )


def write_rules(drafts: Sequence[RuleDraft], *, pay_on: date) -> list[Rule]:
    """Write the rules and return them as the pure rules read them."""
    told = []
    for draft in drafts:
        valid_from = pay_on + draft.begins * DAY
        rule = Rule(
            issuer_country=ISSUER,
            holder_country=draft.holder_country,
            holder_kind=HolderKind(draft.holder_kind),
            rate_ppm=draft.rate_ppm,
            basis=withholding.Basis.STATUTORY,
            evidence=draft.evidence,
            valid_from=valid_from,
            valid_to=None if draft.lasts is None else valid_from + draft.lasts * DAY,
            source="invented for tests",
        )
        told.append(rule)
        fields = {name: getattr(rule, name) for name in Rule.__slots__}
        WithholdingRule.objects.create(income="dividend", entered_at=clock.now(), **fields)
    return told


def write_documents(pool: Pool, drafts: Sequence[HolderDraft], *, pay_on: date) -> dict[int, list[Evidence]]:
    """Write the documents and return by party id those that were not refused."""
    told: dict[int, list[Evidence]] = {}
    for place, draft in enumerate(drafts):
        party = pool.parties[place]
        entered = set()
        for kind, begins, lasts, is_refused in draft.documents:
            valid_from = pay_on + begins * DAY
            valid_until = valid_from + lasts * DAY
            if not is_refused and (kind, valid_from, valid_until) in entered:
                continue  # entered once
            entered |= set() if is_refused else {(kind, valid_from, valid_until)}
            refusal = {"refused_at": clock.now(), "refused_by": _anybody()} if is_refused else {}
            TaxDocument.objects.create(
                party=party, kind=kind, valid_from=valid_from, valid_until=valid_until, entered_at=clock.now(),
                document_sha256="0" * 64, document_name="a.pdf", **refusal,
            )  # fmt: skip
            if not is_refused:
                told.setdefault(party.pk, []).append(Evidence(kind, "", valid_from, valid_until))
    return told


def _anybody() -> User:
    return User.objects.order_by("pk")[0]


def holdings_of(
    pool: Pool, drafts: Sequence[HolderDraft], brought: dict[int, Decimal] | None = None
) -> list[Holding[int]]:
    """Return the holdings that must be found, by member number."""
    held = {party.pk: shares for party, shares, _country in pool.standing}
    held |= {pool.parties[place].pk: sum(draft.parts) for place, draft in enumerate(drafts)}
    numbers = dict(Member.objects.filter(party__in=held).values_list("party_id", "number"))
    rows = [Holding(numbers[party], shares, (brought or {}).get(numbers[party], Decimal(0)))
            for party, shares in held.items()]  # fmt: skip
    return sorted(rows, key=lambda holding: holding.key)


def residents_of(pool: Pool, drafts: Sequence[HolderDraft]) -> dict[int, tuple[Party, str, HolderKind]]:
    """Return by member number who the holder is, where it lives, and whether it is a person."""
    found = [(party, country) for party, _shares, country in pool.standing]
    found += [
        (pool.parties[place], draft.contact_country or draft.register_country) for place, draft in enumerate(drafts)
    ]
    numbers = dict(Member.objects.filter(party__in=[party for party, _ in found]).values_list("party_id", "number"))
    return {
        numbers[party.pk]: (
            party,
            country,
            HolderKind.ORGANISATION if party.kind == PartyKind.ORGANISATION else HolderKind.PERSON,
        )
        for party, country in found
    }
