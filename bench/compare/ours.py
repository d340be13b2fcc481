"""The product's side of the comparison: `python -m bench.compare.ours URL FOLDER COMMAND`: make, run, writes."""
from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import event, select, text

from bench import city, clock, measures
from cases.models import Case, Decision
from database import create_schema, db
from tests.conftest import configured
from tests.people import actor, make_account

POSTS = {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}


def make(app, count: str) -> None:
    create_schema(app)
    with app.app_context():
        for name, post in POSTS.items():
            make_account(name, [post])
        city.fill(int(count), make_account("maker", ["caseworker"]))


def free() -> list[int]:
    query = select(Case.id).where(Case.state == "suspended", Case.office_path == actor("li").office_path,
                                  Case.id.not_in(select(Decision.case_id)))
    return list(db.session.scalars(query.order_by(Case.id)))


def run(app, first: str, count: str) -> None:
    with app.app_context():
        people = measures.who_decide()
        mine = free()[int(first):int(first) + int(count) + 3]
        decide = measures.fresh(lambda case: measures.decide(case, people))
        for case in mine[:3]:
            decide(case)
        print("ready", flush=True)
        sys.stdin.readline()
        clock.SERVERS.add(db.session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        start, busy = time.perf_counter(), clock.processor()
        for case in mine[3:]:
            decide(case)
        print(json.dumps([time.perf_counter() - start, clock.processor() - busy]), flush=True)


def writes(app) -> None:
    """One decision's writes, by statement and table."""
    seen: Counter[str] = Counter()

    def count(_connection, _cursor, sql, *_rest) -> None:
        head = re.match(r"(INSERT INTO|UPDATE) \w+", sql)
        seen[head[0] if head else "(other statements)"] += 1

    with app.app_context():
        case = free()[-1]
        event.listen(db.engine, "after_cursor_execute", count)
        measures.decide(case, measures.who_decide())
    print(json.dumps(seen))


if __name__ == "__main__":
    from app import create_app

    made = create_app(configured(sys.argv[1], Path(sys.argv[2])) | {"TODAY": city.ON})
    {"make": make, "run": run, "writes": writes}[sys.argv[3]](made, *sys.argv[4:])
