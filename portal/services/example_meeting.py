"""The example company's general meeting, prepared by its secretary and ready for a director to approve its notice.

It lies six weeks ahead, on a Saturday at noon in the brewery's yard: a resolution, a recipe ballot, a name ballot.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Party, User
from agm.enums import ItemKind, MeetingKind
from agm.models import Meeting
from agm.rules.company_profile import CompanyProfile
from agm.rules.working_days import UkPart
from agm.services import meetings
from agm.services.meetings import ItemDraft, MeetingDraft
from ballots.enums import Majority, Method, PromiseKind
from ballots.models import Scrutineer
from ballots.services.contests import ContestDraft, OptionDraft, PromiseDraft
from beers.models import Call
from beers.queries.cards import shortlist
from beers.services.examples import write_examples
from core.transactions import needs_transaction

WEEKS_AHEAD = 6
NOON, SATURDAY = time(12), 5
ADDRESS = "Sluice Street, Wenlow, QW1 1AA"


@needs_transaction
def make_example_meeting(*, authors: Sequence[Party], scrutineer: Scrutineer, secretary: User, at: datetime) -> Meeting:
    """Write calls for ideas with their answers, and a complete meeting that is not noticed yet."""
    starts_at = starts_after(at)
    ideas = write_examples(authors=list(authors), at=at, by=secretary)
    meeting = meetings.prepare_meeting(draft=_draft(starts_at), by=secretary, at=at)
    due_on = date(starts_at.year + 1, starts_at.month, 1)
    for item in (_welcome(), _accounts(starts_at), _recipes(ideas.recipes, due_on), _names(ideas.names, due_on)):
        meetings.add_item(meeting=meeting, draft=item, by=secretary, at=at)
    return meetings.appoint_for(meeting=meeting, scrutineer=scrutineer, by=secretary, at=at)


def starts_after(at: datetime) -> datetime:
    """Return noon of the first Saturday at least six weeks after the moment."""
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date() + timedelta(weeks=WEEKS_AHEAD)
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    return datetime.combine(day, NOON, ZoneInfo(settings.TIME_ZONE))


def _draft(starts_at: datetime) -> MeetingDraft:
    year = starts_at.year
    return MeetingDraft(
        kind=MeetingKind.ANNUAL,
        title=f"Annual General Meeting {year}",
        title_vi=f"Đại hội đồng cổ đông thường niên {year}",
        profile=CompanyProfile.UNLISTED_PLC,
        part=UkPart.ENGLAND_WALES,
        place="The brewery yard",
        address=ADDRESS,
        starts_at=starts_at,
        proxies_to="The Company Secretary, The Old Toll House, 1 Sluice Street, Wenlow, QW1 1AA",
        welcome=(
            "The first pint is on the house, and so is the second if the first resolution takes long. Bring a coat: "
            "the yard is ours, the weather is not."
        ),
        welcome_vi=(
            "Ly đầu tiên do nhà nấu mời, ly thứ hai cũng vậy nếu nghị quyết thứ nhất kéo dài. Nhớ mang áo khoác: sân "
            "là của chúng ta, thời tiết thì không."
        ),
    )


def _welcome() -> ItemDraft:
    return ItemDraft(
        kind=ItemKind.INFORMATION,
        title="The year in beer, and the loss we made",
        title_vi="Một năm của bia, và khoản lỗ của chúng ta",
        text="The directors tell what was brewed, what was lost and why, and answer questions.",
        text_vi="Hội đồng quản trị kể đã nấu những gì, lỗ bao nhiêu và vì sao, rồi trả lời câu hỏi.",
    )


def _accounts(starts_at: datetime) -> ItemDraft:
    year = starts_at.year - 1
    text = (
        f"THAT the company's annual accounts for the year to 31 March {year}, with the reports of directors and "
        "auditor, be received."
    )
    text_vi = (
        f"Thông qua báo cáo tài chính của công ty cho năm kết thúc ngày 31/3/{year} cùng báo cáo của hội đồng quản "
        "trị và kiểm toán viên."
    )
    title, title_vi = "To receive the annual accounts", "Thông qua báo cáo tài chính năm"
    contest = ContestDraft(
        method=Method.RESOLUTION,
        majority=Majority.ORDINARY,
        title=title,
        title_vi=title_vi,
        question=text,
        question_vi=text_vi,
    )
    return ItemDraft(ItemKind.RESOLUTION, title, title_vi, text=text, text_vi=text_vi, contest=contest)


def _recipes(call: Call, due_on: date) -> ItemDraft:
    title, title_vi = "The beer we brew next year", "Bia chúng ta sẽ nấu năm tới"
    promise = PromiseDraft(
        kind=PromiseKind.BINDING,
        text=f"The winner is brewed and on sale by {due_on:%B %Y}, and its author is paid for every litre sold.",
        text_vi=(
            f"Bia thắng cuộc được nấu và bán trước tháng {due_on.month} năm {due_on.year}, và tác giả được trả tiền "
            "cho mỗi lít bán ra."
        ),
        due_on=due_on,
    )
    contest = ContestDraft(
        method=Method.IRV,
        title=title,
        title_vi=title_vi,
        question="Which of these beers shall we brew? Rank as many as you like.",
        question_vi="Chúng ta nên nấu loại bia nào? Hãy xếp hạng bao nhiêu loại tùy ý.",
        options=[
            OptionDraft(card.name, credit=card.author_shown, reference=card.reference) for card in shortlist(call)
        ],
        promise=promise,
    )
    return ItemDraft(ItemKind.RECIPES, title, title_vi, contest=contest)


def _names(call: Call, due_on: date) -> ItemDraft:
    title, title_vi = "What the beer is called", "Tên của loại bia"
    contest = ContestDraft(
        method=Method.APPROVAL,
        title=title,
        title_vi=title_vi,
        question="Which names would you order at the bar? Tap as many as you like.",
        question_vi="Bạn sẽ gọi những tên nào ở quầy? Chạm bao nhiêu tên tùy ý.",
        options=[
            OptionDraft(card.name, credit=card.author_shown, reference=card.reference) for card in shortlist(call)
        ],
        promise=PromiseDraft(
            kind=PromiseKind.BINDING,
            text="The winner stands on the label, with the name of whoever thought of it.",
            text_vi="Tên thắng cuộc sẽ có trên nhãn, cùng tên người đã nghĩ ra nó.",
            due_on=due_on,
        ),
    )
    return ItemDraft(ItemKind.NAMES, title, title_vi, contest=contest)
