"""Rows a second and peak memory of loading a feed: `python -m bench.feeds [ROWS] [PENSIONERS] [sqlite|postgresql]`.

Fills a register of made-up pensioners (default as many as rows: 100,000), writes a feed about them (one row in twenty
about nobody here, one in fifty said twice, one in a hundred damaged), and loads it, then the next month's, of which
half was said before. Beside it, in the same run: what a bare csv.reader takes for the file. Memory is the peak of the
process so far: flat when it is the same at ten times the rows.
"""
from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import insert, select

from bench.imports import GIVEN, SURNAMES, id_number
from database import create_schema, db, transaction
from tests.conftest import configured
from tests.people import make_account

ON = date(2026, 3, 15)
HEADINGS = ("姓名", "身份证号", "乘车日期", "乘车状态")
FILLED = 20_000  # pensioners a statement


def name(n: int) -> str:
    return SURNAMES[n % 20] + GIVEN[n // 20 % 20] + GIVEN[n // 400 % 20]


def fill(pensioners: int) -> None:
    """Pensioners with a case each, straight into the tables."""
    from cases.models import Case, Pensioner
    from database.types import blind_index
    from staff.models import NaturalPerson, Office

    office = db.session.execute(select(Office.id, Office.path).where(Office.code == "510107")).one()
    first = db.session.scalar(db.select(db.func.max(NaturalPerson.id))) + 1
    for start in range(0, pensioners, FILLED):
        some = range(start, min(start + FILLED, pensioners))
        with transaction() as session:
            session.execute(insert(NaturalPerson), [
                {"id": first + n, "id_number_index": blind_index(id_number(n))} for n in some])
            session.execute(insert(Pensioner), [
                {"id": n + 1, "natural_person_id": first + n, "name": name(n), "name_sort": "x", "id_number": "x",
                 "sex": "male", "birth_on": date(1950, 1, 1)} for n in some])
            session.execute(insert(Case), [_case(n + 1, *office) for n in some])


def _case(n: int, office: int, path: str) -> dict:
    return {"pensioner_id": n, "case_no": f"资510107-2026-{n:07}", "scheme": "enterprise_employees",
            "benefit_kind": "pension", "paying_office_id": office, "office_path": path, "state": "verified",
            "state_since": ON, "granted_on": date(2010, 3, 1), "rules_version": "x", "version": 1}


def write_feed(path: Path, rows: int, pensioners: int, month: int) -> None:
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for n in range(rows):
            who = n * 7919 % pensioners
            number = id_number(who + 2 * pensioners) if n % 20 == 0 else id_number(who)
            day = "昨天" if n % 100 == 1 else f"2026-{month if n % 2 else 1:02}-{n % 28 + 1:02}"
            writer.writerow((name(who), number, day, "已乘车"))
            if n % 50 == 3:
                writer.writerow((name(who), number, day, "已乘车"))


def measured(what: str, rows: int, act: Callable[[], object]) -> object:
    start, worked = time.perf_counter(), time.process_time()
    done = act()
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<22}{rows / seconds:>10,.0f} rows/s {seconds:>8.1f} s {rows / worked:>10,.0f} rows/s of processor   "
          f"peak {peak:>6.0f} MB", flush=True)
    return done


def bare(path: Path) -> int:
    with open(path, encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream))


def main() -> None:
    from bench.__main__ import database

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    pensioners = int(sys.argv[2]) if len(sys.argv) > 2 else rows
    engine = sys.argv[3] if len(sys.argv) > 3 else "sqlite"
    with tempfile.TemporaryDirectory() as folder, database(engine, Path(folder)) as url:
        run(url, Path(folder), rows, pensioners)


def run(url: str, folder: Path, rows: int, pensioners: int) -> None:
    from app import create_app

    app = create_app(configured(url, folder))
    create_schema(app)
    with app.app_context():
        li = make_account("li", ["caseworker"], "5101")
        measured("register filled", pensioners, lambda: fill(pensioners))
        for month in (1, 2):
            path = folder / f"{month}.csv"
            write_feed(path, rows, pensioners, month)
            measured("bare csv.reader", rows, lambda path=path: bare(path))
            told(path, li, rows)
        db.session.remove()
        db.engine.dispose()


def told(path: Path, li, rows: int) -> None:
    from matching.feeds import loading
    from staff.offices import office_by_code

    opened = loading.open_load(path, "rail_travel", office_by_code("5101"), li, ON)
    key = opened.id
    measured("read and kept", rows, lambda: loading._stage(key, path, li, lambda *_: None))
    measured("resolved to persons", rows, lambda: loading._finish(key, li))
    done = db.session.get_one(type(opened), key, populate_existing=True)
    print({word: getattr(done, word) for word in ("rows", "loaded", "unchanged", "duplicate", "quarantined", "outside",
                                                  "resolved")})


if __name__ == "__main__":
    main()
