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
ROW_GROUP = 16_384  # what a run leaves out where it asks for few persons only
FACT = "person_a, person_b, name, day, code, numbered"
SIGN = "person, day, code, sure, row"


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


@dataclass(frozen=True)
class Brought:
    """A load: its number, the area whose people it is about (office path), its chunks, and those of the loads in force
    of the same source and area that came before."""

    load: int
    area: str
    rows: list[Path]
    earlier: list[Path]


def resolve(brought: Brought, register: list[Path], work: Path) -> Resolved:
    """Write the signs of a load: of whoever has a case that its area keeps or pays, and of nobody else (A1)."""
    with engine_in(work) as engine:
        _facts(engine, brought.rows)
        engine.execute("CREATE TABLE signs (person BIGINT, day INTEGER, code SMALLINT, row BIGINT, sure TINYINT)")
        if register:
            engine.execute(f"INSERT INTO signs {tied('facts', read(register))} WHERE f.numbered "
                           "AND starts_with(r.path, $area)", {"area": brought.area})
        return _counted(engine, brought.load, brought.earlier)


def tied(facts: str, register: str) -> str:
    """The one way from facts and people to signs, to be followed by a condition over `f` and `r`."""
    return f"""SELECT DISTINCT r.person, f.day, f.code, f.row,
        CASE WHEN f.name <> 0 AND f.name = r.name THEN 2 ELSE 1 END::TINYINT AS sure
        FROM {facts} f JOIN {register} r USING (person_a, person_b)"""


def _facts(engine: duckdb.DuckDBPyConnection, rows: list[Path]) -> None:
    """What the file says, each fact once, with its first row."""
    if rows:
        engine.execute(f"CREATE TABLE facts AS SELECT {FACT}, min(row) AS row, count(*) AS times "
                       f"FROM {read(rows)} GROUP BY ALL")
    else:
        engine.execute("CREATE TABLE facts (person_a BIGINT, person_b BIGINT, name BIGINT, day INTEGER, "
                       "code SMALLINT, numbered BOOLEAN, row BIGINT, times BIGINT)")


def _counted(engine: duckdb.DuckDBPyConnection, load_id: int, earlier: list[Path]) -> Resolved:
    facts, times, numbered, first, last = engine.execute(
        "SELECT count(*), coalesce(sum(times), 0)::BIGINT, count(*) FILTER (numbered), min(day) FILTER (day <> 0), "
        "max(day) FILTER (day <> 0) FROM facts").fetchone()
    unchanged = one(engine, f"SELECT count(*) FROM facts SEMI JOIN {read(earlier)} USING ({FACT})") if earlier else 0
    met = one(engine, "SELECT count(DISTINCT row) FROM signs")
    files = _write(engine, load_id)
    return Resolved(facts - unchanged, unchanged, times - facts, numbered - met, facts - numbered,
                    one(engine, "SELECT count(*) FROM signs WHERE code <> 0"),
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
            copy_signs(engine, f"signs WHERE code <> 0 AND person >> {BUCKET_BITS} = {bucket}", draft)
        written[str(bucket)] = sha256_of(path)
    return written


def copy_signs(engine: duckdb.DuckDBPyConnection, rows: str, path: Path) -> None:
    """A file of signs in its order; rows: what follows FROM."""
    copy(engine, "SELECT person, day::INTEGER AS day, code::SMALLINT AS code, sure::TINYINT AS sure, row "
                 f"FROM {rows} ORDER BY person, row", path)


def copy(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    engine.execute(f"COPY ({query}) TO '{_quoted(path)}' "
                   f"(FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE {ROW_GROUP})")


def one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    return engine.execute(query).fetchone()[0]


def read(files: Iterable[Path]) -> str:
    return "read_parquet([" + ", ".join(f"'{_quoted(path)}'" for path in files) + "])"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def engine_in(work: Path) -> duckdb.DuckDBPyConnection:
    """A database of its own on the disk, gone with its folder; no more memory than FEED_MEMORY."""
    engine = duckdb.connect(str(work / "resolving.duckdb"), config={
        "memory_limit": current_app.config["FEED_MEMORY"], "threads": 2, "temp_directory": str(work / "spilled"),
        "autoinstall_known_extensions": False, "autoload_known_extensions": False})
    engine.execute("SET enable_progress_bar = false")
    return engine
