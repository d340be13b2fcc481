"""The rows of a load become signs: joined with the register at once, in bounded memory, spilling to the store."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from flask import current_app

from matching.feeds.chunks import day_of
from matching.feeds.store import beside, sha256_of, sign_files, signs_folder

BUCKET_BITS = 20
ROW_GROUP = 131_072
FACT = "person_a, person_b, name, day, code, numbered"


@dataclass(frozen=True)
class Resolved:
    """loaded, unchanged and duplicate count rows; outside and unlinked those of the first two that met nobody, or have
    no number; resolved: signs; files: bucket -> SHA-256."""

    loaded: int
    unchanged: int
    duplicate: int
    outside: int
    unlinked: int
    resolved: int
    first_on: date | None
    last_on: date | None
    files: dict[str, str]


def resolve(load_id: int, rows: list[Path], earlier: list[Path], register: list[Path], members: Path,
            work: Path) -> Resolved:
    """Write the signs of a load. rows: its chunks; earlier: those of live loads of the same source and area."""
    with _engine(work) as engine:
        _facts(engine, rows)
        engine.execute("CREATE TABLE signs (person BIGINT, day INTEGER, code SMALLINT, row BIGINT, sure TINYINT)")
        if register:
            engine.execute(f"""INSERT INTO signs SELECT r.person, f.day, f.code, f.row,
                CASE WHEN f.name <> 0 AND f.name = r.name THEN 2 ELSE 1 END
                FROM facts f JOIN {_read(register)} r USING (person_a, person_b)
                SEMI JOIN {_read([members])} m ON m.person = r.person WHERE f.numbered""")
        return _counted(engine, load_id, earlier)


def _facts(engine: duckdb.DuckDBPyConnection, rows: list[Path]) -> None:
    """What the file says, each fact once, with its first row."""
    if rows:
        engine.execute(f"CREATE TABLE facts AS SELECT {FACT}, min(row) AS row, count(*) AS times "
                       f"FROM {_read(rows)} GROUP BY ALL")
    else:
        engine.execute("CREATE TABLE facts (person_a BIGINT, person_b BIGINT, name BIGINT, day INTEGER, "
                       "code SMALLINT, numbered BOOLEAN, row BIGINT, times BIGINT)")


def _counted(engine: duckdb.DuckDBPyConnection, load_id: int, earlier: list[Path]) -> Resolved:
    facts, times, numbered, first, last = engine.execute(
        "SELECT count(*), coalesce(sum(times), 0)::BIGINT, count(*) FILTER (numbered), min(day) FILTER (day <> 0), "
        "max(day) FILTER (day <> 0) FROM facts").fetchone()
    unchanged = _one(engine, f"SELECT count(*) FROM facts SEMI JOIN {_read(earlier)} USING ({FACT})") if earlier else 0
    met = _one(engine, "SELECT count(DISTINCT row) FROM signs")
    files = _write(engine, load_id)
    return Resolved(facts - unchanged, unchanged, times - facts, numbered - met, facts - numbered,
                    _one(engine, "SELECT count(*) FROM signs WHERE code <> 0"),
                    day_of(first or 0), day_of(last or 0), files)


def _write(engine: duckdb.DuckDBPyConnection, load_id: int) -> dict[str, str]:
    """The files of signs anew, of every bucket that has any; none of a run that was killed stays."""
    for stale in sign_files(load_id).values():
        stale.unlink()
    query = f"SELECT DISTINCT person >> {BUCKET_BITS} FROM signs WHERE code <> 0 ORDER BY 1"
    written = {}
    for (bucket,) in engine.execute(query).fetchall():
        path = signs_folder(load_id) / f"{bucket}.parquet"
        with beside(path) as draft:
            engine.execute(f"""COPY (SELECT person, day::INTEGER AS day, code::SMALLINT AS code, sure::TINYINT AS sure,
                row FROM signs WHERE code <> 0 AND person >> {BUCKET_BITS} = {bucket} ORDER BY person, row)
                TO '{_quoted(draft)}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE {ROW_GROUP})""")
        written[str(bucket)] = sha256_of(path)
    return written


def _one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    return engine.execute(query).fetchone()[0]


def _read(files: Iterable[Path]) -> str:
    return "read_parquet([" + ", ".join(f"'{_quoted(path)}'" for path in files) + "])"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _engine(work: Path) -> duckdb.DuckDBPyConnection:
    """A database of its own on the disk, gone with its folder; no more memory than FEED_MEMORY."""
    engine = duckdb.connect(str(work / "resolving.duckdb"), config={
        "memory_limit": current_app.config["FEED_MEMORY"], "threads": 2, "temp_directory": str(work / "spilled"),
        "autoinstall_known_extensions": False, "autoload_known_extensions": False})
    engine.execute("SET enable_progress_bar = false")
    return engine
