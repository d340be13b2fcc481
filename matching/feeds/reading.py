"""A file of a source, whatever its form: CSV, XLSX or Parquet, told apart by content."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from cases.imports.reading import open_table
from cases.imports.tables import Table
from matching.feeds.columns import is_heading_row
from matching.feeds.parquet_tables import MAGIC, open_parquet
from rules.feeds import Source


@contextmanager
def open_feed(path: Path, source: Source) -> Iterator[Table]:
    """The table of a file. Raises FileRefused."""
    with open(path, "rb") as stream:
        is_parquet = stream.read(len(MAGIC)) == MAGIC
    opener = open_parquet if is_parquet else open_table
    with opener(path, partial(is_heading_row, source)) as table:
        yield table
