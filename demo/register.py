"""The list of pensioners as an office would export it: a CSV with Chinese headings, from a seed."""
from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

from stdnum.cn import ric

from demo.places import BENEFITS, EMPLOYERS, GIVEN, RARE, SURNAMES, VILLAGES

RARE_IN = 40  # one name in so many has a rare character


def id_number(random: Random, county: str, born: date, used: set[str]) -> str:
    """A valid number nobody in this city has yet."""
    while True:
        body = f"{county}{born:%Y%m%d}{random.randrange(1, 999):03d}"
        number = body + ric.calc_check_digit(body + "0")
        if number not in used:
            used.add(number)
            return number


def person_name(random: Random) -> str:
    given = random.choice(RARE) if random.randrange(RARE_IN) == 0 else random.choice(GIVEN)
    return random.choice(SURNAMES) + given


def rows(random: Random, people: int, county: str, on: date, used: set[str]) -> list[dict[str, str]]:
    """One dict by heading a pensioner, as of `on`."""
    return [_row(random, county, on, used) for _ in range(people)]


def _row(random: Random, county: str, on: date, used: set[str]) -> dict[str, str]:
    scheme, benefit, kinship, capacity, yuan, _share = random.choices(BENEFITS, [b[-1] for b in BENEFITS])[0]
    age = random.choices((62, 68, 75, 83, 91), (30, 32, 22, 12, 4))[0] + random.randrange(5)
    born = date(on.year - age, random.randrange(1, 13), random.randrange(1, 29))
    name, granted = person_name(random), date(on.year - random.randrange(1, age - 58), random.randrange(1, 13), 1)
    monthly = int(yuan * random.uniform(0.8, 1.3)) * 100 + random.randrange(100)
    certified = on - timedelta(days=random.randrange(5, 330))
    return {
        "姓名": name, "身份证号": id_number(random, county, born, used), "险种": scheme, "待遇类别": benefit,
        "供养关系": kinship, "劳动能力": capacity, "待遇开始年月": f"{granted:%Y-%m}",
        "月待遇(元)": f"{int(monthly * 1.038 ** 2) / 100:.2f}", "历次待遇": _history(monthly, on.year),
        "发放状态": "正常发放", "最近认证日期": certified.isoformat(), "待遇领取地": county, "参保地": county,
        "居住地": random.choice(VILLAGES[county]),
        "联系地址": f"{random.randrange(1, 40)} 栋 {random.randrange(1, 6)} 单元",
        "联系电话": f"13{random.randrange(10**9):09d}" if random.randrange(12) else "",
        "所在单位": random.choice(EMPLOYERS),
        "开户名": name, "开户银行": "中国工商银行", "银行账号": f"62220{random.randrange(10**14):014d}",
    }


def _history(monthly: int, year: int) -> str:
    """Three yearly amounts, each 3.8 % above the one before."""
    return ";".join(f"{year - 1 + n}-01:{int(monthly * 1.038 ** n) / 100:.2f}" for n in range(3))


def write(path: Path, listed: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.DictWriter(stream, list(listed[0]))
        out.writeheader()
        out.writerows(listed)
