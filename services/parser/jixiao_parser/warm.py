"""A small form read once before the first file: what is then imported and compiled, every forked reader has."""

import io

import openpyxl

from jixiao_parser.reading import read

_FORM = """\
项目支出绩效自评表
项目编码:\t990000000000000000001\t项目名称:\t试读\t绩效自评年度:\t2025\t\t\t
实施单位:\t试读单位\t一级预算单位:\t试读单位\t\t\t\t\t
资金使用情况\t\t\t\t\t\t\t\t
\t\t年初预算数\t全年预算数\t全年执行数\t分值\t执行率(%)\t得分\t
项目资金(元)\t年度资金总额\t100.00\t100.00\t99.00\t10\t99\t9.9\t
\t其中:当年财政拨款\t100.00\t100.00\t99.00\t—\t—\t—\t
\t上年结转资金\t0.00\t0.00\t0.00\t—\t—\t—\t
\t其他资金\t0.00\t0.00\t0.00\t—\t—\t—\t
年度总体目标\t预期目标\t\t\t*实际完成情况\t\t\t\t
\t试读。\t\t\t已试读。\t\t\t\t
年度绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t*实际完成值\t*分值\t*得分\t偏差原因分析及改进措施
\t产出(50分)\t数量\t读表张数\t≥1张\t1张\t50\t50\t
\t效益(30分)\t社会效益\t读表效果\t明显\t明显\t30\t30\t
\t满意度(10分)\t服务对象满意度\t读者满意度\t≥90%\t96%\t10\t10\t
总分\t\t\t\t\t\t100\t99.9\t—
"""


def warm_up() -> None:
    """Read the form as text and as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in _FORM.splitlines():
        sheet.append(line.split("\t"))
    workbook = io.BytesIO()
    book.save(workbook)
    for data, name in ((_FORM.encode(), "试读.txt"), (workbook.getvalue(), "试读.xlsx")):
        assert read(data, name).forms
