"""The pieces of a text without columns, dealt out to the cells of rows."""

from jixiao_parser.recognise.stream.rows import dealt
from jixiao_parser.recognise.stream.signs import BLANK, CELL

SLOTS = ("name", "target", "actual", "weight", "score", "deviation")


def test_a_placeholder_in_each_cell_is_no_long_name() -> None:
    """无 无 无 0 0 has a name, a target and an actual figure."""
    (rows, *_) = dealt([("无", CELL), ("无", BLANK), ("无", BLANK), ("0", BLANK), ("0", BLANK)], SLOTS)
    assert rows == [{"name": "无", "target": "无", "actual": "无", "weight": "0", "score": "0"}]


def test_a_reason_is_likelier_where_points_were_lost() -> None:
    """What stands between two rows is the reason of the one above if that lost points, else the name of the other."""
    pieces = ("清淤长度", "12公里", "10公里", "20", "{}", "暴雨停工", "巡查次数", "240次", "240次", "10", "10")
    for score, reason in (("16", "暴雨停工"), ("20", None)):
        atoms = [(piece.format(score), BLANK) for piece in pieces]
        (rows, *_) = dealt(atoms, SLOTS)
        assert [row.get("deviation") for row in rows] == [reason, None]
        assert [row["weight"] for row in rows] == ["20", "10"]
