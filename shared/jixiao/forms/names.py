"""What the cells of the record are called in Chinese, as on the official form, wherever people read it."""

FUND_ROWS = {"total": "年度资金总额", "fiscal": "当年财政拨款", "carryover": "上年结转资金", "other": "其他资金"}

CELLS = {
    "code": "项目编码",
    "name": "名称",
    "year": "年度",
    "unit": "实施单位",
    "budget_unit": "一级预算单位",
    "initial": "年初预算数",
    "budget": "全年预算数",
    "executed": "全年执行数",
    "weight": "分值",
    "rate": "执行率",
    "score": "得分",
    "goal_expected": "预期目标",
    "goal_actual": "实际完成情况",
    "level1": "一级指标",
    "level2": "二级指标",
    "target": "指标值",
    "actual": "实际完成值",
    "deviation": "偏差原因",
    "total_weight": "分值合计",
    "total_score": "总分",
}
