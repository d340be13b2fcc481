"""Parquet files, read batch by batch. Rows count as a spreadsheet's do: the headings are row 1."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from cases.imports.tables import FileRefused, IsHeading, SourceRow, Table, source_row

MAGIC = b"PAR1"
BATCH = 10_000  # rows in memory at once


@contextmanager
def open_parquet(path: Path, is_heading: IsHeading) -> Iterator[Table]:
    """Raises FileRefused: a file cut off, or one whose columns are not those of the source."""
    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as broken:
        raise FileRefused("BROKEN_PARQUET") from broken
    with file:
        headings = [str(name) for name in file.schema_arrow.names]
        if not is_heading(headings):
            raise FileRefused("NO_HEADINGS_FOUND")
        yield Table(headings, _rows(file, headings), expected=file.metadata.num_rows)


def _rows(file: parquet.ParquetFile, headings: list[str]) -> Iterator[SourceRow]:
    number = 1
    try:
        for batch in file.iter_batches(BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                if row := source_row(number, headings, list(cells)):
                    yield row
    except (pa.ArrowInvalid, OSError) as broken:
        raise FileRefused("BROKEN_PARQUET") from broken
