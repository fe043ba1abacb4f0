"""What the rules of a meeting answer when something may not be: a code, and the values a sentence needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Value = str | int | date | datetime


class Code(StrEnum):
    """Every reason for which a setting, a notice or a demand is refused or warned of; beside it its values."""

    # Notice: given_on, given_by, meeting_on, days
    NOTICE_TOO_SHORT = "notice_too_short"  # and consent_bps, majority_in_number (0 or 1)
    NOTICE_CANNOT_BE_SHORTENED = "notice_cannot_be_shortened"
    ARTICLES_NOTICE_BELOW_STATUTE = "articles_notice_below_statute"  # days, days_min
    # Content of a notice: no values, but resolution for those of a special resolution
    NOTICE_LACKS_TIME = "notice_lacks_time"
    NOTICE_LACKS_DATE = "notice_lacks_date"
    NOTICE_LACKS_PLACE = "notice_lacks_place"
    NOTICE_LACKS_BUSINESS = "notice_lacks_business"
    NOTICE_LACKS_AGM_WORDS = "notice_lacks_agm_words"
    NOTICE_LACKS_SPECIAL_TEXT = "notice_lacks_special_text"
    NOTICE_LACKS_SPECIAL_INTENTION = "notice_lacks_special_intention"
    NOTICE_LACKS_RECORD_TIME = "notice_lacks_record_time"
    NOTICE_LACKS_PROXY_RIGHT = "notice_lacks_proxy_right"  # a warning
    # Proxies: cutoff_at, earliest_at
    PROXY_CUTOFF_TOO_EARLY = "proxy_cutoff_too_early"
    # Record moment: record_at, and meeting_at or earliest_at
    RECORD_AFTER_MEETING = "record_after_meeting"
    RECORD_TOO_EARLY = "record_too_early"
    # Quorum: present, needed
    QUORUM_TOO_FEW = "quorum_too_few"
    QUORUM_SAME_MEMBER_PROXIES = "quorum_same_member_proxies"
    QUORUM_SAME_CORPORATION = "quorum_same_corporation"
    QUORUM_ONE_HOLDING_TWICE = "quorum_one_holding_twice"  # a warning
    # Requisitions: have, needed
    REQUISITION_BELOW_SHARE = "requisition_below_share"
    RESOLUTION_BELOW_SHARE = "resolution_below_share"
    RESOLUTION_TOO_FEW_MEMBERS = "resolution_too_few_members"
    RESOLUTION_PAID_UP_TOO_LOW = "resolution_paid_up_too_low"
    RESOLUTION_RECEIVED_LATE = "resolution_received_late"  # received_at, received_on_latest
    RESOLUTION_NOT_PUBLIC_COMPANY = "resolution_not_public_company"
    RESOLUTION_INEFFECTIVE = "resolution_ineffective"
    RESOLUTION_DEFAMATORY = "resolution_defamatory"
    RESOLUTION_FRIVOLOUS = "resolution_frivolous"
    # Polls: have, needed
    POLL_DEMAND_TOO_WEAK = "poll_demand_too_weak"
    POLL_RULE_VOID_MEMBERS = "poll_rule_void_members"
    POLL_RULE_VOID_SHARE = "poll_rule_void_share"
    # Votes of one holding: used, held
    VOTES_NEGATIVE = "votes_negative"
    VOTES_ABOVE_HOLDING = "votes_above_holding"
    # Appointments: appointment, proxy, shares (what stands after it), held
    PROXY_SHARES_NOT_POSITIVE = "proxy_shares_not_positive"
    PROXY_OVER_APPOINTED = "proxy_over_appointed"
    PROXY_RECEIVED_LATE = "proxy_received_late"
    PROXY_REPLACED = "proxy_replaced"
    PROXY_REDUCED = "proxy_reduced"
    PROXY_REVOKED = "proxy_revoked"


# Where the reason stands; printed beside the sentence, so that nobody has to believe the program.
LAW = {
    Code.NOTICE_TOO_SHORT: "Companies Act 2006 ss.307, 307A, 337(2), 360(2)",
    Code.NOTICE_CANNOT_BE_SHORTENED: "Companies Act 2006 s.307A",
    Code.ARTICLES_NOTICE_BELOW_STATUTE: "Companies Act 2006 s.307(3)",
    Code.NOTICE_LACKS_TIME: "Companies Act 2006 s.311(1)(a)",
    Code.NOTICE_LACKS_DATE: "Companies Act 2006 s.311(1)(a)",
    Code.NOTICE_LACKS_PLACE: "Companies Act 2006 s.311(1)(b)",
    Code.NOTICE_LACKS_BUSINESS: "Companies Act 2006 s.311(2)",
    Code.NOTICE_LACKS_AGM_WORDS: "Companies Act 2006 s.337(1)",
    Code.NOTICE_LACKS_SPECIAL_TEXT: "Companies Act 2006 s.283(6)(a)",
    Code.NOTICE_LACKS_SPECIAL_INTENTION: "Companies Act 2006 s.283(6)(a)",
    Code.NOTICE_LACKS_RECORD_TIME: "Companies Act 2006 s.311(3)(b)",
    Code.NOTICE_LACKS_PROXY_RIGHT: "Companies Act 2006 s.325",
    Code.PROXY_CUTOFF_TOO_EARLY: "Companies Act 2006 s.327(2)-(3)",
    Code.RECORD_AFTER_MEETING: "Companies Act 2006 s.360B(2)",
    Code.RECORD_TOO_EARLY: "Companies Act 2006 s.360B(2)-(3)",
    Code.QUORUM_TOO_FEW: "Companies Act 2006 s.318",
    Code.QUORUM_SAME_MEMBER_PROXIES: "Companies Act 2006 s.318(2)(b)",
    Code.QUORUM_SAME_CORPORATION: "Companies Act 2006 s.318(2)(a)",
    Code.QUORUM_ONE_HOLDING_TWICE: "Companies Act 2006 s.318(3)",
    Code.REQUISITION_BELOW_SHARE: "Companies Act 2006 s.303(2)",
    Code.RESOLUTION_BELOW_SHARE: "Companies Act 2006 s.338(3)(a)",
    Code.RESOLUTION_TOO_FEW_MEMBERS: "Companies Act 2006 s.338(3)(b)",
    Code.RESOLUTION_PAID_UP_TOO_LOW: "Companies Act 2006 s.338(3)(b)",
    Code.RESOLUTION_RECEIVED_LATE: "Companies Act 2006 ss.338(4)(d), 360(2)",
    Code.RESOLUTION_NOT_PUBLIC_COMPANY: "Companies Act 2006 s.338(1)",
    Code.RESOLUTION_INEFFECTIVE: "Companies Act 2006 ss.303(5)(a), 338(2)(a)",
    Code.RESOLUTION_DEFAMATORY: "Companies Act 2006 ss.303(5)(b), 338(2)(b)",
    Code.RESOLUTION_FRIVOLOUS: "Companies Act 2006 ss.303(5)(c), 338(2)(c)",
    Code.POLL_DEMAND_TOO_WEAK: "Companies Act 2006 s.321",
    Code.POLL_RULE_VOID_MEMBERS: "Companies Act 2006 s.321(2)(a)",
    Code.POLL_RULE_VOID_SHARE: "Companies Act 2006 s.321(2)(b)-(c)",
    Code.VOTES_NEGATIVE: "Companies Act 2006 s.322",
    Code.VOTES_ABOVE_HOLDING: "Companies Act 2006 ss.284(3), 322",
    Code.PROXY_SHARES_NOT_POSITIVE: "Companies Act 2006 s.324(2)",
    Code.PROXY_OVER_APPOINTED: "Companies Act 2006 ss.285(4), 324(2)",
    Code.PROXY_RECEIVED_LATE: "Companies Act 2006 s.327(2)",
    Code.PROXY_REPLACED: "Companies Act 2006 s.324(2)",
    Code.PROXY_REDUCED: "Companies Act 2006 s.324(2)",
    Code.PROXY_REVOKED: "Companies Act 2006 s.330",
}


@dataclass(frozen=True)
class Refusal:
    """One reason why something may not be (or, where the rule says so, a warning), with the values of its sentence."""

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def law(self) -> str:
        """Return the provision the reason comes from."""
        return LAW[self.code]
