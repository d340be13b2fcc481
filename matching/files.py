"""Columns of files as arrays of NumPy: of Parquet read a slice at a time, of Arrow seen where they lie."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from matching.packed import Numbers
from matching.store import BATCH, SIGNS, whole


def batches(path: Path, persons: Numbers | None = None) -> Iterator[pa.RecordBatch]:
    """The signs of a load, in slices of bounded size; persons ascend.

    persons: whom they are asked of, ascending; what lies before the first, behind the last, and the groups of rows that
    tell of none of them, are left out.
    """
    with pq.ParquetFile(path, pre_buffer=False, memory_map=False) as file:
        groups = range(file.num_row_groups) if persons is None else _groups(file.metadata, persons)
        for batch in file.iter_batches(BATCH, groups, columns=SIGNS.names, use_threads=False) if groups else ():
            if persons is None:
                yield batch
                continue
            person = values_of(batch, "person")
            start, end = np.searchsorted(person, persons[0]), np.searchsorted(person, persons[-1], side="right")
            if end > start:
                yield batch.slice(start, end - start)


def _groups(told: pq.FileMetaData, persons: Numbers) -> list[int]:
    """Numbers of the groups of rows that may tell of one of them; every one that does not say whom it tells of."""
    at, first, last = SIGNS.get_field_index("person"), int(persons[0]), int(persons[-1])
    found = []
    for group in range(told.num_row_groups):
        about = told.row_group(group).column(at).statistics
        if about is None or not about.has_min_max:
            found.append(group)
            continue
        low, high = about.min, about.max
        if low <= last and high >= first and (low <= first or high >= last or _any_within(persons, low, high)):
            found.append(group)
    return found


def _any_within(persons: Numbers, low: int, high: int) -> bool:
    return bool(np.searchsorted(persons, low) < np.searchsorted(persons, high, side="right"))


def columns_of(path: Path, names: Sequence[str]) -> dict[str, Numbers]:
    """Whole columns of Parquet, none of them null; not to be written to."""
    with pq.ParquetFile(path, pre_buffer=False, memory_map=True) as file:
        kinds = {name: str(file.schema_arrow.field(name).type) for name in names}
        parts = list(file.iter_batches(BATCH, columns=list(names), use_threads=False))
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
