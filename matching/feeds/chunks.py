"""Rows of a file, a chunk at a time: keyed hashes into the store, what was refused or cannot be tied to one side."""
from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from cases.imports.errors import RowError
from cases.imports.tables import SourceRow
from matching.feeds.said import Read, Said
from matching.feeds.sealed import opened, seal_blocks
from matching.feeds.store import beside, rows_folder, unlinked_folder

CHUNK = 100_000  # rows: what a kill costs, and what is in memory at once
ROWS = pa.schema([("row", pa.int64()), ("person_a", pa.int64()), ("person_b", pa.int64()), ("name", pa.int64()),
                  ("day", pa.int32()), ("code", pa.int16()), ("numbered", pa.bool_())])


@dataclass
class Chunk:
    """What became of some rows that follow each other. last: number of the last one; rows: how many there were."""

    rows: int = 0
    last: int = 0
    numbers: array = field(default_factory=lambda: array("q"))
    persons: bytearray = field(default_factory=bytearray)
    names: array = field(default_factory=lambda: array("q"))
    days: array = field(default_factory=lambda: array("i"))
    codes: array = field(default_factory=lambda: array("h"))
    numbered: bytearray = field(default_factory=bytearray)
    unlinked: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: SourceRow, outcome: Said | list[RowError]) -> None:
        self.rows, self.last = self.rows + 1, row.number
        if isinstance(outcome, list):
            self.refused.append(_quarantined(row, outcome))
            return
        self.numbers.append(outcome.row)
        self.persons += outcome.person
        self.names.append(outcome.name)
        self.days.append(outcome.day)
        self.codes.append(outcome.code)
        self.numbered.append(outcome.unlinked is None)
        if outcome.unlinked is not None:
            self.unlinked.append({"row": outcome.row, **outcome.unlinked})

    def table(self) -> pa.Table:
        keys = np.frombuffer(bytes(self.persons), dtype=">i8").astype("<i8").reshape(-1, 2)
        columns = [np.frombuffer(self.numbers, dtype="<i8"), keys[:, 0], keys[:, 1],
                   np.frombuffer(self.names, dtype="<i8"), np.frombuffer(self.days, dtype="<i4"),
                   np.frombuffer(self.codes, dtype="<i2"), np.frombuffer(bytes(self.numbered), dtype="?")]
        return pa.table([pa.array(np.ascontiguousarray(column)) for column in columns], schema=ROWS)


def _quarantined(row: SourceRow, errors: list[RowError]) -> dict[str, Any]:
    return {"row_number": row.number, "code": errors[0].code,
            "raw": json.dumps(row.raw or row.line, default=str, ensure_ascii=False),
            "errors": [{"field": error.field, "code": error.code, "shown": error.shown} for error in errors]}


def chunks(rows: Iterator[SourceRow], read: Read, size: int) -> Iterator[Chunk]:
    """At most `size` rows each; none is empty."""
    chunk = Chunk()
    for row in rows:
        chunk.add(row, read(row))
        if chunk.rows >= size:
            yield chunk
            chunk = Chunk()
    if chunk.rows:
        yield chunk


def keep(public_id: str, number: int, chunk: Chunk) -> None:
    """The files of a chunk; the same chunk read again gives the same files."""
    with beside(rows_file(public_id, number)) as draft:
        parquet.write_table(chunk.table(), draft, compression="zstd")
    if chunk.unlinked:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in chunk.unlinked)
        seal_blocks([lines.encode()], unlinked_folder(public_id) / f"{number:06}.sealed")


def rows_file(public_id: str, number: int) -> Path:
    return rows_folder(public_id) / f"{number:06}.parquet"


@dataclass(frozen=True)
class Unlinked:
    """A row without a number that can be read: as its source wrote it. day: days since 1970-01-01, 0 = undated."""

    row: int
    id_number: str
    name: str
    sex: str
    birth_on: str
    place: str
    day: int
    code: int


def unlinked_rows(public_id: str) -> Iterator[Unlinked]:
    """Rows of a load that wait to be linked, in the order of the file; a chunk in memory at once. For linkage."""
    for path in sorted(unlinked_folder(public_id).glob("*.sealed")):
        for line in b"".join(opened(path)).decode().rstrip("\n").split("\n"):
            yield Unlinked(**json.loads(line))


def day_of(days: int) -> date | None:
    """A day of the files of signs; None for one that is undated."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + days) if days else None
