"""What a run found, for those who read it: its lists, what changed, and the signs of one person."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from matching.definition import Sign
from matching.files import arrays_of
from matching.listed import Listing, gone_rows
from matching.state import read_verdicts
from matching.store import BUCKET_BITS, Store, read_json


def lists_of(store: Store, run: str) -> Iterator[pa.Table]:
    """A table a bucket, in the shape of store.LISTS, by person."""
    listing = Listing.of(read_json(store.plan(run)))
    for bucket in store.buckets(run):
        yield listing.rows(*read_verdicts(store, run, bucket))


def changes_of(store: Store, run: str) -> Iterator[pa.Table]:
    """As `lists_of`: cases that came to stand elsewhere since the run before, all of them without one."""
    listing = Listing.of(read_json(store.plan(run)))
    folder = store.changes(run, 0).parent
    for bucket in sorted(int(path.stem) for path in folder.glob("[0-9]*.arrow") if path.stem.isdecimal()):
        rows = arrays_of(store.changes(run, bucket), ("row",))["row"]
        case, stands = read_verdicts(store, run, bucket)
        found, gone = [listing.rows(case[rows], stands.of(rows))], store.gone(run, bucket)
        if gone.is_file():
            found.append(gone_rows(arrays_of(gone, ("case",))["case"]))
        yield pa.concat_tables(found)


def signs_of(store: Store, person: int, loads: Iterable[int]) -> list[Sign]:
    """What these loads say of a person, latest first; a sign without a date last."""
    found = []
    for load in loads:
        path = store.signs(load, person >> BUCKET_BITS)
        if path.is_file():
            rows = pq.read_table(path, filters=[("person", "==", person)]).to_pylist()
            found += [Sign(person, row["day"], row["code"], row["sure"], load, row["row"]) for row in rows]
    return sorted(found, key=lambda sign: (-sign.day, sign.code, sign.load, sign.row))
