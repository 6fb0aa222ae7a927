"""Word documents: merged cells, tables in tables and over pages, tracked changes, content controls."""

from jixiao_parser import read
from jixiao_parser.readers.docx import read_docx
from tests.unit.parser.cases import all_cases, record_of
from tests.unit.parser.documents import as_docx, docx, p, tbl, tc, tr

SOUND = next(case for case in all_cases() if case.name == "sound")
FORM = (
    tr(
        tc("项目编码"),
        tc("440305230101500000201"),
        tc("项目名称"),
        tc("河道保洁", 2),
        tc("绩效自评年度"),
        tc("2023", 3),
    ),
    tr(tc("实施单位"), tc("临江区河道所", 4), tc("一级预算单位"), tc("临江区水务局", 3)),
    tr(tc("", 3), tc("年初预算数"), tc("全年预算数"), tc("全年执行数"), tc("分值"), tc("执行率"), tc("得分")),
    tr(
        *(
            tc("项目资金（元）", merge="restart"),
            tc("年度资金总额", 2),
            tc("90000.00"),
            tc("100000.00"),
            tc("84500.00"),
        ),
        *(tc("10"), tc("84.50%"), tc("8.45")),
    ),
    tr(
        *(tc("", merge="continue"), tc("其中：当年财政拨款", 2), tc("90000.00"), tc("100000.00"), tc("84500.00")),
        *(tc("—"), tc("—"), tc("—")),
    ),
    tr(tc("总体目标", merge="restart"), tc("预期目标", 4), tc("实际完成情况", 4)),
    tr(tc("", merge="continue"), tc(p("保洁河道") + p("四十公里"), 4), tc("已保洁", 4)),
    tr(
        *(tc("绩效指标", merge="restart"), tc("一级指标"), tc("二级指标"), tc("三级指标"), tc("年度指标值")),
        *(tc("实际完成值"), tc("分值"), tc("得分"), tc("偏差原因分析")),
    ),
    tr(
        *(tc("", merge="continue"), tc("产出指标（50分）", merge="restart"), tc("数量指标", merge="restart")),
        *(tc("保洁里程"), tc("≥40公里"), tc("41公里"), tc("50"), tc("50"), tc("")),
    ),
    tr(
        *(tc("", merge="continue"), tc("效益指标（30分）"), tc("生态效益指标"), tc("水质"), tc("达标"), tc("达标")),
        *(tc("30"), tc("30"), tc("")),
    ),
    tr(
        *(tc("", merge="continue"), tc("满意度指标（10分）"), tc("服务对象满意度指标"), tc("居民满意度"), tc("≥90%")),
        *(tc("92%"), tc("10"), tc("10"), tc("")),
    ),
    tr(tc("总分", 6), tc("100"), tc("98.45"), tc("—")),
)


def texts(body: str) -> list[list[str | None]]:
    """The cells of each row of a document with this body."""
    (sheet,) = read_docx(docx(body), "id").sheets
    return [[cell.text for cell in row.cells] for row in sheet.rows]


def test_a_form_with_merged_cells() -> None:
    """Levels reach down their merged cells; a paragraph in a cell is part of its text."""
    (form,) = read(docx(p("项目支出绩效自评表") + tbl(*FORM)), "表.docx").forms
    assert (form.code.text, form.unit.text, form.year.text) == ("440305230101500000201", "临江区河道所", "2023")
    assert form.funds.total.rate.text == "84.50%"
    assert form.goal_expected.text == "保洁河道四十公里"
    assert [(row.level1.text, row.weight.text) for row in form.indicators] == [
        ("产出", "50"),
        ("效益", "30"),
        ("满意度", "10"),
    ]
    assert (form.total_weight.text, form.total_score.text) == ("100", "98.45")


def test_evidence_names_table_row_and_column() -> None:
    """Every value can be found again."""
    (form,) = read(docx(p("标题") + tbl(*FORM)), "表.docx").forms
    evidence = form.total_score.evidence
    assert evidence is not None
    assert (evidence.cell, evidence.line, evidence.raw, evidence.reader) == ("表1第12行第8列", 13, "98.45", "docx")


def test_a_merged_cell_stands_once() -> None:
    """With the columns and rows that it covers, also where only some rows continue it."""
    rows = (
        tr(tc("甲", 2, "restart"), tc("乙")),
        tr(tc("", 2, "continue"), tc("丙", merge="restart")),
        tr(tc("丁"), tc("戊"), tc("", merge="continue")),
    )
    (sheet,) = read_docx(docx(tbl(*rows)), "id").sheets
    found = [[(cell.text, cell.column, cell.span, cell.height) for cell in row.cells] for row in sheet.rows]
    assert found == [
        [("甲", 0, 2, 2), ("乙", 2, 1, 1)],
        [("丙", 2, 1, 2)],
        [("丁", 0, 1, 1), ("戊", 1, 1, 1)],
    ]


def test_a_merged_cell_without_a_beginning_is_a_cell() -> None:
    """As at the top of a table that was cut in two."""
    assert texts(tbl(tr(tc("产出指标", merge="continue"), tc("里程")))) == [["产出指标", "里程"]]


def test_cells_merged_in_the_way_of_old_documents() -> None:
    """A cell that continues the one on its left makes it wider."""
    old = '<w:tc><w:tcPr><w:hMerge w:val="{}"/></w:tcPr>{}</w:tc>'
    row = tr(old.format("restart", p("实施单位")), old.format("continue", p("")), tc("河道所"))
    (sheet,) = read_docx(docx(tbl(row)), "id").sheets
    assert [(cell.text, cell.column, cell.span) for cell in sheet.rows[0].cells] == [
        ("实施单位", 0, 2),
        ("河道所", 2, 1),
    ]


def test_rows_that_begin_further_right() -> None:
    """What a row leaves out before its first cell counts as columns."""
    row = tr(tc("里程"), properties='<w:gridBefore w:val="2"/>')
    (sheet,) = read_docx(docx(tbl(row)), "id").sheets
    assert sheet.rows[0].cells[0].column == 2


def test_tracked_changes_count_as_accepted() -> None:
    """Inserted and moved-in text counts; deleted text, cells and rows do not."""
    run = "<w:r><w:t>{}</w:t></w:r>"
    changed = (
        f"<w:p>{run.format('得分')}<w:del><w:r><w:delText>9.00</w:delText></w:r></w:del>"
        f"<w:ins>{run.format('9.50')}</w:ins><w:moveFrom>{run.format('去')}</w:moveFrom>"
        f"<w:moveTo>{run.format('来')}</w:moveTo></w:p>"
    )
    lost = "<w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p/></w:tc>"
    table = tbl(tr(tc("甲"), lost, tc("乙")), tr(tc("删"), properties="<w:del/>"), tr(tc("增"), properties="<w:ins/>"))
    assert texts(changed + table) == [["得分9.50来"], ["甲", "乙"], ["增"]]


def test_what_does_not_print_is_left_out() -> None:
    """Hidden text, and the second copy of a drawing kept for old programs."""
    run = "<w:r>{}<w:t>{}</w:t></w:r>"
    hidden = run.format("<w:rPr><w:vanish/></w:rPr>", "暗")
    shown = run.format('<w:rPr><w:vanish w:val="0"/></w:rPr>', "明")
    twice = f"<mc:AlternateContent><mc:Choice>{run.format('', '一')}</mc:Choice><mc:Fallback>{run.format('', '一')}"
    assert texts(f"<w:p>{hidden}{shown}{twice}</mc:Fallback></mc:AlternateContent></w:p>") == [["明一"]]


def test_content_controls_are_looked_into() -> None:
    """Fields to fill in wrap tables, rows, cells and words."""
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    word = f"<w:p>{control.format('<w:r><w:t>河道所</w:t></w:r>')}</w:p>"
    row = control.format(tr(control.format(tc("实施单位")), tc(word)))
    assert texts(control.format(tbl(row))) == [["实施单位", "河道所"]]


def test_formulas_breaks_and_tabs() -> None:
    """A sign set as a formula is text; a tab parts a paragraph into cells, a break into lines."""
    sign = "<m:oMath><m:r><m:t>≥</m:t></m:r></m:oMath>"
    run = "<w:r><w:t>95%</w:t><w:tab/><w:t>是</w:t><w:br/><w:t>否</w:t></w:r>"
    assert texts(f"<w:p>{sign}{run}</w:p>") == [["≥95%", "是"], ["否"]]


def test_a_table_that_lays_out_a_page_gives_way() -> None:
    """Its inner tables stand in their order, with the paragraphs between them."""
    page = tbl(tr(tc(p("项目支出绩效自评表") + tbl(*FORM) + p("注：一式两份"))))
    (form,) = read(docx(page), "表.docx").forms
    assert (form.name.text, form.total_score.text) == ("河道保洁", "98.45")
    assert texts(page)[0] == ["项目支出绩效自评表"]


def test_a_small_table_in_a_cell_is_text() -> None:
    """Beside other cells it is part of the cell it stands in."""
    inner = tbl(tr(tc("一期"), tc("40公里")), tr(tc("二期"), tc("1公里")))
    assert texts(tbl(tr(tc("实际完成值"), tc(inner)))) == [["实际完成值", "一期 40公里\n二期 1公里"]]


def test_a_form_whose_parts_are_tables_of_their_own() -> None:
    """Paragraphs between them do no harm."""
    body = p("项目支出绩效自评表") + p("（2023年度）") + tbl(*FORM[:2]) + p("一、资金使用情况") + tbl(*FORM[2:5])
    body += tbl(*FORM[5:7]) + p("") + tbl(*FORM[7:10]) + tbl(FORM[7], *FORM[10:])
    (form,) = read(docx(body), "表.docx").forms
    (whole,) = read(docx(tbl(*FORM)), "表.docx").forms
    assert form.record() == whole.record()


def test_every_paragraph_and_row_counts_as_a_line() -> None:
    """Empty ones too, so that the line can be found."""
    (sheet,) = read_docx(docx(p("") + p("一") + tbl(tr(tc("")), tr(tc("二")))), "id").sheets
    assert [row.line for row in sheet.rows] == [2, 4]


def test_a_grid_reads_as_its_record() -> None:
    """The whole way from the bytes to the record."""
    assert [record_of(form) for form in read(as_docx(SOUND.grid), "表").forms] == list(SOUND.records)
