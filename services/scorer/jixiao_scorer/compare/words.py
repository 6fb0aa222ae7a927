"""Words as answers: the group of a qualitative cell (达成, 部分达成, 未达成), and what is no answer at all."""

import re
from enum import StrEnum

NOT_APPLICABLE = frozenset(("不适用", "无", "/", "\\", "-", "—", "——", "--", "不涉及", "N/A", "n/a", "暂无", "未涉及"))
CLASSIFIED = "有关内容涉密"


class Group(StrEnum):
    """How far a goal in words was reached."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"


# What did not happen is no failure where it is bad: 未发生事故, 未发现问题, 不存在拖欠.
_BAD = "发生|出现|发现|收到|接到|产生|造成|引发|引起|存在|影响|见异|受|被|超|突破|逾|延误|中断|拖欠|违|泄|流失|涉"
_UNMET = re.compile(
    r"^(?:否|不是|不好|差|较差|0|零)$"
    rf"|^(?:[^,。;]{{0,6}}?(?:暂未|尚未|仍未|未能|未按|并未|未)(?!来|雨|成年|{_BAD})|没有(?!{_BAD}|投诉)|无法"
    rf"|不(?!断|少|仅|但|限|高|低|大|得|误|漏|留|予|变|再|{_BAD})[^,。;]{{0,8}}|"
    r"[^,。;]{0,4}不(?:满足|符合|达标|合格|满意|合理|通过|及时|到位|足|完整|健全|理想|明显))"
)
_PARTLY = re.compile("部分|大部|大致|阶段性|有待|进行中|正在|推进中|一般(?!公共|性|债|预算|行政|管理)")
_MET = re.compile(
    "^(?:是|有|优|优秀|良|良好|好|较好|合格|达标|达成|达到|完成|已|通过|满足|符合|满意|很满意|有效|及时|合理|合规|健全|完善|正常|稳定|安全|准确|完整|明显|显著|长期|持续|"
    "全部|全面|全覆盖|应.{1,2}尽|按时|按期|如期|按月|按质|顺利|圆满|基本|高质量|均|效果|较为|有所|有力|充分|到位|足额|落实|实现|提高|提升|增强|改善|优化|保障|逐步|不断|进一步|严格|规范|可持续)"
    "|(?:完成|达标|合格|通过|到位|提升|提高|增强|改善|保障|实现|满意|落实|正常|良好|显著|明显)$"
)
_NEGATIVE_GOAL = re.compile("^(?:无|零|未|不|没有|杜绝|避免|0)")
_NONE = re.compile(
    "^(?:(?:全年|年内|本年度?|均|皆)*"
    "(?:(?:未|没有|无)(?:有|发生|出现|发现|收到|接到|产生|存在)?(?:[^,。;0-9]{0,3}(?:投诉|事故|事件|案件|问题|差错|失误|违规|故障|隐患|上访|信访|现象|情况))?"
    "|[零0](?:[次起件例个人宗%]|[^,。;0-9]{0,3}(?:投诉|事故|事件|案件|差错|失误|违规|故障|隐患|上访|信访|增长))?)|否|不存在)$"
)
# The ways in which a whole form is graded: 达成年度指标, 部分达成预期指标并具有一定效果, 未达成年度指标且效果较差.
_GRADED = re.compile(
    "(?P<short>未|部分)?(?:已|均|全部|全面|圆满|按时|按期|如期|超额|顺利|较好|基本)*(?:完成|达成|达到|实现)了?"
    "(?:全部|全年|年度|年初|预期|既定|计划|绩效|[的各项])*(?:目标|指标|任务|要求|值|工作)*(?:[且并,]?(?:效果较差|具有一定效果))?"
)
_AT_ONCE = re.compile("^(?:当[天日场即]|即[时刻]|实时|立即|立刻|随[时到叫]|马上|同步|第一时间)")
_ALL_THE_TIME = re.compile("^(?:全年|全天|长期|常年|终身|持续|每)")
_DATED = re.compile("按时|按期|如期|及时|按计划|按要求|按进度|准时|提前|已完成|完成")


def not_applicable(text: str) -> bool:
    """Whether a normalised cell says that there is nothing to answer."""
    return text in NOT_APPLICABLE or text.startswith("不适用")


def group(text: str) -> Group | None:
    """The group of an answer in words; None where it cannot be told."""
    if _UNMET.search(text):
        return Group.UNMET
    if _PARTLY.search(text):
        return Group.PARTLY
    return Group.MET if _MET.search(text) else None


def is_negative_goal(text: str) -> bool:
    """Whether a goal is that something does not happen (无投诉, 不超预算)."""
    return _NEGATIVE_GOAL.match(text) is not None


def says_in_time(text: str) -> bool:
    """Whether an answer says that a date was kept (如期完成)."""
    return group(text) is Group.MET and _DATED.search(text) is not None


def graded(text: str) -> Group | None:
    """The grade that an answer gives in the phrase of the forms; None where it is none."""
    found = _GRADED.fullmatch(text)
    if found is None:
        return None
    return {None: Group.MET, "部分": Group.PARTLY, "未": Group.UNMET}[found["short"]]


def says_none(text: str) -> bool:
    """Whether an answer says that there was none of it (未发生, 无投诉, 零)."""
    return _NONE.match(text) is not None


def says_at_once(text: str) -> bool:
    """Whether an answer to a time limit says that it was done at once or on the very day (即时响应, 当日办结)."""
    return _AT_ONCE.match(text) is not None


def says_all_the_time(text: str) -> bool:
    """Whether an answer names the whole time rather than a length of it (全年, 全天候)."""
    return _ALL_THE_TIME.match(text) is not None
