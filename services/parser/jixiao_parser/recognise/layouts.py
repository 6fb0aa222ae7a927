"""Which layout a form has, by the words of its labels (``layouts`` in ``labels.toml``)."""

from dataclasses import dataclass

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line
from jixiao_parser.recognise.sections import Pieces


@dataclass(frozen=True, slots=True)
class Layout:
    """The name of a layout, why it was chosen, and whether it has a column for the reasons of deviations."""

    name: str
    why: str
    deviation: bool


def layout_of(pieces: Pieces) -> Layout:
    """The first layout all of whose words the form prints; the last one asks for none."""
    headers = [pieces.funds_header, pieces.goals_header, pieces.indicators_header]
    lines: list[Line] = [*pieces.fields, *(line for line in headers if line), *pieces.funds]
    words = {labels.key(item.text or "") for line in lines for item in line.items}
    words |= {word.removeprefix(labels.PROJECT) for word in words}
    for layout in labels.LAYOUTS:
        if layout.words <= words and not layout.without & words:
            told = "、".join(sorted(layout.words))
            why = f"表中印有：{told}" if told else "未见其他版式特有的栏目"
            return Layout(layout.name, why, layout.deviation)
    raise LookupError("labels.toml has no layout without words")
