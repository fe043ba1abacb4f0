"""What a notice says: everything from the meeting and its agenda, in both languages, and the hash that binds it."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

from agm.enums import ItemKind, MeetingKind
from agm.models import AgendaItem, Meeting
from agm.rules.notice_dates import latest_given_on
from ballots.enums import Majority
from ballots.models import Contest, Scrutineer
from equity.queries.company import get_company
from equity.rules import digests

# What the company is called and where it sits may lawfully change between notice and meeting.
NOT_OF_THE_MEETING = frozenset({"company_name", "company_number", "registered_in", "registered_office", "email"})


@dataclass(frozen=True)
class NoticeOption:
    """A choice on a ballot paper; ``credit`` names its author."""

    title: str
    title_vi: str
    credit: str


@dataclass(frozen=True)
class NoticeItem:
    """One item of the business. ``majority`` is empty for what is no resolution, ``method`` for what is only heard."""

    position: int
    kind: str
    title: str
    title_vi: str
    text: str
    text_vi: str
    method: str = ""
    majority: str = ""
    question: str = ""
    question_vi: str = ""
    choices_max: int = 0
    promise_kind: str = ""
    promise: str = ""
    promise_vi: str = ""
    promise_due_on: date | None = None
    challenge_hours: int = 0
    options: tuple[NoticeOption, ...] = ()

    @property
    def is_resolution(self) -> bool:
        """Whether members decide by shares, as the Act asks of resolutions."""
        return self.kind == ItemKind.RESOLUTION

    @property
    def is_special(self) -> bool:
        """Whether it is proposed as a special resolution (Companies Act 2006 s.283)."""
        return self.majority == Majority.SPECIAL

    @property
    def is_ballot(self) -> bool:
        """Whether it is a secret ballot, one member one vote."""
        return bool(self.method) and not self.is_resolution


@dataclass(frozen=True)
class NoticeScrutineer:
    """Who holds the key that opens the votes. ``public_key`` are 64 hexadecimal digits."""

    name: str
    paid_by: str
    is_independent: bool
    public_key: str


@dataclass(frozen=True)
class NoticeContent:
    """Everything the notice says. ``given_by`` is the last day on which it may count as given (s.307, s.360).

    ``scrutineer`` is None while nobody is appointed.
    """

    company_name: str
    company_number: str
    registered_in: str
    registered_office: str
    email: str
    slug: str
    kind: str
    title: str
    title_vi: str
    profile: str
    part_of_uk: str
    welcome: str
    welcome_vi: str
    place: str
    address: str
    starts_at: datetime
    notice_clear_days: int
    given_by: date
    record_at: datetime
    proxy_cutoff_at: datetime
    proxies_to: str
    scrutineer: NoticeScrutineer | None
    items: tuple[NoticeItem, ...]

    @property
    def is_annual(self) -> bool:
        """Whether it is the annual general meeting, which the notice must say (s.337)."""
        return self.kind == MeetingKind.ANNUAL

    @property
    def resolutions(self) -> tuple[NoticeItem, ...]:
        """The resolutions, in the order of business."""
        return tuple(item for item in self.items if item.is_resolution)

    @property
    def ballots(self) -> tuple[NoticeItem, ...]:
        """The beer ballots, in the order of business."""
        return tuple(item for item in self.items if item.is_ballot)

    @property
    def is_voted_on(self) -> bool:
        """Whether anything is put to the vote."""
        return any(item.method for item in self.items)


def notice_content(meeting: Meeting) -> NoticeContent:
    """Return what the notice of the meeting says as the meeting stands now. Four queries, whatever the agenda."""
    company = get_company()
    items = meeting.items.select_related("contest").prefetch_related("contest__options").order_by("position")
    return NoticeContent(
        company_name=company.name,
        company_number=company.number,
        registered_in=company.registered_in,
        registered_office=company.registered_office,
        email=company.email,
        slug=meeting.slug,
        kind=meeting.kind,
        title=meeting.title,
        title_vi=meeting.title_vi,
        profile=meeting.profile,
        part_of_uk=meeting.part_of_uk,
        welcome=meeting.welcome,
        welcome_vi=meeting.welcome_vi,
        place=meeting.place,
        address=meeting.address,
        starts_at=meeting.starts_at,
        notice_clear_days=meeting.notice_clear_days,
        given_by=latest_given_on(meeting.starts_at, days=meeting.notice_clear_days),
        record_at=meeting.record_at,
        proxy_cutoff_at=meeting.proxy_cutoff_at,
        proxies_to=meeting.proxies_to,
        scrutineer=_scrutineer(meeting.scrutineer),
        items=tuple(_item(item) for item in items),
    )


def _scrutineer(holder: Scrutineer | None) -> NoticeScrutineer | None:
    if holder is None:
        return None
    return NoticeScrutineer(holder.name, holder.paid_by, holder.is_independent, holder.public_key)


def _item(item: AgendaItem) -> NoticeItem:
    heard = NoticeItem(item.position, item.kind, item.title, item.title_vi, item.text, item.text_vi)
    contest = item.contest
    if contest is None:
        return heard
    return replace(
        heard,
        method=contest.method,
        majority=contest.majority,
        question=contest.question,
        question_vi=contest.question_vi,
        choices_max=contest.choices_max,
        promise_kind=contest.promise_kind,
        promise=contest.promise,
        promise_vi=contest.promise_vi,
        promise_due_on=contest.promise_due_on,
        challenge_hours=contest.challenge_hours,
        options=_options(contest),
    )


def _options(contest: Contest) -> tuple[NoticeOption, ...]:
    rows = sorted(contest.options.all(), key=lambda option: option.position)  # prefetched: no query per item
    return tuple(NoticeOption(row.title, row.title_vi, row.credit) for row in rows)


def digest_of(content: NoticeContent) -> str:
    """Return the SHA-256 that a director approves: of every word and moment of the meeting's notice, moments in UTC.

    The roll and every later proof compare it again, so it binds nothing that may change after the notice: the law of
    the database keeps meeting, agenda, contests and scrutineer (agm.migrations), the printed files keep the company.
    """
    said = {name: _in_utc(value) for name, value in asdict(content).items() if name not in NOT_OF_THE_MEETING}
    return digests.content_sha256({"notice": 1, **said})


def _in_utc(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def content_sha256(meeting: Meeting) -> str:
    """Return the hash of the notice as the meeting stands now."""
    return digest_of(notice_content(meeting))
