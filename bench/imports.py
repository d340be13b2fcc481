"""Rows a second and peak memory of an import: `python -m bench.imports [ROWS]`.

Makes a file of made-up pensioners (default 100,000), reads it, proposes it, releases it, into a database of its own.
Memory is flat when the peak at 100,000 rows is that at 10,000.
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from stdnum.cn import ric

ON = date(2026, 3, 15)
HEADER = "姓名,身份证号,险种,待遇类别,待遇开始年月,月待遇,发放状态,最近认证日期,银行账号,联系电话,居住地址"
HEADINGS = HEADER.split(",")
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何罗高林", "秀英桂兰玉珍淑华建国志强文明永福德才春梅"


def id_number(serial: int) -> str:
    born = date(1940, 1, 1) + timedelta(days=serial // 900)
    first = f"510107{born:%Y%m%d}{serial % 900 + 1:03d}"
    return first + ric.calc_check_digit(first + "0")


def write_file(path: Path, rows: int) -> None:
    with open(path, "w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for n in range(rows):
            name = SURNAMES[n % 20] + GIVEN[n // 20 % 20] + GIVEN[n // 400 % 20]
            writer.writerow(
                (
                    name,
                    id_number(n),
                    "企业职工",
                    "养老金",
                    "2005年3月",
                    f"{2000 + n % 3000}.50",
                    "正常发放",
                    f"2025/{n % 12 + 1}/1",
                    f"62284800{n:011d}",
                    f"138{n:08d}",
                    f"锦绣路{n % 500}号",
                )
            )


def measured(what: str, rows: int, act) -> None:
    start = time.perf_counter()
    act()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<28}{rows / seconds:>10,.0f} rows/s {seconds:>8.1f} s   peak {peak:>6.0f} MB", flush=True)


def bare(path: Path) -> int:
    with open(path, encoding="gb18030", newline="") as stream:
        return sum(1 for _ in csv.reader(stream))


def read(path: Path) -> int:
    from cases.imports.headings import mapping_of
    from cases.imports.reading import open_table
    from cases.imports.rows import parse_row

    mapping = mapping_of("pensioners")
    with open_table(path, mapping.is_heading_row) as table:
        return sum(1 for row in table.rows if parse_row(row, mapping, ON))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), rows)


def run(folder: Path, rows: int) -> None:
    import tests.conftest as fixtures
    from app import create_app
    from cases.imports.proposing import propose
    from cases.imports.releasing import release
    from database import create_schema, db
    from staff.offices import office_by_code
    from tests.people import make_account

    path = folder / "list.csv"
    write_file(path, rows)
    measured("bare csv.reader", rows, lambda: bare(path))
    measured("read and judge", rows, lambda: read(path))
    app = create_app(fixtures.configured(f"sqlite:///{folder / 'bench.db'}", folder))
    create_schema(app)
    with app.app_context():
        li, wang = make_account("li", ["caseworker"]), make_account("wang", ["reviewer"])
        kept = {}
        measured("propose", rows, lambda: kept.update(batch=propose(path, office_by_code("510107"), li, ON)))
        measured("release", rows, lambda: release(kept["batch"], wang, ON))
        batch = kept["batch"]
        print({name: getattr(batch, name) for name in ("rows", "loaded", "unchanged", "duplicate", "quarantined")})
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
