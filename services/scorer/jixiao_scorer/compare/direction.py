"""Which way a target points: a floor to reach, or a ceiling to stay under."""

import re
from enum import StrEnum

from jixiao_scorer.compare.units import MONEY, NONE, SHARE, TIME, Kind


class Direction(StrEnum):
    """A floor is better when larger, a ceiling is better when smaller."""

    FLOOR = "floor"
    CEILING = "ceiling"


FLOOR, CEILING = Direction.FLOOR, Direction.CEILING


# Money given to people or put in by others, and prices kept low: under 成本, but rightly a floor where it has the sign.
_GIVEN = re.compile(
    "低于|节能|节电|节水|回收|自筹|配套|低保|供养|抚恤|优待|待遇|工资|奖励|奖补|津贴|补助|补贴|救助|慰问|减免|让利|生活费"
)
# What one wants little of. It is what is measured where only a measure stands after it (投诉率, 事故发生起数), and
# nothing that one does about it before it (排查隐患数).
_BAD = re.compile(
    "(?<![无零未])(?:投诉|响应时|响应速|办理时限|处理时间|处置时间|修复时间|等待时|时长限|差错|错误率|失误|误差|离职|流失|故障|事故|中断|损耗|超支"
    "|超时|逾期|延误|违规|违纪|违法|案件|发病|患病|感染|死亡|伤亡|漏报|退货|退件|差评|缺陷|不合格|返工|返修|空置|闲置|能耗|排放|用时|耗时|上访|信访"
    "|发生率|发生数|发生次数|发案|隐患数|隐患率|负债率|偏差率|结余率|结转率|调整率|调整次数|返贫|失业|辍学|拖欠|漏损|渗漏|停机|宕机|扣分|整改率低)"
)
_MEASURE_ALONE = re.compile(
    "(?:发生|出现|产生|举报|控制|平均|年均|增长|案件|事件|事故|责任|情况|现象|行为|问题|指标|人员|人|的|总)*"
    "(?:时间|时限|时长|周期|速度|间|限|长|率|数量|次数|件数|起数|案数|人数|人次|户数|天数|数|量|比例|比率|比重|占比|次|件|起|度|值|额)?"
    "(?:[(（][^()（）]*[)）])?%?$"
)
_DEALT_WITH = re.compile(
    "处理|处置|办结|办理|化解|查处|查办|整改|排除|排查|巡查|检查|解决|受理|接待|调处|调解|打击|查获|破获|侦破|清理|清退|消除|整治|治理|救治|救助|帮扶"
    "|防治|预防|防范|挽回|追回|避免|演练|宣传|培训|教育"
)
_RANK = re.compile("排名|名次|位次|位列|排位")
_LARGER_COST = re.compile(
    "节约|节省|节支|下降|降低|减少|压减|缩减|进度|执行|使用率|利用率|合规|完成|及时|到位|达标|支付|支出率|覆盖|合格|满意|准确|优惠|下浮|折扣|"
    "收益|收入|增收|效率|年限|期限|寿命|保障|达成|符合|知晓|规范率|足额|补助标准|补贴标准|救助标准|发放标准"
)
# Of what one does about it, the share that should be large: 投诉处理率, 信访办结及时率.
_HANDLED = re.compile(
    "(?:处理|处置|办结|办理|化解|查处|查办|整改|排除|解决|回复|答复|反馈|响应|受理|调处|修复|恢复|防范|防控|结案|破案|侦破|救治|救助)"
    "(?:完成|及时|到位|按时|按期|准确|合规|满意|覆盖|成功|规范)*(?:率|比例|度|性)"
)
_LESSENED = re.compile("下降|降低|减少|压减|缩减|节约|节省|压降")  # of what is bad: the more the better
_SHORTER = re.compile("时间|时限|时效|响应|周期|用时|及时|内|期限内")
_LASTS = re.compile(
    "年限|服务期|服务时|保修|质保|维护期|运行时|开放|时长|天数|学时|课时|值守|寿命|培训|展览|展出|展示|演出|播出|播放|直播|宣传|租赁|租用|使用|"
    "驻场|驻点|值班|学习|公示|公告|活动|持续"
)


def is_rank(name: str) -> bool:
    """Whether a name speaks of a place in a ranking, where the first is the best."""
    return ("排" in name or "位" in name or "次" in name) and _RANK.search(name) is not None


def speaks_of_bad(name: str) -> bool:
    """Whether a name speaks of what one wants little of, be it the thing measured or not."""
    return _BAD.search(name) is not None and _LESSENED.search(name) is None and _HANDLED.search(name) is None


def better_when_smaller(name: str) -> bool:
    """Whether what a name measures is what one wants little of (投诉率, 响应时间)."""
    if not speaks_of_bad(name):
        return False
    return any(
        _MEASURE_ALONE.match(name, found.end()) is not None and _DEALT_WITH.search(name[: found.start()]) is None
        for found in _BAD.finditer(name)
    )


def is_positive_cost(name: str) -> bool:
    """Whether an indicator filed under 成本 is of the kind that should be large (成本节约率, 支出进度)."""
    return _LARGER_COST.search(name) is not None


def may_be_floor(name: str) -> bool:
    """Whether ≥ may rightly stand at an indicator filed under 成本."""
    return is_positive_cost(name) or _GIVEN.search(name) is not None


_LESS = ("下降", "降低", "减少", "压减", "缩减", "节约", "节省", "压降", "下滑", "降幅", "减幅")
_MORE = ("增长", "增加", "提高", "提升", "上升", "上涨", "增幅", "增长率")


def is_change(lead: str) -> bool:
    """Whether a number is how much something changed (下降10%), so that more of it is better."""
    return lead.endswith(_LESS + _MORE)


def change(lead: str) -> int:
    """Which way a number says that something changed: 1 up, -1 down, 0 where it says nothing of it."""
    return (lead.endswith(_MORE)) - (lead.endswith(_LESS))


def direction(op: str, name: str, level2: str, kind: Kind, is_zero: bool) -> Direction:
    """The direction of a target, from its operator, else from its name, level and unit."""
    if is_rank(name):
        return CEILING
    if op in ("≤", "<"):
        return CEILING
    if op in ("≥", ">"):
        return FLOOR
    if is_zero or better_when_smaller(name):
        return CEILING
    if level2 == "成本":
        cost = kind in (MONEY, SHARE, NONE) and not is_positive_cost(name)
        return CEILING if cost else FLOOR
    if kind is TIME and not _LASTS.search(name) and (level2 == "时效" or _SHORTER.search(name)):
        return CEILING
    return FLOOR
