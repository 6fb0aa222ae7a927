"""Reports of our own for the system tests: sound ones, ones that spent little, any number of them."""

from tests.system.pipeline import Handed

TEMPLATE = """\
项目支出绩效自评表

项目编码:\t{code}\t项目名称:\t{name}\t绩效自评年度:\t2025\t\t\t
实施单位:\t云溪区青禾街道办事处\t一级预算单位:\t云溪区青禾街道办事处\t\t\t\t\t
资金使用情况\t\t\t\t\t\t\t\t
\t\t年初预算数\t全年预算数\t全年执行数\t分值\t执行率(%)\t得分\t
项目资金(元)\t年度资金总额\t200000.00\t200000.00\t{executed}\t10\t{rate}\t{score}\t
\t其中:当年财政拨款\t200000.00\t200000.00\t{executed}\t—\t—\t—\t
\t上年结转资金\t0.00\t0.00\t0.00\t—\t—\t—\t
\t其他资金\t0.00\t0.00\t0.00\t—\t—\t—\t
项目目标完成情况\t\t\t\t\t\t\t\t
年度总体目标\t预期目标\t\t\t* 实际完成情况\t\t\t\t
\t整治背街小巷，改善居住环境。\t\t\t已按计划完成整治。\t\t\t\t
年度绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t* 实际完成值\t* 分值\t* 得分\t偏差原因分析及改进措施
\t产出(50分)\t数量\t整治小巷条数\t≥6条\t6条\t20\t20\t
\t\t质量\t验收合格率\t100%\t100%\t15\t15\t
\t\t时效\t完成及时率\t100%\t100%\t10\t10\t
\t\t成本\t总成本\t≤20万元\t18万元\t5\t5\t
\t效益(30分)\t经济效益\t\t\t不适用\t0\t0\t
\t\t社会效益\t居住环境改善情况\t明显改善\t明显改善\t30\t30\t
\t\t生态效益\t\t\t不适用\t0\t0\t
\t\t可持续影响\t\t\t不适用\t0\t0\t
\t满意度(10分)\t服务对象满意度\t居民满意度\t≥90%\t96%\t10\t10\t
\t\t其他满意度\t\t\t不适用\t0\t0\t
总分\t\t\t\t\t\t100\t{total}\t—
"""


def report(project: int, spent: bool = True) -> bytes:
    """The text of a form of a project, which spent 95 % of its money, or 10 %."""
    executed, rate, score = ("190000.00", "95", "9.5") if spent else ("20000.00", "10", "1")
    total = "99.5" if spent else "91"
    code = f"4403992103015{project:08d}"
    text = TEMPLATE.format(
        code=code, name=f"小巷整治{project}期", executed=executed, rate=rate, score=score, total=total
    )
    return text.encode()


def handed(number: int, project: int | None = None, spent: bool | None = None) -> Handed:
    """A report as an upload: by default a project of its own, every second of which spent little."""
    content = report(number if project is None else project, number % 2 == 0 if spent is None else spent)
    return Handed(number, f"自评表{number}.txt", content)
