"""Columns of Parquet as arrays of NumPy, a slice at a time."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from matching.packed import Numbers
from matching.store import BUCKET, ROW_GROUP, SIGNS


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The signs of a load, in slices of bounded size."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        yield from file.iter_batches(ROW_GROUP, columns=SIGNS.names, use_threads=False)


def columns_of(path: Path, names: Sequence[str]) -> dict[str, Numbers]:
    """Whole columns, none of them null; not to be written to."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        parts = list(file.iter_batches(2 * BUCKET, columns=list(names), use_threads=False))
        kinds = {name: str(file.schema_arrow.field(name).type) for name in names}
    if len(parts) == 1:
        return {name: values_of(parts[0], name) for name in names}
    return {name: np.concatenate([np.empty(0, kind), *(values_of(part, name) for part in parts)])
            for name, kind in kinds.items()}


def values_of(batch: pa.RecordBatch, name: str) -> Numbers:
    """The column as it is, not copied (`to_numpy` would import pandas first)."""
    column = batch.column(name)
    if column.null_count:
        raise ValueError(f"a column has gaps: {name}")
    kind = np.dtype(str(column.type))
    return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * kind.itemsize)


def table_of(columns: Mapping[str, Numbers]) -> pa.Table:
    """The arrays as they are, not copied, none of them null (pyarrow.array would import pandas first)."""
    fields, found = [], []
    for name, values in columns.items():
        kind = pa.type_for_alias(str(values.dtype))
        fields.append(pa.field(name, kind, nullable=False))
        found.append(pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))]))
    return pa.Table.from_arrays(found, schema=pa.schema(fields))


def metadata_of(path: Path) -> dict[str, str]:
    found = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in found.items()}
