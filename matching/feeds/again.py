"""Loads resolved again: whoever was entered, moved or given another number since is found in what came before (F2).

The signs of a load are then those that loading it today would give. Only people of whom the register says something
else than it said are looked for. New files stand beside the store until one transaction says so; killed at any moment,
the next run goes on.
"""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from sqlalchemy import select

from audit.events import FeedResolvedAgain
from audit.log import record
from database import db, transaction
from database.types import public_id
from matching.feeds.checking import must_be_as_recorded
from matching.feeds.loading import chunk_files, digest_of, locked
from matching.feeds.models import FeedLoad, FeedResolution
from matching.feeds.register import States, register_files, register_now
from matching.feeds.resolving import BUCKET_BITS, FACT, SIGN, copy, copy_signs, engine_in, one, read, tied
from matching.feeds.store import beside, held, resolved_folder, sha256_of, sign_files, signs_folder, work_folder
from matching.files import columns_of
from staff.access import SYSTEM

MOVED = "moved"  # folder of the people whose signs came or went
UNSAID = "unsaid"  # of the rows that are no longer about somebody, wherever they are kept, until that is followed up
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Found:
    """came, went: signs; people: whose they are; files: bucket -> SHA-256 of its new file."""

    came: int
    went: int
    people: int
    files: dict[str, str]


def resolve_again(loads: Sequence[int], on: date, progress: Progress = lambda _done, _all: None) -> int:
    """Bring the signs of these loads to the register of this moment; how many changed. Raises SignsDiffer."""
    changed = 0
    with held("register", wait=True):
        _settle()
        must_be_as_recorded(loads)
        now, behind = register_now(), []
        for number in loads:
            load = db.session.get_one(FeedLoad, number, populate_existing=True)
            if load.status == "loaded" and load.chunks and load.register != now:
                behind.append(number)
        db.session.rollback()  # reading is over: nobody waits for what follows
        if not behind:
            return 0
        with work_folder("again") as work, engine_in(work) as engine:
            looked: dict = {}
            for done, number in enumerate(behind, 1):
                changed += _again(engine, number, now, looked, on)
                progress(done, len(behind))
    return changed


def _again(engine: duckdb.DuckDBPyConnection, number: int, now: States, looked: dict, on: date) -> bool:
    """looked: which difference the tables of the engine hold; most loads have the same."""
    load, name = db.session.get_one(FeedLoad, number), public_id()
    then, rows, area = load.register or {}, chunk_files(load), load.area_path
    db.session.rollback()
    if looked.get("then") != then:
        _differences(engine, then, now)
        looked["then"] = then
    found = _found(engine, rows, area, number, resolved_folder() / name)
    with transaction() as session:
        load = locked(number)
        if load.status != "loaded":
            return False
        load.register = now
        if found.people:
            load.signs = load.signs | found.files
            session.add(FeedResolution(public_id=name, load_id=number, came=found.came, went=found.went,
                                       people=found.people, resolved_on=on))
            session.flush()
            record(FeedResolvedAgain(load=load.public_id, source=load.source, came=found.came, went=found.went,
                                     moved_people=found.people, signs=digest_of(load.signs)),
                   actor=SYSTEM, on=on, command="resolve_again", office_path=load.area_path)
    _place(resolved_folder() / name, number)
    return bool(found.people)


def _differences(engine: duckdb.DuckDBPyConnection, then: States, now: States) -> None:
    """`changed`: people of whom the register says something else; `people`: what it says of them now. A file of the
    register that is gone counts as empty: everybody of that bucket is looked for."""
    old = [path for path in register_files({b: s for b, s in then.items() if now.get(b) != s}) if path.exists()]
    new = register_files({bucket: state for bucket, state in now.items() if then.get(bucket) != state})
    before, after = (f"SELECT * FROM {read(files)}" if files else "SELECT * FROM nobody" for files in (old, new))
    engine.execute("CREATE OR REPLACE TABLE nobody (person BIGINT, person_a BIGINT, person_b BIGINT, name BIGINT, "
                   "path VARCHAR)")
    engine.execute(f"CREATE OR REPLACE TABLE changed AS SELECT DISTINCT person FROM "
                   f"((({before}) EXCEPT ({after})) UNION ALL (({after}) EXCEPT ({before})))")
    engine.execute(
        f"CREATE OR REPLACE TABLE people AS SELECT DISTINCT * FROM ({after}) SEMI JOIN changed USING (person)")


def _found(engine: duckdb.DuckDBPyConnection, rows: list[Path], area: str, number: int, folder: Path) -> Found:
    """What the rows say of the people who changed, beside what the signs said; the new files stand in `folder`."""
    files = sign_files(number)
    engine.execute(f"CREATE OR REPLACE TABLE facts AS SELECT {FACT}, min(row) AS row FROM {read(rows)} "
                   "SEMI JOIN people USING (person_a, person_b) WHERE numbered AND code <> 0 GROUP BY ALL")
    engine.execute(f"CREATE OR REPLACE TABLE wanted AS {tied('facts', 'people')} WHERE starts_with(r.path, $area)",
                   {"area": area})
    had = f"SELECT {SIGN} FROM {read(files.values())} SEMI JOIN changed USING (person)" if files else (
        f"SELECT {SIGN} FROM wanted LIMIT 0")
    engine.execute(f"CREATE OR REPLACE TABLE came AS SELECT {SIGN} FROM wanted EXCEPT ({had})")
    engine.execute(f"CREATE OR REPLACE TABLE went AS ({had}) EXCEPT SELECT {SIGN} FROM wanted")
    engine.execute("CREATE OR REPLACE TABLE moved AS SELECT person FROM came UNION SELECT person FROM went")
    people = one(engine, "SELECT count(*) FROM moved")
    return Found(one(engine, "SELECT count(*) FROM came"), one(engine, "SELECT count(*) FROM went"), people,
                 _written(engine, files, folder) if people else {})


def _written(engine: duckdb.DuckDBPyConnection, files: dict[int, Path], folder: Path) -> dict[str, str]:
    (folder / MOVED).mkdir(parents=True)
    _write_unsaid(engine, folder / UNSAID / "rows.parquet")
    found = {}
    buckets = engine.execute(f"SELECT DISTINCT person >> {BUCKET_BITS} FROM moved ORDER BY 1").fetchall()
    for (bucket,) in buckets:
        here = f"person >> {BUCKET_BITS} = {bucket}"
        path, stay = folder / f"{bucket}.parquet", ""
        if bucket in files:
            stay = f"SELECT {SIGN} FROM {read([files[bucket]])} ANTI JOIN moved USING (person) UNION ALL "
        with beside(path) as draft, beside(folder / MOVED / path.name) as people:
            copy_signs(engine, f"({stay}SELECT {SIGN} FROM wanted SEMI JOIN moved USING (person) WHERE {here})", draft)
            copy(engine, f"SELECT person FROM moved WHERE {here} ORDER BY 1", people)
        found[str(bucket)] = sha256_of(path)
    return found


def _write_unsaid(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Not those of whoever went to another area: what their rows said of them is still so."""
    unsaid = (f"SELECT person, row FROM went ANTI JOIN ({tied('facts', 'people')}) AS said USING (person, code, row)")
    if one(engine, f"SELECT count(*) FROM ({unsaid})"):
        path.parent.mkdir()
        with beside(path) as draft:
            copy(engine, f"{unsaid} ORDER BY person, row", draft)


def _settle() -> None:
    """What the database says was resolved takes its place; what it does not know of goes."""
    loads = dict(db.session.execute(select(FeedResolution.public_id, FeedResolution.load_id)).all())
    for folder in sorted(resolved_folder().iterdir()):
        if folder.name in loads:
            _place(folder, loads[folder.name])
        else:
            shutil.rmtree(folder)


def _place(folder: Path, number: int) -> None:
    """Whoever reads signs for a run is waited for."""
    for path in sorted(folder.glob("*.parquet")):
        with held("signs", wait=True):
            path.replace(signs_folder(number) / path.name)


def unsaid() -> Iterator[tuple[int, list[tuple[int, int]], Path]]:
    """Load, its rows that are no longer about these persons as (person, row), and the file that says so."""
    loads = select(FeedResolution.public_id, FeedResolution.load_id).order_by(FeedResolution.id)
    for name, load in db.session.execute(loads).all():
        path = resolved_folder() / name / UNSAID / "rows.parquet"
        if path.is_file():
            found = columns_of(path, ("person", "row"))
            yield load, list(zip(found["person"].tolist(), found["row"].tolist(), strict=True)), path


def resolutions(loads: Iterable[int]) -> tuple[tuple[int, str], ...]:
    """When these loads were resolved again: (number, folder that names whose signs came or went), ascending."""
    wanted = set(loads)
    query = select(FeedResolution.id, FeedResolution.public_id, FeedResolution.load_id).order_by(FeedResolution.id)
    return tuple((number, name) for number, name, load in db.session.execute(query) if load in wanted)
