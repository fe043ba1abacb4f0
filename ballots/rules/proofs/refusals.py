"""Why a proof, a paper, a key or a file is refused: codes only; the sentences are said by who speaks to a person."""

from enum import StrEnum


class Refusal(StrEnum):
    """What was found wrong."""

    NOT_CANONICAL = "not_canonical"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    BAD_KEY = "bad_key"
    KEY_FILE_OPEN = "key_file_open"
    CANNOT_BE_OPENED = "cannot_be_opened"
    WRONG_SIGNATURE = "wrong_signature"
    WRONG_SCRUTINEER = "wrong_scrutineer"
    WRONG_CONTEST = "wrong_contest"
    WRONG_KIND = "wrong_kind"
    WRONG_RULES = "wrong_rules"
    WRONG_ROLL = "wrong_roll"
    WRONG_COUNTS = "wrong_counts"
    WRONG_SUMS = "wrong_sums"
    ALTERED = "altered"
    DUPLICATE_ENVELOPE = "duplicate_envelope"
    NOT_HANDED_OVER = "not_handed_over"
    NOT_RETURNED = "not_returned"
    SPOILED_UNKNOWN = "spoiled_unknown"
    PAPER_WRONG = "paper_wrong"
    ALREADY_OPENED = "already_opened"
    NEGATIVE = "negative"
    TOO_MANY_VOTES = "too_many_votes"


class Spoiled(StrEnum):
    """Why an envelope gave no valid paper. Anything else than what the rules allow spoils the whole paper."""

    CANNOT_BE_OPENED = "cannot_be_opened"
    MALFORMED = "malformed"
    WRONG_CONTEST = "wrong_contest"
    WRONG_KIND = "wrong_kind"
    DUPLICATE_CODE = "duplicate_code"
    DUPLICATE_ENTRY = "duplicate_entry"
    DUPLICATE_OPTION = "duplicate_option"
    UNKNOWN_OPTION = "unknown_option"
    TOO_MANY_CHOICES = "too_many_choices"
    UNKNOWN_ENTRY = "unknown_entry"
    MORE_THAN_HELD = "more_than_held"


class ProofRefused(ValueError):
    """Something is not what it says it is; ``reason`` is the code, ``detail`` names what (never a choice or a key)."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
