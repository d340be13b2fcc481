"""The files of matching: where they stand, what is in them, and how one gets there whole or not at all (decision 100).

`root` is FEED_STORE. Nothing of a person is in it but the dense number: no ID number, no name (A3).
"""
from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq

BUCKET_BITS = 20
BUCKET = 1 << BUCKET_BITS  # persons of a bucket


def _schema(**types: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in types.items()])


I64, I32, I16, I8 = pa.int64(), pa.int32(), pa.int16(), pa.int8()
SIGNS = _schema(person=I64, day=I32, code=I16, sure=I8, row=I64)  # sorted by person, then row
POPULATION = _schema(case=I64, person=I64, profile=I16, certified=I32, due=I32, of_age=I32, state=I8)  # by person, case
# load, row, code and sure -1, day 0 where no sign put the case there; list and reason -1: it is no longer there
LISTS = _schema(case=I64, list=I8, reason=I16, load=I64, row=I64, code=I16, day=I32, sure=I8)
FEW_VALUES = ["day", "code", "sure", "list", "reason", "load"]
BATCH = 1 << 17  # signs read at once
ROW_GROUP = 1 << 14  # of signs in a file: what is left out where only few persons are asked for


@dataclass(frozen=True)
class Store:
    """Paths below `root`. load: number of a load; run: name of a run, chosen by whoever starts it."""

    root: Path

    def signs(self, load: int, bucket: int) -> Path:
        return self.root / f"signs/{load}/{bucket}.parquet"

    def population(self, run: str, bucket: int) -> Path:
        return self.root / "population" / run / f"{bucket}.arrow"

    def state(self, run: str, bucket: int) -> Path:
        return self.root / "state" / run / f"{bucket}.arrow"

    def changes(self, run: str, bucket: int) -> Path:
        return self.root / "lists" / run / "changes" / f"{bucket}.arrow"

    def whole(self, run: str) -> Path:
        """The lists of a run made on Spark: a folder of Parquet."""
        return self.root / "lists" / run / "whole"

    def gone(self, run: str, bucket: int) -> Path:
        """Cases that the population no longer has; where there are any, written before the changes."""
        return self.root / "lists" / run / "changes" / f"{bucket}.gone.arrow"

    def few(self, run: str, bucket: int) -> Path:
        """Losses and doubts, which few cases have; a part of the state."""
        return self.root / "state" / run / f"{bucket}.few.arrow"

    def found(self, run: str, bucket: int) -> tuple[Path, Path, Path]:
        """What a run writes of a bucket, in the order in which it is written."""
        return self.changes(run, bucket), self.few(run, bucket), self.state(run, bucket)

    def plan(self, run: str) -> Path:
        """What the run is made of; there before its first bucket."""
        return self.root / "state" / run / "plan.json"

    def summary(self, run: str) -> Path:
        """What the run found; there when all its buckets are."""
        return self.root / "state" / run / "run.json"

    def moved(self, resolution: str, bucket: int) -> Path:
        """The persons whose signs came or went when a load was resolved again; one column, ascending."""
        return self.root / "resolved" / resolution / "moved" / f"{bucket}.parquet"

    def places(self) -> Path:
        return self.root / "signs" / "places.json"

    def folders(self, run: str) -> tuple[Path, Path, Path]:
        """All that a run has."""
        return self.root / "population" / run, self.root / "state" / run, self.root / "lists" / run

    def runs(self) -> set[str]:
        """Names of the runs that have files."""
        return {path.name for part in ("population", "state", "lists") for path in (self.root / part).glob("*")}

    def buckets(self, run: str) -> list[int]:
        return sorted(int(path.stem) for path in (self.root / "population" / run).glob("[0-9]*.arrow"))


@contextmanager
def whole(path: Path, *, later: bool = False) -> Iterator[Path]:
    """A place beside `path` to write to; it becomes `path` at the end, on the disk and in one step.

    later: it is left to `on_disk` to see it there; until then it is whole for every process, but not for a power cut.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        if not later:
            on_disk([draft])
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def on_disk(paths: Iterable[Path]) -> None:
    for path in paths:
        with open(path, "rb") as written:
            os.fsync(written.fileno())


def write_table(path: Path, table: pa.Table, *, in_slices: bool = False, later: bool = False) -> None:
    """Uncompressed; columns of few values by dictionary: read two to five times as fast as the usual settings.

    in_slices: for signs, of which there may be any number in a bucket.
    """
    with whole(path, later=later) as draft:
        pq.write_table(table, draft, compression="none", row_group_size=ROW_GROUP if in_slices else 2 * BUCKET,
                       use_dictionary=[name for name in table.column_names if name in FEW_VALUES],
                       write_statistics=[name for name in table.column_names if name in ("person", "row")])


def write_json(path: Path, content: object) -> None:
    with whole(path) as draft:
        draft.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True), "utf-8")


def read_json(path: Path) -> dict | None:
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


@dataclass(frozen=True, order=True)
class Load:
    """A load in force. Its rows are counted from `place` on among all rows ever loaded; `rows`: highest number + 1."""

    place: int
    rows: int
    number: int


def placed(store: Store, numbers: Iterable[int], rows: Mapping[int, int] = MappingProxyType({})) -> list[Load]:
    """The loads with their places, ascending. A load keeps the place it was given when it was first seen.

    rows: how many a load may ever have signs of; one that has outgrown its place is given another.
    """
    store.places().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(store.places().with_name(".places.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = read_json(store.places()) or {}
        unknown = sorted(number for number in set(numbers) if str(number) not in known or (
            known[str(number)][1] < rows.get(number, 0) and known[str(number)][1] <= _highest_row(store, number)))
        end = max((place + rows for place, rows in known.values()), default=0)
        for number in unknown:
            known[str(number)] = end, max(_highest_row(store, number) + 1, rows.get(number, 0))
            end += known[str(number)][1]
        if unknown:
            write_json(store.places(), known)
    return sorted(Load(*known[str(number)], number) for number in set(numbers))


def _highest_row(store: Store, number: int) -> int:
    files = sorted((store.root / "signs" / str(number)).glob("[0-9]*.parquet"))
    return max((_highest(pq.ParquetFile(path)) for path in files), default=-1)


def _highest(file: pq.ParquetFile) -> int:
    column = file.schema_arrow.get_field_index("row")
    told = [file.metadata.row_group(at).column(column).statistics for at in range(file.num_row_groups)]
    if all(one is not None and one.has_min_max for one in told):
        return max((one.max for one in told), default=-1)
    return max((max(batch.column(0).to_pylist(), default=-1) for batch in file.iter_batches(columns=["row"])),
               default=-1)
