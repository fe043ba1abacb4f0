"""Pages found by the row before them: forward and back they show the same rows, each once."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Party
from portal.queries.keyset import Asked, Order, asked_page, cut, read_place, slice_of, write_place
from tests.factories.people import make_holder

ROWS = [(value, pk) for pk, value in enumerate([3, 1, 2, 2, 2, 5, 4, 1, 9, 0, 2])]


def fetch(asked: Asked) -> list[tuple[int, int]]:
    """Rows as a database reads them."""
    rows = sorted(ROWS, reverse=asked.is_down)
    if asked.place is not None:
        rows = [row for row in rows if (row < asked.place if asked.is_down else row > asked.place)]
    return rows[: asked.size + 1]


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 11, 50])
def test_pages_forward_and_back_show_every_row_once_in_order(is_descending: bool, size: int) -> None:
    order = Order("value", is_descending)
    asked, pages = Asked(order, size=size), []

    while True:
        page = cut(fetch, asked, lambda row: row)
        pages.append(page)
        if not page.next:
            break
        asked = Asked(order, read_place(page.next), size=size)

    assert [row for page in pages for row in page.rows] == sorted(ROWS, reverse=is_descending)
    for earlier, later in pairwise(pages):
        back = cut(fetch, Asked(order, read_place(later.previous), is_backward=True, size=size), lambda row: row)
        assert back.rows == earlier.rows
    assert (pages[0].previous, pages[-1].next) == ("", "")


def test_page_before_the_beginning_is_the_whole_first_page() -> None:
    asked = Asked(Order("value"), (1, 7), is_backward=True, size=3)

    assert cut(fetch, asked, lambda row: row).rows == sorted(ROWS)[:3]


@given(
    st.one_of(st.integers(-(2**63) + 1, 2**63 - 1), st.text(st.characters(categories=["L", "N"]))), st.integers(0, 9)
)
def test_place_is_read_as_it_was_written(value: int | str, pk: int) -> None:
    assert read_place(write_place(value, pk)) == (value, pk)


@given(st.text(max_size=40))
def test_place_nobody_wrote_is_the_beginning(text: str) -> None:
    place = read_place(text)

    assert place is None or (isinstance(place[0], int | str) and isinstance(place[1], int))


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 2**63, 1.5, None, [1]])
def test_place_that_no_column_can_hold_is_refused(value: object) -> None:
    assert read_place(write_place(value, 1)) is None  # type: ignore[arg-type]


@pytest.mark.django_db
def test_rows_of_a_model_are_paged_by_a_column_of_another_and_a_wrong_place_is_the_beginning() -> None:
    names = ["Ana", "Bea", "Cid", "Dee"]
    parties = [make_holder(name=f"{name} Quill").party for name in names]
    rows = Party.objects.filter(pk__in=[party.pk for party in parties if party])

    first = slice_of(rows, Asked(Order("display_name"), size=3))
    second = slice_of(rows, asked_page(Order("display_name"), after=first.next))
    wrong = slice_of(rows, Asked(Order("pk"), ("no number", 1)))

    assert [row.given_name for row in [*first.rows, *second.rows]] == names
    assert len(wrong.rows) == 4
