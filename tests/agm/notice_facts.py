"""A notice with one item of every kind, without a database."""

from datetime import UTC, date, datetime
from typing import Any

from agm.queries.notices import NoticeContent, NoticeItem, NoticeOption, NoticeScrutineer

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
HEARD = NoticeItem(1, "information", "The year in beer", "Một năm của bia", "What we brewed.", "Những gì đã nấu.")
ORDINARY = NoticeItem(
    2,
    "resolution",
    "To receive the accounts",
    "Thông qua báo cáo tài chính",
    "THAT the annual accounts for 2025 be received.",
    "Thông qua báo cáo tài chính năm 2025.",
    method="resolution",
    majority="ordinary",
    question="THAT the annual accounts for 2025 be received.",
    question_vi="Thông qua báo cáo tài chính năm 2025.",
)
SPECIAL = NoticeItem(
    3,
    "resolution",
    "To change the articles",
    "Sửa đổi điều lệ",
    "THAT the articles be changed so that every member may ask for a mild.",
    "Sửa điều lệ để mọi cổ đông được gọi bia nhẹ.",
    method="resolution",
    majority="special",
    question="THAT the articles be changed so that every member may ask for a mild.",
    question_vi="Sửa điều lệ để mọi cổ đông được gọi bia nhẹ.",
)
RECIPES = NoticeItem(
    4,
    "recipes",
    "The beer for next year",
    "Bia cho năm sau",
    "",
    "",
    method="irv",
    question="Which beer shall we brew next year?",
    question_vi="Năm sau nấu bia nào?",
    choices_max=3,
    promise_kind="binding",
    promise="The winner will be brewed.",
    promise_vi="Bia thắng sẽ được nấu.",
    promise_due_on=date(2027, 9, 1),
    challenge_hours=24,
    options=(
        NoticeOption("Lockside Mild", "", "Nguyễn Thị Ánh Tuyết"),
        NoticeOption("Weir Stout", "Bia đen Đập Nước", ""),
        NoticeOption("Towpath Pale", "", "Siobhán O’Brien"),
    ),
)
NAMES = NoticeItem(
    5,
    "names",
    "Its name",
    "Tên của bia",
    "",
    "",
    method="approval",
    question="What shall it be called?",
    question_vi="Đặt tên là gì?",
    choices_max=2,
    promise_kind="advice",
    promise="The board listens.",
    promise_vi="Hội đồng quản trị lắng nghe.",
    challenge_hours=24,
    options=(NoticeOption("Mossy Gate", "", ""), NoticeOption("Low Water", "", "")),
)

KEEPER = NoticeScrutineer("Quillon & Marsh LLP", "the company", True, "0123456789abcdef" * 4)


def content(**changed: Any) -> NoticeContent:
    """Return the notice of an annual general meeting on Friday 26 June 2026 at 11:00."""
    known: dict[str, Any] = {
        "company_name": "Copper & Kiln Brewing Company plc",
        "company_number": "SC998877",
        "registered_in": "Scotland",
        "registered_office": "The Old Maltings, 12 Quay Street, Leith EH6 7AB",
        "email": "shares@example.org",
        "slug": "annual-general-meeting-2026",
        "kind": "annual",
        "title": "Annual General Meeting 2026",
        "title_vi": "Đại hội đồng cổ đông thường niên 2026",
        "profile": "unlisted_plc",
        "part_of_uk": "scotland",
        "welcome": "Come early, the mild is on.",
        "welcome_vi": "Quý cổ đông hãy đến sớm, bia nhẹ đã sẵn sàng.",
        "place": "The Old Maltings",
        "address": "2 Wharf Street, Leith EH6 7AB",
        "starts_at": datetime(2026, 6, 26, 10, 0, tzinfo=UTC),
        "notice_clear_days": 21,
        "given_by": date(2026, 6, 4),
        "record_at": datetime(2026, 6, 24, 10, 0, tzinfo=UTC),
        "proxy_cutoff_at": datetime(2026, 6, 24, 10, 30, tzinfo=UTC),
        "proxies_to": "The Secretary, 12 Quay Street, Leith EH6 7AB",
        "scrutineer": KEEPER,
        "items": (HEARD, ORDINARY, SPECIAL, RECIPES, NAMES),
    }
    return NoticeContent(**{**known, **changed})
