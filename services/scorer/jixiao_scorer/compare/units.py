"""Units: what kind of thing they measure, and how many base units one of them is."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

D = Decimal
_ONE = D(1)


class Kind(StrEnum):
    """What a unit measures; numbers of different kinds are not compared."""

    NONE = "none"  # a bare number
    MONEY = "money"
    SHARE = "share"
    TIME = "time"
    COUNT = "count"
    PEOPLE = "people"
    POINTS = "points"
    RANK = "rank"
    DATA = "data"
    SPEED = "speed"
    LENGTH = "length"
    AREA = "area"
    VOLUME = "volume"
    WEIGHT = "weight"
    POWER = "power"


# looked up for every cell, and a member of an enumeration takes longer to find than a name of a module
NONE, MONEY, SHARE, TIME = Kind.NONE, Kind.MONEY, Kind.SHARE, Kind.TIME


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its kind, and the most and least of base units that it stands for (a month has 28 to 31 days)."""

    name: str
    kind: Kind
    low: Decimal = _ONE
    high: Decimal = _ONE
    months: int = 0


_HOUR, _DAY = D(3600), D(86400)
_EXACT: dict[Kind, dict[str, Decimal]] = {
    Kind.MONEY: {"元": D(1), "角": D("0.1"), "分钱": D("0.01")},
    Kind.SHARE: {"%": D(1), "‰": D("0.1"), "个百分点": D(1), "百分点": D(1), "百分比": D(1)},
    Kind.TIME: {"秒": D(1), "秒钟": D(1), "分钟": D(60), "小时": _HOUR, "个小时": _HOUR, "天": _DAY, "日": _DAY},
    Kind.POINTS: {"分": D(1)},
    Kind.DATA: {
        "KB": D(1),
        "MB": D(1024),
        "GB": D(1024) ** 2,
        "TB": D(1024) ** 3,
        "PB": D(1024) ** 4,
        "G": D(1024) ** 2,
        "T": D(1024) ** 3,
    },
    Kind.SPEED: {"kbps": D(1), "Mbps": D(1000), "Gbps": D(10) ** 6, "兆": D(1000), "M": D(1000)},
    Kind.LENGTH: {
        "毫米": D("0.001"),
        "mm": D("0.001"),
        "厘米": D("0.01"),
        "cm": D("0.01"),
        "m": D(1),
        "米": D(1),
        "延米": D(1),
        "公里": D(1000),
        "千米": D(1000),
        "km": D(1000),
    },
    Kind.AREA: {
        "平方米": D(1),
        "平米": D(1),
        "㎡": D(1),
        "m2": D(1),
        "km2": D(10) ** 6,
        "公顷": D(10000),
        "平方公里": D(10) ** 6,
        "平方千米": D(10) ** 6,
    },
    Kind.VOLUME: {
        "立方米": D(1),
        "立方": D(1),
        "方": D(1),
        "m3": D(1),
        "升": D("0.001"),
        "L": D("0.001"),
        "毫升": D("0.000001"),
        "ml": D("0.000001"),
    },
    Kind.WEIGHT: {
        "克": D("0.001"),
        "g": D("0.001"),
        "千克": D(1),
        "公斤": D(1),
        "斤": D("0.5"),
        "kg": D(1),
        "吨": D(1000),
        "t": D(1000),
    },
    Kind.POWER: {"度": D(1), "千瓦时": D(1), "kwh": D(1), "kWh": D(1)},
    Kind.RANK: {"名次": D(1), "位次": D(1)},
}
_SPANS = {
    "工作日": (_DAY, _DAY * 7 / 5),
    "个工作日": (_DAY, _DAY * 7 / 5),
    "周": (_DAY * 7, _DAY * 7),
    "个星期": (_DAY * 7, _DAY * 7),
    "月": (_DAY * 28, _DAY * 31),
    "个月": (_DAY * 28, _DAY * 31),
    "个季度": (_DAY * 90, _DAY * 92),
    "年": (_DAY * 365, _DAY * 366),
}
_MONTHS = {"月": 1, "个月": 1, "个季度": 3, "年": 12}
_PEOPLE = ("人", "名", "位", "人次", "人员", "万人", "人天")
_THINGS = tuple(
    "次个期篇份件条套台场项家户本种处座间所张块幅辆部只头棵株批宗起例类路芯版册栋幢盏组队支门款站点页字题轮届"
)
_THINGS += (
    "批次",
    "场次",
    "车次",
    "航次",
    "班次",
    "台次",
    "户次",
    "件次",
    "人份",
    "学时",
    "课时",
    "栏目",
    "系统",
    "千瓦",
    "兆瓦",
    "千伏",
)

UNITS: dict[str, Unit] = {
    "": Unit("", Kind.NONE),
    **{name: Unit(name, kind, size, size) for kind, sizes in _EXACT.items() for name, size in sizes.items()},
    **{name: Unit(name, Kind.TIME, low, high, _MONTHS.get(name, 0)) for name, (low, high) in _SPANS.items()},
    "亩": Unit("亩", Kind.AREA, D("666"), D("667")),
    **{name: Unit(name, Kind.PEOPLE) for name in _PEOPLE},
    **{name: Unit(name, Kind.COUNT) for name in _THINGS},
}


def unit(name: str) -> Unit:
    """The unit of a name; one that is not known counts things."""
    return UNITS.get(name) or UNITS.get(name.lower()) or Unit(name, Kind.COUNT)


def comparable(a: Unit, b: Unit) -> bool:
    """Whether numbers of two units can be set against each other: one kind, or one of them just counts."""
    if a.kind is b.kind or NONE in (a.kind, b.kind):
        return True
    pair = {a.kind, b.kind}
    return pair == {Kind.COUNT, Kind.PEOPLE} and "个" in (a.name, b.name)
