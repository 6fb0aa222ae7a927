"""The table of accuracy per shape, in Chinese: ``python -m tests.accuracy > docs/accuracy.md``.

The cases stand beside the checkout (``../shared/cases``), as for ``make accept``; only figures are written down.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator

from tests.accept import CASES, Case, Outcome, cases, outcome

HEAD = """# 读表的准确度

本页由 `python -m tests.accuracy > docs/accuracy.md` 生成，请勿手工修改；对照样本与 `make accept` 相同，不在本仓库中。
“字段”是逐项核对的值：项目信息、资金、目标、每项指标的八个单元格和总分；“全对的表”指所有字段都与人工核对的记录一致。

| 来源 | 文件 | 表 | 全对的表 | 字段 | 读对的字段 | 准确度 |
|---|---:|---:|---:|---:|---:|---:|"""
SHAPES = {"seeds": "原始文本（五份种子文件）", "real": "外省公布的自评表（文本）"}
FORMATS = {
    "xlsx": "XLSX 工作簿",
    "csv": "CSV",
    "docx": "DOCX",
    "html": "网页",
    "pdf": "PDF（带文字）",
    "scan": "扫描件（文字识别）",
    "bad": "编码特殊或带有干扰内容的文件",
}
TEXTS = {"tabs": "制表符分隔", "pipes": "竖线分隔", "cells": "每行一个单元格", "layout": "以空格对齐各列"}


def main() -> int:
    """Print the page; 1 when the cases are not there."""
    if not CASES.is_dir():
        print(f"找不到对照样本目录 {CASES}：需要它与本仓库并列放置。", file=sys.stderr)
        return 1
    shapes: dict[str, list[Outcome]] = defaultdict(list)
    for case in cases():
        shapes[_shape(case)].append(outcome(case))
    print(HEAD)
    for line in _rows(shapes):
        print(line)
    return 0


def _shape(case: Case) -> str:
    kind = case.document.parent.name
    if kind == "txt":
        return f"文本：{TEXTS.get(case.document.stem, case.document.stem)}"
    return SHAPES.get(kind) or FORMATS.get(kind, kind)


def _rows(shapes: dict[str, list[Outcome]]) -> Iterator[str]:
    for shape, outcomes in [*shapes.items(), ("合计", [each for found in shapes.values() for each in found])]:
        forms, perfect = sum(each.forms for each in outcomes), sum(each.perfect for each in outcomes)
        fields, right = sum(each.fields for each in outcomes), sum(each.right for each in outcomes)
        share = f"{100 * right / fields:.2f}%" if fields else "—"
        yield f"| {shape} | {len(outcomes)} | {forms} | {perfect} | {fields} | {right} | {share} |"


if __name__ == "__main__":
    sys.exit(main())
