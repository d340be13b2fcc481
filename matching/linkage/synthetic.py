"""Made-up people and damaged rows about them, for measuring and for a first model. Nobody in here exists.

What is assumed is said in DAMAGE: how often each fault happens, independently of the others. Seeded.
"""
from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from pypinyin import lazy_pinyin
from stdnum.cn import ric

from matching.linkage import names
from matching.linkage.lunar import written_as_solar
from matching.linkage.records import Given

# about how many of a thousand people bear it
SURNAMES = dict(zip(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文",
    (74, 72, 68, 54, 47, 31, 27, 23, 21, 20, 17, 15, 13, 13, 12, 12, 11, 11, 11, 10, *[8] * 30, *[4] * 50),
    strict=False))
GIVEN_OF_WOMEN = "秀英玉兰淑珍桂芳素琴凤霞丽红梅莲美华翠萍菊香惠敏静芝云月娥金花春艳琼蓉"
GIVEN_OF_MEN = "建国明志德福贵文学成林海军永平光荣生忠义祥发兴旺树根长春仁礼智信昌庆元宝强伟"
OF_MINORITIES = ("买买提", "吐尔逊", "阿不都拉", "艾合买提", "古丽", "热依汗", "扎西", "卓玛", "尼玛", "次仁",
                 "依布拉音", "帕提古丽")
PLACES = tuple(f"5101{county:02d}{town:03d}" for county in (4, 5, 6, 7, 8, 12, 14) for town in range(1, 13))
DAMAGE = {"number_missing": .30, "number_one_digit": .30, "number_swapped": .15, "number_15": .05,
          "number_covered": .15, "name_sound": .10, "name_variant": .08, "name_dot": .5, "name_cut": .04,
          "birth_swapped": .04, "birth_lunar": .06, "birth_digit": .05, "birth_first_january": .03,
          "birth_missing": .04, "sex_missing": .08, "sex_wrong": .01, "place_county_only": .4,
          "place_elsewhere": .08, "place_missing": .15}
SHARE_OF_MINORITIES = .03


@dataclass(frozen=True)
class Sets:
    """register and rows as given; truth: row number -> key in the register; who is in no truth is a stranger."""

    register: list[Given]
    rows: list[Given]
    truth: dict[int, int]


def sets(people: int = 20_000, rows: int = 2_000, strangers: int = 1_000, seed: int = 7) -> Sets:
    """`rows` damaged rows about people of the register, and `strangers` about people who are not in it."""
    dice = random.Random(seed)
    register = [_person(key + 1, dice) for key in range(people)]
    about = dice.sample(register, rows)
    damaged = [replace(_damaged(one, dice), key=at + 1) for at, one in enumerate(about)]
    others = [replace(_damaged(_person(0, dice), dice), key=rows + at + 1) for at in range(strangers)]
    return Sets(register, damaged + others, {at + 1: one.key for at, one in enumerate(about)})


def _person(key: int, dice: random.Random) -> Given:
    sex, born = dice.choice(("male", "female")), date(1930, 1, 1) + timedelta(days=dice.randrange(36 * 365))
    place = dice.choice(PLACES)
    body = f"{place[:6]}{born:%Y%m%d}{dice.randrange(50) * 2 + 100 + (sex == 'male'):03d}"
    return Given(key, _name(sex, dice), f"{born:%Y%m%d}", sex, place, body + ric.calc_check_digit(body + "0"))


def _name(sex: str, dice: random.Random) -> str:
    if dice.random() < SHARE_OF_MINORITIES:
        return "·".join(dice.sample(OF_MINORITIES, 2))
    surname = dice.choices(tuple(SURNAMES), tuple(SURNAMES.values()))[0]
    pool = GIVEN_OF_WOMEN if sex == "female" else GIVEN_OF_MEN
    return surname + "".join(dice.choice(pool) for _ in range(1 if dice.random() < .2 else 2))


def _damaged(given: Given, dice: random.Random) -> Given:
    """The first fault of a number that strikes is its only one; all others strike each on its own."""
    numbers = [name for name in NUMBER_FAULTS if dice.random() < DAMAGE[name]][:1]
    rest = [name for name in FAULTS if name not in NUMBER_FAULTS and dice.random() < DAMAGE[name]]
    for name in numbers + rest:
        given = FAULTS[name](given, dice)
    return given


def _one_digit(number: str, dice: random.Random) -> str:
    at = dice.randrange(17)
    return number[:at] + str((int(number[at]) + dice.randrange(1, 10)) % 10) + number[at + 1:]


def _swapped(number: str, dice: random.Random) -> str:
    at = dice.choice([one for one in range(16) if number[one] != number[one + 1]])
    return number[:at] + number[at + 1] + number[at] + number[at + 2:]


def _same_sound(given: Given, dice: random.Random) -> Given:
    """Another character of the same sound for one of the given name."""
    at = dice.randrange(1, len(given.name))
    others = _of_sound().get(lazy_pinyin(given.name[at])[0], "")
    return _named(given, at, dice.choice(others)) if others else given


def _variant(given: Given, dice: random.Random) -> Given:
    back = {common: rare for rare, common in names.tables()["variants"].items() if rare != common}
    at = next((at for at, one in enumerate(given.name) if one in back), None)
    return given if at is None else _named(given, at, back[given.name[at]])


def _named(given: Given, at: int, character: str) -> Given:
    return replace(given, name=given.name[:at] + character + given.name[at + 1:])


@cache
def _of_sound() -> dict[str, str]:
    """Sound -> the commoner characters of it."""
    found: dict[str, str] = {}
    others = "贞珠竹银应鹰蓝连联洪鸿宏玫枚媚瑛樱绣袖数述树叔慧会辉挥键健兵宾滨俊君军钧"
    for one in GIVEN_OF_WOMEN + GIVEN_OF_MEN + others:
        found[lazy_pinyin(one)[0]] = found.get(lazy_pinyin(one)[0], "") + one
    return found


def _lunar(given: Given, _dice: random.Random) -> Given:
    born = date(int(given.birth[:4]), int(given.birth[4:6]), int(given.birth[6:]))
    return replace(given, birth=written_as_solar(born))


def _without(field: str) -> Callable[[Given, random.Random], Given]:
    return lambda given, _dice: replace(given, **{field: None})


FAULTS: dict[str, Callable[[Given, random.Random], Given]] = {
    "number_missing": _without("number"),
    "number_one_digit": lambda given, dice: replace(given, number=_one_digit(given.number, dice)),
    "number_swapped": lambda given, dice: replace(given, number=_swapped(given.number, dice)),
    "number_15": lambda given, dice: replace(given, number=given.number[:6] + given.number[8:17]),
    "number_covered": lambda given, dice: replace(given, number=given.number[:6] + "*" * 8 + given.number[14:]),
    "name_dot": lambda given, dice: replace(given, name=given.name.replace("·", dice.choice(("", ".", "•")))),
    "name_cut": lambda given, dice: replace(given, name=given.name[:5] if len(given.name) > 5 else given.name),
    "name_sound": _same_sound,
    "name_variant": _variant,
    "birth_lunar": _lunar,
    "birth_digit": lambda given, dice: replace(given, birth=given.birth[:7] + str(dice.randrange(10))),
    "birth_swapped": lambda given, dice: replace(given, birth=given.birth[:4] + given.birth[6:] + given.birth[4:6]),
    "birth_first_january": lambda given, dice: replace(given, birth=given.birth[:4] + "0101"),
    "birth_missing": _without("birth"),
    "sex_missing": _without("sex"),
    "sex_wrong": lambda given, dice: replace(given, sex="male" if given.sex == "female" else "female"),
    "place_county_only": lambda given, dice: replace(given, place=given.place[:6]),
    "place_elsewhere": lambda given, dice: replace(given, place=dice.choice(PLACES)),
    "place_missing": _without("place"),
}
NUMBER_FAULTS = tuple(name for name in FAULTS if name.startswith("number_"))
