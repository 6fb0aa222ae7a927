"""Numbers and names as they stand in a Chinese sentence."""

import re
from collections import Counter
from decimal import Decimal

from jixiao.forms import Indicator
from jixiao.forms.printed import YUAN, Printed
from jixiao.identity.keys import normalise_name
from jixiao_scorer.answers import Answer

_PLAIN = re.compile("[0-9a-z\u4e00-\u9fa5]*")  # what normalising leaves alone


def money(amount: Printed) -> str:
    """An amount as printed, with thousands separators and unit: 4,029,477.14元."""
    return f"{amount.value:,.{amount.decimals}f}{amount.unit}"


def yuan(amount: Decimal) -> str:
    """An amount in yuan to the fen."""
    return f"{amount:,.2f}{YUAN}"


def percent(rate: Decimal) -> str:
    """A rate to two digits: 0.05%. What would round to zero is said to be below 0.01%."""
    return "不足0.01%" if 0 < rate < Decimal("0.005") else f"{rate:.2f}%"


def plain(number: Decimal) -> str:
    """A number without trailing zeros: 97.53, 100."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def points(number: Decimal | Printed) -> str:
    """A score or weight in a sentence, as printed where the form prints it: 97.53分."""
    if isinstance(number, Printed):
        return f"{number.text or plain(number.value)}分"
    return f"{plain(number)}分"


def as_printed(number: Decimal, model: Printed) -> str:
    """A number written as ``model`` is on the form: as many decimals (more where it needs them), same separators."""
    needed = max(-int(number.normalize().as_tuple().exponent), 0)
    decimals = max(_decimals(model.text), needed)
    return f"{number:,.{decimals}f}" if "," in model.text else f"{number:.{decimals}f}"


def indicator_name(indicator: Indicator, place: int) -> str:
    """An indicator in a sentence: its name in brackets, else its place."""
    return f"指标「{indicator.name.text}」" if indicator.name.text else f"第{place + 1}行指标"


def answered(answer: Answer) -> str:
    """A row in a sentence: its name, what was aimed at, what came out."""
    row = answer.indicator
    return f"{indicator_name(row, answer.place)}的指标值为「{row.target.text}」，实际完成值为「{row.actual.text}」"


def normalised(name: str) -> str:
    """A name as it is compared; most are in that form already."""
    return name if _PLAIN.fullmatch(name) else normalise_name(name)


def subject_names(indicators: tuple[Indicator, ...]) -> tuple[str, ...]:
    """What names each indicator between versions: second level, normalised name, and which of that name it is."""
    seen: Counter[str] = Counter()
    names = []
    for each in indicators:
        own = f"{each.level2.text or ''}/{normalised(each.name.text or '')}"
        seen[own] += 1
        names.append(f"{own}/{seen[own]}")
    return tuple(names)


def _decimals(text: str) -> int:
    _, _, fraction = text.partition(".")
    return sum(1 for each in fraction if each.isdigit())
