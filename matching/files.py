"""Columns of Parquet as arrays of NumPy, a slice at a time."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from matching.packed import Numbers
from matching.store import ROW_GROUP, SIGNS


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The signs of a load, in slices of bounded size."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        yield from file.iter_batches(ROW_GROUP, columns=SIGNS.names, use_threads=False)


def columns_of(path: Path, names: Sequence[str]) -> dict[str, Numbers]:
    """Whole columns, none of them null."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        kinds = {name: file.schema_arrow.field(name).type.to_pandas_dtype() for name in names}
        found = {name: np.empty(file.metadata.num_rows, kinds[name]) for name in names}
        start = 0
        for batch in file.iter_batches(ROW_GROUP, columns=list(names), use_threads=False):
            for name, values in found.items():
                values[start:start + len(batch)] = batch.column(name).to_numpy(zero_copy_only=False)
            start += len(batch)
    return found


def metadata_of(path: Path) -> dict[str, str]:
    found = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in found.items()}
