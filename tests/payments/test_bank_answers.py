"""Reading what a bank answers: every line is an answer or a named bad row, whatever the file looks like."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rules.bank_answers import (
    AnswersUnreadable,
    FileProblem,
    Outcome,
    RowProblem,
    day_of_text,
    masked,
    read_answers,
    reason_of,
    same_reference,
    text_of,
)
from payments.rules.payout_states import PayoutReason

TODAY = date(2026, 11, 20)
HEAD = "reference,outcome,reason,date"


def read(*lines: str, head: str = HEAD):
    return read_answers("\n".join([head, *lines]), today=TODAY)


def problems(*lines: str, head: str = HEAD) -> list[tuple[int, RowProblem]]:
    return [(row.line, row.problem) for row in read(*lines, head=head).bad]


def test_each_outcome_is_read_with_its_reason_and_day() -> None:
    reading = read(
        "DIVIDEND 1,paid,,2026-11-18",
        "DIVIDEND 2,Failed,Account closed,18/11/2026",
        "dividend  3,RETURNED,AC01,18.11.2026",
    )

    assert reading.bad == []
    assert [(row.reference, row.outcome, row.reason, row.words) for row in reading.rows] == [
        ("DIVIDEND 1", Outcome.PAID, "", ""),
        ("DIVIDEND 2", Outcome.FAILED, PayoutReason.ACCOUNT_CLOSED, "Account closed"),
        ("DIVIDEND 3", Outcome.RETURNED, PayoutReason.NO_SUCH_ACCOUNT, "AC01"),
    ]
    assert {row.told_on for row in reading.rows} == {date(2026, 11, 18)}


def test_columns_come_in_any_order_under_other_names_with_others_between() -> None:
    reading = read(
        "x;12.40;settled;D 7;;20/11/2026", head="Batch;Amount;Status;Payment_Reference;Reason Code;Value date"
    )

    assert [(row.reference, row.outcome, row.amount) for row in reading.rows] == [("D 7", Outcome.PAID, "12.40")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",paid,,2026-11-18", RowProblem.REFERENCE_EMPTY),
        ("D 1,perhaps,,2026-11-18", RowProblem.OUTCOME_UNKNOWN),
        ("D 1,paid,,11/18/2026", RowProblem.DATE_UNREADABLE),
        ("D 1,paid,,", RowProblem.DATE_UNREADABLE),
        ("D 1,paid,,2026-11-21", RowProblem.DATE_AHEAD),
        ("D 1,paid", RowProblem.LINE_BROKEN),
        ('"D 1,paid,,2026-11-18', RowProblem.LINE_BROKEN),
    ],
)
def test_bad_line_is_named_and_the_lines_around_it_are_read(line: str, problem: RowProblem) -> None:
    reading = read("A 1,paid,,2026-11-18", line, "A 2,paid,,2026-11-18")

    assert [row.reference for row in reading.rows] == ["A 1", "A 2"]
    assert [(row.line, row.text, row.problem) for row in reading.bad] == [(3, line, problem)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ann,20-00-00,31924471,DIVIDEND 12,70.00", "Ann,••-00-00,••••4471,DIVIDEND 12,70.00"),
        ("3192 4471", "•••• 4471"),
        ("GB29 NWBK 6016 1331 9268 19", "GB29 NWBK •••• •••• ••68 19"),
        ("account 31924471 closed", "account ••••4471 closed"),
        ("DIVIDEND 12 31924471", "DIVIDEND •• ••••4471"),
        ("2026-11-18 14:03,18/11/2026,18-11-2026", "2026-11-18 14:03,18/11/2026,18-11-2026"),
        ("ROYALTY 000012,£1234567.00", "ROYALTY 000012,£1234567.00"),
        ("2026-11-1831924471", "••••-••-••••••4471"),
    ],
)
def test_long_row_of_digits_is_covered_up_to_its_last_four(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "line", ["A 1,31924471,,2026-11-18", "A 1,paid,,31924471", ",paid,31924471,2026-11-18", '"31924471,paid,,x']
)
def test_bad_line_shows_no_account_number_wherever_it_stands(line: str) -> None:
    (row,) = read(line).bad

    assert (row.text, "31924471" in str(row.values)) == (line.replace("31924471", "••••4471"), False)


def test_banks_own_words_keep_no_account_number() -> None:
    (row,) = read("A 1,failed,Account 31924471 closed,2026-11-18").rows

    assert (row.words, row.reason) == ("Account ••••4471 closed", PayoutReason.ACCOUNT_CLOSED)


def test_empty_lines_count_as_lines_but_are_no_rows() -> None:
    assert problems("", " ", "D 1,perhaps,,2026-11-18") == [(4, RowProblem.OUTCOME_UNKNOWN)]


def test_missing_columns_are_named() -> None:
    with pytest.raises(AnswersUnreadable) as caught:
        read("D 1,paid", head="reference,paid?")

    assert (caught.value.problem, caught.value.values) == (FileProblem.NO_HEAD, {"missing": "outcome, date"})


@pytest.mark.parametrize("text", ["", "\n \n", HEAD])
def test_file_without_an_answer_is_refused(text: str) -> None:
    with pytest.raises(AnswersUnreadable) as caught:
        read_answers(text, today=TODAY)

    assert caught.value.problem == FileProblem.EMPTY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_banks_write(encoding: str) -> None:
    assert text_of("reference,reason\nD 1,Compté fermé".encode(encoding)) == "reference,reason\nD 1,Compté fermé"


@pytest.mark.parametrize("data", [b"%PDF-1.7\x00\x01", b"PK\x03\x04\x14\x00", b"\xff\xfe\x00"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(AnswersUnreadable) as caught:
        text_of(data)

    assert caught.value.problem == FileProblem.NOT_TEXT


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("account_closed", PayoutReason.ACCOUNT_CLOSED),
        ("The account was CLOSED in May", PayoutReason.ACCOUNT_CLOSED),
        ("AC04", PayoutReason.ACCOUNT_CLOSED),
        ("Beneficiary name does not match", PayoutReason.NAME_MISMATCH),
        ("No account with that number", PayoutReason.NO_SUCH_ACCOUNT),
        ("AC06 blocked", PayoutReason.REFUSED_BY_BANK),
        ("", PayoutReason.OTHER),
        ("Force majeure", PayoutReason.OTHER),
    ],
)
def test_reason_is_found_in_codes_and_in_words(words: str, reason: PayoutReason) -> None:
    assert reason_of(words) == reason


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-18", date(2026, 11, 18)),
        ("18/11/2026 14:03", date(2026, 11, 18)),
        ("2026-11-18T14:03:00Z", date(2026, 11, 18)),
        ("20261118", date(2026, 11, 18)),
        ("18 Nov 2026", date(2026, 11, 18)),
        ("11/18/2026", None),
        ("0026-11-18", None),
        ("yesterday", None),
    ],
)
def test_day_is_read_day_first_and_never_guessed(text: str, day: date | None) -> None:
    assert day_of_text(text) == day


def test_reference_is_the_same_in_capitals_spaces_and_behind_an_apostrophe() -> None:
    assert same_reference(" 'dividend   12 ") == same_reference("DIVIDEND 12") == "DIVIDEND 12"


@given(st.lists(st.text(alphabet=string.printable + "£é", max_size=60), max_size=30))
def test_no_line_is_lost_whatever_stands_in_it(lines: list[str]) -> None:
    text = "\n".join([HEAD, "D 0,paid,,2026-11-18", *lines])
    held = sum(1 for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip(", \t"))

    reading = read_answers(text, today=TODAY)

    assert len(reading.rows) + len(reading.bad) == held - 1
