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


_UNMET = re.compile(
    r"^(?:否|不是|不好|差|较差|0|零)$|^(?:[^,。;]{0,6}?(?:暂未|尚未|仍未|未能|未按|并未|未)(?!来|雨|成年|超|发生|出现|突破)|没有(?!发生|出现|投诉|超)|无法|不(?!断|少|仅|但|限|超|高|低|大|得|发生|出现)[^,。;]{0,8}|"
    r"[^,。;]{0,4}不(?:满足|符合|达标|合格|满意|合理|通过|及时|到位|足|完整|健全|理想|明显))"
)
_PARTLY = re.compile("部分|大部|大致|阶段性|有待|进行中|正在|推进中|一般")
_MET = re.compile(
    "^(?:是|有|优|优秀|良|良好|好|较好|合格|达标|达成|达到|完成|已|通过|满足|符合|满意|很满意|有效|及时|合理|合规|健全|完善|正常|稳定|安全|准确|完整|明显|显著|长期|持续|"
    "全部|全面|按时|按期|如期|按月|按质|顺利|圆满|基本|高质量|均|效果|较为|有所|有力|充分|到位|足额|落实|实现|提高|提升|增强|改善|优化|保障|逐步|不断|进一步|严格|规范|可持续)"
    "|(?:完成|达标|合格|通过|到位|提升|提高|增强|改善|保障|实现|满意|落实|正常|良好|显著|明显)$"
)
_NEGATIVE_GOAL = re.compile("^(?:无|零|未|不|没有|杜绝|避免|0)")
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
