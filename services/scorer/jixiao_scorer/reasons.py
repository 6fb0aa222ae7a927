"""What a cell of 偏差原因分析及改进措施 says: nothing, no more than a phrase, or a reason."""

import re
from enum import StrEnum

from jixiao_scorer.compare import normal


class Reason(StrEnum):
    """How much a cell says. UNKNOWN: the document does not have the cell, so that nobody can be told to fill it."""

    UNKNOWN = "unknown"
    EMPTY = "empty"
    NOTHING = "nothing"  # 无, 无偏差
    THIN = "thin"  # 根据实际情况填写
    REAL = "real"

    @property
    def is_missing(self) -> bool:
        """Whether there is a cell and no reason in it."""
        return self in (Reason.EMPTY, Reason.NOTHING)


_LABELS = re.compile(
    "(?:[一二三12][、.])?(?:(?:偏差|扣分|未完成|完成值高|完成值低|超额|主要)*(?:原因|愿意)(?:分析)?(?:说明)?[:;,]?|解释说明:?)"
)
_MEASURES_AHEAD = re.compile("(?:[一二三12]?[、.]?)(?:(?:整改|改进|下一步)(?:措施|计划|打算)|措施)[:;,]?")
_NOTHING = re.compile(
    r"(?:基本|暂)?(?:无|没有|未|不)?(?:产生|发生|出现|存在)?(?:明显|较大)?偏差?(?:情况|原因)?|偏差(?:率|值)?(?:为|是)?[:]?0%?"
    r"|偏差在(?:合理|正常|可控)范围(?:之?内)?|无|暂无|没有|不适用|不涉及|[Nn]/?[Aa]|[/\\—*、-]+|[\d.]+%?|正常(?:范围内?)?|同意|是"
    r"|(?:已|全部|全面|按时|按期|按计划|较好|圆满|顺利|正常|[\d.]+%)*完成(?:了)?(?:年度|全年|年初|预期|既定|计划|绩效)*(?:目标|指标|任务|值)?"
    r"|(?:目标|指标|任务)?(?:已)?完成(?:情况)?(?:良好|较好)|达标|(?:已)?(?:达到?|达成|符合)(?:年度|年初|预期|绩效)*(?:目标|指标|要求|预期)"
    r"|与.{0,6}(?:目标|指标|计划|预期)值?一致|无(?:需|须)(?:改进|说明|整改|填写)"
)
_THIN = re.compile(
    "(?:因|由于|主要是|为)?(?:根据|按照?|依据|结合|因|以)?(?:工作|项目|我单位|本单位|单位|业务)?的?"
    "(?:实际(?:工作)?(?:情况|需要|需求|完成情况|执行情况|完成值|发生(?:数|额|情况)?)?|客观(?:原因|情况)|工作(?:原因|需要|安排|实际)"
    "|特殊(?:原因|情况)|其他(?:原因|情况)|据实|需求?|需要|超额完成(?:任务|目标)?)"
    "(?:来?(?:填写|填报|发放|完成|开展|执行|调整|统计|确定|安排|支出|实施|所致|导致|决定))*"
    "|[同见如](?:上|前)|略|未(?:能)?(?:全部|按时|按期|按计划)?(?:完成|达标|达到)(?:年度|全年|年初|预期|绩效)*(?:目标|指标|任务|值)?"
    "|(?:下一步|今后|以后|将|要|继续|进一步|不断|需)*(?:加强|强化|提高|提升|完善|规范|改进|优化)"
    "(?:绩效|预算|项目|资金|财务|日常|事[前中后]|内部|工作|目标|指标)*(?:管理|编制|监管|监控|设置|质量|水平|能力)*"
)
_PARTS = re.compile("[,;。]")


def reason(text: str | None) -> Reason:
    """How much a cell says; a cause is what stands before the measures to be taken."""
    if not text:
        return Reason.UNKNOWN if text is None else Reason.EMPTY
    plain = normal(text).rstrip("。.;,")
    cause = _MEASURES_AHEAD.split(plain, maxsplit=1)[0]
    if (label := _LABELS.match(cause)) is not None:
        cause = cause[label.end() :]
    cause = cause.strip("。.;,:")
    if all(_NOTHING.fullmatch(part) for part in _PARTS.split(cause) if part):
        return Reason.NOTHING if cause or plain == cause else Reason.THIN
    return Reason.THIN if _THIN.fullmatch(cause) else Reason.REAL
