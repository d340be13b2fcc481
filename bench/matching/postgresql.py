"""PostgreSQL's side: raw feeds in a table with an index on the ID number; filling it is not counted."""
from __future__ import annotations

import io
import time

import pyarrow.csv as csv
import pyarrow.parquet as pq

from bench.matching.made import World
from bench.matching.raw import FOLD, LISTS, law_tables
from tests import engines

TABLES = {
    "people": 'id text, "case" bigint, person bigint, profile smallint, certified integer, due integer',
    "signs": "id text, day integer, code smallint, sure smallint",
    "law": "profile smallint, stale_before integer, valid_from integer, due_near integer, no_period integer",
    "classes": "profile smallint, code smallint, certain smallint, class smallint",
}


def by_postgresql(world: World) -> dict:
    server = engines.Server()
    try:
        with engines.connection(engines.make_url(engines.os.environ[engines.SERVER_VARIABLE])) as raw:
            rows = _fill(raw, world)
            raw.execute("SET work_mem = '512MB'")
            start = time.perf_counter()
            raw.execute("CREATE TABLE found AS " + LISTS.format(law="law", fold=FOLD.format(
                people="people", signs="signs", classes="classes")))
            seconds = time.perf_counter() - start
            counts = raw.execute("SELECT list, count(*) FROM found GROUP BY list").fetchall()
    finally:
        server.stop()
    return {"rows": rows, "lists": dict(counts), "seconds": seconds}


def _fill(raw, world: World) -> int:
    law, classes = law_tables()
    for name, columns in TABLES.items():
        raw.execute(f"CREATE TABLE {name} ({columns})")
    for name, table in (("law", law), ("classes", classes), ("people", pq.read_table(world.register))):
        _copy(raw, name, table)
    rows = 0
    for load in world.loads:
        table = pq.read_table(world.raw(load))
        rows += len(table)
        _copy(raw, "signs", table)
    raw.execute("CREATE UNIQUE INDEX ON people (id)")
    raw.execute("ANALYZE")
    return rows


def _copy(raw, name: str, table) -> None:
    text = io.BytesIO()
    csv.write_csv(table, text, csv.WriteOptions(include_header=False))
    with raw.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getvalue())


STEPS = {"PostgreSQL, raw": by_postgresql}
