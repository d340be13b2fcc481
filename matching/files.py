"""Columns of files as arrays of NumPy: of Parquet read a slice at a time, of Arrow seen where they lie."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from matching.packed import Numbers
from matching.store import ROW_GROUP, SIGNS, whole

MOST = (1 << 63) - 1


def batches(path: Path, first: int = 0, last: int = MOST) -> Iterator[pa.RecordBatch]:
    """The signs of a load about these persons, in slices of bounded size; persons ascend."""
    with pq.ParquetFile(path, pre_buffer=False, memory_map=True) as file:
        for batch in file.iter_batches(ROW_GROUP, columns=SIGNS.names, use_threads=False):
            person = values_of(batch, "person")
            start, end = np.searchsorted(person, first), np.searchsorted(person, last, side="right")
            if end > start:
                yield batch.slice(start, end - start)


def columns_of(path: Path, names: Sequence[str]) -> dict[str, Numbers]:
    """Whole columns of Parquet, none of them null; not to be written to."""
    with pq.ParquetFile(path, pre_buffer=False, memory_map=True) as file:
        kinds = {name: str(file.schema_arrow.field(name).type) for name in names}
        parts = list(file.iter_batches(ROW_GROUP, columns=list(names), use_threads=False))
    return {name: np.concatenate([np.empty(0, kind), *(values_of(part, name) for part in parts)])
            for name, kind in kinds.items()}


def values_of(batch: pa.RecordBatch, name: str) -> Numbers:
    """The column as it is, not copied (`to_numpy` would import pandas first)."""
    column = batch.column(name)
    if column.null_count:
        raise ValueError(f"a column has gaps: {name}")
    kind = np.dtype(str(column.type))
    if not len(column):
        return np.empty(0, kind)
    return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * kind.itemsize)


def table_of(columns: Mapping[str, Numbers]) -> pa.Table:
    """The arrays as they are, not copied, none of them null (pyarrow.array would import pandas first)."""
    return pa.Table.from_batches([_batch_of(columns)])


def _batch_of(columns: Mapping[str, Numbers]) -> pa.RecordBatch:
    fields, found = [], []
    for name, values in columns.items():
        kind = pa.type_for_alias(str(values.dtype))
        fields.append(pa.field(name, kind, nullable=False))
        found.append(pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))]))
    return pa.RecordBatch.from_arrays(found, schema=pa.schema(fields))


def write_arrays(path: Path, columns: Mapping[str, Numbers], told: Mapping[str, str] | None = None, *,
                 later: bool = False) -> None:
    """As in memory, so that it need not be decoded. told: words beside; later: as of `store.whole`."""
    batch = _batch_of(columns).replace_schema_metadata(dict(told or {}))
    with (whole(path, later=later) as draft, pa.OSFile(str(draft), "wb") as out,
          pa.ipc.new_file(out, batch.schema) as writer):
        writer.write_batch(batch)


def arrays_of(path: Path, names: Sequence[str]) -> dict[str, Numbers]:
    """Whole columns, seen in the file; not to be written to."""
    with pa.memory_map(str(path)) as source:
        batch = pa.ipc.open_file(source).get_batch(0)
        return {name: values_of(batch, name) for name in names}


def told_of(path: Path) -> dict[str, str]:
    """The words beside the arrays."""
    with pa.memory_map(str(path)) as source:
        found = pa.ipc.open_file(source).schema.metadata or {}
    return {key.decode(): value.decode() for key, value in found.items()}
