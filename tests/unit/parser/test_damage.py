"""Whatever is cut out of a text, doubled or put into it: it is read or refused, never a fault of the reader."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jixiao.runtime.errors import Unreadable
from jixiao_parser import read
from tests.unit.parser.cases import FOLDER, all_cases

SHAPES = {"tabs": "\t", "pipes": " | ", "one below the other": "\n", "blanks": " ", "columns": "  ", "run on": ""}
TEXTS = [
    "\n".join(between.join(cell for cell in row if cell) for row in case.grid)
    for case in all_cases()
    if case.name in ("sound", "cost_level", "labels_inside_a_level", "odd_rows")
    for between in SHAPES.values()
] + [
    file.read_text(encoding="utf-8").partition("\n---\n")[0]
    for file in (*sorted((FOLDER / "provinces").glob("*.txt")), FOLDER / "reading_order.txt", FOLDER / "layout.txt")
]
CUT = st.tuples(st.floats(0, 1), st.sampled_from((1, 4, 30, 200)), st.sampled_from((0, 2)))
WORD = st.sampled_from(("", "项目名称", "指标", "一级", "三级指标", "得分", "分值", "总分", "\n", " ", "（"))


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(TEXTS), st.lists(CUT, max_size=4), WORD)
def test_a_damaged_text_is_read_or_refused(text: str, cuts: list[tuple[float, int, int]], without: str) -> None:
    """Parts are cut out or doubled; a word is taken out everywhere."""
    for place, length, times in cuts:
        at = int(place * len(text))
        text = text[:at] + text[at : at + length] * times + text[at + length :]
    try:
        read((text.replace(without, "") if without else text).encode(), "表.txt")
    except Unreadable as refusal:
        assert refusal.reason


def test_columns_by_blanks_without_a_heading() -> None:
    """A page whose heading was not copied along is a form all the same."""
    text = (FOLDER / "layout.txt").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if "自评表" not in line]
    assert len(read("\n".join(lines).encode(), "表.txt").forms) == len(read(text.encode(), "表.txt").forms) == 1
