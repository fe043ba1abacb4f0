"""What a notice must say: T5 of the law as test cases."""

from dataclasses import replace

import pytest

from agm.rules.company_profile import CompanyProfile
from agm.rules.notice_content import ContentFindings, NoticeContent, SpecialResolution, check_content
from agm.rules.refusals import Code, Refusal

SPECIAL = SpecialResolution(name="5", text="That the articles be replaced.", says_proposed_as_special=True)
COMPLETE = NoticeContent(
    profile=CompanyProfile.UNLISTED_PLC,
    is_agm=True,
    says_time=True,
    says_date=True,
    place="The Old Brewhouse, Leith",
    business="To receive the accounts and to choose next year's beer.",
    special_resolutions=(SPECIAL,),
    says_agm=True,
    says_proxy_right=True,
    says_record_time=False,
)


def test_complete_notice_lacks_nothing() -> None:
    assert check_content(COMPLETE) == ContentFindings(refusals=(), warnings=())


def test_notice_without_proxy_right_is_warned_of_and_not_refused() -> None:
    findings = check_content(replace(COMPLETE, says_proxy_right=False))

    assert findings == ContentFindings(refusals=(), warnings=(Refusal(Code.NOTICE_LACKS_PROXY_RIGHT),))


@pytest.mark.parametrize(
    ("lack", "code"),
    [
        ({"says_time": False}, Code.NOTICE_LACKS_TIME),
        ({"says_date": False}, Code.NOTICE_LACKS_DATE),
        ({"place": "  "}, Code.NOTICE_LACKS_PLACE),
        ({"business": ""}, Code.NOTICE_LACKS_BUSINESS),
        ({"says_agm": False}, Code.NOTICE_LACKS_AGM_WORDS),
        ({"profile": CompanyProfile.TRADED}, Code.NOTICE_LACKS_RECORD_TIME),
    ],
)
def test_notice_without_required_statement_is_refused(lack: dict[str, object], code: Code) -> None:
    findings = check_content(replace(COMPLETE, **lack))  # type: ignore[arg-type]

    assert findings == ContentFindings(refusals=(Refusal(code),), warnings=())


@pytest.mark.parametrize("change", [{"is_agm": False}, {"profile": CompanyProfile.PRIVATE}])
def test_notice_of_no_public_agm_need_not_say_it_is_one(change: dict[str, object]) -> None:
    findings = check_content(replace(COMPLETE, says_agm=False, **change))  # type: ignore[arg-type]

    assert findings.refusals == ()


def test_special_resolution_without_text_or_intention_is_refused_by_name() -> None:
    bare = SpecialResolution(name="6", text=" ", says_proposed_as_special=False)

    findings = check_content(replace(COMPLETE, special_resolutions=(SPECIAL, bare)))

    assert findings.refusals == (
        Refusal(Code.NOTICE_LACKS_SPECIAL_TEXT, {"resolution": "6"}),
        Refusal(Code.NOTICE_LACKS_SPECIAL_INTENTION, {"resolution": "6"}),
    )
