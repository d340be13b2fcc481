"""Rows a second and peak memory of an import: `python -m bench.imports [ROWS] [sqlite|postgresql]`.

Makes a file of made-up pensioners (default 100,000), reads it, proposes it, releases it, brings it again with another
name, into a database of its own. Memory is flat when the peak at 100,000 rows is that at 10,000; a release does not
slow with size when its last tenth goes as fast as its first. Seconds of the processor stand beside the clock's: on a
busy machine they alone can be compared (the database server's own are not among them).
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

import tests.conftest as fixtures
from database import create_schema, db
from tests.people import make_account

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
    start, worked = time.perf_counter(), time.process_time()
    act()
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<20}{rows / seconds:>10,.0f} rows/s {seconds:>8.1f} s {rows / worked:>10,.0f} rows/s of processor "
          f"{worked:>7.1f} s   peak {peak:>6.0f} MB", flush=True)


class Tenths:
    """A progress that prints the pace of each tenth."""

    def __init__(self, rows: int) -> None:
        self.rows, self.begun, self.at, self.worked = rows, 0, time.perf_counter(), time.process_time()

    def __call__(self, done: int, _total: int) -> None:
        if done - self.begun >= self.rows / 10:
            seconds, worked = time.perf_counter() - self.at, time.process_time() - self.worked
            print(f"  to {done:>8,}  {(done - self.begun) / seconds:>8,.0f} rows/s "
                  f"{(done - self.begun) / worked:>8,.0f} of processor", flush=True)
            self.begun, self.at, self.worked = done, time.perf_counter(), time.process_time()


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
    from bench.__main__ import database

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    engine = sys.argv[2] if len(sys.argv) > 2 else "sqlite"
    with tempfile.TemporaryDirectory() as folder, database(engine, Path(folder)) as url:
        run(url, Path(folder), rows)


def run(url: str, folder: Path, rows: int) -> None:
    from app import create_app

    path = folder / "list.csv"
    write_file(path, rows)
    measured("bare csv.reader", rows, lambda: bare(path))
    measured("read and judge", rows, lambda: read(path))
    app = create_app(fixtures.configured(url, folder))
    create_schema(app)
    with app.app_context():
        load(path, rows)
        db.session.remove()
        db.engine.dispose()


def load(path: Path, rows: int) -> None:
    """Proposed, released, and the same people once more."""
    from cases.imports.proposing import propose
    from cases.imports.releasing import release
    from staff.offices import office_by_code

    li, wang = make_account("li", ["caseworker"]), make_account("wang", ["reviewer"])
    kept = {}
    measured("propose", rows, lambda: kept.update(batch=propose(path, office_by_code("510107"), li, ON)))
    measured("release", rows, lambda: release(kept["batch"], wang, ON, progress=Tenths(rows)))
    told(kept["batch"])
    with open(path, "a", encoding="gb18030") as stream:
        stream.write("\n")
    measured("propose again", rows, lambda: kept.update(batch=propose(path, office_by_code("510107"), li, ON)))
    measured("release again", rows, lambda: release(kept["batch"], wang, ON))
    told(kept["batch"])


def told(batch) -> None:
    print({name: getattr(batch, name) for name in ("rows", "loaded", "unchanged", "duplicate", "quarantined")})


if __name__ == "__main__":
    main()
