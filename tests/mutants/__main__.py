"""``python -m tests.mutants > docs/mutants.md``: the results over our own sample forms."""

from collections.abc import Iterator
from pathlib import Path

from jixiao.forms import Form
from jixiao_parser import read
from tests.mutants.table import counted, table
from tests.mutants.verdict import closes, verdicts

SAMPLES = Path(__file__).parents[2] / "samples"

_HEAD = """# 植入错误的检验

本页由 `python -m tests.mutants > docs/mutants.md` 生成，请勿手工修改。

在 `samples/` 中勾稽全部相符的{forms}张自评表里，逐一改动每个印出的数的每一位数字（随机数种子固定），每次只改一位，
共{changed}处。
「破坏勾稽」由 `tests/mutants/identities.py` 另行判断，与评分代码无关：改动超出印出位数所容许的差异才算。
「无关规则」是与所改数值没有关系、却因此触发的规则的次数。「可定更正」指只改一位数字能使全部勾稽重新相符的办法恰有一种；
「更正正确」指最先给出的建议正是改动前的原值。
"""


def forms() -> Iterator[Form]:
    """Every form of our samples that closes."""
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix != ".md":
            yield from (form for form in read(path.read_bytes(), path.name).forms if closes(form))


def main() -> None:
    """Print the page."""
    sound = list(forms())
    lines, total = counted(verdict for form in sound for verdict in verdicts(form))
    print(_HEAD.format(forms=len(sound), changed=total.changed))
    print("\n".join(table(lines, total)))


if __name__ == "__main__":
    main()
