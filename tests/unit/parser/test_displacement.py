"""Extraction displaces rows; whatever it does to whole rows and inside them, the record stays the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jixiao.runtime.errors import Unreadable
from jixiao_parser import read
from tests.unit.parser.cases import all_cases, as_tabs, record_of

SOUND = next(case for case in all_cases() if case.name == "sound")
FIRST = next(at for at, row in enumerate(SOUND.grid) if "三级指标" in row) + 1
COUNT = len(SOUND.records[0]["indicators"])
HEADER = SOUND.grid[FIRST - 1]
Row = tuple[str, ...]


def to_the_left(row: Row, by: int) -> Row:
    """The row without some of the empty cells it begins with."""
    empty = next(at for at, text in enumerate(row) if text)
    by = min(by, empty)
    return row[by:] + ("",) * by


def with_gap(row: Row, at: int) -> Row:
    """The row with an empty cell more, before one of its texts."""
    return (*row[:at], "", *row[at:])


DAMAGE = st.one_of(
    st.builds(lambda by: lambda row: [to_the_left(row, by)], st.integers(1, 3)),
    st.builds(lambda by: lambda row: [("",) * by + row], st.integers(1, 3)),
    st.builds(lambda at: lambda row: [with_gap(row, at)], st.integers(3, 5)),
    st.just(lambda row: [(), row]),
    st.just(lambda row: [HEADER, row]),
    st.just(lambda row: [("--", "---", "----"), row]),
    st.just(lambda row: [("第3页 共9页",), row]),
    st.just(lambda row: [row]),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(DAMAGE, min_size=COUNT, max_size=COUNT))
def test_a_damaged_table_reads_the_same(damages: list[object]) -> None:
    """Rows moved to either side, gaps inside them, page breaks, repeated headers and rubble between them."""
    rows = [
        after
        for row, damage in zip(SOUND.grid[FIRST : FIRST + COUNT], damages, strict=True)
        for after in damage(row)  # type: ignore[operator]
    ]
    grid = (*SOUND.grid[:FIRST], *rows, *SOUND.grid[FIRST + COUNT :])
    (form,) = read(as_tabs(grid), "表.txt").forms
    assert record_of(form) == SOUND.records[0]


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_is_read_or_refused(data: bytes) -> None:
    """No bytes make the reader fail in any other way, and none make a form out of nothing."""
    try:
        assert read(data, "x.csv").forms == ()
    except Unreadable as refusal:
        assert refusal.reason
